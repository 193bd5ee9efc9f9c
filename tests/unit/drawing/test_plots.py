"""Plots of a comparison as values, as SVG, as plotly figures; the table and the report made of them."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from metamed_core.drawing import chart_svg as svg
from metamed_core.drawing import figures
from metamed_core.drawing.palette import COLOURS, method_styles
from metamed_core.evaluation import CLAIM, Comparison, compare, costs, decision_curve, leaderboard, methods, plan_for, twin_curves, verdict
from metamed_core.evaluation import charts as plots
from metamed_core.evaluation.leaderboard import leader_and_best_baseline
from metamed_core.evaluation.leaderboard_html import interval_bar, leaderboard_html
from metamed_core.evaluation.report import About, comparison_html
from metamed_core.statistics.intervals import Interval
from metamed_core.words import LANGUAGES, Words
from tests.helpers.comparing import cohort, guessing, made_up

EVIL = "<script>alert(1)</script>&\"'"


@pytest.fixture(scope="module")
def real() -> Comparison:
    who = methods(("prototypical", "prototypical-none", "logistic_regression", "nearest_centroid"))
    plan, _ = plan_for(cohort(), who, (1, 3), 3)
    return Comparison.of(plan).plus(compare(plan))


@pytest.fixture(scope="module")
def charts(real: Comparison) -> list[plots.Chart]:
    styles = method_styles({key: key for key in real.keys})
    two = leader_and_best_baseline(real)
    return [
        plots.accuracy_by_shots(real, styles, "balanced_accuracy", two),
        plots.accuracy_by_shots(real, styles, "log_loss", two),
        *(plots.accuracy_by_steps(curve, styles) for curve in twin_curves(real, 3)),
        plots.reliability_diagram(real, styles, two),
        plots.net_benefit(real, styles, two, "a", Words("a", "甲")),
        plots.cost_against_accuracy(real, styles),
        plots.episode_by_episode(real, styles, *two),
    ]


def test_every_chart_says_what_it_shows_and_how_to_read_it(charts: list[plots.Chart]) -> None:
    assert len(charts) == 7
    for chart in charts:
        assert chart.how.en.startswith("How to read: ")
        assert chart.how.zh.startswith("读法：")
        for words in (chart.title, chart.alt, chart.x.title, chart.y.title, *(line.name for line in chart.lines)):
            assert words.en
            assert words.zh
            assert "{" not in words.en + words.zh
        assert re.search(r"[一-鿿]", chart.title.zh)


def test_nothing_relies_on_colour_alone(charts: list[plots.Chart]) -> None:
    for chart in charts:
        drawn = [(line.style.shape if line.marks else "", line.style.dash if line.stroke else ()) for line in chart.lines]
        assert len(set(drawn)) == len(drawn)


def test_methods_have_looks_of_their_own_without_the_faint_colours() -> None:
    styles = method_styles({str(n): f"name {n}" for n in range(17)})
    assert len({(style.colour, style.shape) for style in styles.values()}) == 17
    assert len({(style.colour, style.dash) for style in styles.values()}) == 17
    assert not {style.colour for style in styles.values()} & set(COLOURS[6:])
    assert styles["3"].name == "name 3"


def test_the_curve_over_shots_is_the_leaderboards(real: Comparison, charts: list[plots.Chart]) -> None:
    by_name = {line.name: line for line in charts[0].lines}
    for k, at in ((1, 0), (3, 1)):
        for one in leaderboard(real, k).rows:
            assert by_name[one.entry.title].y[at] == one.score.mean
    banded = [line for line in charts[0].lines if line.low]
    assert len(banded) == 2


def test_the_decision_curve_is_the_cores(real: Comparison) -> None:
    styles = method_styles({key: key for key in real.keys})
    chart = plots.net_benefit(real, styles, ("prototypical",), "a", Words("a", "甲"), 3, 0.1)
    curve = decision_curve(real, "prototypical", "a", 3, 0.1)
    shown = curve.model >= plots.trust.LOWEST
    assert chart.lines[2].y == tuple(curve.model[shown].tolist())
    assert "Prevalence here: 10 %" in chart.how.en


def test_the_duel_counts_every_episode() -> None:
    comparison = made_up({"one": guessing(0.9), "two": guessing(0.6)}, n_episodes=12)
    styles = method_styles({"one": "", "two": ""})
    title = plots.episode_by_episode(comparison, styles, "one", "two").title.en
    found = re.match(r"one is better in (\d+) episodes, two in (\d+), (\d+) are equal", title)
    assert found
    better, worse, equal = map(int, found.groups())
    assert better + worse + equal == 12
    assert better > worse


@pytest.mark.parametrize("language", LANGUAGES)
def test_svg_is_well_formed_and_within_its_frame(charts: list[plots.Chart], language: str) -> None:
    for chart in charts:
        root = ET.fromstring(svg.drawn(chart, language))  # noqa: S314 - our own text
        assert root.get("aria-label") == chart.alt.into(language)
        _, _, width, height = map(float, root.get("viewBox", "").split())
        for mark in root.iter("circle"):
            assert 0 <= float(mark.get("cx", -1)) <= width
            assert 0 <= float(mark.get("cy", -1)) <= height
        names = {text.text for text in root.iter("text")}
        assert {line.name.into(language) for line in chart.lines} <= names
        assert chart.x.title.into(language) in names


@pytest.mark.parametrize(
    ("axis", "low", "high", "texts"),
    [
        (plots.Axis(Words("", ""), percent=True), 0.7, 1.0, ["70 %", "80 %", "90 %", "100 %"]),
        (plots.Axis(Words("", "")), 0.0, 8.0, ["0", "2", "4", "6", "8"]),
        (plots.Axis(Words("", ""), log=True), 0.5, 300.0, ["1", "10", "100"]),
    ],
)
def test_ticks_are_round(axis: plots.Axis, low: float, high: float, texts: list[str]) -> None:
    assert [text for _, text in svg.ticks(axis, svg.Scale(low, high, 0, 100, axis.log))] == texts


def test_an_unknown_interval_breaks_no_chart(charts: list[plots.Chart]) -> None:
    line = replace(charts[2].lines[0], low=tuple([np.nan] * len(charts[2].lines[0].x)), high=tuple([np.nan] * len(charts[2].lines[0].x)))
    for band in (True, False):
        chart = replace(charts[2], lines=(replace(line, band=band),))
        assert "nan" not in svg.drawn(chart, "en")
        figures.drawn(chart, "en")


def test_plotly_draws_the_same_points(charts: list[plots.Chart]) -> None:
    for chart in charts:
        traces = {trace.name: trace for trace in figures.drawn(chart, "zh").data if trace.name}
        for line in chart.lines:
            assert tuple(traces[line.name.zh].y) == line.y
            assert traces[line.name.zh].marker.symbol == line.style.shape


def test_names_are_escaped_in_every_drawing(real: Comparison) -> None:
    entries = tuple(replace(entry, title=Words(EVIL, EVIL)) for entry in real.entries)
    evil = replace(real, entries=entries)
    styles = method_styles(dict.fromkeys(real.keys, EVIL))
    chart = plots.net_benefit(evil, styles, ("prototypical",), "a", Words(EVIL, EVIL))
    for text in (
        svg.drawn(chart, "en"),
        leaderboard_html(leaderboard(evil), styles, {one.entry.key: one for one in costs(evil)}, "en"),
        comparison_html(evil, About(Words(EVIL, EVIL), called=lambda _: Words(EVIL, EVIL), script=EVIL, link=EVIL), "zh").decode(),
    ):
        assert "<script" not in text
        assert "alert(1)" in text
    assert "<script" not in str(figures.drawn(chart, "en").data[2].name)


def test_an_interval_bar_lies_where_its_values_lie() -> None:
    style = method_styles({"x": "x"})["x"]
    assert "left: 25.0%; width: 50.0%" in interval_bar(Interval(0.5, 0.25, 0.75), style, (0.0, 1.0))
    assert "<i" not in interval_bar(Interval(0.5, np.nan, np.nan), style, (0.0, 1.0))


class Outside(HTMLParser):
    """Everything in a page that would be loaded or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] if tag in {"script", "link", "img", "iframe", "object", "embed"} else []
        self.found += [f"{name}={value}" for name, value in attrs if name in {"src", "href", "srcset"} or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_whole_and_asks_nothing_of_anybody(real: Comparison, language: str) -> None:
    about = About(Words("Blood", "血液"), weights={"prototypical": "ab12" * 16}, link="/compare?seed=0", script="print(1)")
    page = comparison_html(real, about, language)
    assert len(page) < 5_000_000
    reader = Outside()
    reader.feed(page.decode("utf-8"))
    assert reader.found == []
    text = " ".join(reader.text)
    for told in (
        about.weights["prototypical"],
        real.cohort,
        "print(1)",
        "torch",
        CLAIM.into(language),
        verdict(leaderboard(real))[0].into(language),
    ):
        assert told in text
    assert ("not a medical device" if language == "en" else "不是医疗器械") in text
    assert page.decode().count("<svg") == 5
    if language == "zh":
        assert "How to read" not in text


def test_the_report_of_nothing_says_so() -> None:
    plan, _ = plan_for(cohort(), methods(("nearest_centroid",)), (1,), 1)
    page = comparison_html(Comparison.of(plan), About(Words("x", "x")), "en").decode()
    assert "No episode is finished yet" in page
