"""Charts as plotly figures, and the profile of the prototypes; the only file that imports plotly.

Live curves are not here: `pages/parts/common/live_charts.py` draws them in Vega, which redraws without flicker.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from metamed_core.drawing.chart import Area, Axis, Chart, Dots, Label, Line, Strokes
from metamed_core.drawing.palette import SeriesStyle
from metamed_core.words import Language, Words

EDGE = "rgba(128,128,128,0.8)"  # of a filled marker
ROW, MARGINS, LEGEND_LINE = 30, 100, 26  # pixels: one column of the table; title and axis; one class in the legend
SPREAD_OF_MARKERS = 0.6  # of a row's height, so that equal prototypes do not hide each other
TICKS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)

AXES = {
    "range": Words("Position in the reference range: −1 lower end, +1 upper end", "在参考区间中的位置：−1 为下限，+1 为上限"),
    "spread": Words("Standard deviations from the mean of all labelled patients", "与全部已确诊患者均值相差的标准差数"),
    "share": Words("Share of patients with “yes”", "结果为“是”的患者比例"),
}
REFERENCE = Words("reference range", "参考区间")


def profile_figure(
    points: pd.DataFrame, labels: Mapping[str, str], styles: Mapping[str, SeriesStyle], scale: str, language: Language
) -> go.Figure:
    """The prototypes of every class, column by column, on one scale ("range", "spread" or "share").

    points: rows of `diagnosis.profile` of this scale; labels: column -> what to call it, top to bottom; styles: class -> style.
    """
    figure = go.Figure()
    places = {name: at for at, name in enumerate(labels)}
    classes = list(styles)
    for k, name in enumerate(classes):
        rows = points[(points["diagnosis"] == name) & points["column"].isin(places)]
        if len(rows):
            figure.add_trace(_class_markers(rows, styles[name].name or name, styles[name], places, _offset(k, len(classes)), labels, scale))
    _axes(figure, points["position"].to_numpy(dtype=float), list(labels.values()), scale, language)
    return figure


def _class_markers(
    rows: pd.DataFrame, name: str, style: SeriesStyle, places: Mapping[str, int], offset: float, labels: Mapping[str, str], scale: str
) -> go.Scatter:
    position = rows["position"].to_numpy(dtype=float)
    told = [f"{_text(labels[c])}: {v:.4g} (n={n})" for c, v, n in zip(rows["column"], rows["value"], rows["n"], strict=True)]
    return go.Scatter(
        x=position if scale == "share" else squeeze(position),
        y=[places[column] + offset for column in rows["column"]],
        mode="markers",
        name=_text(name),
        text=told,
        hovertemplate="%{text}<extra>%{fullData.name}</extra>",
        marker={"color": style.colour, "symbol": style.shape, "size": 10, "line": {"width": 1, "color": EDGE}},
    )


def _offset(k: int, n_way: int) -> float:
    return 0.0 if n_way == 1 else (k / (n_way - 1) - 0.5) * SPREAD_OF_MARKERS


def _axes(figure: go.Figure, position: npt.NDArray[np.float64], labels: Sequence[str], scale: str, language: Language) -> None:
    if scale == "range":
        figure.add_vrect(
            x0=squeeze(-1.0), x1=squeeze(1.0), fillcolor="rgba(0,158,115,0.13)", line_width=0, layer="below",
        )  # fmt: skip
        figure.add_annotation(x=0, y=1, yref="paper", yanchor="bottom", text=REFERENCE.into(language), showarrow=False)
    figure.update_layout(
        height=MARGINS + ROW * len(labels),
        margin={"l": 10, "r": 10, "t": 30, "b": 10},
        # On a low figure the legend would not fit beside the plot; the page has one as well.
        showlegend=len(labels) * ROW >= LEGEND_LINE * len(figure.data),
        hovermode="closest",
    )
    title = AXES[scale].into(language)
    figure.update_xaxes({"title": title, **({"range": [-0.05, 1.05], "tickformat": ".0%"} if scale == "share" else _ticks(position))})
    ticks = list(range(len(labels)))
    # Upside down, so that the first column of the table is on top.
    figure.update_yaxes(tickvals=ticks, ticktext=[_text(label) for label in labels], range=[len(labels) - 0.5, -0.5], automargin=True)


def _ticks(position: npt.NDArray[np.float64]) -> dict[str, Any]:
    edge = max(1.5, float(np.abs(position).max(initial=0.0)) * 1.15)
    shown = [tick for tick in TICKS if tick <= edge]
    values = [*(-tick for tick in reversed(shown)), 0.0, *shown]
    side = float(squeeze(edge))
    return {"tickvals": [float(squeeze(value)) for value in values], "ticktext": [f"{value:g}" for value in values], "range": [-side, side]}


def squeeze(position: npt.ArrayLike) -> Any:
    """Linear near 0, logarithmic further out, so that one prototype at 40 times its range does not flatten the others."""
    return np.arcsinh(position)


def _text(text: str) -> str:
    """Plotly draws a subset of HTML in its texts; a patient's table must not."""
    return html.escape(text, quote=False)


