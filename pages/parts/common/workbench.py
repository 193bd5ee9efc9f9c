"""What this browser tab is working on: its patients, its question to a learner, and the adaptation so far.

One value in `st.session_state`, free of language, so that switching to 中文 changes only what is displayed. Everything
else on the page is drawn from it.
"""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from metamed_core.data import PatientRecords
from metamed_core.learners import UNIVERSAL
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts, warm

if TYPE_CHECKING:
    from metamed_core.diagnosis import AdaptationTrace, Step

KEY = "workbench"
UPLOAD = "upload"  # the source that is not a bundled cohort
SLICE = 0.12  # seconds of steps in one tick of a live run; Stop waits for the tick to end
TICKS_TO_WATCH = 16  # a run is paced to take about this many, or nobody would see it happen
AT_ONCE = 1.0  # seconds an edit may take to re-adapt before the rest goes on live

_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Patients:
    """Where the patients come from, the table with all edits and without any, and the rows taken out of play."""

    source: str
    records: PatientRecords
    original: PatientRecords
    file: str = ""
    truth: Mapping[Hashable, str] = field(default_factory=dict)
    sheet: str | None = None
    dropped: frozenset[Hashable] = frozenset()
    edited: bool = False

    @property
    def kept(self) -> PatientRecords:
        """The records that a learner sees."""
        return self.records.without(sorted(self.dropped, key=str)) if self.dropped else self.records


@dataclass(frozen=True)
class AdaptRequest:
    """Everything that decides an adaptation; the same question has the same trace."""

    algorithm: str
    settings: tuple[tuple[str, float], ...]
    start: str
    seed: int


