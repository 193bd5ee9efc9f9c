"""Figures as HTML that needs nothing else: pictures as SVG, tables as tables, a legend; for the page and for the handout.

Text is in `currentColor`, so that it can be read on light and dark paper. Floor 12 of the house.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

from metamed_core.drawing.chart_svg import Scale, marker, ticks
from metamed_core.drawing.palette import SeriesStyle
from metamed_core.drawing.picture import Area, Axis, Dots, Figure, Label, Line, Mark, Picture, Point, Strokes, Table
from metamed_core.words import Language, Words

FONT = 14
NARROWEST = 0.66  # of its usual width; a part that would be narrower goes under the one before
A_NAME = 12  # letters of a cell that is a name and not a sentence
HOLD = 15  # radius in pixels within which a finger takes hold of a mark
STYLE = """
.mm-figure { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; align-items: flex-start; }
.mm-part { flex: 1 1 0; min-width: 0; margin: 0; }
.mm-part h4 { font-size: 0.95em; font-weight: 600; margin: 0 0 0.25rem; padding: 0; line-height: 1.35; }
.mm-part svg.mm-plot { display: block; width: 100%; height: auto; max-height: var(--mm-tallest, none); overflow: visible; }
.mm-legend { display: flex; flex-wrap: wrap; gap: 0.1rem 0.9rem; font-size: 0.82em; margin: 0.15rem 0 0; padding: 0; list-style: none; }
.mm-legend li { display: inline-flex; align-items: center; gap: 0.3rem; margin: 0; padding: 0; }
.mm-how { font-size: 0.8em; line-height: 1.4; margin: 0.2rem 0 0; opacity: 0.88; }
.mm-part:has(> .mm-table) { min-width: min-content !important; }
.mm-table { border-collapse: collapse; font-size: 0.82em; width: 100%; font-variant-numeric: tabular-nums; }
.mm-table th, .mm-table td { padding: 0.2rem 0.35rem; border-bottom: 1px solid rgba(128, 128, 128, 0.35); text-align: right; font-weight: 400; }
.mm-table thead th { font-weight: 600; vertical-align: bottom; }
.mm-table td { word-break: keep-all; } .mm-table td:first-child { white-space: nowrap; }
.mm-table th:first-child, .mm-table td:first-child, .mm-table .mm-text { text-align: left; }
.mm-table .mm-strong { font-weight: 700; }
.mm-table svg { vertical-align: -2px; margin-right: 0.35rem; }
.mm-hold { cursor: grab; outline: none; touch-action: none; }
.mm-hold .mm-ring { opacity: 0; }
.mm-hold:hover .mm-ring, .mm-hold:focus-visible .mm-ring, .mm-hold.mm-chosen .mm-ring { opacity: 1; }
svg[data-click] { cursor: crosshair; touch-action: none; }
"""


@dataclass(frozen=True)
class Pen:
    """How large everything is drawn, in which language, whether marks with names may be taken hold of, and parts say how to read them."""

    language: Language
    size: float = 1.0
    hold: bool = False
    told: bool = True

    def say(self, words: Words) -> str:
        """The text in the chosen language, safe in HTML."""
        return html.escape(words.into(self.language))


def figure_html(figure: Figure, language: Language, *, size: float = 1.0, hold: bool = False, told: bool = True) -> str:
    """All parts of a figure beside one another; needs `STYLE`. size: of text and marks against the picture; hold, told: see `Pen`."""
    pen = Pen(language, size, hold, told)
    parts = [_table(part, pen) if isinstance(part, Table) else _picture(part, pen) for part in figure]
    return f'<div class="mm-figure">{"".join(parts)}</div>'


def _table(table: Table, pen: Pen) -> str:
    styles = table.styles or (None,) * len(table.rows)
    head = "".join(f'<th scope="col"{_kind(table, i)}>{pen.say(words)}</th>' for i, words in enumerate(table.header))
    rows = [
        "<tr>" + "".join(_cell(table, pen, at, i, words, style) for i, words in enumerate(row)) + "</tr>"
        for at, (row, style) in enumerate(zip(table.rows, styles, strict=True))
    ]
    body = f'<table class="mm-table"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    return _part(table.width, pen.say(table.title), body, pen.say(table.how) if pen.told else "")


def _kind(table: Table, column: int) -> str:
    """Numbers stand right, words left."""
    numbers = all(_is_number(row[column].en) for row in table.rows)
    return "" if numbers else ' class="mm-text"'


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("−", "").replace("%", "").strip().isdigit()


def _cell(table: Table, pen: Pen, row: int, column: int, words: Words, style: SeriesStyle | None) -> str:
    swatch = _swatch(f"{marker(style.shape, 7, 7, style.colour, 5)}", 14) if style is not None and not column else ""
    kind = _kind(table, column)
    if (row, column) in table.strong:
        kind = ' class="mm-text mm-strong"' if kind else ' class="mm-strong"'
    text = pen.say(words)
    if len(text) <= A_NAME and pen.language == "zh":
        text = text.replace(" ", "\u00a0")  # a Chinese name has no other place where it could be broken
    return f"<td{kind}>{swatch}{text}</td>"


def _part(width: int, title: str, body: str, how: str, legend: str = "") -> str:
    told = f'<p class="mm-how">{how}</p>' if how else ""
    return f'<section class="mm-part" style="flex-grow:{width};min-width:min(100%,{NARROWEST * width:.0f}px)"><h4>{title}</h4>{body}{legend}{told}</section>'


def _picture(picture: Picture, pen: Pen) -> str:
    width, height = picture.shape
    frame = Frame(picture, pen)
    held = pen.hold and any(isinstance(mark, Dots) and mark.names for mark in picture.marks)
    # What can be taken hold of must be told to a screen reader, which skips all that is inside an image.
    role = "group" if held else "img"
    plane = f' data-click="{html.escape(picture.click)}"' if pen.hold and picture.click else ""
    plane += f' data-plane="{frame.x.low} {frame.x.high} {frame.y.low} {frame.y.high}"' if held else ""
    plane += f' data-box="{frame.x.start:.1f} {frame.x.end:.1f} {frame.y.start:.1f} {frame.y.end:.1f}"' if held else ""
    head = f'<svg class="mm-plot" viewBox="0 0 {width} {height}" role="{role}" aria-label="{pen.say(picture.alt)}"{plane} '
    head += f'font-size="{FONT * pen.size:.1f}" fill="currentColor">'
    marks = "".join(frame.drawn(mark) for mark in picture.marks)
    named = [mark for mark in picture.marks if not isinstance(mark, Label) and mark.name is not None]
    legend = "".join(f"<li>{_key(mark)}{pen.say(mark.name)}</li>" for mark in named if mark.name)
    listed = f'<ul class="mm-legend">{legend}</ul>' if legend else ""
    return _part(width, pen.say(picture.title), f"{head}{frame.axes()}{marks}</svg>", pen.say(picture.how) if pen.told else "", listed)


def _swatch(inside: str, width: int) -> str:
    return f'<svg width="{width}" height="14" viewBox="0 0 {width} 14" aria-hidden="true">{inside}</svg>'


def _key(mark: Mark) -> str:
    """The mark's sign in the legend."""
    if isinstance(mark, Area):
        return _swatch(
            f'<rect x="1" y="2" width="16" height="10" fill="{mark.style.colour}" fill-opacity="{min(1.0, mark.strength * 2)}"/>', 18
        )
    if isinstance(mark, Dots):
        return _swatch(_dot(mark, 7, 7, 5), 14)
    if isinstance(mark, Line) and mark.marks:
        return _swatch(f'<path d="M1 7h24" {_stroke(mark.style, 2)}/>{marker(mark.style.shape, 13, 7, mark.style.colour, 4)}', 26)
    return _swatch(f'<path d="M1 7h24" {_stroke(mark.style, 2.5) if isinstance(mark, Line | Strokes) else ""}/>', 26)


