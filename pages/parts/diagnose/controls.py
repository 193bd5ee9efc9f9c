"""Play, Step, Stop, Reset, and the slider back through the steps."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from metamed_core.words import Words
from pages.parts.common.bound import bound
from pages.parts.common.frame import Say
from pages.parts.common.workbench import Workbench


def draw_controls(say: Say, bench: Workbench) -> None:
    """The row of controls; each redraws the charts at once, and `needs_rerun` then asks for a full run, so that the answers follow."""

    def button(words: Words, icon: str, key: str, act: Callable[[], None], *, off: bool = False, main: bool = False) -> None:
        def run() -> None:
            act()
            bench.needs_rerun = True

        st.button(say(words), icon=icon, key=key, on_click=run, disabled=off, type="primary" if main else "secondary")

    at_end = bench.cursor >= bench.total
    with st.container(horizontal=True, vertical_alignment="center"):
        if bench.total:
            replay = Words("Play again", "重新播放") if at_end else Words("Play", "播放")
            button(replay, ":material/play_arrow:", "play", bench.play, off=bench.playing, main=True)
            button(Words("Step", "单步"), ":material/skip_next:", "step_once", lambda: _stop_at(bench, bench.cursor + 1), off=at_end)
            button(Words("Stop", "停止"), ":material/stop:", "stop", lambda: _stop_at(bench, bench.cursor), off=not bench.playing)
            button(Words("Reset", "重置"), ":material/restart_alt:", "reset", bench.reset, off=bench.cursor == 0 and not bench.playing)
            _slider(say, bench)
        _where(say, bench)


def _stop_at(bench: Workbench, step: int) -> None:
    bench.playing = False
    bench.go_to(step)


def _slider(say: Say, bench: Workbench) -> None:
    if bench.playing:
        # No slider while it plays: the browser would send back the step before last, and that would count as a move.
        st.progress(bench.cursor / bench.total, width=260)
        return

    def move(step: int) -> None:
        _stop_at(bench, step)
        bench.needs_rerun = True

    label = say(Words("Step shown", "显示的步"))
    bound(st.slider, label, 0, bench.total, key="step", value=bench.cursor, write=move, step=1, label_visibility="collapsed", width=260)


def _where(say: Say, bench: Workbench) -> None:
    seconds = bench.trace.seconds if bench.trace else 0.0
    if not bench.total and "inner_steps" in dict(bench.request.settings):
        said = Words("No steps are set: these are the answers before any adaptation.", "未设置步数：这是适应之前的答案。")
    elif not bench.total:
        said = Words(
            "There are no steps to watch: every diagnosis has a single labelled patient, and one look at each is all it takes. {seconds} s.",
            "没有可观察的步骤：每种诊断只有一位已确诊患者，各看一次即可。用时 {seconds} 秒。",
        )
    else:
        said = Words(
            "Step **{cursor} / {total}** · {made} steps in {seconds} s", "第 **{cursor} / {total}** 步 · {made} 步共用时 {seconds} 秒"
        )
    made = len(bench.trace.steps) - 1 if bench.trace else 0
    st.markdown(say(said.format(cursor=bench.cursor, total=bench.total, made=made, seconds=f"{seconds:.2f}")), width="content")
