"""The meta-training that this browser tab is about: what is asked, how far it is, what it is worth on diseases never seen.

One value in `st.session_state`, free of language. Steps are pulled: while it runs, a fragment asks for a slice of them every tick, so a closed
tab ends the work. On disk lie its weights and where it stands (`metamed_core.meta_training.stored_runs`), under a token that stands in the address.
"""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st

from metamed_core.data import Cohort
from metamed_core.evaluation import Comparison, EpisodeResult, Plan, compare, plan_on_novel
from metamed_core.meta_training import ALONE, Lease, Library, MetaRun, Progress, StoredRun, clear_old_runs, find, new_token, remove, train
from metamed_core.meta_training.tasks import DiseaseSplit
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts
from pages.parts.common.bundled_cohorts import cohort_of
from pages.parts.common.patients_state import Patients
from pages.parts.meta_train.request import PRIOR, Asked, asked_of, is_public

KEY = "training"
SLICE, TICK = 0.15, 0.25  # seconds of steps in a tick, and between ticks
SAVE_EVERY = 5.0  # seconds of work that a killed server may lose
N_VALIDATIONS = 12
TAKEN_OVER = Words(
    "Another tab has gone on with this meta-training, so it was stopped here: go on there, or stop it there first.",
    "另一标签页已接着进行该元训练，此处因此停止：请在那里继续，或先在那里停止。",
)


