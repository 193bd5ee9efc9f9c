"""A small network, a small prior and quick learners, for tests of the outer loop."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest
from torch import Tensor

from metamed_core.data import Episode, TaskDistribution
from metamed_core.learners import LEARNERS
from metamed_core.learners.learner import Learner
from metamed_core.meta_training.devices_and_processes import ALONE, Compute
from metamed_core.meta_training.drawn_ahead import drawn_ahead
from metamed_core.meta_training.outer_loop import Budget, MetaState, mean_gradient, meta_train
from metamed_core.meta_training.tasks.clinical_prior.prior import ClinicalPrior
from metamed_core.meta_training.validation import mean_of, validate
from metamed_core.networks import Backbone, Weights
from metamed_core.networks.backbones import ColumnEncoder
from tests.helpers.tasks import small_backbone

BACKBONE = ColumnEncoder(width=8, latents=3, features=2)
PRIOR = ClinicalPrior(max_way=3, max_shot=4, max_columns=8, n_query=12)
on_each = pytest.mark.parametrize("name", list(LEARNERS))


def quick(name: str) -> Learner:
    """The learner, with few inner steps where it has any."""
    return LEARNERS[name](**{"inner_steps": 2} if name in {"maml", "reptile"} else {})


def states(name: str, plan: Budget, n: int | None = None) -> list[MetaState]:
    return list(itertools.islice(meta_train(quick(name), small_backbone(name), PRIOR, plan), n))


def mean_accuracy(learner: Learner, backbone: Backbone, weights: Mapping[str, Tensor], batches: Sequence[Episode]) -> tuple[float, float]:
    """Accuracy on the query and mean query log-loss after full adaptation, over every task of these meta-batches."""
    mean = mean_of(list(validate(learner, backbone, weights, batches)))
    return mean["accuracy"], mean["log_loss"]


def gradient_of_step(
    learner: Learner, backbone: Backbone, weights: Weights, tasks: TaskDistribution, budget: Budget, step: int, compute: Compute = ALONE
) -> tuple[Tensor, dict[str, Tensor]]:
    """`mean_gradient` of an outer step, over the tasks that a meta-training with this budget draws there."""
    places = [(step, group) for group in compute.share(budget.groups)]
    return mean_gradient(learner, backbone, weights, drawn_ahead(tasks, budget.tasks_a_group, budget.seed, places, 0), budget, compute)
