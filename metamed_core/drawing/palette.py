"""One style for each diagnosis or method: a color, a marker and a dash, in a fixed order, so that no chart relies on color alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442", "#999999")
"""Okabe and Ito 2008, told apart with every common form of color blindness; black is left out, a dark page hides it."""

METHOD_COLORS = (*COLORS[:6], "#B01030", "#6A4CFF")
"""Of methods, which are lines: without the yellow, which a white page cannot show, and the gray, which stands for levels to compare with.
The last two are as far from the others as those are from one another, also to the color-blind, and are seen on both pages."""

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
"""Marker names that Vega and plotly share."""

MARKS = {
    "circle": "●",
    "square": "■",
    "triangle-up": "▲",
    "diamond": "◆",
    "cross": "✚",
    "triangle-down": "▼",
    "triangle-right": "▶",
    "triangle-left": "◀",
}
"""The same markers in a line of text."""

DASHES: tuple[tuple[int, ...], ...] = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (12, 4), (12, 3, 2, 3, 2, 3), (4, 1), (2, 5))
"""Lengths of stroke and gap in pixels; the first is a solid line."""


@dataclass(frozen=True, slots=True)
class SeriesStyle:
    """How one diagnosis or method is drawn, everywhere.

    color: hexadecimal; shape: one of `SHAPES`; dash: lengths of stroke and gap in pixels, (1, 0) for a solid line; name: what a
    person reads, in their language.
    """

    color: str
    shape: str
    dash: tuple[int, ...]
    name: str = ""


def series_styles(n: int) -> tuple[SeriesStyle, ...]:
    """The styles of `n` diagnoses in their order; up to 64 no two share both color and marker, or both color and dash."""
    # A second round of colors starts one marker and one dash further on, so that the pairs do not repeat.
    return tuple(
        SeriesStyle(COLORS[i % len(COLORS)], SHAPES[(i + i // len(COLORS)) % len(SHAPES)], DASHES[(i + i // len(COLORS)) % len(DASHES)])
        for i in range(n)
    )


def method_styles(names: Mapping[str, str], twin_of: Mapping[str, str] | None = None) -> dict[str, SeriesStyle]:
    """Key -> style of the methods of a comparison, in their order.

    Parameters
    ----------
    names
        What a person reads, by key. The first eight that are no twins have colors of their own.
    twin_of
        By key, the method whose color this one shares; it has another marker and another dash.
    """
    twins = twin_of or {}
    own = [key for key in names if key not in twins]
    styles = dict(zip(own, series_styles(len(own)), strict=True))
    found = {key: replace(style, color=METHOD_COLORS[i % len(METHOD_COLORS)]) for i, (key, style) in enumerate(styles.items())}
    found |= {key: _beside(found[other]) for key, other in twins.items()}
    return {key: replace(found[key], name=name) for key, name in names.items()}


def _beside(style: SeriesStyle) -> SeriesStyle:
    """The same color with the marker and the dash that are halfway round."""
    half = len(SHAPES) // 2
    shape, dash = SHAPES.index(style.shape), DASHES.index(style.dash)
    return replace(style, shape=SHAPES[(shape + half) % len(SHAPES)], dash=DASHES[(dash + half) % len(DASHES)])
