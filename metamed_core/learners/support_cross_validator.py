"""Cross-validated accuracy on the support set at every adaptation step."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from metamed_core.data import LabeledSet
from metamed_core.learners.learner import Classifier, Learner
from metamed_core.learners.patient_parts import in_parts
from metamed_core.networks import Backbone, Weights

MAX_FOLDS = 25
CELL_BUDGET = 20_000
"""Cells embedded per step over all folds, less than 0.1 s; larger tables get fewer and larger folds.

The folds depend only on the table, so that all algorithms and settings are evaluated on the same held-out patients.
"""


def folds(support: LabeledSet, max_folds: int) -> list[list[int]]:
    """Stratified folds: lists of positions in the support set, at most `max_folds`; leave-one-out if there are few patients.

    The only patient of a class is never held out, because no learner can predict a class without training patients.
    """
    counts = torch.bincount(support.y)
    able = [i for i, y in enumerate(support.y.tolist()) if counts[y] > 1]
    able.sort(key=lambda i: int(support.y[i]))
    groups = [able[start::max_folds] for start in range(min(max_folds, len(able)))]
    return [group for group in groups if _leaves_every_class(support, group)]


def _leaves_every_class(support: LabeledSet, group: list[int]) -> bool:
    rest = torch.ones(len(support), dtype=torch.bool)
    rest[group] = False
    return bool(torch.isin(support.y[group], support.y[rest]).all())


class SupportCrossValidator:
    """Cross-validates a learner on its support set, one step at a time alongside the main adaptation.

    Parameters
    ----------
    learner, backbone, weights
        The learner, network and initial weights; adapted once per fold, without the patients of that fold.
    support
        The support set of the main adaptation.
    """

    def __init__(self, learner: Learner, backbone: Backbone, weights: Weights, support: LabeledSet) -> None:
        # float32 is enough, because only the most probable class is used.
        support, weights = LabeledSet(support.x.float(), support.y), {name: weight.float() for name, weight in weights.items()}
        affordable = max(2, CELL_BUDGET // (len(support) * support.x.shape[-2]))
        self.groups = folds(support, min(MAX_FOLDS, affordable))
        self.leave_one_out = all(len(group) == 1 for group in self.groups)
        self._support = support
        self._runs = [self._without(learner.lighter(), backbone, weights, group) for group in self.groups]
        self._hits = [math.nan] * len(self.groups)

    def advance(self) -> float:
        """Make one step in every fold; returns the accuracy on the held-out patients, 0..1, or NaN if none can be held out."""
        for _ in self.advance_in_parts():
            pass
        return self.accuracy

    @property
    def accuracy(self) -> float:
        """The accuracy on the held-out patients after the steps so far, 0..1, or NaN."""
        n_patients = sum(len(group) for group in self.groups)
        return sum(self._hits) / n_patients if n_patients else math.nan

    def advance_in_parts(self) -> Iterator[int]:
        """The same step in parts; yields after each how many held-out patients it predicted."""
        for i, (run, group) in enumerate(zip(self._runs, self.groups, strict=True)):
            made = next(run, None)
            if made is None:  # a fold with fewer steps than the main adaptation keeps its last result
                yield len(group)
                continue
            classifier, classes = made
            named = []
            for part in in_parts(self._support.x[group]):
                named.append(classes[classifier.predict_proba(part).argmax(-1)])
                yield len(part)
            self._hits[i] = float((torch.cat(named) == self._support.y[group]).sum())

    def _without(self, learner: Learner, backbone: Backbone, weights: Weights, group: list[int]) -> Iterator[tuple[Classifier, Tensor]]:
        """Yield the classifier of each step of one fold, and which classes it tells apart."""
        rest = torch.ones(len(self._support), dtype=torch.bool)
        rest[group] = False
        classes, y = torch.unique(self._support.y[rest], return_inverse=True)
        for classifier in learner.adapt(backbone, weights, LabeledSet(self._support.x[rest], y), len(classes)):
            yield classifier, classes
