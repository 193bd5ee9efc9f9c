"""The live charts as Vega specifications without data: only data change from step to step, which avoids flicker.

Therefore everything that could change between two steps (titles with numbers, axis domains) is kept out of the specification: findings are
shown above a chart, and domains result from data rows that are not drawn. A specification is built once, since building it in Altair
takes 30 ms, which would delay Stop at every step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from metamed_core.drawing import SeriesStyle

HEIGHT, MAP_HEIGHT = 170, 460
MOST_POINTS, MOST_MARKS = 400, 12  # points of one curve, more are not visible; markers on one line
GRAY = "#7A8A8A"
NOW = alt.datum.now == True  # noqa: E712 - Vega compares, not Python


@dataclass(frozen=True)
class Scale:
    """The styles of the diagnoses, in fixed order, as Vega scales."""

    styles: Mapping[str, SeriesStyle]

    def _of(self, values: Sequence[Any]) -> alt.Scale:
        return alt.Scale(domain=[style.name for style in self.styles.values()], range=list(values))

    # No legends: the page has one for all charts, at a fixed place.
    def color(self) -> alt.Color:
        """Return the color encoding of the diagnoses."""
        return alt.Color("diagnosis:N", scale=self._of([style.color for style in self.styles.values()]), legend=None)

    def shape(self) -> alt.Shape:
        """Return the marker encoding of the diagnoses."""
        return alt.Shape("diagnosis:N", scale=self._of([style.shape for style in self.styles.values()]), legend=None)

    def dash(self) -> alt.StrokeDash:
        """Return the dash encoding of the diagnoses."""
        return alt.StrokeDash("diagnosis:N", scale=self._of([style.dash for style in self.styles.values()]), legend=None)


def thinned(steps: Sequence[int]) -> list[int]:
    """Return at most `MOST_POINTS` of the steps, including the first and the last."""
    if len(steps) <= MOST_POINTS:
        return list(steps)
    return [steps[round(k * (len(steps) - 1) / (MOST_POINTS - 1))] for k in range(MOST_POINTS)]


def curve(x: str, y: str, total: int, *, percent: bool = False, compared: bool = False) -> alt.LayerChart | alt.FacetChart:
    """Return a chart of one quantity by step.

    The data have `step`, `value`, `now` (whether this step is displayed) and, if `compared`, `base` (a reference level).

    Parameters
    ----------
    x, y
        Axis titles.
    total
        The last step.
    percent
        Whether values are shares from 0 to 1.
    compared
        Whether to draw the reference level.
    """
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
    """Chart one patient's probabilities by step, a line per diagnosis; data: `step`, `diagnosis`, `value`, `now`, `marked`."""
    tip = [alt.Tooltip("diagnosis:N", title=" "), alt.Tooltip("step:Q", title=x), alt.Tooltip("value:Q", title=y, format=".1%")]
    base = alt.Chart().encode(
        x=_steps(x, total),
        y=alt.Y("value:Q", title=y, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        color=scale.color(),
        tooltip=tip,
    )
    line = base.mark_line(strokeWidth=2.5).encode(strokeDash=scale.dash())
    # The markers of the map distinguish the lines in addition to color and dash.
    point = base.mark_point(filled=True, size=80).encode(shape=scale.shape()).transform_filter(alt.datum.marked == True)  # noqa: E712
    return alt.layer(_rule(), line, point).properties(height=MAP_HEIGHT // 2)


def embedding(scale: Scale, x: str, y: str, patient: str, diagnosis: str) -> alt.LayerChart | alt.FacetChart:
    """Return the map; the data have `x`, `y`, `diagnosis`, `name` and `kind`: support, prototype, query, chosen or corner.

    Corners are invisible and keep the axes fixed while other points move. `patient` and `diagnosis` are tooltip titles.
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