def plotly_chart(chart: Chart, language: Language, height: int, *, legend: bool = True) -> go.Figure:
    """A chart of values as a plotly figure; its title and how to read it are text beside it. height: in pixels."""
    figure = go.Figure([_trace(mark, language) for mark in chart.marks if not isinstance(mark, Label)])
    for mark in chart.marks:
        if isinstance(mark, Label):
            figure.add_annotation(x=mark.at[0], y=mark.at[1], text=_text(mark.words.into(language)), showarrow=False)
    figure.update_layout(
        height=height,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        hovermode="closest",
        showlegend=legend,
        legend={"orientation": "h", "yanchor": "top", "y": -0.2, "x": 0, "xanchor": "left"},
    )
    figure.update_xaxes(_axis(chart.x, language))
    figure.update_yaxes(_axis(chart.y, language))
    return figure


def _trace(mark: Area | Line | Strokes | Dots, language: Language) -> go.Scatter:
    style, name = mark.style, "" if mark.name is None else _text(mark.name.into(language))
    # What belongs to one method goes and comes with its entry in the legend.
    shared = {"name": name, "showlegend": bool(name), "legendgroup": f"{style.colour} {style.shape} {style.dash}"}
    told = [_text(words.into(language)) for words in getattr(mark, "told", ())]
    tooltips = {"text": told, "hovertemplate": "%{text}<extra>%{fullData.name}</extra>"} if told else {}
    match mark:
        case Area():
            fill = {"fill": "toself", "fillcolor": _faint(style.colour, mark.strength), "line": {"width": 0}}
            return go.Scatter(**_places(mark.corners), mode="lines", hoverinfo="skip", **fill, **shared)
        case Strokes():
            ends = [place for piece in mark.pieces for place in (*piece, (None, None))]
            return go.Scatter(
                **_places(ends), mode="lines", hoverinfo="skip", opacity=mark.opacity, line=_stroke(style, mark.width), **shared
            )
        case Line():
            mode = "lines+markers" if mark.marks else "lines"
            line = {"line": _stroke(style, mark.width), "marker": _marker(style, 9)}
            return go.Scatter(**_places(mark.points), mode=mode, opacity=mark.opacity, **line, **tooltips, **shared)
        case Dots():
            marker = _marker(style, 2 * mark.size, filled=mark.filled)
            return go.Scatter(**_places(mark.points), mode="markers", opacity=mark.opacity, marker=marker, **tooltips, **shared)


def _places(points: Sequence[tuple[float | None, float | None]]) -> dict[str, Any]:
    return {"x": [x for x, _ in points], "y": [y for _, y in points]}


def _stroke(style: SeriesStyle, width: float) -> dict[str, Any]:
    dash = "solid" if style.dash == (1, 0) else ",".join(f"{length}px" for length in style.dash)
    return {"color": style.colour, "width": width, "dash": dash}


def _marker(style: SeriesStyle, size: float, *, filled: bool = True) -> dict[str, Any]:
    symbol = style.shape if filled else f"{style.shape}-open"
    return {
        "color": style.colour,
        "symbol": symbol,
        "size": size,
        "line": {"width": 0.5 if filled else 2, "color": EDGE if filled else style.colour},
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


def _faint(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
