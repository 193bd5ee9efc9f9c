"""What a figure shows, as values: pictures on two axes and small tables, in both languages. Two equal ones are drawn alike.

A lesson makes them, `picture_svg` draws them, for the page as for the handout. Floor 1 of the house.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metamed_core.drawing.palette import SeriesStyle
from metamed_core.words import Words

Point = tuple[float, float]
GREY = SeriesStyle("#7A8A8A", "circle", (5, 4))
"""What is compared with, or belongs to no diagnosis."""
TEAL = SeriesStyle("#15807D", "circle", (1, 0))
"""What the picture is about, where that is no diagnosis."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis from `low` to `high`. ticks: (position, text), None for round numbers."""

    title: Words
    low: float
    high: float
    percent: bool = False
    ticks: tuple[tuple[float, Words], ...] | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon. strength: how opaque, 0 .. 1; name: for the legend, none if it has no line there."""

    corners: tuple[Point, ...]
    style: SeriesStyle
    strength: float = 0.15
    name: Words | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Points joined in their order, with the look's dash. arrow: at its end; marks: a marker at each point."""

    points: tuple[Point, ...]
    style: SeriesStyle
    name: Words | None = None
    width: float = 2
    opacity: float = 1
    arrow: bool = False
    marks: bool = False


@dataclass(frozen=True, slots=True)
class Strokes:
    """Many short straight pieces drawn as one: a contour, a border."""

    pieces: tuple[tuple[Point, Point], ...]
    style: SeriesStyle
    name: Words | None = None
    width: float = 1.5
    opacity: float = 1


@dataclass(frozen=True, slots=True)
class Dots:
    """Markers. filled: or only their outline; names: given, each may be taken hold of and reports by this name.

    told: what each is called, for a pointer that rests on it and for a screen reader; tags: a short text beside each.
    """

    points: tuple[Point, ...]
    style: SeriesStyle
    name: Words | None = None
    size: float = 5
    filled: bool = True
    opacity: float = 1
    names: tuple[str, ...] = ()
    told: tuple[Words, ...] = ()
    tags: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A text whose middle, start or end is at a point."""

    at: Point
    words: Words
    anchor: str = "middle"
    bold: bool = False


Mark = Area | Line | Strokes | Dots | Label


@dataclass(frozen=True, slots=True)
class Picture:
    """Marks on two axes, the first at the bottom. title: the finding or the question; how: how to read it; alt: what is on it.

    click: the handle that a click on the free plane moves there; chosen: the handle that wears a ring.
    shape: width and height in pixels at the usual size; pictures beside one another share a row by their widths.
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


@dataclass(frozen=True, slots=True)
class Table:
    """A small table. looks: one for each row, drawn as its marker before the first cell; strong: (row, column) of cells to stress."""

    title: Words
    how: Words
    header: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]
    styles: tuple[SeriesStyle | None, ...] = ()
    strong: frozenset[tuple[int, int]] = frozenset()
    width: int = 360


Figure = tuple[Picture | Table, ...]


def picture_data(figure: Figure) -> str:
    """Everything a figure shows as one text (JSON), the same for equal figures to the last digit."""
    parts = [{"kind": type(part).__name__, **dataclasses.asdict(part)} for part in figure]
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, default=_listed)


def _listed(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def same(text: object) -> Words:
    """A text that reads the same in both languages: a number, a symbol."""
    return Words(str(text), str(text))


def points(rows: Iterable[Sequence[float]]) -> tuple[Point, ...]:
    """Rows of two numbers as points."""
    return tuple((float(x), float(y)) for x, y in rows)
