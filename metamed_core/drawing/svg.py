"""Charts as SVG: text that any browser draws, without a script and without another file.

Text is in `currentColor`, so that it can be read on light and dark paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from metamed_core.drawing.chart import Area, Axis, Chart, Dots, Label, Line, Mark, Point, Strokes, finite
from metamed_core.drawing.html import element
from metamed_core.drawing.palette import SeriesStyle
from metamed_core.drawing.scale import Scale, ticks
from metamed_core.words import Language

FONT = 14
TOUCH_RADIUS = 15  # pixels around a handle within which a finger takes hold of it
OUTLINES: dict[str, tuple[Point, ...]] = {
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "triangle-up": ((0, -1.2), (1.1, 0.9), (-1.1, 0.9)),
    "triangle-down": ((0, 1.2), (1.1, -0.9), (-1.1, -0.9)),
    "triangle-right": ((1.2, 0), (-0.9, 1.1), (-0.9, -1.1)),
    "triangle-left": ((-1.2, 0), (0.9, 1.1), (0.9, -1.1)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "cross": (
        (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4), (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
    ),
}  # fmt: skip
"""Corners of the markers of the palette; any other is a circle."""


@dataclass(frozen=True, slots=True)
class Pen:
    """How a chart is drawn: the language, the size of text and marks against the usual, and whether handles can be dragged."""

    language: Language
    size: float = 1.0
    draggable: bool = False


def chart_svg(chart: Chart, pen: Pen) -> Markup:
    """The chart without its legend; its title, the legend and how to read it are text beside it."""
    width, height = chart.shape
    frame = Frame(chart, pen)
    held = pen.draggable and any(isinstance(mark, Dots) and mark.handles for mark in chart.marks)
    dragging = {
        "data_plane": f"{frame.x.low} {frame.x.high} {frame.y.low} {frame.y.high}",
        "data_box": f"{frame.x.start:.1f} {frame.x.end:.1f} {frame.y.start:.1f} {frame.y.end:.1f}",
    }
    return element(
        "svg",
        frame.axes(),
        *map(frame.part, chart.marks),
        class_="mm-plot",
        viewBox=f"0 0 {width} {height}",
        # What can be dragged must be told to a screen reader, which skips all that is inside an image.
        role="group" if held else "img",
        aria_label=chart.alt.into(pen.language),
        data_click=chart.click or None if pen.draggable else None,
        **(dragging if held else {}),
        font_size=FONT * pen.size,
        fill="currentColor",
    )


def legend_key(mark: Area | Line | Strokes | Dots) -> Markup:
    """The sign of a mark for the legend."""
    match mark:
        case Area():
            return _swatch(
                18, element("rect", x=1, y=2, width=16, height=10, fill=mark.style.color, fill_opacity=min(1.0, mark.opacity * 2))
            )
        case Dots():
            return _swatch(14, _dot(mark, 7, 7, 5))
        case Line(markers=True):
            return _swatch(26, element("path", d="M1 7h24", **_stroke(mark.style, 2)), marker(mark.style, 13, 7, 4))
        case Line() | Strokes():
            return _swatch(26, element("path", d="M1 7h24", **_stroke(mark.style, 2.5)))


def style_key(style: SeriesStyle) -> Markup:
    """The marker of a style for a row of a table."""
    return _swatch(14, marker(style, 7, 7, 5))


def marker(style: SeriesStyle, x: float, y: float, size: float, **paint: Any) -> Markup:
    """The marker of a style with its middle at (x, y); size: from there to its edge, in pixels."""
    paint = {"fill": style.color} | paint
    if style.shape not in OUTLINES:
        return element("circle", cx=float(x), cy=float(y), r=float(size), **paint)
    return element("polygon", points=_corners((x + size * a, y + size * b) for a, b in OUTLINES[style.shape]), **paint)


class Frame:
    """The two axes of a chart with their places in pixels, and how each kind of mark is drawn on them."""

    def __init__(self, chart: Chart, pen: Pen) -> None:
        self.chart, self.pen = chart, pen
        width, height = chart.shape
        (x_low, x_high), (y_low, y_high) = chart.limits
        self.y = Scale(y_low, y_high, height - 40 * pen.size, 8 * pen.size, chart.y.log)
        longest = max((len(text) for _, text in self._ticks(chart.y, self.y)), default=0)
        # Room for the title, which runs upward, and the numbers beside it.
        self.x = Scale(x_low, x_high, max(50.0, 26 + 9.5 * longest) * pen.size, width - 12 * pen.size, chart.x.log)

    def part(self, mark: Mark) -> Markup:
        """One mark as SVG, in a group of its own if it stands for a part of a whole."""
        drawn = self.drawn(mark)
        return element("g", drawn, data_part=mark.part) if mark.part and drawn else drawn

    def drawn(self, mark: Mark) -> Markup:
        """One mark as SVG."""
        match mark:
            case Area():
                corners = _corners(map(self._at, mark.corners))
                paint = {"fill": mark.style.color, "fill_opacity": f"{mark.opacity:.2f}"}
                return element("polygon", points=corners, **paint) if corners else Markup()
            case Line():
                return self._line(mark)
            case Strokes():
                way = "".join(f"M{_way([self._at(start), self._at(end)])}" for start, end in mark.pieces)
                # Dashes would begin anew at every piece, so a contour is told apart by its width and color.
                solid = SeriesStyle(mark.style.color, "", (1, 0))
                return element("path", d=way, **_stroke(solid, mark.width * self.pen.size, mark.opacity)) if way else Markup()
            case Dots():
                return Markup().join(self._handle(mark, i) for i in range(len(mark.points)))
            case Label():
                (x, y), weight = self._at(mark.at), 600 if mark.bold else None
                return element("text", self._say(mark.words), x=x, y=y + 4, text_anchor=mark.anchor, font_weight=weight)

    def axes(self) -> Markup:
        """Grid, numbers and titles; a screen reader is told the alt text of the chart instead."""
        chart, size, x, y = self.chart, self.pen.size, self.x, self.y
        grid = {"stroke": "currentColor", "stroke_opacity": "0.1"}
        parts = []
        for value, text in self._ticks(chart.x, x):
            parts.append(element("path", d=f"M{x(value):.1f} {y.end:.1f}V{y.start:.1f}", **grid))
            parts.append(element("text", text, x=x(value), y=y.start + 15 * size, text_anchor="middle"))
        for value, text in self._ticks(chart.y, y):
            parts.append(element("path", d=f"M{x.start:.1f} {y(value):.1f}H{x.end:.1f}", **grid))
            # Beside its line, but never so low that the lowest meets the first number of the other axis.
            parts.append(element("text", text, x=x.start - 6, y=min(y(value) + 4, y.start), text_anchor="end"))
        middle, center, side = (x.start + x.end) / 2, (y.start + y.end) / 2, 12 * size
        parts.append(element("text", self._say(chart.x.title), x=middle, y=chart.shape[1] - 5, text_anchor="middle"))
        turned = f"rotate(-90 {side:.1f} {center:.1f})"
        parts.append(element("text", self._say(chart.y.title), x=side, y=center, text_anchor="middle", transform=turned))
        return element("g", *parts, aria_hidden="true")

    def _ticks(self, axis: Axis, scale: Scale) -> list[tuple[float, str]]:
        return ticks(axis, scale) if axis.ticks is None else [(value, self._say(words)) for value, words in axis.ticks]

    def _say(self, words: Any) -> str:
        return str(words.into(self.pen.language))

    def _at(self, point: Point) -> Point:
        return self.x(point[0]), self.y(point[1])

    def _line(self, line: Line) -> Markup:
        places = [self._at(point) for point in finite(line.points)]
        if not places:
            return Markup()
        size = self.pen.size
        parts = [element("path", d=f"M{_way(places)}", **_stroke(line.style, line.width * size, line.opacity))]
        if line.markers:
            shown = [marker(line.style, x, y, 3.6 * size) for x, y in places]
            told = [Markup()] * len(shown) if not line.tooltips else [element("title", self._say(words)) for words in line.tooltips]
            parts += [element("g", title, sign) if title else sign for title, sign in zip(told, shown, strict=False)]
        return Markup().join([*parts, _arrow(places, line.style.color, size) if line.arrow and len(places) > 1 else ""])

    def _handle(self, dots: Dots, i: int) -> Markup:
        """One marker with what is told of it; if it can be dragged, a button with a ring and a place for a finger."""
        size, (x, y) = self.pen.size, self._at(dots.points[i])
        told = self._say(dots.tooltips[i]) if dots.tooltips else ""
        title = element("title", told) if told else Markup()
        tag = element("text", self._say(dots.tags[i]), x=x, y=y - (dots.size + 4) * size, text_anchor="middle") if dots.tags else Markup()
        sign = _dot(dots, x, y, dots.size * size)
        if not (self.pen.draggable and dots.handles):
            return element("g", title, sign, tag) if title or tag else sign
        ring = element("circle", class_="mm-ring", cx=x, cy=y, r=(dots.size + 5) * size, fill="none", stroke="currentColor", stroke_width=2)
        name, (value_x, value_y) = dots.handles[i], dots.points[i]
        return element(
            "g",
            title,
            element("circle", cx=x, cy=y, r=TOUCH_RADIUS, fill="transparent"),
            ring,
            sign,
            tag,
            class_="mm-hold mm-chosen" if name == self.chart.chosen else "mm-hold",
            data_name=name,
            # In full, as a key press moves it from there.
            data_x=str(value_x),
            data_y=str(value_y),
            tabindex=0,
            role="button",
            aria_label=told,
        )


def _dot(dots: Dots, x: float, y: float, size: float) -> Markup:
    faint = None if dots.opacity == 1 else f"{dots.opacity:.2f}"
    if dots.filled:
        return marker(dots.style, x, y, size, stroke="var(--mm-paper, #fff)", stroke_width=0.8, opacity=faint)
    return marker(dots.style, x, y, size, fill="none", stroke=dots.style.color, stroke_width=2.4, opacity=faint)


def _arrow(places: list[Point], color: str, size: float) -> Markup:
    (x0, y0), (x1, y1) = places[-2:]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    if length < 1:
        return Markup()
    long = min(9.0 * size, length)
    u, v = (x1 - x0) / length * long, (y1 - y0) / length * long
    corners = [(x1, y1), (x1 - u - v * 0.45, y1 - v + u * 0.45), (x1 - u + v * 0.45, y1 - v - u * 0.45)]
    return element("polygon", points=_corners(corners), fill=color)


def _stroke(style: SeriesStyle, width: float, opacity: float = 1) -> dict[str, Any]:
    dash = None if style.dash == (1, 0) else " ".join(map(str, style.dash))
    faint = None if opacity == 1 else f"{opacity:.2f}"
    line = {"fill": "none", "stroke": style.color, "stroke_width": float(width), "stroke_linejoin": "round"}
    return line | {"stroke_dasharray": dash, "stroke_opacity": faint}


def _corners(places: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _way(places: Iterable[Point]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _swatch(width: int, *inside: Markup) -> Markup:
    return element("svg", *inside, width=width, height=14, viewBox=f"0 0 {width} 14", aria_hidden="true")
