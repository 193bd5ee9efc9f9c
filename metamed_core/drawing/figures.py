"""Charts as plotly figures; the only file that imports plotly.

Live curves are not here: `pages/parts/common/vega_specs.py` draws them in Vega, which redraws without flicker.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from metamed_core.drawing.chart import Area, Axis, Chart, Dots, Label, Line, Strokes
from metamed_core.drawing.palette import SeriesStyle
from metamed_core.drawing.profile import profile_chart
from metamed_core.words import Language

ROW, MARGINS, LEGEND_LINE = 30, 110, 26  # pixels: one column of the table; title and axis; one class in the legend
EDGE = "rgba(128,128,128,0.8)"  # of a filled marker


def plotly_chart(chart: Chart, language: Language, height: int, *, legend: bool = True, beside: bool = False) -> go.Figure:
    """A chart as a plotly figure; its title and how to read it are text beside it.

    Parameters
    ----------
    chart
        What it shows.
    language
        The language of its texts.
    height
        In pixels.
    legend, beside
        Whether it has a legend, and whether that stands beside it or below.
    """
    figure = go.Figure([_trace(mark, language) for mark in chart.marks if not isinstance(mark, Label)])
    for mark in chart.marks:
        if isinstance(mark, Label):
            figure.add_annotation(x=mark.at[0], y=mark.at[1], text=_text(mark.words.into(language)), showarrow=False)
    figure.update_layout(
        height=height,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        hovermode="closest",
        showlegend=legend,
        legend={} if beside else {"orientation": "h", "yanchor": "top", "y": -0.2, "x": 0, "xanchor": "left"},
    )
    figure.update_xaxes(_axis(chart.x, language))
    figure.update_yaxes(_axis(chart.y, language))
    return figure


def profile_figure(
    profile: pd.DataFrame, labels: Mapping[str, str], styles: Mapping[str, SeriesStyle], scale: str, language: Language
) -> go.Figure:
    """The chart of `profile_chart` as a plotly figure as high as its rows."""
    chart = profile_chart(profile, labels, styles, scale)
    height = ROW * len(labels)
    # On a low figure the legend would not fit beside the marks; the page has one as well.
    return plotly_chart(chart, language, MARGINS + height, legend=height >= LEGEND_LINE * len(chart.legend), beside=True)


def _trace(mark: Area | Line | Strokes | Dots, language: Language) -> go.Scatter:
    style, name = mark.style, "" if mark.name is None else _text(mark.name.into(language))
    # What belongs to one method goes and comes with its entry in the legend.
    shared = {"name": name, "showlegend": bool(name), "legendgroup": f"{style.color} {style.shape} {style.dash}"}
    told = [_text(words.into(language)) for words in getattr(mark, "tooltips", ())]
    tooltips = {"text": told, "hovertemplate": "%{text}<extra>%{fullData.name}</extra>"} if told else {}
    match mark:
        case Area():
            fill = {"fill": "toself", "fillcolor": _faint(style.color, mark.opacity), "line": {"width": 0}}
            return go.Scatter(**_places(mark.corners), mode="lines", hoverinfo="skip", **fill, **shared)
        case Strokes():
            ends = [place for piece in mark.pieces for place in (*piece, (None, None))]
            return go.Scatter(
                **_places(ends), mode="lines", hoverinfo="skip", opacity=mark.opacity, line=_stroke(style, mark.width), **shared
            )
        case Line():
            mode = "lines+markers" if mark.markers else "lines"
            line = {"line": _stroke(style, mark.width), "marker": _marker(style, 9)}
            return go.Scatter(**_places(mark.points), mode=mode, opacity=mark.opacity, **line, **tooltips, **shared)
        case Dots():
            marker = _marker(style, 2 * mark.size, filled=mark.filled)
            return go.Scatter(**_places(mark.points), mode="markers", opacity=mark.opacity, marker=marker, **tooltips, **shared)


def _places(points: Sequence[tuple[float | None, float | None]]) -> dict[str, Any]:
    return {"x": [x for x, _ in points], "y": [y for _, y in points]}


def _stroke(style: SeriesStyle, width: float) -> dict[str, Any]:
    dash = "solid" if style.dash == (1, 0) else ",".join(f"{length}px" for length in style.dash)
    return {"color": style.color, "width": width, "dash": dash}


def _marker(style: SeriesStyle, size: float, *, filled: bool = True) -> dict[str, Any]:
    symbol = style.shape if filled else f"{style.shape}-open"
    return {
        "color": style.color,
        "symbol": symbol,
        "size": size,
        "line": {"width": 0.5 if filled else 2, "color": EDGE if filled else style.color},
    }


def _axis(axis: Axis, language: Language) -> dict[str, Any]:
    found: dict[str, Any] = {"title": {"text": _text(axis.title.into(language))}, "zeroline": False, "automargin": True}
    if axis.percent:
        found["tickformat"] = ".0%"
    if axis.log:
        found |= {"type": "log", "dtick": 1}
    if axis.ticks is not None:
        found |= {"tickvals": [at for at, _ in axis.ticks], "ticktext": [_text(text.into(language)) for _, text in axis.ticks]}
    if axis.low is not None or axis.high is not None:
        found["range"] = [end if end is None or not axis.log else math.log10(end) for end in (axis.low, axis.high)]
    return found


def _faint(color: str, opacity: float) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def _text(text: str) -> str:
    """Plotly draws a subset of HTML in its texts; a patient's table must not."""
    return html.escape(text, quote=False)
