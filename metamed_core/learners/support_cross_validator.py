"""Cross-validation on the support set at every adaptation step: how often held-out patients are named rightly, and how sure it was."""

from __future__ import annotations

import dataclasses
import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from metamed_core.data import LabeledSet, Task
from metamed_core.learners.calibrated import Calibrated
from metamed_core.learners.column_agreement import agreement_sharpness
from metamed_core.learners.initialization import Initialization
from metamed_core.learners.learner import Learner
from metamed_core.learners.patient_parts import in_parts
from metamed_core.statistics import fit_sharpness

MAX_FOLDS = 25
CELL_BUDGET = 20_000
"""Cells embedded per step over all folds, less than 0.1 s; larger tables get fewer and larger folds.

The folds depend only on the table, so that all algorithms and settings are evaluated on the same held-out patients.
"""


def folds(support: LabeledSet, max_folds: int) -> list[list[int]]:
    """Stratified folds: lists of positions in the support set, at most `max_folds`; leave-one-out if there are few patients.

    The only patient of a class is never held out, because no learner can predict a class without training patients; a row that stands
    for what is known of a diagnosis is no patient.
    """
    patients = support.are_patients
    counts = torch.bincount(support.y[patients], minlength=1)
    able = [i for i, y in enumerate(support.y.tolist()) if patients[i] and counts[y] > 1]
    able.sort(key=lambda i: int(support.y[i]))
    groups = [able[start::max_folds] for start in range(min(max_folds, len(able)))]
    return [group for group in groups if _leaves_every_class(support, group)]


def _leaves_every_class(support: LabeledSet, group: list[int]) -> bool:
    rest = torch.ones(len(support), dtype=torch.bool)
    rest[group] = False
    return bool(torch.isin(support.y[group], support.y[rest]).all())


@dataclass(frozen=True, eq=False, slots=True)
class HeldOut:
    """What was answered to the labeled patients that were held out.

    Parameters
    ----------
    position
        Their positions in the support set, ascending, `(n,)`.
    y
        Their diagnoses, `(n,)`.
    log_proba
        Log-probabilities calibrated for the size of the support set without them, `(n, n_way)`.
    """

    position: Tensor
    y: Tensor
    log_proba: Tensor

    def sharpness(self, width: float, center: float = 1.0) -> float:
        """How much to sharpen the answers by what these patients show, around what was known before; see `fit_sharpness`."""
        return center * fit_sharpness(center * self.log_proba, self.y, width)

    def proba(self, sharpness: float = 1.0) -> Tensor:
        """Probabilities after a `sharpness`, `(n, n_way)`."""
        return (sharpness * self.log_proba.double()).softmax(-1)

    def confidence(self, sharpness: float = 1.0) -> float:
        """Mean probability of the most probable class, 0..1, after a `sharpness`."""
        return float(self.proba(sharpness).amax(-1).mean())


class SupportCrossValidator:
    """Cross-validates a learner on its support set, one step at a time alongside the main adaptation.

    Parameters
    ----------
    learner, start
        The learner, and what it starts from; adapted once per fold, without the patients of that fold.
    support
        The support set of the main adaptation.
    """

    def __init__(self, learner: Learner, start: Initialization, support: LabeledSet) -> None:
        # float32 is enough: single patients decide here, not the seventh digit of a probability.
        support = dataclasses.replace(support, x=support.x.float())
        start = dataclasses.replace(start, weights={name: weight.float() for name, weight in start.weights.items()})
        affordable = max(2, CELL_BUDGET // (len(support) * support.x.shape[-2]))
        self.groups = folds(support, min(MAX_FOLDS, affordable))
        self.leave_one_out = all(len(group) == 1 for group in self.groups)
        self._support = support
        self._log_proba = torch.full((len(support), int(support.y.max()) + 1), math.nan)
        self._made: dict[tuple[int, ...], Calibrated] = {}
        self._runs = [self._without(learner.lighter(), start, group) for group in self.groups]

    def advance(self) -> float:
        """Make one step in every fold; returns the accuracy on the held-out patients, 0..1, or NaN if none can be held out."""
        for _ in self.advance_in_parts():
            pass
        return self.accuracy

    @property
    def accuracy(self) -> float:
        """The accuracy on the held-out patients after the steps so far, 0..1, or NaN."""
        found = self.answers
        return int((found.log_proba.argmax(-1) == found.y).sum()) / len(found.y) if len(found.y) else math.nan

    @property
    def answers(self) -> HeldOut:
        """What the held-out patients were answered after the steps so far; nobody before the first."""
        position = torch.tensor(sorted(at for group in self.groups for at in group) if self._made else [], dtype=torch.int64)
        return HeldOut(position, self._support.y[position], self._log_proba[position])

    def advance_in_parts(self) -> Iterator[int]:
        """The same step in parts; yields after each how many held-out patients it predicted."""
        for run, group in zip(self._runs, self.groups, strict=True):
            made = next(run, None)
            if made is None:  # a fold with fewer steps than the main adaptation keeps its last result
                yield len(group)
            else:
                yield from self._ask(made, group)

    def finish(self) -> HeldOut:
        """Make all steps that are left and ask after the last one only, which is quicker than asking after each."""
        for run, group in zip(self._runs, self.groups, strict=True):
            for made in deque(run, maxlen=1):
                deque(self._ask(made, group), maxlen=0)
        return self.answers

    def folds(self) -> Iterator[tuple[Calibrated, Tensor]]:
        """The classifier of each fold after the steps so far, and the cells of the patients that it was not shown."""
        return ((made, self._support.x[list(group)]) for group, made in self._made.items())

    def _ask(self, made: Calibrated, group: list[int]) -> Iterator[int]:
        self._made[tuple(group)], told = made, []
        for part in in_parts(self._support.x[group]):
            with torch.no_grad():
                told.append(made.log_proba(part))
            yield len(part)
        self._log_proba[group] = torch.cat(told)

    def _without(self, learner: Learner, start: Initialization, group: list[int]) -> Iterator[Calibrated]:
        """Yield the classifier of each step of one fold; no fold leaves a class without a patient, so it tells all classes apart."""
        rest = torch.ones(len(self._support), dtype=torch.bool)
        rest[group] = False
        return start.adapt(learner, self._support.take(rest), self._log_proba.shape[1])


def last_classifier(learner: Learner, start: Initialization, task: Task, *, held_out: bool) -> Calibrated:
    """The classifier after the last step of an adaptation, calibrated by the undiagnosed patients of the table and the labeled ones held out.

    Parameters
    ----------
    learner, start, task
        What adapts, from where, to which support set; adapted anew to halves of the columns and, if `held_out`, once per fold.
    held_out
        Whether labeled patients are held out at all.
    """
    *_, last = start.adapt(learner, task.support, task.n_way)
    center = agreement_sharpness(last, learner, start, task.support, task.query.x)
    if not held_out:
        return last.sharpened(center)
    answers = SupportCrossValidator(learner, start, task.support).finish()
    return last.sharpened(answers.sharpness(start.sharpness_width(learner), center))
