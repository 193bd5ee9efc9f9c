"""The live charts, as Vega specifications without data: only the data change from step to step, so nothing flickers.

Everything that could change between two steps (titles with numbers, axis domains) is therefore kept out of the
specification: findings stand above a chart, and domains come from data rows that are not drawn. So a specification is
made once; making one takes Altair 30 ms, which at every step would keep Stop waiting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from metamed_core.drawing import SeriesStyle

HEIGHT, MAP_HEIGHT = 170, 460
MOST_POINTS, MOST_MARKS = 400, 12  # drawn in one curve; more cost time and show nothing; markers on one line
GRAY = "#7A8A8A"
NOW = alt.datum.now == True  # noqa: E712 - Vega compares, not Python


@dataclass(frozen=True)
class Scale:
    """The diagnoses in their fixed order with their looks, as Vega scales."""

    styles: Mapping[str, SeriesStyle]

    def _of(self, values: Sequence[Any]) -> alt.Scale:
        return alt.Scale(domain=[style.name for style in self.styles.values()], range=list(values))

    # No legends: the page has one for all charts, which stays in place and takes no room from the curves.
    def color(self) -> alt.Color:
        """The color of a diagnosis."""
        return alt.Color("diagnosis:N", scale=self._of([style.color for style in self.styles.values()]), legend=None)

    def shape(self) -> alt.Shape:
        """The marker of a diagnosis."""
        return alt.Shape("diagnosis:N", scale=self._of([style.shape for style in self.styles.values()]), legend=None)

    def dash(self) -> alt.StrokeDash:
        """The dash of a diagnosis."""
        return alt.StrokeDash("diagnosis:N", scale=self._of([style.dash for style in self.styles.values()]), legend=None)


def thinned(steps: Sequence[int]) -> list[int]:
    """At most `MOST_POINTS` of the steps, the first and the last among them."""
    if len(steps) <= MOST_POINTS:
        return list(steps)
    return [steps[round(k * (len(steps) - 1) / (MOST_POINTS - 1))] for k in range(MOST_POINTS)]


def curve(x: str, y: str, total: int, *, percent: bool = False, compared: bool = False) -> alt.LayerChart | alt.FacetChart:
    """One number by step; the data have `step`, `value`, `now` (the step that is shown) and, if `compared`, `base` (one level)."""
    axis = alt.Axis(format="%") if percent else alt.Axis(tickCount=4)
    scale = alt.Scale(domain=[0, 1]) if percent else alt.Scale(zero=True)
    base = alt.Chart().encode(x=_steps(x, total), y=alt.Y("value:Q", title=y, axis=axis, scale=scale))
    tip = [alt.Tooltip("step:Q", title=x), alt.Tooltip("value:Q", title=y, format=".1%" if percent else ".4f")]
    line = base.mark_line(color="#15807D", strokeWidth=2).encode(tooltip=tip)
    point = base.mark_point(color="#15807D", filled=True, size=70).transform_filter(NOW).encode(tooltip=tip)
    level = alt.Chart().mark_rule(color=GRAY, strokeWidth=1, strokeDash=[6, 4])
    levels = [level.encode(y=alt.Y("mean(base):Q", title=y, axis=axis, scale=scale))] if compared else []
    return alt.layer(_rule(), *levels, line, point).properties(height=HEIGHT)


def probabilities(scale: Scale, x: str, y: str, total: int) -> alt.LayerChart | alt.FacetChart:
    """One patient's probabilities by step, a line for each diagnosis; the data have `step`, `diagnosis`, `value`, `now`, `marked`."""
    tip = [alt.Tooltip("diagnosis:N", title=" "), alt.Tooltip("step:Q", title=x), alt.Tooltip("value:Q", title=y, format=".1%")]
    base = alt.Chart().encode(
        x=_steps(x, total),
        y=alt.Y("value:Q", title=y, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        color=scale.color(),
        tooltip=tip,
    )
    line = base.mark_line(strokeWidth=2.5).encode(strokeDash=scale.dash())
    # The markers of the map, so that a line is known by its shape as well as by its color and dash.
    point = base.mark_point(filled=True, size=80).encode(shape=scale.shape()).transform_filter(alt.datum.marked == True)  # noqa: E712
    return alt.layer(_rule(), line, point).properties(height=MAP_HEIGHT // 2)


def embedding(scale: Scale, x: str, y: str, patient: str, diagnosis: str) -> alt.LayerChart | alt.FacetChart:
    """The map; the data have `x`, `y`, `diagnosis`, `name` and `kind`: support, prototype, query, chosen or corner.

    Corners are never drawn: they hold the axes still while the others move. patient, diagnosis: what to call these two.
    """
    base = alt.Chart().encode(
        x=alt.X("x:Q", title=x, scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(labels=False, ticks=False)),
        y=alt.Y("y:Q", title=y, scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(labels=False, ticks=False)),
    )
    tip = [alt.Tooltip("name:N", title=patient), alt.Tooltip("diagnosis:N", title=diagnosis)]

    def kind(name: str) -> alt.Chart:
        return base.transform_filter(alt.datum.kind == name)

    corners = kind("corner").mark_point(opacity=0)
    query = kind("query").mark_point(shape="circle", filled=True, size=24, color=GRAY, opacity=0.75).encode(tooltip=tip)
    support = kind("support").mark_point(filled=True, size=80, opacity=0.9).encode(
        color=scale.color(), shape=scale.shape(), tooltip=tip
    )  # fmt: skip
    prototype = kind("prototype").mark_point(filled=False, size=420, strokeWidth=3).encode(
        color=scale.color(), shape=scale.shape(), tooltip=tip
    )  # fmt: skip
    chosen = kind("chosen").mark_point(shape="circle", filled=False, size=260, strokeWidth=2.5, color=GRAY, opacity=1).encode(tooltip=tip)
    label = kind("chosen").mark_text(dy=-16, fontWeight="bold", color=GRAY).encode(text="name:N")
    return alt.layer(corners, query, support, prototype, chosen, label).properties(height=MAP_HEIGHT)


def _steps(title: str, total: int) -> alt.X:
    return alt.X("step:Q", title=title, scale=alt.Scale(domain=[0, max(total, 1)]), axis=alt.Axis(tickMinStep=1, format="d"))


def _rule() -> alt.Chart:
    rule: alt.Chart = alt.Chart().transform_filter(NOW).mark_rule(color=GRAY, strokeDash=[2, 2]).encode(x="step:Q")
    return rule
