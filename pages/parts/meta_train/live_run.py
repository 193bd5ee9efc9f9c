"""A meta-training as this tab runs it: its files in the owner's library, its steps pulled one by one."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from metamed_core.data import Cohort
from metamed_core.knowledge import Knowledge
from metamed_core.learners import ValidatedOn
from metamed_core.meta_training import Lease, Library, MetaTraining, Progress, StoredRun, described, make_job, new_token, train

ROOM = 15_000_000
"""Bytes that the files of a run take at most: weights, and three times as much for the state."""


@dataclass
class LiveRun:
    """A run of this tab.

    tab: names the tab in the lease. losses: step and meta-loss of each step made here. steps: what is still to be made; None: stopped.
    started: time and step of the last start. validated_on: what the validation tasks are like; None on older cards.
    """

    library: Library
    tab: str
    training: MetaTraining
    token: str = field(default_factory=new_token)
    progress: Progress | None = None
    losses: list[tuple[int, float]] = field(default_factory=list)
    steps: Iterator[Progress] | None = None
    started: tuple[float, int] = (0.0, 0)
    validated_on: ValidatedOn | None = None

    @classmethod
    def of_stored(cls, stored: StoredRun, library: Library, tab: str) -> LiveRun:
        """A run on disk, which goes on when asked to."""
        return cls(library, tab, stored.training, stored.token, stored.progress, validated_on=stored.validated_on)

    @property
    def path(self) -> Path:
        """Its weights; the file may not exist yet."""
        return self.library.run_path(self.token)

    @property
    def lease(self) -> Lease:
        """This tab's claim to the files."""
        return Lease(self.path, self.tab)

    @property
    def is_running(self) -> bool:
        """Whether steps are being made."""
        return self.steps is not None

    @property
    def step(self) -> int:
        """Steps made so far."""
        return self.progress.step if self.progress else 0

    @property
    def is_finished(self) -> bool:
        """Whether all steps are made."""
        return not self.is_running and self.progress is not None and self.step >= self.training.budget.meta_steps

    def needs_table(self, cohort: Cohort | None) -> bool:
        """Whether its patients are not those that are open here."""
        return self.training.split is not None and (cohort is None or cohort.sha256 != self.training.sha256)

    def go_on(self, cohort: Cohort | None, knowledge: Knowledge) -> None:
        """Begin, or go on from wherever it was stopped.

        Raises UserError if another tab runs it, patients or knowledge are others, or there is no room.
        """
        self.library.check_room(ROOM)
        self.library.folder("runs")
        self.lease.take()
        job = make_job(self.training, cohort, self.path, knowledge, may_write=self.lease.is_held)
        self.steps, self.validated_on = train(job), described(job.validation_tasks)
        self.started = (time.perf_counter(), self.step)

    def stop(self) -> None:
        """Make no more steps; everything so far is written. Raises UserError if it cannot be, as on a full disk."""
        steps, self.steps = self.steps, None
        if steps is not None:
            try:
                steps.close()  # type: ignore[attr-defined]  # a generator
            finally:
                self.lease.release()

    def advance(self) -> bool:
        """Make the next step or validate on the next task; whether there was one. Raises UserError."""
        progress = next(self.steps, None) if self.steps is not None else None
        if progress is None:
            self.stop()
            return False
        # While the weights of a step are validated the loss of that step is NaN; it comes at last.
        if not math.isnan(progress.loss) and (not self.losses or progress.step > self.losses[-1][0]):
            self.losses.append((progress.step, progress.loss))
        self.progress = progress
        return True

    @property
    def pace(self) -> float | None:
        """Steps a second since the last start; None before there is a step."""
        began, at = self.started
        return (self.step - at) / max(time.perf_counter() - began, 1e-9) if self.step > at else None
