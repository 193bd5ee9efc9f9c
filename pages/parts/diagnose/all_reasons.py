"""The reasons for every answer, worked out live: with the prior-fitted network they take up to a second a patient."""

from __future__ import annotations

import streamlit as st

from metamed_core.diagnosis import Reasons, reasons
from metamed_core.words import Words
from pages.parts.common.page_frame import Say
from pages.parts.common.run_live import run_live
from pages.parts.diagnose.adaptation_state import Snapshot
from pages.parts.diagnose.live_work import LiveWork

KEY = "all_reasons"
LEFT = Words(
    "Reasons worked out for {done} of {n} {n:patient|patients}; about {seconds} {seconds:second|seconds} left. The files come then; switch it off to stop.",
    "已得出 {n} 位患者中 {done} 位的依据；约剩 {seconds} 秒。完成后即可下载；关闭开关即停止。",
)


def all_reasons(say: Say, shown: Snapshot, *, wanted: bool) -> tuple[Reasons, ...] | None:
    """The reasons for the answers at the step that is shown, or nothing where they are not wanted; None while they are worked out."""
    if not wanted:
        st.session_state.pop(KEY, None)
        return ()
    state: LiveWork[Reasons] | None = st.session_state.get(KEY)
    if state is None or state.about != (shown.trace, shown.cursor):
        state = LiveWork((shown.trace, shown.cursor), reasons(shown.trace, shown.cursor, shown.records))
        st.session_state[KEY] = state
    if not state.busy:
        return tuple(state.found)
    run_live(state, lambda: _progress(say, state, len(shown.trace.task.query)), say=say, key="turn_reasons")
    return None


def _progress(say: Say, state: LiveWork[Reasons], n: int) -> None:
    if not state.found:
        st.progress(0.0, say(Words("Working out the reasons …", "正在得出依据……")))
        return
    left = LEFT.format(done=len(state.found), n=n, seconds=max(1, round(state.seconds_left(n))))
    st.progress(len(state.found) / n, say(left))
