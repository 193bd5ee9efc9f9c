"""The profile of the prototypes as a chart: every class, column by column, on one scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metamed_core.drawing.chart import Area, Axis, Chart, Dots, Label, points, verbatim
from metamed_core.drawing.palette import SeriesStyle
from metamed_core.words import Words

SPREAD_OF_MARKERS = 0.6  # of a row's height, so that equal prototypes do not hide each other
TOP = -0.9  # where the axis of the rows begins: half a row and the name of the shaded range above the first
TICKS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)
NORMAL = SeriesStyle("#009E73", "", (1, 0))

AXES = {
    "range": Words("Position in the reference range: −1 lower end, +1 upper end", "在参考区间中的位置：−1 为下限，+1 为上限"),
    "spread": Words("Standard deviations from the mean of all labeled patients", "与全部已确诊患者均值相差的标准差数"),
    "share": Words("Share of patients with “yes”", "结果为“是”的患者比例"),
}
REFERENCE = Words("reference range", "参考区间")
TITLE = Words("Prototypes of the diagnoses, column by column", "各诊断的原型，逐列显示")
HOW = Words("How to read: each mark is one diagnosis's prototype.", "读法：每个标记为一种诊断的原型。")


def profile_chart(profile: pd.DataFrame, labels: Mapping[str, str], styles: Mapping[str, SeriesStyle], scale: str) -> Chart:
    """The prototypes of every class on one scale.

    Parameters
    ----------
    profile
        Rows of `diagnosis.profile` of this scale: `diagnosis`, `column`, `value`, `n`, `position`.
    labels
        Column and what to call it, from top to bottom.
    styles
        Class and its style, whose name is what a person reads.
    scale
        "range" (position in the reference range), "spread" (standard deviations) or "share" (0 .. 1). The first two are
        linear near 0 and logarithmic further out, so that one prototype at 40 times its range does not flatten the others.
    """
    rows = {name: float(at) for at, name in enumerate(labels)}
    shown = profile[profile["column"].isin(rows)]
    dots = [
        _dots(shown[shown["diagnosis"] == name], style, _offset(k, len(styles)), rows, labels, scale)
        for k, (name, style) in enumerate(styles.items())
        if (shown["diagnosis"] == name).any()
    ]
    low, high, end = squeeze(-1.0), squeeze(1.0), len(rows) - 0.5
    corners = ((low, TOP), (low, end), (high, end), (high, TOP))
    normal = (Area(corners, NORMAL, 0.13), Label((0.0, TOP + 0.2), REFERENCE)) if scale == "range" else ()
    # Upside down, so that the first column of the table is on top.
    y = Axis(verbatim(""), end, TOP, ticks=tuple((at, verbatim(labels[name])) for name, at in rows.items()))
    return Chart(TITLE, HOW, TITLE, _x_axis(shown["position"].to_numpy(dtype=float), scale), y, (*normal, *dots))


def _dots(own: pd.DataFrame, style: SeriesStyle, offset: float, rows: Mapping[str, float], labels: Mapping[str, str], scale: str) -> Dots:
    position = own["position"].to_numpy(dtype=float)
    told = [f"{labels[column]}: {value:.4g} (n={n})" for column, value, n in zip(own["column"], own["value"], own["n"], strict=True)]
    x = position if scale == "share" else squeeze(position)
    places = points(zip(x, [rows[column] + offset for column in own["column"]], strict=True))
    return Dots(places, style, verbatim(style.name or own["diagnosis"].iloc[0]), tooltips=tuple(map(verbatim, told)))


def _offset(k: int, n_way: int) -> float:
    return 0.0 if n_way == 1 else (k / (n_way - 1) - 0.5) * SPREAD_OF_MARKERS


def _x_axis(position: npt.NDArray[np.float64], scale: str) -> Axis:
    if scale == "share":
        return Axis(AXES[scale], -0.05, 1.05, percent=True)
    edge = max(1.5, float(np.abs(position).max(initial=0.0)) * 1.15)
    shown = [tick for tick in TICKS if tick <= edge]
    values, side = [*(-tick for tick in reversed(shown)), 0.0, *shown], float(squeeze(edge))
    return Axis(
        AXES[scale], -side, side, ticks=tuple((float(squeeze(value)), verbatim(f"{value:g}".replace("-", "−"))) for value in values)
    )


def squeeze(position: npt.ArrayLike) -> Any:
    """Linear near 0, logarithmic further out."""
    return np.arcsinh(position)
