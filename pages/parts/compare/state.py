"""The comparison that this browser tab is about: its patients, its settings, what was measured so far.

One value in `st.session_state`, free of language. Results are pulled: while it runs, a fragment asks for a slice of them every tick,
so a closed tab ends the work, and Stop keeps all that was measured.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from metamed_core.evaluation import Cohort, Comparison, EpisodeResult, Metric, Plan, compare, plan_for
from metamed_core.words import UserError, Words
from pages.parts.common import finished
from pages.parts.common.workbench import Patients

KEY = "match"
SLICE = 0.12  # seconds of results in one tick; Stop waits for the tick to end
TICK = 0.2  # seconds between ticks
MOST_KEPT = 12  # comparisons that a tab holds, so that changing a setting and back loses nothing


@dataclass(frozen=True)
class Asked:
    """Everything that decides the numbers, but for the patients themselves. source: a bundled cohort's key, or see match_patients."""

    source: str
    who: tuple[str, ...]
    shots: tuple[int, ...]
    n_episodes: int
    seed: int


@dataclass(frozen=True)
class Fetched:
    """A table of OpenML: its number and name there, and its patients."""

    number: int
    name: str
    patients: Patients


@dataclass
class View:
    """How the results are looked at; changes no number."""

    metric: Metric = "balanced_accuracy"
    k_shot: int | None = None
    choices: dict[str, object] = field(default_factory=dict)


