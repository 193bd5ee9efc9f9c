"""The adaptation that this browser tab shows: its trace, the step that is looked at, and what else was chosen on the page.

One value in `st.session_state`, free of language, so that switching to 中文 changes only what is displayed. The step lives here and nowhere
else: a slider shows it and writes to it.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import streamlit as st

from metamed_core.data import PatientRecords
from metamed_core.words import UserError
from pages.parts.common import audit, preload
from pages.parts.common.adapt_request import AdaptRequest, RequestState, request_state
from pages.parts.common.patients_state import PatientsState, patients_state
from pages.parts.common.session_cache import is_public, shared

if TYPE_CHECKING:
    from metamed_core.diagnosis import AdaptationTrace, Step

KEY = "adaptation"
SLICE = 0.12  # seconds of steps in one tick of a live run; Stop waits for the tick to end
LONG_SLICE = 0.4  # the same where it takes long: fewer drawings, more steps
TICKS_TO_WATCH = 16  # a run is paced to take about this many, or nobody would see it happen
LONG = 10.0  # seconds from which on the page says how long it will take, and makes a step in parts
AT_ONCE = 2.0  # seconds an edit may take to re-adapt before the rest goes on live
FOR_ALL = 5.0  # seconds of a processor that one visitor waits for an adaptation that all others are then spared


@dataclass(frozen=True)
class Snapshot:
    """One consistent view of an adaptation: these patients, their trace, and the step that is looked at."""

    records: PatientRecords
    trace: AdaptationTrace
    cursor: int

    @property
    def step(self) -> Step:
        """The step that is looked at."""
        return self.trace.steps[self.cursor]


@dataclass
class Adaptation:
    """The adaptation of one tab; see the top of this file.

    answered: the version of the patients and the request that the trace is of. watched, chosen: the row of the patient whose curve is drawn, of the one whose answer is shown, and of the one beside it.
    pretest: per cent by diagnosis. tried: the text of a what-if by row and column.
    goal: the step at which a live run stops, if it is not the last. editors: goes up when the tables have to be drawn anew. charts_open, patients_open: what the user has unfolded.
    """

    patients: PatientsState
    requests: RequestState
    trace: AdaptationTrace | None = None
    adapted: PatientRecords | None = None
    original: PatientRecords | None = None
    answered: tuple[int, AdaptRequest] | None = None
    cursor: int = 0
    playing: bool = False
    needs_rerun: bool = False  # the charts have moved on, the answers below them have not yet
    watched: Hashable = None
    chosen: Hashable = None
    beside: Hashable = None
    view: dict[str, str] = field(default_factory=dict)
    pretest: dict[str, float] = field(default_factory=dict)
    tried: dict[tuple[Hashable, str], str] = field(default_factory=dict)
    editors: int = 0
    goal: int | None = None
    charts_open: bool = False
    patients_open: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def busy(self) -> bool:
        """Whether steps are made without a click."""
        return self.playing

    @property
    def total(self) -> int:
        """Steps in the whole adaptation."""
        return self.trace.total_steps if self.trace else 0

    @property
    def asked(self) -> tuple[int, AdaptRequest]:
        """What is to be answered now."""
        here = self.patients.current
        return self.patients.version, replace(self.requests.current, knowledge=here.knowledge, counts_as=here.counts_as)

    def adapt(self) -> None:
        """Adapt to the end if the patients or the request have changed; the rest of a long run goes on live.

        Raises UserError where these patients or settings allow no adaptation; nothing entered is lost.
        """
        now, patients = self.asked, self.patients.current
        if self.answered == now:
            return
        try:
            trace = finished_for_all(patients.in_use, now[1]) or self._advanced(begin(patients.in_use, now[1]), now)
        except UserError:
            with self.lock:
                if now == self.asked:
                    self.trace, self.adapted, self.answered, self.playing = None, None, None, False
            raise
        with self.lock:
            if now == self.asked:
                self._show(trace, now, same_table=patients.original is self.original)
                self.adapted, self.original = patients.in_use, patients.original
                audit.note("adapted", algorithm=now[1].algorithm, table="own" if patients.is_own else "public")

    def _advanced(self, trace: AdaptationTrace, now: tuple[int, AdaptRequest]) -> AdaptationTrace:
        # Streamlit may start the next run of the page before this one has noticed that it is to stop. So the steps are
        # taken on a trace of one's own, and it is shown only if it still answers what is asked.
        until = time.perf_counter() + AT_ONCE
        while now == self.asked and trace.advance_for(until - time.perf_counter()) and time.perf_counter() < until:
            pass
        return trace

    def _show(self, trace: AdaptationTrace, now: tuple[int, AdaptRequest], *, same_table: bool) -> None:
        """Put a new trace in the place of the old one.

        Who looked at an earlier step goes on looking at it when the same table was edited; else the trace is shown to its end.
        """
        same_run = same_table and self.trace is not None and self.answered is not None and self.answered[1] == now[1]
        stays = same_run and not self.playing and self.cursor < self.total
        if not same_table:
            self.watched = self.chosen = self.beside = None
            self.pretest, self.tried = {}, {}
        self.trace, self.answered = trace, now
        wanted, self.patients.wanted_step = self.patients.wanted_step, None
        if wanted is not None and wanted < self.total:  # saved work was opened
            self.stop_at(wanted)
        elif stays:
            self.go_to(self.cursor)
        else:
            self.cursor, self.playing, self.goal = max(len(trace.steps) - 1, 0), not trace.finished, None

    def go_to(self, step: int) -> None:
        """Show this step, taking the steps up to it if they are not yet taken."""
        with self.lock:
            if self.trace is None:
                return
            while len(self.trace.steps) <= step and self.trace.advance():
                pass
            self.cursor = min(step, len(self.trace.steps) - 1)

    def stop_at(self, step: int) -> None:
        """Show this step and make no more by itself; a step that takes long is first made live."""
        self.playing = self.takes_long and self.trace is not None and step >= len(self.trace.steps)
        self.goal = step if self.playing else None
        if not self.playing:
            self.go_to(step)

    def stop(self) -> None:
        """Make no more steps by itself."""
        self.playing, self.goal = False, None

    @property
    def takes_long(self) -> bool:
        """Whether a step is made in parts, with progress, rather than at once."""
        return self.seconds_left > LONG

    @property
    def seconds_left(self) -> float:
        """Estimate of the time that the rest of the adaptation takes, from the time so far."""
        return 0.0 if self.trace is None else self.trace.seconds_left

    def shown(self) -> Snapshot | None:
        """What to draw; None before the first adaptation."""
        with self.lock:
            if self.trace is None or self.adapted is None or not self.trace.steps:
                return None
            return Snapshot(self.adapted, self.trace, self.cursor)

    def tick(self) -> None:
        """One slice of a live run."""
        until = time.perf_counter() + (LONG_SLICE if self.takes_long else SLICE)
        for _ in range(max(1, math.ceil(self.total / TICKS_TO_WATCH))):
            if not self._next_step(until - time.perf_counter()) or self.cursor >= self.total or time.perf_counter() > until:
                break
            # Streamlit looks here whether the whole page is wanted anew (after an edit, say); if so, this run ends at once.
            st.session_state.get(KEY)
        self.playing = self.playing and (self.cursor < self.total or not (self.trace and self.trace.steps))
        if self.goal is not None and self.cursor >= self.goal:
            self.stop()

    def _next_step(self, seconds: float) -> bool:
        """Show the next step, or work on it for so long; whether it is shown."""
        with self.lock:
            if self.trace is None:
                return False
            first = not self.trace.steps
            wanted = 0 if first else self.cursor + 1
            if len(self.trace.steps) <= wanted:
                self.trace.advance_for(seconds)
            if len(self.trace.steps) <= wanted:
                return False
            self.needs_rerun |= first  # now there are answers to draw
            self.cursor = wanted
            return True

    def play(self) -> None:
        """Go on from the step that is shown, or from the start when it is the last."""
        if self.cursor >= self.total:
            self.cursor = 0
        self.playing, self.goal = True, None

    def reset(self) -> None:
        """Forget the steps and stand before the first."""
        if self.trace is not None and self.trace.seconds > LONG:
            self.stop_at(0)  # made before, and to make it again would take long
            return
        with self.lock:
            self.playing, self.trace = False, begin(self.patients.current.in_use, self.asked[1])
            self.go_to(0)


def adaptation_state() -> Adaptation:
    """This tab's adaptation."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Adaptation(patients_state(), request_state())
    held: Adaptation = st.session_state[KEY]
    return held


def begin(records: PatientRecords, request: AdaptRequest) -> AdaptationTrace:
    """A trace before its first step. Raises UserError."""
    preload.ready()
    from metamed_core.diagnosis import trace

    return trace.start(records, request.learner, request.weights, request.seed, request.knowledge, request.counts_as)


def finished_for_all(records: PatientRecords, request: AdaptRequest) -> AdaptationTrace | None:
    """The adaptation to a bundled table, made once for all visitors; None for another table, or where it takes long."""

    def make() -> AdaptationTrace | None:
        trace, until = begin(records, request), time.thread_time() + FOR_ALL
        while not trace.finished and time.thread_time() < until:
            trace.advance_for(AT_ONCE)
        return trace if trace.finished else None

    return shared("trace", (records, request), make) if is_public((records,)) else None
