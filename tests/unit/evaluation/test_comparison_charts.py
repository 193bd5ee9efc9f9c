"""Charts of a comparison as values, as SVG, as plotly figures; the table and the report made of them."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from metamed_core.drawing import Area, Chart, Dots, Line, figure_html, interval_bars, method_styles, plotly_chart
from metamed_core.drawing.svg import Pen, chart_svg
from metamed_core.evaluation import (
    CLAIM,
    Comparison,
    charts,
    compare,
    costs,
    leaderboard,
    methods,
    plan_for,
    twin_curves,
    verdict,
)
from metamed_core.evaluation.leaderboard import leader_and_best_baseline
from metamed_core.evaluation.leaderboard_html import interval_bar, leaderboard_html
from metamed_core.evaluation.net_benefit import decision_curve
from metamed_core.evaluation.report import About, comparison_html
from metamed_core.statistics.intervals import Interval
from metamed_core.words import LANGUAGES, Language, Words
from tests.helpers.comparing import cohort, guessing, made_up

EVIL = "<script>alert(1)</script>&\"'"


@pytest.fixture(scope="module")
def real() -> Comparison:
    who = methods(("prototypical", "prototypical-none", "logistic_regression", "nearest_centroid"))
    plan, _ = plan_for(cohort(), who, (1, 3), 3)
    return Comparison.of(plan).plus(compare(plan))


@pytest.fixture(scope="module")
def drawn(real: Comparison) -> list[Chart]:
    styles = method_styles({key: key for key in real.keys})
    two = leader_and_best_baseline(real)
    return [
        charts.score_by_shots(real, styles, "balanced_accuracy", two),
        charts.score_by_shots(real, styles, "log_loss", two),
        *(charts.accuracy_by_steps(curve, styles) for curve in twin_curves(real, 3)),
        charts.reliability_diagram(real, styles, two),
        charts.decision_curves(real, styles, two, "a", Words("a", "甲")),
        charts.accuracy_against_time(real, styles),
        charts.paired_episodes(real, styles, *two),
    ]


def lines(chart: Chart) -> list[Line]:
    return [mark for mark in chart.marks if isinstance(mark, Line)]


def test_every_chart_says_what_it_shows_and_how_to_read_it(drawn: list[Chart]) -> None:
    assert len(drawn) == 7
    for chart in drawn:
        assert chart.how.en.startswith("How to read: ")
        assert chart.how.zh.startswith("读法：")
        for words in (chart.title, chart.alt, chart.x.title, chart.y.title, *(name for name, _ in chart.legend)):
            assert words.en
            assert words.zh
            assert "{" not in words.en + words.zh
        assert re.search(r"[一-鿿]", chart.title.zh)


def test_nothing_relies_on_color_alone(drawn: list[Chart]) -> None:
    for chart in drawn:
        told = [
            (
                mark.style.shape if isinstance(mark, Dots) or getattr(mark, "markers", False) else "",
                mark.style.dash if isinstance(mark, Line) else (),
            )
            for _, mark in chart.legend
        ]
        assert len(set(told)) == len(told)


def test_the_curve_over_shots_is_the_leaderboards(real: Comparison, drawn: list[Chart]) -> None:
    by_name = {line.name: line for line in lines(drawn[0])}
    for k, at in ((1, 0), (3, 1)):
        for row in leaderboard(real, k).rows:
            assert by_name[row.entry.title].points[at] == (at, row.score.mean)
    assert [isinstance(mark, Area) for mark in drawn[0].marks] == [True, True, False, False, False, False], "bands lie below all lines"


def test_the_decision_curve_is_the_cores(real: Comparison) -> None:
    styles = method_styles({key: key for key in real.keys})
    chart = charts.decision_curves(real, styles, ("prototypical",), "a", Words("a", "甲"), 3, 0.1)
    curve = decision_curve(real, "prototypical", "a", 3, 0.1)
    shown = curve.model >= charts.calibration_and_benefit.LOWEST
    assert [y for _, y in lines(chart)[2].points] == curve.model[shown].tolist()
    assert chart.how.en.endswith("Prevalence here: 10%. You gave it.")


def test_why_a_random_start_is_right_before_the_first_step_is_said(real: Comparison) -> None:
    (curve,) = twin_curves(real, 3)
    styles = method_styles({key: key for key in real.keys})
    assert "(its prototype) from the beginning" in charts.accuracy_by_steps(curve, styles).how.en
    # The prior-fitted network has no prototypes, and its random start only guesses.
    assert "prototype" not in charts.accuracy_by_steps(replace(curve, learner="prior_fitted"), styles).how.en


def test_set_size_stands_beside_coverage_and_the_calibration_error_has_its_interval(real: Comparison) -> None:
    board, styles = leaderboard(real, 3), method_styles({key: key for key in real.keys})
    table = leaderboard_html(board, styles, {one.entry.key: one for one in costs(real)}, "en")
    assert table.index("coverage, %") < table.index("set size")
    for row in board.rows:
        assert f"{row.also['set_size']:.2f}" in table
        assert f"[{row.ece.low:.3f}, {row.ece.high:.3f}]" in table


def test_paired_episodes_count_every_episode() -> None:
    comparison = made_up({"one": guessing(0.9), "two": guessing(0.6)}, n_episodes=12)
    title = charts.paired_episodes(comparison, method_styles({"one": "", "two": ""}), "one", "two").title.en
    found = re.match(r"one is better in (\d+) episodes?, two in (\d+), (\d+) (?:is|are) equal", title)
    assert found
    better, worse, equal = map(int, found.groups())
    assert better + worse + equal == 12
    assert better > worse


@pytest.mark.parametrize("language", LANGUAGES)
def test_svg_is_well_formed_and_within_its_frame(drawn: list[Chart], language: Language) -> None:
    for chart in drawn:
        root = ET.fromstring(chart_svg(chart, Pen(language)))  # noqa: S314 - our own text
        assert root.get("aria-label") == chart.alt.into(language)
        _, _, width, height = map(float, root.get("viewBox", "").split())
        for mark in root.iter("circle"):
            assert 0 <= float(mark.get("cx", -1)) <= width
            assert 0 <= float(mark.get("cy", -1)) <= height
        assert chart.x.title.into(language) in {text.text for text in root.iter("text")}
        whole = figure_html((chart,), language)
        assert all(f"{name.into(language)}</li>" in whole for name, _ in chart.legend)


def test_an_unknown_interval_breaks_no_chart(drawn: list[Chart]) -> None:
    curve = lines(drawn[2])[0]
    x, unknown = [x for x, _ in curve.points], [np.nan] * len(curve.points)
    bars = interval_bars(x, unknown, unknown, curve.style)
    assert bars.pieces == ()
    chart = replace(drawn[2], marks=(bars, replace(curve, points=((0.0, np.nan), *curve.points[1:]))))
    assert "nan" not in chart_svg(chart, Pen("en"))
    plotly_chart(chart, "en", 400)


def test_plotly_draws_the_same_points(drawn: list[Chart]) -> None:
    for chart in drawn:
        traces = {trace.name: trace for trace in plotly_chart(chart, "zh", 400).data if trace.name}
        for name, mark in chart.legend:
            assert isinstance(mark, Line | Dots)
            trace = traces[name.zh]
            assert list(zip(trace.x, trace.y, strict=True)) == list(mark.points)
            assert trace.marker.symbol == mark.style.shape


def test_names_are_escaped_in_every_drawing(real: Comparison) -> None:
    entries = tuple(replace(entry, title=Words(EVIL, EVIL)) for entry in real.entries)
    evil = replace(real, entries=entries)
    styles = method_styles(dict.fromkeys(real.keys, EVIL))
    chart = charts.decision_curves(evil, styles, ("prototypical",), "a", Words(EVIL, EVIL))
    for text in (
        figure_html((chart,), "en"),
        leaderboard_html(leaderboard(evil), styles, {one.entry.key: one for one in costs(evil)}, "en"),
        comparison_html(evil, About(Words(EVIL, EVIL), called=lambda _: Words(EVIL, EVIL), script=EVIL, link=EVIL), "zh").decode(),
    ):
        assert "<script" not in text
        assert "alert(1)" in text
    assert "<script" not in plotly_chart(chart, "en", 400).to_json()


def test_an_interval_bar_lies_where_its_values_lie() -> None:
    style = method_styles({"x": "x"})["x"]
    assert "left: 25.0%; width: 50.0%" in interval_bar(Interval(0.5, 0.25, 0.75), style, (0.0, 1.0))
    assert "<i" not in interval_bar(Interval(0.5, np.nan, np.nan), style, (0.0, 1.0))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_tells_everything_that_repeats_it(real: Comparison, language: Language) -> None:
    about = About(Words("Blood", "血液"), weights={"prototypical": "ab12" * 16}, link="/compare?seed=0", script="print(1)")
    page = comparison_html(real, about, language).decode("utf-8")
    for told in (
        about.weights["prototypical"],
        real.cohort,
        "print(1)",
        "torch",
        CLAIM.into(language),
        verdict(leaderboard(real, 3))[0].into(language),
    ):
        assert told in page
    assert page.count('<svg class="mm-plot"') == 5
    if language == "zh":
        assert "How to read" not in page


def test_the_report_of_nothing_says_so() -> None:
    plan, _ = plan_for(cohort(), methods(("nearest_centroid",)), (1,), 1)
    page = comparison_html(Comparison.of(plan), About(Words("x", "x")), "en").decode()
    assert "No episode is finished yet" in page
