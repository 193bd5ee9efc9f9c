"""The comparison of this browser tab: its patients, its settings, and the results so far.

One value in `st.session_state`, free of language. Results are pulled: while it runs, every tick of a fragment asks for a slice of
them, so a closed tab ends the work, and Stop keeps all that was measured.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from metamed_core.data import Cohort
from metamed_core.evaluation import Comparison, EpisodeResult, Metric, Plan, compare, plan_for
from metamed_core.words import UserError, Words
from pages.parts.common.bundled_cohorts import cohort_of, is_bundled
from pages.parts.common.comparison_methods import methods_of
from pages.parts.common.comparison_request import ComparisonRequest
from pages.parts.common.own_library import own_library
from pages.parts.common.patients_state import Patients
from pages.parts.compare.shared_comparisons import find_shared, key_of, share

KEY = "comparison"
SLICE = 0.12  # seconds of results in one tick; Stop waits for the tick to end
TICK = 0.2  # seconds between ticks
MAX_KEPT = 12  # comparisons that a tab holds, so that changing a setting and back loses nothing


@dataclass(frozen=True)
class OpenMLTable:
    """A table of OpenML: its number and name there, and its patients."""

    number: int
    name: str
    patients: Patients


@dataclass
class View:
    """How the results are looked at; changes no number. k_shot: None for all numbers of shots together."""

    metric: Metric = "balanced_accuracy"
    k_shot: int | None = None
    choices: dict[str, object] = field(default_factory=dict)


@dataclass
class ComparisonState:
    """The state of one tab; see the top of this file.

    openml_number: of the table that the address names, 0 for none. seen_upload: the uploaded table when the page was last drawn.
    busy: whether it runs; needs_rerun: the fragment has moved on, the page around it has not yet (see `run_live`).
    """

    request: ComparisonRequest
    view: View = field(default_factory=View)
    patients: Patients | None = None
    cohort: Cohort | None = None
    plan: Plan | None = None
    comparison: Comparison | None = None
    remark: Words | None = None
    error: Words | None = None
    openml_error: Words | None = None
    openml_table: OpenMLTable | None = None
    openml_number: int = 0
    seen_upload: object = None
    busy: bool = False
    needs_rerun: bool = False
    planned_request: ComparisonRequest | None = None
    kept: dict[tuple[object, ...], Comparison] = field(default_factory=dict)
    results: Iterator[EpisodeResult] | None = None
    started_at: float = 0.0
    n_results_at_start: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def forget(self) -> None:
        """Drop all patients and results; whoever still holds this state holds no data."""
        with self.lock:
            self.busy, self.results = False, None
            self.patients = self.cohort = self.plan = self.comparison = self.openml_table = self.planned_request = None
            self.kept.clear()
            self.view.choices.clear()

    def ask(self, **changes: Any) -> None:
        """Change the request; what runs is stopped and kept."""
        self.stop()
        self.request, self.openml_error = replace(self.request, **changes), None

    @property
    def is_shared(self) -> bool:
        """Whether other visitors may see the results: only on bundled tables without any edit."""
        return self.patients is not None and is_bundled(self.patients)

    def plan_on(self, patients: Patients) -> None:
        """Plan the request on these patients, and take up what is already measured of it; does nothing if nothing has changed."""
        if self.planned_request == self.request and self.patients is patients:
            return
        if self.patients is not patients:
            self.patients, self.cohort = patients, None
        self.stop()
        with self.lock:
            self.error = self.remark = None
            try:
                self.cohort = self.cohort or cohort_of(patients)
                methods, request = methods_of(self.request.method_keys, own_library()), self.request
                self.plan, self.remark = plan_for(self.cohort, methods, request.shots, request.n_episodes, request.seed)
                self._set(self._longest(self.plan))
            except UserError as error:
                self.plan, self.comparison, self.error = None, None, error.words
            self.planned_request = self.request

    def _longest(self, plan: Plan) -> Comparison:
        """The most that is known of this plan: measured in this tab, by any visitor, shipped, or the beginning of another plan."""
        found = [self.kept.get(key_of(plan)), find_shared(plan) if self.is_shared else None, _beginning(self.comparison, plan)]
        return max((one for one in found if one is not None), key=lambda one: len(one.results), default=None) or Comparison.of(plan)

    def _set(self, comparison: Comparison) -> None:
        if self.plan is None:
            return
        self.comparison = comparison
        self.kept[key_of(self.plan)] = comparison
        while len(self.kept) > MAX_KEPT:
            del self.kept[next(iter(self.kept))]
        if self.is_shared and self.is_finished:
            share(self.plan, comparison)

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
        """The balanced accuracy of guessing among all diagnoses."""
        return 1 / max(1, len(self.plan.cohort.counts)) if self.plan else 0.5

    @property
    def seconds_left(self) -> float | None:
        """By the pace since Run; None before there is one."""
        done = self.n_results - self.n_results_at_start
        if not self.busy or self.plan is None or done < len(self.plan.methods):
            return None
        return (time.perf_counter() - self.started_at) / done * (self.plan.n_results - self.n_results)

    def start(self) -> None:
        """Run on from where it was stopped; a finished one runs again from the beginning."""
        with self.lock:
            if self.plan is None or self.busy:
                return
            if self.is_finished or self.comparison is None:
                self.comparison = Comparison.of(self.plan)
            self.results = compare(self.plan, done=self.n_results)
            self.busy, self.error = True, None
            self.started_at, self.n_results_at_start = time.perf_counter(), self.n_results

    def stop(self) -> None:
        """Measure no more for now; what was measured stays."""
        self.busy = False

    def clear(self) -> None:
        """Drop what was measured of this plan."""
        with self.lock:
            self.stop()
            if self.plan is not None:
                self._set(Comparison.of(self.plan))

    def tick(self) -> None:
        """One slice of a run. Streamlit may end it between two results; none is lost then."""
        until = time.perf_counter() + SLICE
        while self.busy and time.perf_counter() < until:
            self.pull()
            # Streamlit looks here whether something else is wanted (Stop, say); if so, this run of the page ends at once.
            st.session_state.get(KEY)

    def pull(self) -> None:
        """Take in the next result. Two runs of the page may overlap for a moment: the lock keeps them from one generator."""
        with self.lock:
            if not self.busy or self.results is None or self.comparison is None:
                return
            try:
                result = next(self.results, None)
            except UserError as error:
                self.error, self.busy = error.words, False
                return
            if result is not None:
                self._set(self.comparison.plus([result]))
            if result is None or self.is_finished:
                self.busy, self.results = False, None


def _beginning(previous: Comparison | None, plan: Plan) -> Comparison | None:
    """What a comparison of the same patients, methods and seed has measured of this plan: episodes do not depend on how many there are."""
    fresh = Comparison.of(plan)
    if previous is None or (previous.cohort, previous.keys, previous.seed) != (fresh.cohort, fresh.keys, fresh.seed):
        return None
    n_rounds = max(map(plan.episodes_at, plan.shots))
    wanted = [(key, k, i) for i in range(n_rounds) for k in plan.shots if i < plan.episodes_at(k) for key in fresh.keys]
    measured = [(one.method, one.k_shot, one.episode) for one in previous.results]
    n_same = next(
        (n for n, (one, other) in enumerate(zip(measured, wanted, strict=False)) if one != other), min(len(measured), len(wanted))
    )
    return replace(fresh, results=previous.results[:n_same])
