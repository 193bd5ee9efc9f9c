"""Profiles and styles: every class told apart without color, nothing from a table drawn as HTML."""

from __future__ import annotations

import pandas as pd
import pytest

from metamed_core.drawing.figures import profile_figure
from metamed_core.drawing.palette import COLORS, DASHES, SHAPES, series_styles
from metamed_core.drawing.profile import AXES, squeeze
from metamed_core.words import LANGUAGES, Language

EVIL = "<img src=x>"


def points(scale: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "column": ["a", "a", "b"],
            "diagnosis": [EVIL, "y", "y"],
            "value": [1.0, 2.0, 3.0],
            "n": [2, 3, 3],
            "scale": scale,
            "position": [0.5, 1.0, 40.0],
        }
    )


@pytest.mark.parametrize("n", [1, 8, 9, 56])
def test_no_two_diagnoses_share_color_and_marker_or_color_and_dash(n: int) -> None:
    found = series_styles(n)
    assert len({(style.color, style.shape) for style in found}) == n
    assert len({(style.color, style.dash) for style in found}) == n


def test_the_first_styles_are_fixed() -> None:
    first = series_styles(2)
    assert [style.color for style in first] == list(COLORS[:2])
    assert [style.shape for style in first] == list(SHAPES[:2])
    assert [style.dash for style in first] == list(DASHES[:2])
    assert series_styles(20)[:2] == first, "one more diagnosis must not repaint the others"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scale", ["range", "spread", "share"])
def test_a_profile_has_one_marker_series_a_class_and_named_axes(scale: str, language: Language) -> None:
    figure = profile_figure(
        points(scale), {"a": "A (g/L)", "b": EVIL}, dict(zip([EVIL, "y"], series_styles(2), strict=True)), scale, language
    )
    series = [trace for trace in figure.data if trace.mode == "markers"]
    assert [trace.marker.symbol for trace in series] == list(SHAPES[:2])
    assert figure.layout.xaxis.title.text == AXES[scale].into(language)
    assert list(figure.layout.yaxis.ticktext) == ["A (g/L)", "&lt;img src=x&gt;"]
    assert series[0].name == "&lt;img src=x&gt;"
    assert "<img" not in figure.to_json()


def test_the_reference_range_is_shaded_from_minus_one_to_one() -> None:
    figure = profile_figure(points("range"), {"a": "a", "b": "b"}, dict(zip([EVIL, "y"], series_styles(2), strict=True)), "range", "en")
    band = figure.data[0]
    assert (min(band.x), max(band.x)) == (pytest.approx(squeeze(-1)), pytest.approx(squeeze(1)))
    assert band.fill == "toself"
    assert "40" not in figure.layout.xaxis.ticktext
    assert figure.layout.xaxis.range[1] > squeeze(40), "an extreme prototype is inside the plot"
    assert figure.data[2].text[1] == "b: 3 (n=3)"
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1], "the first column is on top"
