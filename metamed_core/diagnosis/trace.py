"""Runs an adaptation step by step and records probabilities, losses, accuracies and map positions at each step."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from metamed_core.data import LabeledSet, Task, class_means
from metamed_core.diagnosis.embedding_map import Axes
from metamed_core.diagnosis.nearest_patients import nearest_patients
from metamed_core.learners import (
    UNIVERSAL,
    Calibrated,
    Initialization,
    Learner,
    SupportCrossValidator,
    cross_entropy,
    in_blocks,
    load_weights,
)
from metamed_core.words import UserError, Words

if TYPE_CHECKING:
    from metamed_core.data import PatientRecords

Array = npt.NDArray[np.float64]
MAX_CELLS = 2_000_000
"""Maximum number of patients times columns for step-by-step recording, about ten seconds per step."""
_TOO_LARGE = Words(
    "The table holds {n:,} {n:value|values}, more than {most:,}: keep fewer patients or columns, or use FewShotClassifier from Python.",
    "表格共有 {n:,} 个数据，超过上限 {most:,}：请减少患者或列，或在 Python 中使用 FewShotClassifier。",
)


@dataclass(frozen=True, slots=True)
class Step:
    """The record of one adaptation step; immutable.

    Parameters
    ----------
    index
        Number of the step; 0 is before the first.
    support_loss
        Class-balanced cross-entropy on the support set, natural logarithm, uncalibrated: the loss that gradient-based learners minimize.
    held_out_accuracy
        Cross-validated accuracy on the support set, 0..1; NaN if no diagnosis has two patients.
    proba
        Probabilities of the query set, `(n_query, n_way)`, calibrated if the initialization is.
    support_map, query_map, prototype_map
        Coordinates on the map of the embedding, `(n, 2)`.
    nearest
        Positions in the support set of the nearest labeled patients, `(n_query, n_nearest)`, at most 3.
    distance
        Their Euclidean distances in the embedding (no unit), same shape.
    classifier
        The classifier after this step.
    """

    index: int
    support_loss: float
    held_out_accuracy: float
    proba: Array
    support_map: Array
    query_map: Array
    prototype_map: Array
    nearest: npt.NDArray[np.int64]
    distance: Array
    classifier: Calibrated


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
        self.held_out: SupportCrossValidator | None = (
            SupportCrossValidator(learner, initialization.backbone, initialization.weights, support) if held_out else None
        )
        self.leave_one_out = self.held_out is not None and self.held_out.leave_one_out
        self.n_folds = len(self.held_out.groups) if self.held_out is not None else 0
        self.n_held_out = sum(len(group) for group in self.held_out.groups) if self.held_out is not None else 0
        self.baseline_held_out = untrained_prototype_held_out(support, self.held_out.groups) if self.held_out else math.nan
        self._classifiers: Iterator[Calibrated] = initialization.adapt(learner, support, task.n_way)
        self._axes: Axes | None = None

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

    def advance(self) -> bool:
        """Make one step; returns False if none was left."""
        if self.finished:
            return False
        started = time.perf_counter()
        classifier = next(self._classifiers)
        self.steps.append(self._watch(classifier))
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

    @torch.no_grad()
    def _watch(self, classifier: Calibrated) -> Step:
        known, query = self.task.support, self.task.query.x
        support = classifier.embed(known.x)
        if self._axes is None:
            self._axes = Axes.fit(torch.cat([support, classifier.embed(query[:500])]))
        axes = self._axes
        places, distances, positions = zip(*(self._seen(classifier, axes, support, x) for x in in_blocks(query)), strict=True)
        distance, nearest = torch.cat(distances), torch.cat(positions)
        return Step(
            index=len(self.steps),
            support_loss=float(cross_entropy(classifier.raw.log_proba(known.x), known.y)),
            held_out_accuracy=self.held_out.advance() if self.held_out else math.nan,
            proba=classifier.predict_proba(query).double().numpy(),
            support_map=axes.place(support),
            query_map=np.concatenate(places),
            prototype_map=axes.place(classifier.prototypes()),
            nearest=nearest.numpy(),
            distance=distance.double().numpy(),
            classifier=classifier,
        )

    def _seen(self, classifier: Calibrated, axes: Axes, support: Tensor, x: Tensor) -> tuple[Array, Tensor, Tensor]:
        """Map coordinates of some query patients, and distances and positions of their nearest labeled patients."""
        query = classifier.embed(x)
        return axes.place(query), *nearest_patients(query, support)


def untrained_prototype_held_out(support: LabeledSet, groups: list[list[int]]) -> float:
    """Cross-validated accuracy (0..1) of the nearest class mean on standardized values, without network; `groups` are the folds."""
    values, right = support.x[..., 0], 0
    for group in groups:
        rest = torch.ones(len(support), dtype=torch.bool)
        rest[group] = False
        classes, y = torch.unique(support.y[rest], return_inverse=True)
        centers = class_means(values[rest], y, len(classes))
        named = classes[(values[group].unsqueeze(1) - centers).square().sum(-1).argmin(-1)]
        right += int((named == support.y[group]).sum())
    n_patients = sum(len(group) for group in groups)
    return right / n_patients if n_patients else math.nan


def start(records: PatientRecords, learner: Learner, weights: str | Initialization = UNIVERSAL, seed: int = 0) -> AdaptationTrace:
    """Begin to adapt to the diagnosed patients of `records`; no step is made before the first `advance()`.

    Parameters
    ----------
    records
        The table; its labeled patients are the support set, the others the query set.
    learner
        The algorithm with its settings.
    weights
        "universal" (shipped), "none" (random from `seed`, no meta-training), the path of a weight file, or an
        initialization that is already loaded.
    seed
        Seed of random weights.

    Returns
    -------
    AdaptationTrace
        Without any step yet.

    Raises
    ------
    UserError
        If the table allows no task (`records.problem`), is too large for step-by-step recording, or the weights cannot be read.
    """
    if records.problem is not None:
        raise UserError(records.problem)
    if (n := len(records.raw) * len(records.feature_columns)) > MAX_CELLS:
        raise UserError(_TOO_LARGE.format(n=n, most=MAX_CELLS))
    initialization = load_weights(weights, learner, seed) if isinstance(weights, str) else weights
    return AdaptationTrace(learner, initialization, Task.of_records(records, initialization.panel))