@dataclass
class Match:
    """The state of one tab; see the top of this file."""

    asked: Asked
    view: View = field(default_factory=View)
    patients: Patients | None = None
    cohort: Cohort | None = None
    plan: Plan | None = None
    comparison: Comparison | None = None
    remark: Words | None = None
    problem: Words | None = None
    complaint: Words | None = None
    fetched: Fetched | None = None
    linked: int = 0  # the number of the OpenML table that the address names, 0 for none
    uploads: object = None  # the uploaded table of when the page was last drawn
    running: bool = False
    needs_rerun: bool = False  # the fragment has moved on, the page round it has not yet
    settled: Asked | None = None
    kept: dict[tuple[object, ...], Comparison] = field(default_factory=dict)
    pulled: Iterator[EpisodeResult] | None = None
    began: float = 0.0
    n_before: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def forget(self) -> None:
        """Hold no patient any more; whoever still holds this match holds nothing."""
        with self.lock:
            self.running, self.pulled = False, None
            self.patients = self.cohort = self.plan = self.comparison = self.fetched = self.settled = None
            self.kept.clear()
            self.view.choices.clear()

    def ask(self, **changes: Any) -> None:
        """Ask something else; what runs is stopped and kept."""
        self.stop()
        self.asked, self.complaint = replace(self.asked, **changes), None

    @property
    def shared(self) -> bool:
        """Whether these are bundled patients without any edit: only their results may be seen by other visitors."""
        return self.patients is not None and finished.is_bundled(self.patients)

    def settle(self, patients: Patients) -> None:
        """Plan what is asked on these patients, and take up what is already measured of it; nothing to do if nothing has changed."""
        if self.settled == self.asked and self.patients is patients:
            return
        if self.patients is not patients:
            self.patients, self.cohort = patients, None
        self.stop()
        with self.lock:
            self.problem = self.remark = None
            try:
                self.cohort = self.cohort or finished.cohort_of(patients)
                who = finished.methods_of(self.asked.who)
                self.plan, self.remark = plan_for(self.cohort, who, self.asked.shots, self.asked.n_episodes, self.asked.seed)
                self._take(self._longest(self.plan))
            except UserError as error:
                self.plan, self.comparison, self.problem = None, None, error.words
            self.settled = self.asked

    def _longest(self, plan: Plan) -> Comparison:
        """The most that is known of this plan: measured in this tab, by anybody, shipped, or the beginning of another plan."""
        found = [self.kept.get(finished.key_of(plan)), finished.known(plan) if self.shared else None, _beginning(self.comparison, plan)]
        return max((one for one in found if one is not None), key=lambda one: len(one.results), default=None) or Comparison.of(plan)

    def _take(self, comparison: Comparison) -> None:
        if self.plan is None:
            return
        self.comparison = comparison
        self.kept[finished.key_of(self.plan)] = comparison
        while len(self.kept) > MOST_KEPT:
            del self.kept[next(iter(self.kept))]
        if self.shared and self.is_finished:
            finished.put(self.plan, comparison)

    @property
    def n_results(self) -> int:
        """Results so far."""
        return len(self.comparison.results) if self.comparison else 0

    @property
    def is_finished(self) -> bool:
        """Whether all that was planned is measured."""
        return self.plan is not None and self.n_results >= self.plan.n_results

    @property
    def episodes(self) -> tuple[int, int]:
        """Episodes that every method has finished, and all that are planned."""
        if self.plan is None:
            return 0, 0
        n = len(self.plan.methods)
        return self.n_results // n, self.plan.n_results // n

    @property
    def chance(self) -> float:
        """The balanced accuracy of who guesses among all diagnoses."""
        return 1 / max(1, len(self.plan.cohort.counts)) if self.plan else 0.5

    @property
    def seconds_left(self) -> float | None:
        """By the pace since Run; None before there is one."""
        done = self.n_results - self.n_before
        if not self.running or self.plan is None or done < len(self.plan.methods):
            return None
        return (time.perf_counter() - self.began) / done * (self.plan.n_results - self.n_results)

    def start(self) -> None:
        """Run on from where it was stopped; a finished one runs again from the beginning."""
        with self.lock:
            if self.plan is None or self.running:
                return
            if self.is_finished or self.comparison is None:
                self.comparison = Comparison.of(self.plan)
            self.pulled = compare(self.plan, done=self.n_results)
            self.running, self.problem = True, None
            self.began, self.n_before = time.perf_counter(), self.n_results

    def stop(self) -> None:
        """Measure no more for now; what was measured stays."""
        self.running = False

    def clear(self) -> None:
        """Forget what was measured of this plan."""
        with self.lock:
            self.stop()
            if self.plan is not None:
                self._take(Comparison.of(self.plan))

    def tick(self) -> None:
        """One slice of a run. Streamlit may end it between two results; none is lost then."""
        until = time.perf_counter() + SLICE
        while self.running and time.perf_counter() < until:
            self._pull()
            # Streamlit looks here whether something else is wanted (Stop, say); if so, this run of the page ends at once.
            st.session_state.get(KEY)

    def _pull(self) -> None:
        """The next result. Two runs of the page may overlap for a moment: the lock keeps them from one generator."""
        with self.lock:
            if not self.running or self.pulled is None or self.comparison is None:
                return
            try:
                result = next(self.pulled, None)
            except UserError as error:
                self.problem, self.running = error.words, False
                return
            if result is not None:
                self._take(self.comparison.plus([result]))
            if result is None or self.is_finished:
                self.running, self.pulled = False, None


def _beginning(was: Comparison | None, plan: Plan) -> Comparison | None:
    """What a comparison of the same patients, methods and seed has measured of this plan: episodes do not depend on how many there are."""
    fresh = Comparison.of(plan)
    if was is None or (was.cohort, was.keys, was.seed) != (fresh.cohort, fresh.keys, fresh.seed):
        return None
    rounds = [(k, i) for i in range(max(map(plan.episodes_at, plan.shots))) for k in plan.shots if i < plan.episodes_at(k)]
    due = [(key, k, i) for k, i in rounds for key in fresh.keys]
    n_same = next(
        (n for n, (one, wanted) in enumerate(zip(was.results, due, strict=False)) if (one.method, one.k_shot, one.episode) != wanted),
        min(len(was.results), len(due)),
    )
    return replace(fresh, results=was.results[:n_same])
