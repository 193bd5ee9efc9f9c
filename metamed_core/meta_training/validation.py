"""Validation: how well a learner adapts to tasks that meta-training never draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import torch
from torch import Tensor

from metamed_core.data import Episode, LabeledSet
from metamed_core.learners import Learner, ValidatedOn
from metamed_core.meta_training.tasks import ClinicalPrior
from metamed_core.networks import Backbone

VALIDATION_SEED = 20_000_000
"""Validation tasks are drawn from this seed, meta-training tasks from streams of the budget's: they never coincide."""


def prior_validation_tasks() -> list[Episode]:
    """The meta-batches of simulated tasks on which every learner is validated, never trained on."""
    # Twice as many cells as in training: these tasks are to stay those of the first cards.
    prior, rng = ClinicalPrior(cells_a_task=2_000), torch.Generator().manual_seed(VALIDATION_SEED)
    return [prior.sample_batch(8, rng) for _ in range(24)]


def described(batches: Sequence[Episode]) -> ValidatedOn:
    """What these tasks are like, for the card."""
    sizes = [(tasks.n_way, tasks.support.y.shape[1] / tasks.n_way, len(tasks.support.y)) for tasks in batches]
    ways, shots, counts = zip(*sizes, strict=True)
    chance = sum(n / n_way for n_way, _, n in sizes) / sum(counts)
    return ValidatedOn((min(ways), max(ways)), (round(min(shots), 1), round(max(shots), 1)), round(chance, 4), sum(counts))


def validate(learner: Learner, backbone: Backbone, weights: Mapping[str, Tensor], batches: Sequence[Episode]) -> Iterator[dict[str, float]]:
    """Adapt to every task of these meta-batches, one at a time, so that a page may do something else in between.

    Yields
    ------
    dict
        Of each task: `before` and `accuracy`, the share of right answers on the query before any step of adaptation and after the last,
        and `log_loss` after the last.
    """
    for tasks in batches:
        for i in range(len(tasks.support.x)):
            adaptation = learner.adapt(backbone, weights, LabeledSet(tasks.support.x[i], tasks.support.y[i]), tasks.n_way)
            first = next(adaptation)
            *_, last = chain([first], adaptation)
            y = tasks.query.y[i]
            proba = last.predict_proba(tasks.query.x[i])
            before = proba if last is first else first.predict_proba(tasks.query.x[i])
            log_loss = -float(proba.gather(1, y.unsqueeze(1)).clamp_min(1e-12).log().mean())
            yield {"before": _accuracy(before, y), "accuracy": _accuracy(proba, y), "log_loss": log_loss}


def mean_of(measured: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each measure over tasks."""
    return {name: sum(one[name] for one in measured) / len(measured) for name in measured[0]}


def _accuracy(proba: Tensor, y: Tensor) -> float:
    return float((proba.argmax(-1) == y).double().mean())
