"""The chart model and its SVG: round numbers, limits, handles, every text escaped."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from metamed_core.drawing import TEAL, Area, Axis, Chart, Dots, Label, Line, Strokes, Table, figure_html, plotly_chart, verbatim
from metamed_core.drawing.html import element
from metamed_core.drawing.palette import COLORS, SHAPES, method_styles, series_styles
from metamed_core.drawing.scale import Scale, ticks
from metamed_core.drawing.svg import Pen, chart_svg
from metamed_core.words import Words

EVIL = Words("<script>\"'&", "<b>\"'&")
NONE = Words("", "")


def chart(*marks: Area | Line | Strokes | Dots | Label, x: Axis | None = None, chosen: str = "", click: str = "") -> Chart:
    return Chart(EVIL, EVIL, EVIL, x or Axis(EVIL), Axis(EVIL), marks, click, chosen)


@pytest.mark.parametrize(
    ("axis", "low", "high", "texts"),
    [
        (Axis(NONE, percent=True), 0.7, 1.0, ["70%", "80%", "90%", "100%"]),
        (Axis(NONE, percent=True), 0.0, 1.02, ["0%", "25%", "50%", "75%", "100%"]),
        (Axis(NONE), 0.0, 11.0, ["0", "5", "10"]),
        (Axis(NONE), 0.0, 8.0, ["0", "2", "4", "6", "8"]),
        (Axis(NONE), -2.0, 2.0, ["−2", "−1", "0", "1", "2"]),
        (Axis(NONE, log=True), 0.5, 300.0, ["1", "10", "100"]),
    ],
)
def test_ticks_are_round(axis: Axis, low: float, high: float, texts: list[str]) -> None:
    assert [text for _, text in ticks(axis, Scale(low, high, 0, 100, axis.log))] == texts


def test_an_axis_without_ends_fits_its_marks() -> None:
    dots = Dots(((1.0, 5.0), (100.0, 7.0), (float("nan"), 6.0)), TEAL)
    assert chart(dots).limits == ((1 - 4.95, 100 + 4.95), (5 - 0.1, 7 + 0.1))
    assert chart(dots, x=Axis(NONE, log=True)).limits[0] == (1 / 1.3, 130.0)
    assert chart(dots, x=Axis(NONE, low=0.0)).limits[0] == (0.0, 100 + 4.95)
    assert chart().limits[1] == pytest.approx((0.055, 1.045)), "nothing to fit"


def test_numbers_of_a_table_stand_right_though_some_are_unknown_and_a_short_title_is_not_broken() -> None:
    rows = ((Words("a", "甲"), verbatim("−1.5")), (Words("b", "乙"), verbatim("–")))
    table = Table(NONE, NONE, (Words("diagnosis", "诊断"), Words("test 1", "检验 1")), rows)
    for language, short in (("en", ""), ("zh", ' class="mm-short"')):
        found = figure_html((table,), language)  # type: ignore[arg-type]
        assert "<td>−1.5</td>" in found
        assert "<td>–</td>" in found
        assert f'<th scope="col"{short}>' in found


def test_no_text_of_a_figure_is_markup() -> None:
    dots = Dots(((0.0, 0.0),), TEAL, EVIL, tooltips=(EVIL,), tags=(EVIL,), handles=(EVIL.en,))
    whole = chart(
        dots, Line(((0.0, 0.0), (1.0, 1.0)), TEAL, EVIL, markers=True, tooltips=(EVIL, EVIL)), Label((0.5, 0.5), EVIL), click=EVIL.en
    )
    table = Table(EVIL, EVIL, (EVIL,), ((EVIL,),))
    for language in ("en", "zh"):
        for draggable in (True, False):
            found = figure_html((whole, table), language, draggable=draggable)
            assert "<script" not in found
            assert "<b>" not in found
            assert EVIL.into(language) in "".join(ET.fromstring(found).itertext())  # noqa: S314 - our own text
    figure = plotly_chart(whole, "en", 400)
    assert "<script" not in figure.to_json()


def test_an_attribute_is_escaped_and_rounded() -> None:
    assert element("a", class_='x"y', data_name="<", x=1.25, y=None) == '<a class="x&#34;y" data-name="&lt;" x="1.2"/>'
    assert element("p", "<&") == "<p>&lt;&amp;</p>"


def test_only_a_chart_with_handles_can_be_dragged() -> None:
    dots = Dots(((0.123456789, 0.5),), TEAL, handles=("a",), tooltips=(Words("Point a", "点 a"),))
    held = chart_svg(chart(dots, chosen="a", click="a"), Pen("en", draggable=True))
    assert 'role="group"' in held
    assert 'data-click="a"' in held
    assert 'class="mm-hold mm-chosen" data-name="a" data-x="0.123456789"' in held
    assert 'tabindex="0" role="button" aria-label="Point a"' in held
    still = chart_svg(chart(dots, chosen="a", click="a"), Pen("en"))
    assert 'role="img"' in still
    assert not any(text in still for text in ("mm-hold", "data-click", "data-plane", "tabindex"))


def test_each_mark_has_its_key_in_the_legend_and_an_unnamed_one_has_none() -> None:
    ends = ((0.0, 0.0), (1.0, 1.0))
    marks = (Area((*ends, (1.0, 0.0)), TEAL, name=verbatim(1)), Line(ends, TEAL, verbatim(2)), Strokes((ends,), TEAL, verbatim(3)))
    found = figure_html((chart(*marks, Dots(ends, TEAL, verbatim(4)), Line(ends, TEAL), Label((0.0, 0.0), verbatim(5))),), "en")
    assert found.count("<li>") == 4
    assert found.count('aria-hidden="true"><') == 5, "four keys and the axes"


def test_plotly_draws_every_kind_of_mark() -> None:
    ends = ((0.0, 0.0), (1.0, 1.0))
    marks = (Area((*ends, (1.0, 0.0)), TEAL), Line(ends, TEAL), Strokes((ends, ends), TEAL), Dots(ends, TEAL, filled=False))
    figure = plotly_chart(chart(*marks, Label((0.5, 0.5), EVIL)), "en", 400)
    assert [trace.mode for trace in figure.data] == ["lines", "lines", "lines", "markers"]
    assert figure.data[2].x == (0.0, 1.0, None, 0.0, 1.0, None)
    assert figure.data[3].marker.symbol == "circle-open"
    assert len(figure.layout.annotations) == 1


@pytest.mark.parametrize("shape", SHAPES)
def test_every_marker_of_the_palette_is_drawn_around_its_middle(shape: str) -> None:
    style = next(style for style in series_styles(8) if style.shape == shape)
    found = ET.fromstring(chart_svg(chart(Dots(((0.0, 0.0),), style)), Pen("en")))  # noqa: S314 - our own text
    assert any(style.color == mark.get("fill") for mark in found.iter())


def test_methods_have_styles_of_their_own_without_the_faint_colors() -> None:
    styles = method_styles({str(n): f"name {n}" for n in range(20)})
    eight = list(styles.values())[:8]
    assert len({style.color for style in eight}) == len({style.shape for style in eight}) == len({style.dash for style in eight}) == 8
    assert len({(style.color, style.shape) for style in styles.values()}) == 20
    assert len({(style.color, style.dash) for style in styles.values()}) == 20
    assert not {style.color for style in styles.values()} & set(COLORS[6:])
    assert styles["3"].name == "name 3"
