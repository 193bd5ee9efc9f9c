"""Values become pictures: plotly charts, SVG and HTML.

A chart is described once, as values (`Chart`, `Line`, `Axis`, ...), and drawn by plotly on a page and as SVG in a report.
No other room imports plotly.

- `FIGURE_STYLE`: the CSS that figures need on a page of one's own.
- `GRAY`: the color of a level to compare with.
- `MARKS`: the markers of the palette as characters.
- `OUTLINES`: the corners of the markers of the palette.
- `TEAL`: the color of what a chart is about.
- `Area`: a filled polygon.
- `Axis`: one axis: its title, range and ticks.
- `Chart`: axes and the marks on them.
- `Dots`: markers that are not joined.
- `Figure`: a chart or table, or several side by side.
- `Label`: a text at a point.
- `Line`: points joined in their order.
- `Mark`: anything that a chart can hold.
- `Point`: a pair of coordinates.
- `SeriesStyle`: color, marker and dash of one diagnosis or method.
- `Strokes`: separate straight pieces drawn as one mark.
- `Table`: a small table of texts.
- `element`: one HTML or SVG element, escaped.
- `figure_html`: a figure as HTML with SVG.
- `interval_band`: intervals as a band.
- `interval_bars`: intervals as vertical bars.
- `joined`: names in one line.
- `method_styles`: the styles of the methods of a comparison.
- `page_html`: a whole HTML file that opens offline.
- `per_cent`: a share as people read it.
- `plotly_chart`: a chart as a plotly figure.
- `points`: two arrays as points.
- `profile_figure`: the prototypes of every diagnosis, column by column.
- `render`: a part of a page from a template.
- `series_styles`: the styles of n diagnoses.
- `verbatim`: a text that is the same in both languages.
"""

from __future__ import annotations

from metamed_core.drawing.chart import (
    GRAY,
    TEAL,
    Area,
    Axis,
    Chart,
    Dots,
    Figure,
    Label,
    Line,
    Mark,
    Point,
    Strokes,
    Table,
    interval_band,
    interval_bars,
    joined,
    per_cent,
    points,
    verbatim,
)
from metamed_core.drawing.figure_html import figure_html
from metamed_core.drawing.figures import plotly_chart, profile_figure
from metamed_core.drawing.html import FIGURE_STYLE, element, page_html, render
from metamed_core.drawing.palette import MARKS, SeriesStyle, method_styles, series_styles
from metamed_core.drawing.svg import OUTLINES

__all__ = [
    "FIGURE_STYLE",
    "GRAY",
    "MARKS",
    "OUTLINES",
    "TEAL",
    "Area",
    "Axis",
    "Chart",
    "Dots",
    "Figure",
    "Label",
    "Line",
    "Mark",
    "Point",
    "SeriesStyle",
    "Strokes",
    "Table",
    "element",
    "figure_html",
    "interval_band",
    "interval_bars",
    "joined",
    "method_styles",
    "page_html",
    "per_cent",
    "plotly_chart",
    "points",
    "profile_figure",
    "render",
    "series_styles",
    "verbatim",
]
