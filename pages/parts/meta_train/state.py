"""The meta-training of this browser tab: what is asked, how far it is, what it is worth on diseases never seen.

One value in `st.session_state`, free of language. Steps are pulled: while it runs, a fragment asks for a slice of them every tick, so a closed tab
ends the work. On disk lie weights, card and checkpoint (`metamed_core.meta_training.stored_runs`), under a token that stands in the address.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from metamed_core.data import Cohort
from metamed_core.evaluation import Comparison, EpisodeResult, Plan, compare, plan_on_novel
from metamed_core.knowledge import Knowledge
from metamed_core.meta_training import Library, clear_old_runs, find, remove
from metamed_core.meta_training.tasks import DiseaseSplit
from metamed_core.words import UserError, Words
from pages.parts.common import audit, cohorts
from pages.parts.common.bundled_cohorts import cohort_of
from pages.parts.common.patients_state import Patients
from pages.parts.meta_train.live_run import LiveRun
from pages.parts.meta_train.request import AWAY, PRIOR, Request, is_on_own_table, request_of

KEY = "meta_training"
SLICE, TICK = 0.15, 0.25  # seconds of steps in a tick, and between ticks
TAKEN_OVER = Words(
    "Another tab has gone on with this meta-training, so it was stopped here: go on there, or stop it there first.",
    "另一标签页已接着进行该元训练，此处因此停止：请在那里继续，或先在那里停止。",
)


@dataclass
class MetaTrainingState:
    """The state of one tab; see the top of this file.

    problem: why the patients allow no meta-training. error, message: of the last press; error_place: "keep" or "import", empty: the run.
    plan, comparison, results: the test on novel diseases. own_tokens: runs on tables of one's own that this tab has made or opened.
    knowledge: of the patients. seen_upload: the uploaded table when the page was last drawn. paces: steps a second of each learner and network, as last measured here.
    """

    request: Request
    library: Library
    tab: str = field(default_factory=lambda: secrets.token_hex(8))
    patients: Patients | None = None
    cohort: Cohort | None = None
    knowledge: Knowledge = field(default_factory=Knowledge)
    problem: Words | None = None
    error: Words | None = None
    error_place: str = ""
    message: Words | None = None
    run: LiveRun | None = None
    own_tokens: set[str] = field(default_factory=set)
    plan: Plan | None = None
    comparison: Comparison | None = None
    results: Iterator[EpisodeResult] | None = None
    seen_upload: object = None
    paces: dict[tuple[str, str], float] = field(default_factory=dict)
    needs_rerun: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def forget(self) -> None:
        """Hold no patient any more, and leave nothing on disk of a run on a table of one's own. Raises UserError if the latter fails."""
        with self.lock:
            token = self.run.token if self.run is not None else ""
            self.leave()
            self.patients, self.cohort, self.knowledge = None, None, Knowledge()
            tokens, self.own_tokens = self.own_tokens, set()
            if token in tokens and "run" in st.query_params:
                del st.query_params["run"]
            for each in tokens:
                remove(self.library, each)

    # -- what is asked ---------------------------------------------------------------------------------------------------

    def ask(self, **changes: Any) -> None:
        """Ask something else, for the next run; what there is of this one stays on disk."""
        if self.request != (request := replace(self.request, **changes)):
            self.leave()
            self.request, self.error, self.message = request, None, None

    def turn_to(self, source: str) -> None:
        """Look for the patients of this run in another table."""
        self.request = replace(self.request, source=source)

    def leave(self) -> None:
        """Look at no run any more."""
        self.stop()
        self.run = self.plan = self.comparison = None

    def settle(self, patients: Patients | None) -> None:
        """Take up the patients; None for simulated tasks."""
        if patients is self.patients and (self.cohort is not None or self.problem is not None or patients is None):
            return
        self.patients, self.cohort, self.problem = patients, None, None
        if patients is not None:
            try:
                self.cohort = cohort_of(patients)
            except UserError as error:
                self.problem = error.words

    @property
    def split(self) -> DiseaseSplit | None:
        """How the diagnoses are split; None for simulated tasks. Raises UserError where they are too few."""
        return self.run.training.split if self.run is not None else self.request.split_of(self.cohort)

    @property
    def can_begin(self) -> bool:
        """Whether the patients allow a run; what they lack is said where they are chosen."""
        if self.needs_table:
            return False
        try:
            return self.patients is None or self.request.split_of(self.cohort) is not None
        except UserError:
            return False

    @property
    def needs_table(self) -> bool:
        """Whether the run is on a table that is not open here."""
        return self.run is not None and self.run.needs_table(self.cohort)

    # -- running ---------------------------------------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether steps are being made."""
        return self.run is not None and self.run.is_running

    @property
    def busy(self) -> bool:
        """Whether steps are made or the result is tested."""
        return self.is_running or self.results is not None

    @property
    def is_fixed(self) -> bool:
        """Whether tasks and settings are those of a run, which cannot be changed once it has begun."""
        return self.busy or self.run is not None

    def set_up_another(self) -> None:
        """Leave this run, whose files stay, to choose tasks and settings anew."""
        with self.lock:
            self.leave()
            self.error, self.message = None, None

    def begin(self) -> None:
        """Start a new run of what is asked."""
        with self.lock:
            self.leave()
            try:
                self._watch(LiveRun(self.library, self.tab, self.request.training(self.cohort, self.knowledge)))
                clear_old_runs()
            except UserError as error:
                self.error, self.error_place = error.words, ""
                return
            audit.note("meta_training_started", table="own" if self.patients and self.patients.is_own else "public")
            self.go_on()

    def go_on(self) -> None:
        """Make the steps that are left, from wherever the run was stopped."""
        with self.lock:
            self.error, self.message, self.error_place = None, None, ""
            if self.run is None or self.is_running:
                return
            try:
                self.run.go_on(self.cohort, self.knowledge)
                self.results = self.plan = self.comparison = None
            except UserError as error:
                self.error = error.words

    def stop(self) -> None:
        """Make no more steps; everything so far is written."""
        with self.lock:
            self.results = None
            try:
                if self.run is not None:
                    self.run.stop()
            except UserError as error:  # the disk is full, say
                self.error, self.error_place = error.words, ""

    def open(self, token: str) -> None:
        """Look at a run on disk; it goes on when asked to. Raises UserError if there is none in the visitor's library."""
        with self.lock:
            stored = find(self.library, token)
            self.leave()
            here = next((one for one in cohorts.cohorts() if one == stored.training.source), AWAY if stored.training.split else PRIOR)
            self.request = request_of(stored.training, here)
            self._watch(LiveRun.of_stored(stored, self.library, self.tab))

    def _watch(self, run: LiveRun) -> None:
        self.run = run
        if is_on_own_table(run.training):
            self.own_tokens.add(run.token)

    def test(self) -> None:
        """Test the weights so far on the novel diseases."""
        with self.lock:
            if self.run is None or self.cohort is None or self.run.training.split is None or self.needs_table or self.busy:
                return
            try:
                self.plan = plan_on_novel(self.run.training, self.cohort, self.run.path)
                self.comparison, self.results = Comparison.of(self.plan), compare(self.plan)
            except UserError as error:
                self.error, self.error_place = error.words, ""

    def tick(self) -> None:
        """One slice of steps or of test results. Streamlit may end it between two; none is lost then."""
        until = time.perf_counter() + SLICE
        if self.run is not None and self.is_running and not self.run.lease.touch():
            self.stop()
            self.error, self.error_place = TAKEN_OVER, ""
        while self.busy and time.perf_counter() < until:
            self.advance()
            # Streamlit looks here whether something else is wanted (Stop, say); if so, this run of the page ends at once.
            st.session_state.get(KEY)

    def advance(self) -> None:
        """The next step, validation task or test result. Two runs of the page may overlap for a moment: the lock keeps them apart."""
        with self.lock:
            try:
                if self.run is not None and self.run.is_running:
                    self._step(self.run)
                elif self.results is not None and self.comparison is not None:
                    result = next(self.results, None)
                    if result is None:
                        self.results = None
                    else:
                        self.comparison = self.comparison.plus([result])
            except UserError as error:
                self.stop()
                self.error, self.error_place = error.words, ""

    def _step(self, run: LiveRun) -> None:
        if not run.advance():
            self.test()
        elif run.pace is not None:
            self.paces[run.training.learner, run.training.network] = run.pace


def attempt(state: MetaTrainingState, act: Callable[[], None], error_place: str = "") -> None:
    """Do what a person has asked for; what goes wrong is said on the page, beside what it is about."""
    state.error, state.message, state.error_place = None, None, error_place
    try:
        act()
    except UserError as error:
        state.error = error.words
