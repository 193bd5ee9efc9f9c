"""Cross-validated accuracy on the support set, at every step of an adaptation."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch

from metamed_core.data import LabeledSet
from metamed_core.learners.learner import Classifier, Learner
from metamed_core.networks import Backbone, Weights

MAX_FOLDS = 25
CELL_BUDGET = 20_000
"""Cells that may be embedded in one step over all folds, less than a tenth of a second; wider or larger tables get fewer, larger folds.

The folds depend on the table alone: algorithms and settings are then judged on the same left-out patients.
"""


def folds(support: LabeledSet, max_folds: int) -> list[list[int]]:
    """Groups of patients to leave out together, at most `max_folds`, spread over the classes.

    A patient alone in their class is never left out: no learner can predict a class it has not seen. With few patients
    each group is one patient (leave-one-out).
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
    """Cross-validates a learner on its support set, in step with the main adaptation.

    Parameters
    ----------
    learner, backbone, weights
        What adapts, once for each fold without the patients of that fold.
    support
        The support set of the main adaptation.
    """

    def __init__(self, learner: Learner, backbone: Backbone, weights: Weights, support: LabeledSet) -> None:
        # Only the most probable class counts here, so half the digits do.
        support, weights = LabeledSet(support.x.float(), support.y), {name: weight.float() for name, weight in weights.items()}
        affordable = max(2, CELL_BUDGET // (len(support) * support.x.shape[-2]))
        self.groups = folds(support, min(MAX_FOLDS, affordable))
        self.leave_one_out = all(len(group) == 1 for group in self.groups)
        self._support = support
        self._runs = [self._without(learner.lighter(), backbone, weights, group) for group in self.groups]
        self._hits = [math.nan] * len(self.groups)

    def advance(self) -> float:
        """Make one step in every fold; returns the accuracy on the left-out patients, 0..1, NaN if none can be left out."""
        for i, run in enumerate(self._runs):
            # A fold with fewer rounds than the whole support keeps its last answer.
            self._hits[i] = next(run, self._hits[i])
        n_patients = sum(len(group) for group in self.groups)
        return sum(self._hits) / n_patients if n_patients else math.nan

    def _without(self, learner: Learner, backbone: Backbone, weights: Weights, group: list[int]) -> Iterator[float]:
        """Number of correctly predicted patients of the group, after each step of an adaptation without them."""
        rest = torch.ones(len(self._support), dtype=torch.bool)
        rest[group] = False
        classes, y = torch.unique(self._support.y[rest], return_inverse=True)
        for classifier in learner.adapt(backbone, weights, LabeledSet(self._support.x[rest], y), len(classes)):
            yield self._hits_of(classifier, classes, group)

    def _hits_of(self, classifier: Classifier, classes: torch.Tensor, group: list[int]) -> float:
        named = classes[classifier.predict_proba(self._support.x[group]).argmax(-1)]
        return float((named == self._support.y[group]).sum())
