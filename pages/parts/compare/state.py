"""The comparison of this browser tab: its patients, settings and results so far.

One value in `st.session_state`, independent of the language. A fragment pulls a slice of results at every tick: closing the tab ends the
run, and Stop keeps all results.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from metamed_core.data import Cohort
from metamed_core.evaluation import Comparison, EpisodeResult, Metric, Plan, compare, unseen_diagnoses
from metamed_core.words import UserError, Words
from pages.parts.common import audit
from pages.parts.common.bundled_cohorts import cohort_of, is_bundled
from pages.parts.common.comparison_methods import methods_of
from pages.parts.common.comparison_request import ComparisonRequest
from pages.parts.common.own_library import own_library
from pages.parts.common.patients_state import Patients
from pages.parts.compare.planning import Known, beginning, plan_of
from pages.parts.compare.shared_comparisons import find_shared, key_of, share

KEY = "comparison"
SLICE = 0.12  # seconds of computation per tick; Stop waits for the end of the tick
TICK = 0.2  # seconds between ticks
ALL = "all"  # all numbers of shots together
MAX_KEPT = 12  # comparisons kept per tab, so that reverting a setting restores its results


@dataclass(frozen=True)
class OpenMLTable:
    """An OpenML table: its data id, name and patients."""

    number: int
    name: str
    patients: Patients


@dataclass
class View:
    """The display options of the results, which change no number.

    at: the number of shots, `ALL` for all together, empty for the usual one.
    """

    metric: Metric = "balanced_accuracy"
    at: str = ""
    choices: dict[str, object] = field(default_factory=dict)


@dataclass
class ComparisonState:
    """The state of one tab; see the top of this file.

    known: what is known of the table; knowledge_files: what was opened here, by source.
    openml_number: OpenML table in the address, 0 for none. unseen: see `unseen_diagnoses`. seen_upload: the uploaded table when the page was last drawn.
    busy: whether it runs. needs_rerun: whether the page outside the fragment is outdated (see `run_live`).
    """

    request: ComparisonRequest
    view: View = field(default_factory=View)
    patients: Patients | None = None
    cohort: Cohort | None = None
    unseen: tuple[str, ...] = ()
    plan: Plan | None = None
    comparison: Comparison | None = None
    remark: Words | None = None
    error: Words | None = None
    openml_error: Words | None = None
    knowledge_error: Words | None = None
    known: Known | None = None
    knowledge_files: dict[str, Known] = field(default_factory=dict)
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

    @property
    def holds_own_data(self) -> bool:
        """Whether knowledge was opened here, in whose place a later visit would find what ships with the table, or nothing."""
        return bool(self.knowledge_files)

    @property
    def k_shot(self) -> int | None:
        """The number of shots to show, as chosen where there are results of it; None for all together, which only like tasks allow."""
        if self.comparison is None or not self.comparison.shots_with_results:
            return None
        known = {ALL if k is None else str(k): k for k in self.comparison.views}
        return known.get(self.view.at, self.comparison.usual_shots)

    def ask(self, **changes: Any) -> None:
        """Change fields of the request; a running comparison is stopped, and its results are kept."""
        self.stop()
        self.request = replace(self.request, **changes)
        self.openml_error = self.knowledge_error = None

    @property
    def is_shared(self) -> bool:
        """Whether other visitors may see the results: only for unedited bundled tables, and no knowledge but what ships with them."""
        own = self.knows and self.known is not None and not self.known.is_shipped
        return self.patients is not None and is_bundled(self.patients) and not own

    @property
    def knows(self) -> bool:
        """Whether methods take part with knowledge."""
        return self.request.with_knowledge and self.known is not None

    def plan_on(self, patients: Patients, known: Known | None) -> None:
        """Plan the request on these patients, of which this is known, and reuse existing results; does nothing if nothing has changed."""
        if self.planned_request == self.request and self.patients is patients and self.known == known:
            return
        self.known = known
        if self.patients is not patients:
            self.patients, self.cohort = patients, None
        self.stop()
        with self.lock:
            self.error = self.remark = None
            try:
                self.cohort = self.cohort or cohort_of(patients)
                methods = methods_of(self.request.method_keys, own_library())
                self.unseen = unseen_diagnoses(methods, self.cohort)
                cohort = self.cohort if self.compares_all else self.cohort.only(self.diagnoses)
                self.plan, self.remark = plan_of(self.request, self.known if self.knows else None, cohort, methods)
                self._set(self._longest(self.plan))
            except UserError as error:
                self.plan, self.comparison, self.error = None, None, error.words
            self.planned_request = self.request

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """The diagnoses to compare on: as requested, else those that no method was meta-trained on."""
        known = tuple(self.cohort.counts) if self.cohort else ()
        return tuple(known[at] for at in self.request.diagnoses if at < len(known)) or self.unseen

    @property
    def compares_all(self) -> bool:
        """Whether all diagnoses of the table take part."""
        return self.cohort is None or self.diagnoses == tuple(self.cohort.counts)

    def _longest(self, plan: Plan) -> Comparison:
        """The most complete results of this plan: of this tab, shared, shipped, or the beginning of another plan."""
        found = [self.kept.get(key_of(plan)), find_shared(plan) if self.is_shared else None, beginning(self.comparison, plan)]
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
        """Number of results so far."""
        return len(self.comparison.results) if self.comparison else 0

    @property
    def is_finished(self) -> bool:
        """Whether all planned results are available."""
        return self.plan is not None and self.n_results >= self.plan.n_results

    @property
    def episodes(self) -> tuple[int, int]:
        """Number of episodes completed by every method, and number of planned episodes."""
        if self.plan is None:
            return 0, 0
        n = len(self.plan.methods)
        return self.n_results // n, self.plan.n_results // n

    @property
    def chance(self) -> float:
        """Expected balanced accuracy of random guessing among all diagnoses, 0 to 1."""
        return 1 / max(1, len(self.plan.cohort.counts)) if self.plan else 0.5

    @property
    def seconds_left(self) -> float | None:
        """Estimated time left in seconds, from the pace of the current run; None if there is no estimate."""
        done = self.n_results - self.n_results_at_start
        if not self.busy or self.plan is None or done < len(self.plan.methods):
            return None
        return (time.perf_counter() - self.started_at) / done * (self.plan.n_results - self.n_results)

    def start(self) -> None:
        """Start or resume the run; a finished comparison is run again from the beginning."""
        with self.lock:
            if self.plan is None or self.busy:
                return
            if self.is_finished or self.comparison is None:
                self.comparison = Comparison.of(self.plan)
            self.results = compare(self.plan, done=self.n_results)
            self.busy, self.error = True, None
            audit.note("compared", methods=len(self.plan.methods), table="own" if self.patients and self.patients.is_own else "public")
            self.started_at, self.n_results_at_start = time.perf_counter(), self.n_results

    def stop(self) -> None:
        """Stop the run; all results are kept."""
        self.busy = False

    def clear(self) -> None:
        """Discard the results of this plan."""
        with self.lock:
            self.stop()
            if self.plan is not None:
                self._set(Comparison.of(self.plan))

    def tick(self) -> None:
        """Compute one slice of a run. Streamlit may interrupt it between two results; none is lost."""
        until = time.perf_counter() + SLICE
        while self.busy and time.perf_counter() < until:
            self.pull()
            # At this access Streamlit checks for other requests, such as Stop, and if there is one, ends this run of the page.
            st.session_state.get(KEY)

    def pull(self) -> None:
        """Add the next result. Two runs of the page may overlap: the lock protects the generator."""
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
