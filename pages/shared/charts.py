"""The live charts, as Vega specifications that stay the same from step to step: only their data change, so nothing flickers.

Everything that could change between two steps (titles with numbers, axis domains) is therefore kept out of the
specification: findings stand above a chart, and domains come from data rows that are not drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from metamed_core.palette import Look

HEIGHT, MAP_HEIGHT = 170, 460
MOST_POINTS, MOST_MARKS = 400, 12  # drawn in one curve; more cost time and show nothing; markers on one line
GREY = "#7A8A8A"
NOW = alt.datum.now == True  # noqa: E712 - Vega compares, not Python


@dataclass(frozen=True)
class Scale:
    """The diagnoses in their fixed order with their looks, as Vega scales."""

    looks: Mapping[str, Look]

    def _of(self, values: Sequence[Any]) -> alt.Scale:
        return alt.Scale(domain=[look.name for look in self.looks.values()], range=list(values))

    # No legends: the page has one for all charts, which stays in place and takes no room from the curves.
    def colour(self) -> alt.Color:
        """The colour of a diagnosis."""
        return alt.Color("diagnosis:N", scale=self._of([look.colour for look in self.looks.values()]), legend=None)

    def shape(self) -> alt.Shape:
        """The marker of a diagnosis."""
        return alt.Shape("diagnosis:N", scale=self._of([look.shape for look in self.looks.values()]), legend=None)

    def dash(self) -> alt.StrokeDash:
        """The dash of a diagnosis."""
        return alt.StrokeDash("diagnosis:N", scale=self._of([look.dash for look in self.looks.values()]), legend=None)


def thinned(steps: Sequence[int]) -> list[int]:
    """At most `MOST_POINTS` of the steps, the first and the last among them."""
    if len(steps) <= MOST_POINTS:
        return list(steps)
    return [steps[round(k * (len(steps) - 1) / (MOST_POINTS - 1))] for k in range(MOST_POINTS)]


def curve(data: pd.DataFrame, *, x: str, y: str, total: int, percent: bool = False) -> alt.LayerChart:
    """One number by step; `data` has `step`, `value`, `now` (the step that is shown) and maybe `base` (one level to compare with)."""
    axis = alt.Axis(format="%") if percent else alt.Axis(tickCount=4)
    scale = alt.Scale(domain=[0, 1]) if percent else alt.Scale(zero=True)
    base = alt.Chart(data).encode(x=_steps(x, total), y=alt.Y("value:Q", title=y, axis=axis, scale=scale))
    tip = [alt.Tooltip("step:Q", title=x), alt.Tooltip("value:Q", title=y, format=".1%" if percent else ".4f")]
    line = base.mark_line(color="#15807D", strokeWidth=2).encode(tooltip=tip)
    point = base.mark_point(color="#15807D", filled=True, size=70).transform_filter(NOW).encode(tooltip=tip)
    level = alt.Chart(data).mark_rule(color=GREY, strokeWidth=1, strokeDash=[6, 4])
    compared = (
        [level.encode(y=alt.Y("mean(base):Q", title=y, axis=axis, scale=scale))] if "base" in data and data["base"].notna().all() else []
    )
    return alt.layer(_rule(data), *compared, line, point).properties(height=HEIGHT)


def probabilities(data: pd.DataFrame, scale: Scale, *, x: str, y: str, total: int) -> alt.LayerChart:
    """One patient's probabilities by step, a line for each diagnosis; `data` has `step`, `diagnosis`, `value`, `now`, `marked`."""
    tip = [alt.Tooltip("diagnosis:N", title=" "), alt.Tooltip("step:Q", title=x), alt.Tooltip("value:Q", title=y, format=".1%")]
    base = alt.Chart(data).encode(
        x=_steps(x, total),
        y=alt.Y("value:Q", title=y, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        color=scale.colour(),
        tooltip=tip,
    )
    line = base.mark_line(strokeWidth=2.5).encode(strokeDash=scale.dash())
    # The markers of the map, so that a line is known by its shape as well as by its colour and dash.
    point = base.mark_point(filled=True, size=80).encode(shape=scale.shape()).transform_filter(alt.datum.marked == True)  # noqa: E712
    return alt.layer(_rule(data), line, point).properties(height=MAP_HEIGHT // 2)


def embedding(data: pd.DataFrame, scale: Scale, *, x: str, y: str, words: Mapping[str, str]) -> alt.LayerChart:
    """The map; `data` has `x`, `y`, `diagnosis`, `name` and `kind`: support, prototype, query, chosen or corner.

    Corners are never drawn: they hold the axes still while the others move.
    """
    base = alt.Chart(data).encode(
        x=alt.X("x:Q", title=x, scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(labels=False, ticks=False)),
        y=alt.Y("y:Q", title=y, scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(labels=False, ticks=False)),
    )
    tip = [alt.Tooltip("name:N", title=words["patient"]), alt.Tooltip("diagnosis:N", title=words["diagnosis"])]

    def kind(name: str) -> alt.Chart:
        return base.transform_filter(alt.datum.kind == name)

    corners = kind("corner").mark_point(opacity=0)
    query = kind("query").mark_point(shape="circle", filled=True, size=24, color=GREY, opacity=0.75).encode(tooltip=tip)
    support = kind("support").mark_point(filled=True, size=80, opacity=0.9).encode(
        color=scale.colour(), shape=scale.shape(), tooltip=tip
    )  # fmt: skip
    prototype = kind("prototype").mark_point(filled=False, size=420, strokeWidth=3).encode(
        color=scale.colour(), shape=scale.shape(), tooltip=tip
    )  # fmt: skip
    chosen = kind("chosen").mark_point(shape="circle", filled=False, size=260, strokeWidth=2.5, color=GREY, opacity=1).encode(tooltip=tip)
    label = kind("chosen").mark_text(dy=-16, fontWeight="bold", color=GREY).encode(text="name:N")
    return alt.layer(corners, query, support, prototype, chosen, label).properties(height=MAP_HEIGHT)


def _steps(title: str, total: int) -> alt.X:
    return alt.X("step:Q", title=title, scale=alt.Scale(domain=[0, max(total, 1)]), axis=alt.Axis(tickMinStep=1, format="d"))


def _rule(data: pd.DataFrame) -> alt.Chart:
    return alt.Chart(data).transform_filter(NOW).mark_rule(color=GREY, strokeDash=[2, 2]).encode(x="step:Q")