@dataclass
class Training:
    """The state of one tab; see the top of this file."""

    asked: Asked
    library: Library
    tab: str = field(default_factory=lambda: secrets.token_hex(8))
    patients: Patients | None = None
    cohort: Cohort | None = None
    problem: Words | None = None
    complaint: Words | None = None
    error_place: str = ""  # what the complaint is about: "keep" or "take"; empty: the run
    said: Words | None = None
    run: MetaRun | None = None
    token: str = ""
    private: set[str] = field(default_factory=set)  # tokens of this tab's runs on tables of one's own
    progress: Progress | None = None
    losses: list[tuple[int, float]] = field(default_factory=list)
    pulled: Iterator[Progress] | None = None
    judging: Iterator[EpisodeResult] | None = None
    plan: Plan | None = None
    comparison: Comparison | None = None
    uploads: object = None
    began: tuple[float, int] = (0.0, 0)
    paces: dict[tuple[str, str], float] = field(default_factory=dict)  # steps a second of each learner and network, as last measured here
    needs_rerun: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def forget(self) -> None:
        """Hold no patient any more, and leave nothing on disk of a run on a table of one's own."""
        with self.lock:
            self.stop()
            for token in self.private:
                remove(self.library, token)
            if self.token in self.private and "run" in st.query_params:
                del st.query_params["run"]
            self.private.clear()
            self.patients = self.cohort = self.run = self.plan = self.comparison = self.progress = None
            self.token, self.losses = "", []

    def ask(self, **changes: Any) -> None:
        """Ask something else, for the next run; what there is of this one stays on disk."""
        if self.asked != (asked := replace(self.asked, **changes)):
            self.stop()
            self.asked, self.complaint, self.said = asked, None, None
            if self.run is not None:
                self.leave()

    def leave(self) -> None:
        """Look at no run any more."""
        self.stop()
        self.run = self.progress = self.plan = self.comparison = None
        self.token, self.losses = "", []

    # -- what is asked ---------------------------------------------------------------------------------------------------

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
        """How the diagnoses are dealt; None for simulated tasks. Raises UserError where they are too few."""
        return self.asked.split_of(self.cohort)

    @property
    def can_begin(self) -> bool:
        """Whether the patients allow a run; what they lack is said where they are chosen."""
        try:
            return self.patients is None or self.split is not None
        except UserError:
            return False

    @property
    def lacks_table(self) -> bool:
        """Whether the run is on a table that is not open here."""
        return self.run is not None and self.run.split is not None and (self.cohort is None or self.cohort.sha256 != self.run.sha256)

    # -- running ---------------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether steps are being made."""
        return self.pulled is not None

    @property
    def busy(self) -> bool:
        """Whether anything is being computed."""
        return self.pulled is not None or self.judging is not None

    @property
    def is_finished(self) -> bool:
        """Whether all steps are made."""
        return self.run is not None and self.progress is not None and self.progress.step >= self.run.plan.meta_steps and not self.running

    @property
    def hold(self) -> Lease:
        """This tab's claim to the run."""
        return Lease(self.path, self.tab)

    @property
    def path(self) -> Path:
        """The weights of this run; the file may not exist yet. Raises UserError where there is no run."""
        return self.library.run_path(self.token)

    def begin(self) -> None:
        """Start a new run of what is asked."""
        with self.lock:
            self.leave()
            try:
                source = self.patients.file or self.asked.source if self.patients is not None else ""
                self.run = self.asked.run(self.cohort, source)
            except UserError as error:
                self.complaint = error.words
                return
            clear_old_runs()
            self.token = new_token()
            self._note_private(self.run)
            self.go_on()

    def _note_private(self, run: MetaRun) -> None:
        if not is_public(run):
            self.private.add(self.token)

    def go_on(self) -> None:
        """Make the steps that are left, from wherever the run was stopped."""
        with self.lock:
            self.complaint, self.said, self.error_place = None, None, ""
            if self.run is None or self.running:
                return
            try:
                self.library.folder("runs")
                self.hold.take()
                job = self.run.job(self.cohort, self.path, save_every=SAVE_EVERY, validate=N_VALIDATIONS)
                self.pulled = train(replace(job, owned=self.hold.is_held), ALONE)
                self.judging = self.plan = self.comparison = None
                self.began = (time.perf_counter(), self.progress.step if self.progress else 0)
            except UserError as error:
                self.complaint = error.words

    def stop(self) -> None:
        """Make no more steps; everything so far is written."""
        with self.lock:
            pulled, self.pulled, self.judging = self.pulled, None, None
            if pulled is None:
                return
            try:
                pulled.close()  # type: ignore[attr-defined]
            except UserError as error:  # the disk is full, say
                self.complaint, self.error_place = error.words, ""
            self.hold.release()

    def open(self, token: str) -> None:
        """Look at a run on disk; it goes on when asked to. Raises UserError if there is none."""
        with self.lock:
            self._take_up(find(self.library, token))

    def _take_up(self, found: StoredRun) -> None:
        self.stop()
        run, self.token = found.run, found.token
        source = run.source if run.source in cohorts.cohorts() else (self.asked.source if run.split else PRIOR)
        self.asked = asked_of(run, source)
        self.run, self.losses, self.plan, self.comparison = run, [], None, None
        self._note_private(run)
        self.progress = Progress(found.step, float("nan"), found.validation, found.rivals, seconds=found.seconds)

    def judge(self) -> None:
        """Judge the weights so far on the novel diseases."""
        with self.lock:
            if self.run is None or self.cohort is None or self.run.split is None or self.lacks_table or self.busy:
                return
            try:
                self.plan = plan_on_novel(self.run, self.cohort, self.path)
                self.comparison, self.judging = Comparison.of(self.plan), compare(self.plan)
            except UserError as error:
                self.complaint = error.words

    def tick(self) -> None:
        """One slice of steps or of judgements. Streamlit may end it between two; none is lost then."""
        until = time.perf_counter() + SLICE
        if self.running and not self.hold.touch():
            self.complaint, self.error_place = TAKEN_OVER, ""
            self.stop()
        while self.busy and time.perf_counter() < until:
            self._pull()
            # Streamlit looks here whether something else is wanted (Stop, say); if so, this run of the page ends at once.
            st.session_state.get(KEY)

    def _pull(self) -> None:
        """The next step, held-out task or judgement. Two runs of the page may overlap for a moment: the lock keeps them apart."""
        with self.lock:
            try:
                if self.pulled is not None:
                    self._step(self.pulled)
                elif self.judging is not None and self.comparison is not None:
                    self._judgement(self.judging, self.comparison)
            except UserError as error:
                self.stop()
                self.complaint, self.error_place = error.words, ""

    def _step(self, pulled: Iterator[Progress]) -> None:
        progress = next(pulled, None)
        if progress is None:
            self.pulled = None
            self.hold.release()
            self.judge()
            return
        # While it validates a step it tells of it without its loss, which comes at last.
        if not math.isnan(progress.loss) and (not self.losses or progress.step > self.losses[-1][0]):
            self.losses.append((progress.step, progress.loss))
        self.progress = progress
        if self.run is not None and self.pace is not None:
            self.paces[self.run.learner, self.run.network] = self.pace

    def _judgement(self, judging: Iterator[EpisodeResult], comparison: Comparison) -> None:
        result = next(judging, None)
        if result is None:
            self.judging = None
        else:
            self.comparison = comparison.plus([result])

    @property
    def pace(self) -> float | None:
        """Steps a second since the last start; None before there is a step."""
        if self.progress is None or (done := self.progress.step - self.began[1]) < 1:
            return None
        return done / max(time.perf_counter() - self.began[0], 1e-9)


def attempt(training: Training, act: Callable[[], None], error_place: str = "") -> None:
    """Do something that a person has asked for; what goes wrong is said on the page, beside what it is about."""
    training.complaint, training.said, training.error_place = None, None, error_place
    try:
        act()
    except UserError as error:
        training.complaint = error.words
