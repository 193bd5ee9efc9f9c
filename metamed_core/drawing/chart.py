"""What a figure shows, as values: charts on two axes and small tables, in both languages. Two equal ones are drawn alike.

The comparison and the lessons make them; `svg` and `figures` (plotly) draw them. `part` of a mark: what it stands for, one word or several
with blanks between, such as the name of a formula's term; a page that has a script can point at it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metamed_core.drawing.palette import SeriesStyle
from metamed_core.words import Words

Point = tuple[float, float]
GRAY = SeriesStyle("#7A8A8A", "circle", (5, 4))
"""A level to compare with, or what belongs to no diagnosis and no method."""
TEAL = SeriesStyle("#15807D", "circle", (1, 0))
"""What the chart is about, where that is no diagnosis and no method."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Parameters
    ----------
    title
        The quantity and its unit.
    low, high
        The two ends, in the unit of the values; None: from the marks, with a margin.
    percent
        The values are shares (0 .. 1) and the numbers beside the axis percentages.
    ticks
        Position and text of each number beside the axis; None: round numbers.
    log
        Logarithmic, base 10; values must be positive.
    """

    title: Words
    low: float | None = None
    high: float | None = None
    percent: bool = False
    ticks: tuple[tuple[float, Words], ...] | None = None
    log: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon. opacity: 0 .. 1; name: its entry in the legend, None for no entry."""

    corners: tuple[Point, ...]
    style: SeriesStyle
    opacity: float = 0.15
    name: Words | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Points joined in their order, with the dash of the style.

    width: in pixels; arrow: at the end; markers: the marker of the style at each point; tooltips: a text for each point.
    """

    points: tuple[Point, ...]
    style: SeriesStyle
    name: Words | None = None
    width: float = 2
    opacity: float = 1
    arrow: bool = False
    markers: bool = False
    tooltips: tuple[Words, ...] = ()
    part: str = ""


@dataclass(frozen=True, slots=True)
class Strokes:
    """Separate straight pieces drawn as one mark: a contour, a border, interval bars."""

    pieces: tuple[tuple[Point, Point], ...]
    style: SeriesStyle
    name: Words | None = None
    width: float = 1.5
    opacity: float = 1
    part: str = ""


@dataclass(frozen=True, slots=True)
class Dots:
    """Markers, not joined.

    filled: or only their outline; handles: given, each marker can be dragged and reports under this name; tooltips: what each is
    called, for a pointer that rests on it and for a screen reader; tags: a short text beside each.
    """

    points: tuple[Point, ...]
    style: SeriesStyle
    name: Words | None = None
    size: float = 5
    filled: bool = True
    opacity: float = 1
    handles: tuple[str, ...] = ()
    tooltips: tuple[Words, ...] = ()
    tags: tuple[Words, ...] = ()
    part: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A text whose middle, start or end (`anchor`) is at a point."""

    at: Point
    words: Words
    anchor: str = "middle"
    bold: bool = False
    part: str = ""


Mark = Area | Line | Strokes | Dots | Label


@dataclass(frozen=True, slots=True)
class Chart:
    """Marks on two axes, the first mark at the bottom.

    Parameters
    ----------
    title
        The finding or the question.
    how
        How to read the chart.
    alt
        What is on it, for readers who do not see it.
    x, y
        The axes.
    marks
        What is drawn, the first at the bottom.
    click
        The handle that a click on the free plane moves there; empty for none.
    chosen
        The handle that is marked with a ring; empty for none.
    shape
        Width and height in pixels at the usual size; charts beside one another share a row by their widths.
    """

    title: Words
    how: Words
    alt: Words
    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    click: str = ""
    chosen: str = ""
    shape: tuple[int, int] = (760, 400)

    @property
    def legend(self) -> tuple[tuple[Words, Area | Line | Strokes | Dots], ...]:
        """The named marks in their order."""
        return tuple((mark.name, mark) for mark in self.marks if not isinstance(mark, Label) and mark.name)

    @property
    def limits(self) -> tuple[Point, Point]:
        """The two ends of the x axis and of the y axis."""
        places = [point for mark in self.marks for point in _points_of(mark)]
        return _ends(self.x, [x for x, _ in places]), _ends(self.y, [y for _, y in places])


@dataclass(frozen=True, slots=True)
class Table:
    """A small table. styles: one for each row, drawn as its marker before the first cell; strong: (row, column) of cells to stress."""

    title: Words
    how: Words
    header: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]
    styles: tuple[SeriesStyle | None, ...] = ()
    strong: frozenset[tuple[int, int]] = frozenset()
    width: int = 360


Figure = tuple[Chart | Table, ...]


def points(rows: Iterable[Sequence[float]]) -> tuple[Point, ...]:
    """Rows of two numbers as points."""
    return tuple((float(x), float(y)) for x, y in rows)


def finite(marked: Iterable[Point]) -> tuple[Point, ...]:
    """The points whose two numbers are known: an undefined score (NaN) is not drawn."""
    return tuple(point for point in marked if all(map(math.isfinite, point)))


def interval_band(x: Sequence[float], low: Sequence[float], high: Sequence[float], style: SeriesStyle) -> Area:
    """Intervals at `x` as a band from `low` to `high`, each `(n,)`."""
    return Area((*finite(zip(x, low, strict=True)), *reversed(finite(zip(x, high, strict=True)))), style)


def interval_bars(x: Sequence[float], low: Sequence[float], high: Sequence[float], style: SeriesStyle) -> Strokes:
    """Intervals at `x` as vertical bars from `low` to `high`, each `(n,)`."""
    pieces = (((at, a), (at, b)) for at, a, b in zip(x, low, high, strict=True) if math.isfinite(a) and math.isfinite(b))
    return Strokes(tuple(pieces), style, width=2)


def joined(names: Sequence[Words]) -> Words:
    """Names one after the other."""
    return Words(", ".join(name.en for name in names), "、".join(name.zh for name in names))


def per_cent(share: float) -> str:
    """A share as people read it, without the sign."""
    return f"{100 * share:.1f}"


def verbatim(value: object) -> Words:
    """A text that reads the same in both languages: a number, a symbol."""
    return Words(str(value), str(value))


def _points_of(mark: Mark) -> Sequence[Point]:
    match mark:
        case Area():
            return mark.corners
        case Line() | Dots():
            return mark.points
        case Strokes():
            return [end for piece in mark.pieces for end in piece]
        case Label():
            return [mark.at]


def _ends(axis: Axis, values: Sequence[float]) -> tuple[float, float]:
    known = [value for value in values if math.isfinite(value) and (value > 0 or not axis.log)] or [0.1, 1.0]
    low, high = min(known), max(known)
    margin = 1.3 if axis.log else 0.05 * (high - low or 1.0)
    low, high = (low / margin, high * margin) if axis.log else (low - margin, high + margin)
    return low if axis.low is None else axis.low, high if axis.high is None else axis.high
