"""Play, Step, Stop, Reset, the slider over the steps, and the button that unfolds the charts."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from metamed_core.words import Words
from pages.parts.common.bound_widgets import bound
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Adaptation


def draw_controls(say: Say, state: Adaptation) -> None:
    """The row of controls; each redraws the charts at once, and `needs_rerun` then asks for a full run, so that the answers follow."""
    at_end = state.cursor >= state.total
    if state.playing and state.takes_long:
        st.info(say(_how_long(state)), icon=":material/hourglass_top:")
    with st.container(horizontal=True, vertical_alignment="center"):
        if state.total:
            replay = Words("Play again", "重新播放") if at_end else Words("Play", "播放")
            _button(say, state, replay, "play_arrow", "play", state.play, off=state.playing)
            _button(say, state, Words("Step", "单步"), "skip_next", "step_once", lambda: state.stop_at(state.cursor + 1), off=at_end)
            _button(say, state, Words("Stop", "停止"), "stop", "stop", state.stop, off=not state.playing)
            off = state.cursor == 0 and not state.playing
            _button(say, state, Words("Reset", "重置"), "restart_alt", "reset", state.reset, off=off)
            _slider(say, state)
        st.markdown(say(_where(state)), width="content")
        if not state.playing and state.trace is not None:
            title = (
                Words("Hide curves and map", "隐藏曲线与分布图") if state.charts_open else Words("Show curves and map", "显示曲线与分布图")
            )
            st.button(say(title), icon=":material/show_chart:", key="charts", type="tertiary", on_click=_turn_charts, args=(state,))
    with st.container(key="not_last_step"):  # always there: what comes and goes above a live chart would have it rebuilt
        if not at_end and not state.playing and state.shown() is not None:
            _banner(say, state)


def _button(say: Say, state: Adaptation, words: Words, icon: str, key: str, act: Callable[[], None], *, off: bool) -> None:
    def press() -> None:
        act()
        state.charts_open = state.needs_rerun = True

    st.button(say(words), icon=f":material/{icon}:", key=key, on_click=press, disabled=off)


def _turn_charts(state: Adaptation) -> None:
    state.charts_open = not state.charts_open


def _slider(say: Say, state: Adaptation) -> None:
    if state.playing:
        # No slider while it plays: the browser would send back the step before last, and that would count as a move.
        st.progress(_shown_share(state), width=260)
        return

    def move(step: int) -> None:
        state.stop_at(step)
        state.charts_open = state.needs_rerun = True

    label = say(Words("Step shown", "显示的步"))
    bound(st.slider, label, 0, state.total, key="step", value=state.cursor, write=move, step=1, label_visibility="collapsed", width=260)


def _shown_share(state: Adaptation) -> float:
    """How far the bar has come: the step that is shown, or what is done of the one that is being made."""
    made = state.trace.share if state.trace is not None and state.cursor >= len(state.trace.steps) - 1 else 0.0
    return max(made, state.cursor / max(state.total, 1))


def _how_long(state: Adaptation) -> Words:
    """How long the rest will take, by the time it took so far."""
    left = _time(state.seconds_left)
    if state.trace is not None and not state.trace.steps:
        done = state.trace.share * (state.total + 1)
        first = _time(state.seconds_left * (1 - done) / (state.total + 1 - done))
        return Words(
            "This takes about {left} for {n:,} {n:patient|patients}; the first answers come in about {first}. You can stop, and go on later.",
            "共 {n:,} 位患者，约需 {left}；约 {first} 后出现第一批答案。可随时停止，稍后继续。",
        ).format(left=left, first=first, n=len(state.patients.current.in_use.raw))
    return Words("About {left} left. You can stop, and go on later.", "约剩 {left}。可随时停止，稍后继续。").format(left=left)


def _time(seconds: float) -> Words:
    if seconds < 90:
        n = max(5, round(seconds / 5) * 5)
        return Words("{n} {n:second|seconds}", "{n} 秒").format(n=n)
    return Words("{n} {n:minute|minutes}", "{n} 分钟").format(n=round(seconds / 60))


def _banner(say: Say, state: Adaptation) -> None:
    """Answers of an early step must not be taken for the final ones."""
    said = Words(
        "The answers and files below are those of step {cursor} of {total}, before the adaptation is complete.",
        "以下答案与文件为第 {cursor} 步（共 {total} 步）的结果，适应尚未完成。",
    )

    def press() -> None:
        state.stop_at(state.total)
        state.needs_rerun = True

    st.warning(say(said.format(cursor=state.cursor, total=state.total)), icon=":material/history:")
    st.button(
        say(Words("Go to the last step", "转到最后一步")), icon=":material/last_page:", key="last_step", type="primary", on_click=press
    )


def _where(state: Adaptation) -> Words:
    seconds = f"{state.trace.seconds if state.trace else 0.0:.2f}"
    if not state.total and "inner_steps" in dict(state.requests.current.settings):
        return Words("No steps are set: these are the answers before any adaptation.", "未设置步数：这是适应之前的答案。")
    if not state.total:
        return Words(
            "There are no steps to watch: every diagnosis has a single labeled patient, and one look at each is all it takes. {seconds} s.",
            "没有可观察的步骤：每种诊断只有一位已确诊患者，各看一次即可。用时 {seconds} 秒。",
        ).format(seconds=seconds)
    said = Words("Step **{cursor} / {total}** · {seconds} s", "第 **{cursor} / {total}** 步 · {seconds} 秒")
    return said.format(cursor=state.cursor, total=state.total, seconds=seconds)
