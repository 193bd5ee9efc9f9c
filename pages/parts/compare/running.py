"""A running comparison: Run, Stop, progress, and a chart that grows with every episode.

During the run nothing else is drawn below the settings: redrawing tables and figures at every episode would cost more than the
episodes.
"""

from __future__ import annotations

import streamlit as st

from metamed_core.words import Words
from pages.parts.common.duration import duration
from pages.parts.common.page_frame import Say
from pages.parts.common.run_live import run_live
from pages.parts.compare.live_scores import draw_live_scores
from pages.parts.compare.state import TICK, ComparisonState


def run_comparison(say: Say, state: ComparisonState) -> None:
    """Draw the controls and, during a run, the live chart; redraws itself."""

    def draw() -> None:
        _controls(say, state)
        if state.busy and state.comparison is not None:
            draw_live_scores(say, state, state.comparison)

    run_live(state, draw, every=TICK, say=say)


def _controls(say: Say, state: ComparisonState) -> None:
    def press(act: str) -> None:
        getattr(state, act)()
        state.needs_rerun = True

    title = Words("Run", "运行") if not state.n_results else Words("Continue", "继续")
    title = Words("Run again", "重新运行") if state.is_finished else title
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say(title),
            icon=":material/play_arrow:",
            key="compare_run",
            type="primary",
            on_click=press,
            args=("start",),
            disabled=state.busy or state.plan is None,
            width="content",
        )
        stop, over = say(Words("Stop", "停止")), say(Words("Start over", "从头开始"))
        st.button(stop, icon=":material/stop:", key="compare_stop", on_click=press, args=("stop",), disabled=not state.busy)
        if state.n_results and not state.busy and not state.is_finished:
            st.button(over, icon=":material/restart_alt:", key="compare_clear", on_click=press, args=("clear",))
        if state.busy:
            st.progress(state.n_results / state.plan.n_results if state.plan else 0.0, width=220)
        st.markdown(say(_progress(state)), width="content")


def _progress(state: ComparisonState) -> Words:
    """The progress in one sentence."""
    if state.plan is None:
        return Words("Nothing can be run with these settings.", "当前设置无法运行。")
    done, planned = state.episodes
    if state.busy:
        sentence = _RUNNING
        if state.seconds_left is not None:
            sentence = _SECONDS_LEFT.format(running=_RUNNING, left=duration(state.seconds_left))
        return sentence.format(done=done, planned=planned)
    sentence = _FINISHED if state.is_finished else _STOPPED if state.n_results else _READY
    return sentence.format(done=done, planned=planned, n=len(state.plan.methods))


_RUNNING = Words("**{done} / {planned}** {planned:episode|episodes}", "**{done} / {planned}** 个小任务")
_SECONDS_LEFT = Words("{running}, {left} left", "{running}，剩余约 {left}")
_FINISHED = Words(
    "Finished: **{planned}** {planned:episode|episodes}, the same for every method.", "已完成：**{planned}** 个小任务，各方法完全相同。"
)
_STOPPED = Words(
    "Stopped after **{done}** of {planned} {planned:episode|episodes}; what was measured is kept.",
    "已在第 **{done}** / {planned} 个小任务后停止；测得的结果均已保留。",
)
_READY = Words(
    "{planned} {planned:episode|episodes} for each of {n} {n:method|methods}: press Run, results appear as they come.",
    "{n} 种方法，各 {planned} 个小任务：点击“运行”，结果随即逐步显示。",
)
