"""Reading the figures of lessons as a reader does: bars, ends of lines, numbers in titles."""

from __future__ import annotations

import re
from collections.abc import Iterable

from metamed_core.drawing import Chart, Dots, Figure, Label, Line, Mark, Point, SeriesStyle, Table
from metamed_core.words import Words


def chart(figure: Figure, at: int = 0) -> Chart:
    """A part of the figure that is a chart."""
    part = figure[at]
    assert isinstance(part, Chart)
    return part


def table(figure: Figure, at: int = 0) -> Table:
    """A part of the figure that is a table."""
    part = figure[at]
    assert isinstance(part, Table)
    return part


def numbers(text: object) -> list[float]:
    """The numbers in a text."""
    return [float(each) for each in re.findall(r"\d+(?:\.\d+)?", str(text).replace("−", "-"))]


def labels(drawn: Chart) -> list[str]:
    """The texts that stand among the marks."""
    return [mark.words.en for mark in drawn.marks if isinstance(mark, Label)]


def lines(drawn: Chart, style: SeriesStyle | None = None, least: int = 2) -> list[tuple[Point, ...]]:
    """The lines of at least so many points, of one style or of any."""
    return [mark.points for mark in drawn.marks if isinstance(mark, Line) and len(mark.points) >= least and style in (None, mark.style)]


def named(drawn: Chart, name: str) -> Mark:
    """The first mark whose entry in the legend contains a text."""
    return next(mark for mark in drawn.marks if (words := getattr(mark, "name", None)) is not None and name in words.en)


def end(drawn: Chart, name: str) -> Point:
    """Where the line of that name ends."""
    mark = named(drawn, name)
    assert isinstance(mark, Line)
    return mark.points[-1]


def texts(figure: Figure) -> Iterable[Words]:
    """Everything that is written in a figure: titles, how to read it, axes, legend, labels, cells."""
    for part in figure:
        yield from (part.title, part.how)
        if isinstance(part, Table):
            yield from (words for row in (part.header, *part.rows) for words in row)
            continue
        yield from (part.alt, part.x.title, part.y.title)
        yield from (words for axis in (part.x, part.y) for _, words in axis.ticks or ())
        for mark in part.marks:
            if isinstance(mark, Label):
                yield mark.words
            elif mark.name is not None:
                yield mark.name
            if isinstance(mark, Line | Dots):
                yield from mark.tooltips
