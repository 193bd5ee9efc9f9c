"""Values to pictures: styles of series, charts and tables as values, and what draws them (plotly, SVG, HTML)."""

from __future__ import annotations

from metamed_core.drawing import figures, palette
from metamed_core.drawing.chart import (
    GREY,
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
from metamed_core.drawing.html import FIGURE_STYLE as STYLE
from metamed_core.drawing.palette import MARKS, SeriesStyle, method_styles, series_styles
from metamed_core.drawing.palette import series_styles as styles

__all__ = [
    "FIGURE_STYLE",
    "GREY",
    "MARKS",
    "STYLE",
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
    "figures",
    "interval_band",
    "interval_bars",
    "joined",
    "method_styles",
    "page_html",
    "palette",
    "per_cent",
    "plotly_chart",
    "points",
    "profile_figure",
    "render",
    "series_styles",
    "styles",
    "verbatim",
]
