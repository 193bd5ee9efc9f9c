"""The two live charts of a meta-training as Vega specifications without data, so that they are redrawn in place."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

HEIGHT = 240
COLORS = ("#15807D", "#D55E00", "#7A8A8A", "#0072B2")
DASHES: tuple[tuple[int, ...], ...] = ((1, 0), (6, 3), (2, 3), (9, 3, 2, 3))
MARKS = ("━━", "╍╍", "┈┈", "━┈━")


def accuracy(names: Mapping[str, str], steps: str, title: str, total: int, floor: float) -> alt.LayerChart | alt.FacetChart:
    """Four lines; the data have `step`, `value` (0 .. 1) and `line`, one of the values of `names`."""
    domain = list(names.values())
    base = alt.Chart().encode(
        x=_x(steps, total),
        y=alt.Y("value:Q", title=title, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[floor, 1])),
        color=alt.Color("line:N", legend=None, scale=alt.Scale(domain=domain, range=list(COLORS))),
        strokeDash=alt.StrokeDash("line:N", legend=None, scale=alt.Scale(domain=domain, range=[list(dash) for dash in DASHES])),
        tooltip=[alt.Tooltip("line:N", title=" "), alt.Tooltip("step:Q", title=steps), alt.Tooltip("value:Q", title=title, format=".1%")],
    )
    dots = base.mark_point(filled=True, size=36).transform_filter(alt.FieldOneOfPredicate(field="line", oneOf=domain[:2]))
    return alt.layer(base.mark_line(strokeWidth=2.5), dots).properties(height=HEIGHT)


def loss(steps: str, title: str, total: int, top: float) -> alt.LayerChart | alt.FacetChart:
    """One line; the data have `step` and `value`; top: where the axis ends."""
    line = alt.Chart().mark_line(color=COLORS[0], strokeWidth=2)
    tip = [alt.Tooltip("step:Q", title=steps), alt.Tooltip("value:Q", title=title, format=".3f")]
    y = alt.Y("value:Q", title=title, axis=alt.Axis(tickCount=4), scale=alt.Scale(domain=[0, top]))
    return alt.layer(line.encode(x=_x(steps, total), y=y, tooltip=tip)).properties(height=HEIGHT)


def legend(names: Mapping[str, str]) -> str:
    """What stands below the accuracy: each line's dash in its color, and its name, for Markdown."""
    marks = (f':color[{mark}]{{foreground="{color}"}}' for mark, color in zip(MARKS, COLORS, strict=True))
    return " \u2002 ".join(f"{mark}\u00a0{name.replace(' ', chr(0xA0))}" for mark, name in zip(marks, names.values(), strict=True))


def _x(title: str, total: int) -> alt.X:
    return alt.X("step:Q", title=title, scale=alt.Scale(domain=[0, max(total, 1)]), axis=alt.Axis(tickMinStep=1, format="d"))
