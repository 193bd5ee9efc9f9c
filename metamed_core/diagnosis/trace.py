"""Runs an adaptation step by step and records probabilities, losses, accuracies and map positions at each step."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from metamed_core.data import Task
from metamed_core.diagnosis.embedding_map import Axes
from metamed_core.diagnosis.untrained_prototype import untrained_prototype_held_out
from metamed_core.diagnosis.watched_step import Step, StepMaker
from metamed_core.knowledge import informed_task
from metamed_core.learners import (
    UNIVERSAL,
    Calibrated,
    Initialization,
    Learner,
    SupportCrossValidator,
    agreement_sharpness,
    load_weights,
)
from metamed_core.words import UserError, Words

if TYPE_CHECKING:
    from metamed_core.data import PatientRecords
    from metamed_core.knowledge import Knowledge

Array = npt.NDArray[np.float64]
MAX_CELLS = 2_000_000
"""Maximum number of patients times columns for step-by-step recording, about ten seconds per step."""
_TOO_LARGE = Words(
    "The table holds {n:,} {n:value|values}, more than {most:,}: keep fewer patients or columns, or use FewShotClassifier from Python.",
    "表格共有 {n:,} 个数据，超过上限 {most:,}：请减少患者或列，或在 Python 中使用 FewShotClassifier。",
)


class AdaptationTrace:
    """An adaptation in progress; call `advance()`, iterate, or `run()`. Finished steps stay in `steps`.

    Parameters
    ----------
    learner, initialization
        The algorithm, and the weights to adapt from.
    task
        Support set to adapt to, and query set to predict.
    held_out
        Whether to cross-validate on the support set at each step, which takes most of the time.
    """

    def __init__(
        self,
        learner: Learner,
        initialization: Initialization,
        task: Task,
        *,
        held_out: bool = True,
    ) -> None:
        self.learner, self.initialization, self.task = learner, initialization, task
        support = task.support
        self.total_steps = learner.steps(support, task.n_way)
        self.steps: list[Step] = []
        self.seconds = 0.0
        self.held_out: SupportCrossValidator | None = SupportCrossValidator(learner, initialization, support) if held_out else None
        self.leave_one_out = self.held_out is not None and self.held_out.leave_one_out
        self.n_folds = len(self.held_out.groups) if self.held_out is not None else 0
        self.n_held_out = sum(len(group) for group in self.held_out.groups) if self.held_out is not None else 0
        self.baseline_held_out = untrained_prototype_held_out(support, self.held_out.groups) if self.held_out else math.nan
        self._classifiers: Iterator[Calibrated] = initialization.adapt(learner, support, task.n_way)
        self._axes: Axes | None = None
        self._current: Iterator[float] | None = None
        self._part, self._first = 0.0, (0.0, 0.0)

    @property
    def finished(self) -> bool:
        """Whether all steps are done."""
        return len(self.steps) > self.total_steps

    @property
    def calibrated(self) -> bool:
        """Whether the probabilities are calibrated for the settings of this learner."""
        return self.initialization.calibration.fitted_with(dataclasses.asdict(self.learner))

    @property
    def axes(self) -> tuple[float, float]:
        """Explained variance ratios (0..1) of the two map axes; zeros before the first step."""
        return self._axes.shares if self._axes else (0.0, 0.0)

    @property
    def share(self) -> float:
        """The share of the whole adaptation that is done, 0..1, including the finished part of the current step."""
        return min(1.0, (len(self.steps) + self._part) / (self.total_steps + 1))

    @property
    def seconds_left(self) -> float:
        """Estimate of the seconds that the rest takes, by the time that the finished parts took; 0 before the second part."""
        first_seconds, first_share = self._first
        return (self.seconds - first_seconds) * (1 - self.share) / (self.share - first_share) if self.share > first_share else 0.0

    def advance(self) -> bool:
        """Make one step, or what is left of it; returns False if none was left."""
        return self.advance_for(math.inf)

    def advance_for(self, seconds: float) -> bool:
        """Work on one step for about so long, or until it is done; returns False if no step was left.

        A table of many patients is worked on in parts, so that a page can show progress and stop within a step.
        """
        if self.finished:
            return False
        started = time.perf_counter()
        if self._current is None:
            self._current = self._watch()
        for part in self._current:
            self._part = part
            if not self._first[1]:  # what is made ready once does not count as the pace
                self._first = time.perf_counter() - started, self.share
            elif time.perf_counter() - started > seconds:
                break
        else:
            self._current, self._part = None, 0.0
        if self.finished:
            # Without its generators the trace can be copied and pickled.
            self._classifiers, self.held_out = iter(()), None
        self.seconds += time.perf_counter() - started
        return True

    def __iter__(self) -> Iterator[Step]:
        while self.advance():
            yield self.steps[-1]

    def run(self) -> AdaptationTrace:
        """Make all remaining steps; returns self."""
        for _ in self:
            pass
        return self

    def _watch(self) -> Iterator[float]:
        """Make one step in parts, each followed by the share of the step that is done; then add it to `steps`."""
        classifier, done = next(self._classifiers), 0
        maker = StepMaker(
            classifier, self.task, self.held_out, self.initialization.sharpness_width(self.learner), self._center(classifier), self._at_last
        )
        making = maker.make(len(self.steps), self._axes)
        while True:
            try:
                done += next(making)
            except StopIteration as finished:
                step, self._axes = finished.value
                break
            if maker.divided:
                yield done / maker.work
        self.steps.append(step)

    @property
    def _at_last(self) -> bool:
        """Whether the step that is made now is the last one."""
        return len(self.steps) == self.total_steps

    def _center(self, classifier: Calibrated) -> float:
        """What the undiagnosed patients say of the sharpness; told after the last step only, since both halves of the columns are adapted to anew."""
        if not self._at_last:
            return 1.0
        return agreement_sharpness(classifier, self.learner, self.initialization, self.task.support, self.task.query.x)


def start(
    records: PatientRecords,
    learner: Learner,
    weights: str | Initialization = UNIVERSAL,
    seed: int = 0,
    knowledge: Knowledge | None = None,
    counts_as: int | None = None,
) -> AdaptationTrace:
    """Begin to adapt to the diagnosed patients of `records`; no step is made before the first `advance()`.

    Parameters
    ----------
    records, learner
        The table, whose labeled patients are the support set and the others the query set; the algorithm with its settings.
    weights, seed
        "universal" (shipped), "none" (random from `seed`, no meta-training), the path of a weight file, or an
        initialization that is already loaded.
    knowledge
        What is known of diagnoses; they need no patient then.
    counts_as
        How many patients each row of the knowledge counts as; None: as far as the labeled patients bear it out.

    Raises
    ------
    UserError
        If the table allows no task (`records.problem`), is too large for step-by-step recording, the weights cannot be read, or a statement
        does not fit its column.
    """
    informed = knowledge is not None and bool(knowledge.statements)
    if records.problem is not None and not (informed and records.feature_columns):
        raise UserError(records.problem)
    if (n := len(records.raw) * len(records.feature_columns)) > MAX_CELLS:
        raise UserError(_TOO_LARGE.format(n=n, most=MAX_CELLS))
    initialization = load_weights(weights, learner, seed) if isinstance(weights, str) else weights
    if knowledge is None or not informed:
        return AdaptationTrace(learner, initialization, Task.of_records(records, initialization.panel))
    task, initialization = informed_task(records, knowledge, initialization, counts_as)
    return AdaptationTrace(learner, initialization, task)
