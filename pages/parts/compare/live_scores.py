"""The chart that grows while a comparison runs: balanced accuracy of each method so far, with its interval."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd
import streamlit as st

from metamed_core.drawing import SeriesStyle
from metamed_core.evaluation import Comparison, score_intervals
from metamed_core.words import Words
from pages.parts.common.comparison_request import shots_title
from pages.parts.common.legend import legend
from pages.parts.common.live_chart import live_chart
from pages.parts.common.page_frame import Say
from pages.parts.common.styles import styles_of
from pages.parts.compare.state import ComparisonState

HEIGHT = 300  # pixels
MIN_PAUSE, PAUSE_PER_COST = 0.6, 8  # least time between two redraws, in seconds and as a multiple of the duration of a redraw
QUESTION = Words("Which method is right how often, with how many labeled patients?", "有多少已确诊患者时，各方法的准确率如何？")
HOW = Words(
    "How to read: a marker is the share of patients predicted correctly so far, every diagnosis weighing the same; the line through it is its 95% interval. "
    "All methods predict the same patients. A line may go on below the edge. Tables and further figures follow when it stops.",
    "读法：每个标记是目前预测正确的患者比例（各诊断权重相同），穿过它的线段是 95% 区间。所有方法面对相同的患者。线段可能延伸到图的下缘以外。停止后显示表格与更多图形。",
)


@dataclass
class DrawnScores:
    """The content of the chart until the next redraw.

    Parameters
    ----------
    about
        Everything besides the results that the points depend on.
    points
        The rows of `live_points`.
    floor
        Lower end of the axis.
    drawn_at, cost
        Time and duration of the computation, in seconds.
    """

    about: tuple[object, ...]
    points: pd.DataFrame
    floor: float
    drawn_at: float
    cost: float


def draw_live_scores(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    """Draw the chart, its legend and an explanation."""
    styles, drawn = styles_of(say, comparison), _drawn(say, state, comparison)
    shots = [say(shots_title(k)) for k in comparison.shots]
    st.markdown(f"**{say(QUESTION)}**")
    live_chart(
        "compare_scores",
        say(Words("Balanced accuracy of each method so far, with 95% intervals", "目前各方法的平衡准确率及 95% 区间")),
        drawn.points,
        (say, tuple(styles), tuple(shots), drawn.floor),
        lambda: scores_chart({style.name: style for style in styles.values()}, shots, drawn.floor, _titles(say)),
    )
    # Below the chart, which would be rebuilt if elements above it appeared or disappeared.
    if drawn.points.empty:
        st.caption(say(Words("The first episode is running.", "正在进行第一个小任务。")))
    st.markdown(f":small[{legend(styles)}]")
    st.caption(say(HOW))


def _titles(say: Say) -> dict[str, str]:
    return {
        "score": say(Words("balanced accuracy", "平衡准确率")),
        "shots": say(Words("labeled patients of each diagnosis", "每类样本数：每种诊断的已确诊患者数")),
        "method": say(Words("method", "方法")),
    }


def _drawn(say: Say, state: ComparisonState, comparison: Comparison) -> DrawnScores:
    """The points of the chart, recomputed after completed episodes, but not so often that it would slow down the comparison."""
    about = (say, state.planned_request, state.started_at)
    old, began = state.view.choices.get("drawn"), time.perf_counter()
    if isinstance(old, DrawnScores) and old.about == about and began < old.drawn_at + max(MIN_PAUSE, PAUSE_PER_COST * old.cost):
        return old
    points = live_points(say, comparison)
    floor = _floor(points, state.chance, old)
    now = time.perf_counter()
    # An interval of two episodes may extend to 0: it is cut at the edge, so that it does not set the axis for the rest of the run.
    # Without points, try again at the next tick.
    drawn = DrawnScores(about, points.assign(low=points["low"].clip(lower=floor)), floor, now if len(points) else 0.0, now - began)
    state.view.choices["drawn"] = drawn
    return drawn


def _floor(points: pd.DataFrame, chance: float, old: object) -> float:
    """Lower end of the axis, a multiple of 0.1: a tenth below chance from the first draw on, since a new axis requires a new chart.

    The first episodes often score slightly below chance; only a much lower score moves the axis, and only downward.
    """
    known = old.floor if isinstance(old, DrawnScores) else math.floor(10 * chance) / 10 - 0.1
    lowest = math.floor(10 * (points["mean"].min() - 0.05)) / 10 if len(points) else known
    return max(0.0, min(lowest, known))


def live_points(say: Say, comparison: Comparison) -> pd.DataFrame:
    """Return one row per number of shots and method.

    Returns
    -------
    DataFrame
        Columns `shots` and `method` (titles), and balanced accuracy `mean`, `low`, `high`, 0 to 1.
    """
    rows = []
    for k in comparison.shots_with_results:
        sample = comparison.sample("balanced_accuracy", k)
        if sample is None:
            continue
        for entry, score in zip(comparison.entries, score_intervals(sample, sample.values), strict=True):
            known = not math.isnan(score.low)
            low, high = (score.low, score.high) if known else (score.mean, score.mean)
            rows.append((say(shots_title(k)), say(entry.title), score.mean, low, high))
    return pd.DataFrame(rows, columns=["shots", "method", "mean", "low", "high"])


def scores_chart(
    styles: Mapping[str, SeriesStyle], shots: Sequence[str], floor: float, titles: Mapping[str, str]
) -> alt.LayerChart | alt.FacetChart:
    """Return a chart with one group per number of shots and, in it, one marker with its interval per method.

    It is built without data. The data have the columns `shots`, `method`, and `mean`, `low`, `high`, shares from 0 to 1.

    Parameters
    ----------
    styles
        By title of the method, in order.
    shots
        Titles of the groups, in order.
    floor
        Lower end of the vertical axis.
    titles
        Titles of "score", "shots" and "method".
    """
    names = list(styles)
    colors = alt.Scale(domain=names, range=[style.color for style in styles.values()])
    shapes = alt.Scale(domain=names, range=[style.shape for style in styles.values()])
    axis = alt.Axis(labelAngle=0, grid=False)
    parts = {"mean": titles["score"], "low": "95% ↓", "high": "95% ↑"}
    base = alt.Chart().encode(
        x=alt.X("shots:N", title=titles["shots"], sort=list(shots), scale=alt.Scale(domain=list(shots)), axis=axis),
        xOffset=alt.XOffset("method:N", sort=names, scale=alt.Scale(domain=names)),
        color=alt.Color("method:N", legend=None, scale=colors),
        tooltip=[
            alt.Tooltip("method:N", title=titles["method"]),
            *(alt.Tooltip(f"{name}:Q", title=title, format=".1%") for name, title in parts.items()),
        ],
    )
    y = alt.Y("low:Q", title=titles["score"], scale=alt.Scale(domain=[floor, 1]), axis=alt.Axis(format="%"))
    bars = base.mark_rule(strokeWidth=2.5).encode(y=y, y2="high:Q")
    markers = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=alt.Y("mean:Q", title=titles["score"]), shape=alt.Shape("method:N", legend=None, scale=shapes)
    )
    return alt.layer(bars, markers).properties(height=HEIGHT)
