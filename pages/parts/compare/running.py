"""A comparison as one watches it: Run, Stop, how far it is, and charts that grow with every episode.

While it runs this is all there is below the settings: tables and plotly figures follow when it stops, since drawing them anew at every
episode would cost more than the episodes.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from metamed_core.evaluation import Comparison, score_intervals
from metamed_core.words import Words
from pages.parts.common.frame import Say
from pages.parts.common.legend import legend
from pages.parts.common.live_chart import is_tick, live_chart
from pages.parts.common.styles import styles_of
from pages.parts.compare import charts as match_charts
from pages.parts.compare.settings import shots_title
from pages.parts.compare.state import TICK, Match

LEAST_PAUSE, SHARE = 0.6, 8  # seconds between two redraws, and at least so many times what a redraw costs


@dataclass
class Drawn:
    """What the live charts show until the next redraw."""

    about: tuple[object, ...]
    points: pd.DataFrame
    floor: float
    at: float
    cost: float


def running_match(say: Say, match: Match) -> None:
    """Controls and, while it runs, live charts; ticks by itself."""

    def draw() -> None:
        if match.running and is_tick():
            match.tick()
            match.needs_rerun |= not match.running
        _controls(say, match)
        if match.running and match.comparison is not None:
            _charts(say, match, match.comparison)
        if not is_tick():
            match.needs_rerun = False  # this is the full run: results are drawn next
        elif match.needs_rerun:
            st.rerun()  # a full run, which sets or drops the timer and draws the results

    st.fragment(draw, run_every=TICK if match.running else None)()


def _controls(say: Say, match: Match) -> None:
    def press(act: str) -> None:
        getattr(match, act)()
        match.needs_rerun = True

    done, planned = match.episodes
    title = Words("Run", "运行") if not match.n_results else Words("Continue", "继续")
    title = Words("Run again", "重新运行") if match.is_finished else title
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say(title),
            icon=":material/play_arrow:",
            key="match_run",
            type="primary",
            on_click=press,
            args=("start",),
            disabled=match.running or match.plan is None,
            width="content",
        )
        st.button(
            say(Words("Stop", "停止")), icon=":material/stop:", key="match_stop", on_click=press, args=("stop",), disabled=not match.running
        )
        if match.n_results and not match.running and not match.is_finished:
            st.button(
                say(Words("Start over", "从头开始")), icon=":material/restart_alt:", key="match_clear", on_click=press, args=("clear",)
            )
        if match.running:
            st.progress(match.n_results / match.plan.n_results if match.plan else 0.0, width=220)
        st.markdown(say(_where(match, done, planned)), width="content")


def _where(match: Match, done: int, planned: int) -> Words:
    """How far it is."""
    of = {"done": done, "planned": planned}
    if match.plan is None:
        return Words("Nothing can be run with these settings.", "当前设置无法运行。")
    if match.running:
        left = match.seconds_left
        said = Words("**{done} / {planned}** episodes", "**{done} / {planned}** 个任务片段").format(**of)
        if left is None:
            return said
        return Words("{said}, {left} s left", "{said}，剩余约 {left} 秒").format(said=said, left=math.ceil(left))
    if match.is_finished:
        return Words(
            "Finished: **{planned}** episodes, the same for every method.", "已完成：**{planned}** 个任务片段，各方法完全相同。"
        ).format(**of)
    if match.n_results:
        return Words(
            "Stopped after **{done}** of {planned} episodes; what was measured is kept.",
            "已在第 **{done}** / {planned} 个任务片段后停止；测得的结果均已保留。",
        ).format(**of)
    n = len(match.plan.methods)
    return Words(
        "{planned} episodes for each of {n} methods: press Run, results appear as they come.",
        "{n} 种方法，各 {planned} 个任务片段：点击“运行”，结果随即逐步显示。",
    ).format(**of, n=n)


def _charts(say: Say, match: Match, comparison: Comparison) -> None:
    styles = styles_of(say, comparison)
    drawn = _drawn(say, match, comparison)
    shots = [say(shots_title(k)) for k in comparison.shots]
    st.markdown(f"**{say(Words('Who is right how often, with how many labelled patients?', '有多少已确诊患者时，谁的准确率如何？'))}**")
    live_chart(
        "match_board",
        say(Words("Balanced accuracy of each method so far, with 95 % intervals", "目前各方法的平衡准确率及 95% 区间")),
        drawn.points,
        (say, tuple(styles), tuple(shots), drawn.floor),
        lambda: match_charts.board({style.name: style for style in styles.values()}, shots, drawn.floor, _titles(say)),
    )
    # Below the chart: what comes and goes above it would have it rebuilt.
    if drawn.points.empty:
        st.caption(say(Words("The first episode is being judged.", "正在评判第一个任务片段。")))
    st.markdown(f":small[{legend(styles)}]")
    st.caption(
        say(
            Words(
                "How to read: a mark is the share of patients named rightly so far, every diagnosis weighing the same; the line through it is its 95 % interval. "
                "All methods meet the same patients. A line may go on below the edge. Tables and further figures follow when it stops.",
                "读法：每个标记是目前判断正确的比例（各诊断权重相同），穿过它的线段是 95% 区间。所有方法面对相同的患者。线段可能延伸到图的下缘以外。停止后显示表格与更多图形。",
            )
        )
    )


def _titles(say: Say) -> dict[str, str]:
    return {
        "score": say(Words("balanced accuracy", "平衡准确率")),
        "shots": say(Words("shots: labelled patients of each diagnosis", "样本数：每种诊断的已确诊患者数")),
        "method": say(Words("method", "参评方法")),
    }


def _drawn(say: Say, match: Match, comparison: Comparison) -> Drawn:
    """The points of the live chart, made anew when an episode is complete, but not so often that it would slow the match."""
    about = (say, match.settled, match.began)
    old = match.view.choices.get("drawn")
    began = time.perf_counter()
    if isinstance(old, Drawn) and old.about == about and began < old.at + max(LEAST_PAUSE, SHARE * old.cost):
        return old
    points = _points(say, comparison)
    now = time.perf_counter()
    # Nothing to see yet: look again at the next tick.
    floor = _floor(points, match.chance, old)
    # An interval of two episodes may reach to 0: it is cut at the edge, so that it does not rule the axis for the rest of the run.
    drawn = Drawn(about, points.assign(low=points["low"].clip(lower=floor)), floor, now if len(points) else 0.0, now - began)
    match.view.choices["drawn"] = drawn
    return drawn


def _floor(points: pd.DataFrame, chance: float, old: object) -> float:
    """Where the axis begins, in steps of a tenth: a tenth below chance, from the first draw on, since another axis is another chart.

    The first episodes often score a little below chance; only a score well below it moves the axis, and never up again.
    """
    known = old.floor if isinstance(old, Drawn) else math.floor(10 * chance) / 10 - 0.1
    lowest = math.floor(10 * (points["mean"].min() - 0.05)) / 10 if len(points) else known
    return max(0.0, min(lowest, known))


def _points(say: Say, comparison: Comparison) -> pd.DataFrame:
    rows = []
    for k in comparison.judged_shots:
        sample = comparison.sample("balanced_accuracy", k)
        if sample is None:
            continue
        for entry, score in zip(comparison.entries, score_intervals(sample, sample.values), strict=True):
            known = not math.isnan(score.low)
            low, high = (score.low, score.high) if known else (score.mean, score.mean)
            rows.append((say(shots_title(k)), say(entry.title), score.mean, low, high))
    return pd.DataFrame(rows, columns=["shots", "method", "mean", "low", "high"])
