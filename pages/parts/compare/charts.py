"""The live chart of a comparison as a Vega specification without data, so that it is redrawn in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from metamed_core.drawing import SeriesStyle

HEIGHT = 300


def board(styles: Mapping[str, SeriesStyle], shots: Sequence[str], floor: float, titles: Mapping[str, str]) -> alt.LayerChart:
    """One group a number of shots, one mark with its interval a method; the data have `shots`, `method`, `mean`, `low`, `high`.

    All shares 0 .. 1. floor: where the axis begins; titles: what to call "score", "shots" and "method".
    """
    names = list(styles)
    colours = alt.Scale(domain=names, range=[style.colour for style in styles.values()])
    shapes = alt.Scale(domain=names, range=[style.shape for style in styles.values()])
    axis = alt.Axis(labelAngle=0, grid=False)
    base = alt.Chart().encode(
        x=alt.X("shots:N", title=titles["shots"], sort=list(shots), scale=alt.Scale(domain=list(shots)), axis=axis),
        xOffset=alt.XOffset("method:N", sort=names, scale=alt.Scale(domain=names)),
        color=alt.Color("method:N", legend=None, scale=colours),
        tooltip=[
            alt.Tooltip("method:N", title=titles["method"]),
            *(alt.Tooltip(f"{name}:Q", title=title, format=".1%") for name, title in _parts(titles["score"]).items()),
        ],
    )
    y = alt.Y("low:Q", title=titles["score"], scale=alt.Scale(domain=[floor, 1]), axis=alt.Axis(format="%"))
    bars = base.mark_rule(strokeWidth=2.5).encode(y=y, y2="high:Q")
    marks = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=alt.Y("mean:Q", title=titles["score"]), shape=alt.Shape("method:N", legend=None, scale=shapes)
    )
    return alt.layer(bars, marks).properties(height=HEIGHT)


def _parts(score: str) -> dict[str, str]:
    return {"mean": score, "low": "95 % ↓", "high": "95 % ↑"}
