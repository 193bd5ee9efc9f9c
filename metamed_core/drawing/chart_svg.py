"""The plots of a comparison as SVG: text that any browser draws, without a script and without another file.

Text is in `currentColor`, so that it can be read on light and dark paper. Floor 11 of the house.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

from metamed_core.drawing.chart import Axis, Chart, Line
from metamed_core.words import Language

WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 12, 52
LEGEND_ROW, LEGEND_COLUMNS = 20, 3
N_TICKS = 5
SIZE = 4.5  # of a marker, from its middle to its edge


@dataclass(frozen=True)
class Scale:
    """From a value to a place in pixels."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value."""
        low, high, at = (math.log10(v) if self.log else v for v in (self.low, self.high, value))
        return self.start + (at - low) / (high - low) * (self.end - self.start)


def drawn(chart: Chart, language: Language) -> str:
    """The plot with its legend; its title and how to read it are text beside it."""
    rows = -(-len(chart.lines) // LEGEND_COLUMNS)
    height = HEIGHT + LEGEND_ROW * rows
    x = _scale(chart.x, [value for line in chart.lines for value in line.x], LEFT, WIDTH - RIGHT)
    y = _scale(chart.y, [value for line in chart.lines for value in (*line.y, *line.low, *line.high)], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(chart.alt.into(language))}" font-size="13" fill="currentColor">',
        *_grid(chart, x, y, language),
        *(_band(line, x, y) for line in chart.lines if line.low and line.band),
        *(part for line in chart.lines for part in _line(line, x, y)),
        *_legend(chart.lines, language),
        "</svg>",
    ]
    return "\n".join(parts)


def _scale(axis: Axis, values: Sequence[float], start: float, end: float) -> Scale:
    known = [value for value in values if math.isfinite(value) and (value > 0 or not axis.log)] or [0.1, 1.0]
    low, high = axis.limits or (min(known), max(known))
    if axis.limits is None:
        margin = 1.3 if axis.log else 0.05 * (high - low or 1.0)
        low, high = (low / margin, high * margin) if axis.log else (low - margin, high + margin)
    return Scale(low, high, start, end, axis.log)


def ticks(axis: Axis, scale: Scale) -> list[tuple[float, str]]:
    """Round values on the axis, with what stands beside them."""
    if axis.log:
        powers = range(math.ceil(math.log10(scale.low)), math.floor(math.log10(scale.high)) + 1)
        return [(10.0**power, f"{10.0**power:g}") for power in powers]
    step = _round_up((scale.high - scale.low) / N_TICKS)
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    values = [at * step for at in range(first, last + 1)]
    return [(value, f"{100 * value:.0f} %" if axis.percent else f"{round(value, 6):g}") for value in values]


def _round_up(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * part for part in (1, 2, 5, 10) if power * part >= step - 1e-12)


def _grid(chart: Chart, x: Scale, y: Scale, language: Language) -> list[str]:
    across = [(at, text.into(language)) for at, text in chart.x.ticks] or ticks(chart.x, x)
    parts = []
    for value, text in across:
        parts.append(f'<path d="M{x(value):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="currentColor" stroke-opacity="0.12"/>')
        parts.append(f'<text x="{x(value):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{html.escape(text)}</text>')
    for value, text in ticks(chart.y, y):
        parts.append(f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="currentColor" stroke-opacity="0.12"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{html.escape(text)}</text>')
    middle, centre = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">{html.escape(chart.x.title.into(language))}</text>')
    turned = f'transform="rotate(-90 14 {centre})"'
    parts.append(f'<text x="14" y="{centre}" text-anchor="middle" {turned}>{html.escape(chart.y.title.into(language))}</text>')
    return parts


def _band(line: Line, x: Scale, y: Scale) -> str:
    ends = [*zip(line.x, line.high, strict=True), *reversed([*zip(line.x, line.low, strict=True)])]
    corners = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in ends if math.isfinite(b))
    return f'<polygon points="{corners}" fill="{line.style.colour}" fill-opacity="0.16"/>'


def _line(line: Line, x: Scale, y: Scale) -> list[str]:
    points = [(x(a), y(b)) for a, b in zip(line.x, line.y, strict=True) if math.isfinite(b)]
    parts = []
    if line.stroke and points:
        way = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{way}" fill="none" {_stroke(line)}/>')
    if line.low and not line.band:
        bars = zip(line.x, line.low, line.high, strict=True)
        parts += [
            f'<path d="M{x(a):.1f} {y(low):.1f}V{y(high):.1f}" stroke="{line.style.colour}" stroke-width="2"/>'
            for a, low, high in bars
            if math.isfinite(low)
        ]
    return parts + ([marker(line.style.shape, a, b, line.style.colour) for a, b in points] if line.marks else [])


def _stroke(line: Line) -> str:
    dash = "" if line.style.dash == (1, 0) else f' stroke-dasharray="{" ".join(map(str, line.style.dash))}"'
    return f'stroke="{line.style.colour}" stroke-width="2"{dash}'


def marker(shape: str, x: float, y: float, colour: str, size: float = SIZE) -> str:
    """One marker of the palette with its middle at (x, y)."""
    known: dict[str, list[tuple[float, float]]] = {
        "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
        "triangle-up": [(0, -1.2), (1.1, 0.9), (-1.1, 0.9)],
        "triangle-down": [(0, 1.2), (1.1, -0.9), (-1.1, -0.9)],
        "triangle-right": [(1.2, 0), (-0.9, 1.1), (-0.9, -1.1)],
        "triangle-left": [(-1.2, 0), (0.9, 1.1), (0.9, -1.1)],
        "diamond": [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)],
        "cross": [
            (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4), (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
        ],
    }  # fmt: skip
    if shape not in known:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{colour}"/>'
    points = " ".join(f"{x + size * a:.1f},{y + size * b:.1f}" for a, b in known[shape])
    return f'<polygon points="{points}" fill="{colour}"/>'


def _legend(lines: Sequence[Line], language: Language) -> list[str]:
    parts, column = [], (WIDTH - LEFT) / LEGEND_COLUMNS
    for at, line in enumerate(lines):
        x, y = LEFT + column * (at % LEGEND_COLUMNS), HEIGHT + 8 + LEGEND_ROW * (at // LEGEND_COLUMNS)
        if line.stroke:
            parts.append(f'<path d="M{x} {y - 4}h26" {_stroke(line)}/>')
        if line.marks:
            parts.append(marker(line.style.shape, x + 13, y - 4, line.style.colour))
        parts.append(f'<text x="{x + 32}" y="{y}">{html.escape(line.name.into(language))}</text>')
    return parts
