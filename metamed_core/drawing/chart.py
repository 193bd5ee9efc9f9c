"""A chart before it is drawn: enough for any renderer, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metamed_core.drawing.palette import SeriesStyle
from metamed_core.words import Words

GREY = "#7A8A8A"
LEVEL = SeriesStyle(GREY, "circle", (6, 4))
"""How a level to compare with is drawn, which is no method."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis. ticks: (position, text) where they are not plain numbers; limits: its two ends, None to fit the data."""

    title: Words
    percent: bool = False
    log: bool = False
    ticks: tuple[tuple[float, Words], ...] = ()
    limits: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One method or level: points `(n,)` with what a reader is told at each, and 95 % intervals if there are any.

    band: intervals as a filled band, not as bars. stroke, marks: whether the points are joined, and whether they have markers.
    """

    name: Words
    style: SeriesStyle
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    told: tuple[Words, ...] = ()
    band: bool = False
    stroke: bool = True
    marks: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """title: the finding or the question; how: how to read it; alt: what is on it, for those who do not see it."""

    title: Words
    how: Words
    alt: Words
    x: Axis
    y: Axis
    lines: tuple[Line, ...]


def joined(names: Sequence[Words]) -> Words:
    """Names one after the other."""
    return Words(", ".join(name.en for name in names), "、".join(name.zh for name in names))


def per_cent(share: float) -> str:
    """A share as people read it, without the sign."""
    return f"{100 * share:.1f}"
