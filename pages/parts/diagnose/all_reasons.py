"""The reasons for every answer, worked out live: with the prior-fitted network they take up to a second a patient."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import streamlit as st

from metamed_core.diagnosis import AdaptationTrace, Reasons, reasons
from metamed_core.words import Words
from pages.parts.common.page_frame import Say
from pages.parts.common.run_live import run_live
from pages.parts.diagnose.adaptation_state import Snapshot

KEY = "all_reasons"
SLICE = 0.4  # seconds of work in one tick
LEFT = Words(
    "Reasons worked out for {done} of {n} {n:patient|patients}; about {seconds} {seconds:second|seconds} left. The files come then; switch it off to stop.",
    "已得出 {n} 位患者中 {done} 位的依据；约剩 {seconds} 秒。完成后即可下载；关闭开关即停止。",
)


@dataclass
class AllReasons:
    """The work of one tab: for which step of which adaptation, what is found so far, and how long it took."""

    trace: AdaptationTrace
    step_index: int
    work: Iterator[Reasons]
    found: list[Reasons] = field(default_factory=list)
    seconds: float = 0.0
    needs_rerun: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)  # a run of the page may begin before the last one has ended

    @property
    def n(self) -> int:
        """How many patients there are."""
        return len(self.trace.task.query)

    @property
    def busy(self) -> bool:
        """Whether patients are left."""
        return len(self.found) < self.n

    @property
    def seconds_left(self) -> float:
        """Estimate by the pace so far; 0 before the first patient."""
        return self.seconds / max(len(self.found), 1) * (self.n - len(self.found))

    def tick(self) -> None:
        """Work out the reasons of as many patients as a slice has time for, at least of one."""
        with self.lock:
            began = time.perf_counter()
            for one in self.work:
                self.found.append(one)
                if time.perf_counter() - began > SLICE:
                    break
            self.seconds += time.perf_counter() - began


def all_reasons(say: Say, shown: Snapshot, *, wanted: bool) -> tuple[Reasons, ...] | None:
    """The reasons for the answers at the step that is shown, or nothing where they are not wanted; None while they are worked out."""
    if not wanted:
        st.session_state.pop(KEY, None)
        return ()
    state: AllReasons | None = st.session_state.get(KEY)
    if state is None or state.trace is not shown.trace or state.step_index != shown.cursor:
        state = AllReasons(shown.trace, shown.cursor, reasons(shown.trace, shown.cursor, shown.records))
        st.session_state[KEY] = state
    if not state.busy:
        return tuple(state.found)
    run_live(state, lambda: _progress(say, state), say=say, key="turn_reasons")
    return None


def _progress(say: Say, state: AllReasons) -> None:
    if not state.found:
        st.progress(0.0, say(Words("Working out the reasons …", "正在得出依据……")))
        return
    left = LEFT.format(done=len(state.found), n=state.n, seconds=max(1, round(state.seconds_left)))
    st.progress(len(state.found) / state.n, say(left))