def _stroke(style: SeriesStyle, width: float, opacity: float = 1) -> str:
    dash = "" if style.dash == (1, 0) else f' stroke-dasharray="{" ".join(map(str, style.dash))}"'
    faint = "" if opacity == 1 else f' stroke-opacity="{opacity:.2f}"'
    return f'fill="none" stroke="{style.colour}" stroke-width="{width:.1f}" stroke-linejoin="round"{dash}{faint}'


def _dot(mark: Dots, x: float, y: float, size: float) -> str:
    shape = marker(mark.style.shape, x, y, mark.style.colour, size)
    faint = "" if mark.opacity == 1 else f' opacity="{mark.opacity:.2f}"'
    if mark.filled:
        return shape.replace("/>", f' stroke="var(--mm-paper, #fff)" stroke-width="0.8"{faint}/>')
    return shape.replace(f'fill="{mark.style.colour}"', f'fill="none" stroke="{mark.style.colour}" stroke-width="2.4"{faint}')


class Frame:
    """The two axes of a picture with their places in pixels, and how each kind of mark is drawn on them."""

    def __init__(self, picture: Picture, pen: Pen) -> None:
        self.picture, self.pen = picture, pen
        width, height = picture.shape
        texts = [words.into(pen.language) for _, words in picture.y.ticks or ()]
        wide = max(map(len, texts), default=3) > 3
        self.left, self.bottom = (64 if wide else 50) * pen.size, 40 * pen.size
        self.x = Scale(picture.x.low, picture.x.high, self.left, width - 12 * pen.size)
        self.y = Scale(picture.y.low, picture.y.high, height - self.bottom, 8 * pen.size)

    def drawn(self, mark: Mark) -> str:
        """One mark as SVG."""
        draw: dict[type, Callable[..., str]] = {
            Area: self._area, Line: self._line, Strokes: self._strokes, Dots: self._dots, Label: self._label,
        }  # fmt: skip
        return draw[type(mark)](mark)

    def axes(self) -> str:
        """Grid, numbers and titles; a screen reader is told the picture's alt text instead."""
        picture, pen = self.picture, self.pen
        parts = ['<g aria-hidden="true">']
        for value, text in self._ticks(picture.x, self.x):
            at = f"{self.x(value):.1f}"
            parts.append(f'<path d="M{at} {self.y.end:.1f}V{self.y.start:.1f}" stroke="currentColor" stroke-opacity="0.1"/>')
            parts.append(f'<text x="{at}" y="{self.y.start + 15 * pen.size:.1f}" text-anchor="middle">{text}</text>')
        for value, text in self._ticks(picture.y, self.y):
            at = f"{self.y(value):.1f}"
            parts.append(f'<path d="M{self.x.start:.1f} {at}H{self.x.end:.1f}" stroke="currentColor" stroke-opacity="0.1"/>')
            # Beside its line, but never so low that the lowest meets the first number of the other axis.
            base = min(self.y(value) + 4, self.y.start)
            parts.append(f'<text x="{self.left - 6:.1f}" y="{base:.1f}" text-anchor="end">{text}</text>')
        middle, centre = (self.x.start + self.x.end) / 2, (self.y.start + self.y.end) / 2
        bottom, side = picture.shape[1] - 5, 12 * pen.size
        parts.append(f'<text x="{middle:.1f}" y="{bottom}" text-anchor="middle">{pen.say(picture.x.title)}</text>')
        parts.append(
            f'<text x="{side}" y="{centre:.1f}" text-anchor="middle" transform="rotate(-90 {side} {centre:.1f})">{pen.say(picture.y.title)}</text>'
        )
        return "".join([*parts, "</g>"])

    def _ticks(self, axis: Axis, scale: Scale) -> list[tuple[float, str]]:
        if axis.ticks is not None:
            return [(value, self.pen.say(words)) for value, words in axis.ticks]
        from metamed_core.drawing.chart import Axis as Baseline

        return [(value, text.replace("-", "−")) for value, text in ticks(Baseline(axis.title, percent=axis.percent), scale)]

    def _at(self, point: Point) -> str:
        return f"{self.x(point[0]):.1f} {self.y(point[1]):.1f}"

    def _area(self, mark: Area) -> str:
        if not mark.corners:
            return ""
        corners = " ".join(self._at(point) for point in mark.corners)
        return f'<polygon points="{corners}" fill="{mark.style.colour}" fill-opacity="{mark.strength:.2f}"/>'

    def _line(self, mark: Line) -> str:
        if not mark.points:
            return ""
        way = "L".join(self._at(point) for point in mark.points)
        parts = [f'<path d="M{way}" {_stroke(mark.style, mark.width * self.pen.size, mark.opacity)}/>']
        if mark.marks:
            size = 3.6 * self.pen.size
            parts += [marker(mark.style.shape, self.x(x), self.y(y), mark.style.colour, size) for x, y in mark.points]
        if mark.arrow and len(mark.points) > 1:
            parts.append(self._arrow(mark))
        return "".join(parts)

    def _arrow(self, mark: Line) -> str:
        (x0, y0), (x1, y1) = ((self.x(x), self.y(y)) for x, y in mark.points[-2:])
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        if length < 1:
            return ""
        size = min(9.0 * self.pen.size, length)
        u, v = (x1 - x0) / length * size, (y1 - y0) / length * size
        corners = [(x1, y1), (x1 - u - v * 0.45, y1 - v + u * 0.45), (x1 - u + v * 0.45, y1 - v - u * 0.45)]
        return f'<polygon points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in corners)}" fill="{mark.style.colour}"/>'

    def _strokes(self, mark: Strokes) -> str:
        way = "".join(f"M{self._at(start)}L{self._at(end)}" for start, end in mark.pieces)
        # Dashes would begin anew at every piece, so a contour is told apart by its width and colour.
        return (
            f'<path d="{way}" {_stroke(SeriesStyle(mark.style.colour, "", (1, 0)), mark.width * self.pen.size, mark.opacity)}/>'
            if way
            else ""
        )

    def _dots(self, mark: Dots) -> str:
        return "".join(self._one(mark, i, x, y) for i, (x, y) in enumerate(mark.points))

    def _one(self, mark: Dots, i: int, x: float, y: float) -> str:
        told = self.pen.say(mark.told[i]) if mark.told else ""
        across, down = self.x(x), self.y(y)
        sign = _dot(mark, across, down, mark.size * self.pen.size)
        tag = ""
        if mark.tags:
            tag = f'<text x="{across:.1f}" y="{down - (mark.size + 4) * self.pen.size:.1f}" text-anchor="middle">{self.pen.say(mark.tags[i])}</text>'
        title = f"<title>{told}</title>" if told else ""
        if not (self.pen.hold and mark.names):
            return f"<g>{title}{sign}{tag}</g>" if title or tag else sign
        name = mark.names[i]
        ring = f'<circle class="mm-ring" cx="{across:.1f}" cy="{down:.1f}" r="{(mark.size + 5) * self.pen.size:.1f}" fill="none" stroke="currentColor" stroke-width="2"/>'
        finger = f'<circle cx="{across:.1f}" cy="{down:.1f}" r="{HOLD}" fill="transparent"/>'
        chosen = " mm-chosen" if name == self.picture.chosen else ""
        about = f'class="mm-hold{chosen}" data-name="{html.escape(name)}" data-x="{x}" data-y="{y}" tabindex="0" role="button"'
        return f'<g {about} aria-label="{told}">{title}{finger}{ring}{sign}{tag}</g>'

    def _label(self, mark: Label) -> str:
        weight = ' font-weight="600"' if mark.bold else ""
        x, y = self.x(mark.at[0]), self.y(mark.at[1])
        return f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{mark.anchor}"{weight}>{self.pen.say(mark.words)}</text>'