@dataclass
class Pending:
    """A table that is read but whose columns are not yet confirmed; `number` tells one from the next.

    original: the same without the edits of cells, for undo; changed with the records.
    """

    file: str
    data: bytes
    sheets: list[str]
    sheet: str | None
    records: PatientRecords
    original: PatientRecords
    source: str = UPLOAD
    number: int = field(default_factory=_NUMBERS.__next__)

    def renew(self) -> None:
        """Another number, so that widgets keyed by it are drawn anew."""
        self.number = next(_NUMBERS)

    def change(self, act: Callable[[PatientRecords], PatientRecords]) -> None:
        """Do the same to the records and to the original. Raises what `act` raises, and then nothing is changed."""
        changed = act(self.records)
        self.original = changed if self.original is self.records else act(self.original)
        self.records = changed


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
class Workbench:
    """The state of one tab; see the top of this file."""

    patients: Patients
    request: AdaptRequest
    shelf: dict[str, Patients] = field(default_factory=dict)
    settings: dict[str, dict[str, float]] = field(default_factory=dict)
    pending: Pending | None = None
    complaint: Words | None = None
    error_place: str = ""  # the table that the complaint is about; empty: the page's head
    kept: PatientRecords | None = None
    version: int = 0
    answered: tuple[int, AdaptRequest] | None = None
    trace: AdaptationTrace | None = None
    adapted: PatientRecords | None = None
    cursor: int = 0
    playing: bool = False
    redrawn: int = 0
    needs_rerun: bool = False  # the charts have moved on, the answers below them have not yet
    watched: Hashable = None
    view: dict[str, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def busy(self) -> bool:
        """Whether steps are made without a click."""
        return self.playing

    def forget(self) -> None:
        """Hold no patient any more; whoever still holds this bench holds nothing."""
        with self.lock:
            first = bundled(next(iter(cohorts.cohorts())))
            self.patients, self.shelf, self.kept = first, {}, first.kept
            self.pending = self.complaint = self.trace = self.adapted = self.answered = self.watched = None
            self.playing, self.version = False, self.version + 1

    def take(self, patients: Patients) -> None:
        """Work on these patients from now on; their next adaptation starts anew. Another table is shown to its end first."""
        if patients.original is not self.patients.original:
            self.answered = self.watched = None
        self.shelf[patients.source] = self.patients = patients
        self.kept, self.version, self.complaint = patients.kept, self.version + 1, None

    def check_again(self) -> None:
        """Open the upload check for the patients at hand."""
        here, self.complaint = self.patients, None
        self.pending = Pending(here.file, b"", [], None, here.records, here.original, source=here.source)

    @property
    def total(self) -> int:
        """Steps in the whole adaptation."""
        return self.trace.total_steps if self.trace else 0

    def adapt(self) -> None:
        """Answer the question to the end if it is a new one; the rest of a long run goes on live.

        Raises UserError where these patients or settings allow no adaptation; nothing entered is lost.
        """
        now = (self.version, self.request)
        if self.answered == now:
            return
        kept = self.kept
        try:
            trace = begin(kept, self.request)
        except UserError:
            with self.lock:
                if now == (self.version, self.request):
                    self.trace, self.adapted, self.answered, self.playing = None, None, None, False
            raise
        # Streamlit may start the next run of the page before this one has noticed that it is to stop. So the steps are
        # taken on a trace of one's own, and it is shown only if it still answers what is asked.
        until = time.perf_counter() + AT_ONCE
        while now == (self.version, self.request) and trace.advance() and time.perf_counter() < until:
            pass
        with self.lock:
            if now == (self.version, self.request):
                self._show(trace, now)
                self.adapted = kept

    def _show(self, trace: AdaptationTrace, now: tuple[int, AdaptRequest]) -> None:
        """Put a new trace in the place of the old one, at the same step if only the patients have changed."""
        same_run = self.trace is not None and self.answered is not None and self.answered[1] == now[1]
        last = len(trace.steps) - 1
        self.cursor = min(self.cursor, last) if same_run and self.cursor < self.total else last
        self.trace, self.answered, self.playing = trace, now, not trace.finished

    def go_to(self, step: int) -> None:
        """Show this step, taking the steps up to it if they are not yet taken."""
        with self.lock:
            if self.trace is None:
                return
            while len(self.trace.steps) <= step and self.trace.advance():
                pass
            self.cursor = min(step, len(self.trace.steps) - 1)

    def shown(self) -> Snapshot | None:
        """What to draw; None before the first adaptation."""
        with self.lock:
            return Snapshot(self.adapted, self.trace, self.cursor) if self.trace is not None and self.adapted is not None else None

    def tick(self) -> None:
        """One slice of a live run."""
        until = time.perf_counter() + SLICE
        for _ in range(max(1, math.ceil(self.total / TICKS_TO_WATCH))):
            self.go_to(self.cursor + 1)
            if self.cursor >= self.total or time.perf_counter() > until:
                break
            # Streamlit looks here whether the whole page is wanted anew (after an edit, say); if so, this run ends at once.
            st.session_state.get(KEY)
        self.playing = self.playing and self.cursor < self.total

    def play(self) -> None:
        """Go on from the step that is shown, or from the start when it is the last."""
        if self.cursor >= self.total:
            self.cursor = 0
        self.playing = True

    def reset(self) -> None:
        """Forget the steps and stand before the first."""
        with self.lock:
            self.playing, self.trace = False, begin(self.kept, self.request)
            self.go_to(0)


def bench() -> Workbench:
    """This tab's workbench; a new one holds the bundled cohort that the address asks for, or the first."""
    if KEY not in st.session_state:
        asked = st.query_params.get("cohort", "")
        first = bundled(asked if asked in cohorts.cohorts() else next(iter(cohorts.cohorts())))
        st.session_state[KEY] = Workbench(first, AdaptRequest("", (), UNIVERSAL, 0), {first.source: first}, kept=first.kept)
    held: Workbench = st.session_state[KEY]
    return held


def bundled(key: str) -> Patients:
    """A bundled cohort as it is shipped."""
    records = cohorts.records_of(key)
    return Patients(key, records, records, truth=cohorts.truth_of(key))


def begin(records: PatientRecords | None, request: AdaptRequest) -> AdaptationTrace:
    """A trace before its first step. Raises UserError."""
    if records is None:
        raise UserError(Words("There are no patients yet: choose a cohort or upload a file.", "还没有患者：请选择数据集或上传文件。"))
    warm.ready()
    from metamed_core.diagnosis import trace
    from metamed_core.learners import LEARNERS

    return trace.start(records, LEARNERS[request.algorithm](**dict(request.settings)), request.start, request.seed)
