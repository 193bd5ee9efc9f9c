"""Values to pictures: styles of series, charts and lesson pictures as values, and what draws them (plotly, SVG, HTML)."""

from __future__ import annotations

from metamed_core.drawing import chart_svg, figures, palette
from metamed_core.drawing.chart import LEVEL, Axis, Chart, Line, joined, per_cent
from metamed_core.drawing.figures import profile_figure
from metamed_core.drawing.palette import MARKS, SeriesStyle, method_styles, styles
from metamed_core.drawing.picture import Figure
from metamed_core.drawing.picture_svg import STYLE, figure_html

__all__ = [
    "LEVEL",
    "MARKS",
    "STYLE",
    "Axis",
    "Chart",
    "Figure",
    "Line",
    "SeriesStyle",
    "chart_svg",
    "figure_html",
    "figures",
    "joined",
    "method_styles",
    "palette",
    "per_cent",
    "profile_figure",
    "styles",
]
