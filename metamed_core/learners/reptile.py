"""Reptile (Nichol, Achiam and Schulman 2018), https://arxiv.org/abs/1803.02999.

Adapts to a task by minibatch gradient descent, then moves the initial weights a small step towards the adapted weights. Needs
no second derivatives and no query set: all labeled patients of a task are training data. Here the support set of the episode
is the minibatch that initializes the head, and the query set provides the minibatches of the inner steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor
from torch.func import vmap

from metamed_core.data import Episode, LabeledSet
from metamed_core.learners.inner_loop import (
    LinearHeadClassifier,
    adapt_by_gradient,
    descend,
    step_count,
    step_size,
    support_loss,
    with_head,
)
from metamed_core.learners.measured import Measured
from metamed_core.learners.recipe import Recipe
from metamed_core.learners.support_metric import MetricLearner, metric_option, scaled
from metamed_core.networks import Backbone, Weights
from metamed_core.networks import perceptron_gradients as hand
from metamed_core.words import Words


def initial_minus_adapted(weights: Weights, ends: Weights) -> dict[str, Tensor]:
    """The outer update of algorithm 2 as a gradient: initial minus adapted weights (`ends`, stacked `(n_tasks, ...)`), mean over tasks."""
    return {name: weight - ends[name].mean(0) for name, weight in weights.items()}


@dataclass(frozen=True)
class Reptile(MetricLearner):
    """Reptile with a head initialized from the prototypes of the support set (see `inner_loop`).

    Parameters
    ----------
    inner_lr, inner_steps
        Learning rate and number (k in the paper) of inner gradient steps.
    minibatch
        Patients per minibatch in meta-training.
    scaled_metric
        1: distances are scaled by the labeled patients (`support_metric`); 0: every number counts alike, as in the paper.
    """

    name: ClassVar[str] = "reptile"
    title: ClassVar[Words] = Words("Reptile", "Reptile 算法")
    summary: ClassVar[Words] = Words(
        "Gradient steps like MAML, from weights trained by a simpler rule. Choose it to compare with MAML.",
        "与 MAML 一样走梯度步，但初始权重由更简单的规则训练得到。想与 MAML 对照时选它。",
    )
    paper: ClassVar[str] = "Nichol, Achiam, Schulman: On First-Order Meta-Learning Algorithms, 2018"
    link: ClassVar[str] = "https://arxiv.org/abs/1803.02999"
    order: ClassVar[int] = 4
    measured: ClassVar[Measured | None] = Measured((63.9, 71.3, 73.6, 75.3), (5.1, 0.8, 0.2, -0.2), 0.125)
    # A larger inner_lr improves meta-training, but overshoots in adaptation, where all steps use the same few patients.
    recipe: ClassVar[Recipe] = Recipe(meta_steps=1000, settings={"inner_lr": 0.03}, prior={"cells_a_task": 2_000}, steps_on_a_table=200)

    inner_lr: float = step_size(0.01)
    inner_steps: int = step_count(8)
    minibatch: int = 16
    """Patients per minibatch in meta-training; adaptation uses the whole support set in every step."""
    scaled_metric: int = metric_option()

    def steps(self, support: LabeledSet, n_way: int) -> int:
        """See `Learner.steps`."""
        return self.inner_steps

    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[LinearHeadClassifier]:
        """See `Learner.adapt`."""
        weights = scaled(self.scaled_metric, backbone, weights, support, n_way)
        return adapt_by_gradient(backbone, weights, support, n_way, lr=self.inner_lr, n_steps=self.inner_steps)

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """Reptile minimizes no meta-loss; this is the loss on the query set before the inner steps, for monitoring."""
        weights = scaled(self.scaled_metric, backbone, weights, episode.support, episode.n_way)
        return support_loss(backbone, episode.query)(with_head(backbone, weights, episode.support, episode.n_way))

    def meta_gradient(self, backbone: Backbone, weights: Weights, tasks: Episode, rng: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Algorithm 2: the monitored loss, and initial minus adapted weights (mean over tasks) as the gradient.

        The head is a function of the weights (prototypes of the support set), so inner gradients flow through it. Each inner step
        draws a minibatch from the query set: steps on the support set, which defines the head, would only cause overconfidence.
        """
        x, y = tasks.query.x, tasks.query.y
        draws = torch.rand(len(x), self.inner_steps, y.shape[1], generator=rng).argsort(-1)[..., : self.minibatch].to(x.device)

        if hand.by_hand(backbone, x):
            with torch.no_grad():
                return self._by_hand(weights, tasks, draws)

        def adapted(xs: Tensor, ys: Tensor, x: Tensor, y: Tensor, draws: Tensor) -> tuple[Weights, Tensor]:
            def loss(weights: Weights, rows: Tensor | slice) -> Tensor:
                known = LabeledSet(xs, ys)
                head = with_head(backbone, scaled(self.scaled_metric, backbone, weights, known, tasks.n_way), known, tasks.n_way)
                return support_loss(backbone, LabeledSet(x[rows], y[rows]))(head)

            now = weights
            for rows in draws:
                now = descend(partial(loss, rows=rows), now, self.inner_lr)
            return dict(now), loss(weights, slice(None))

        with torch.no_grad():
            ends, watched = vmap(adapted)(tasks.support.x, tasks.support.y, x, y, draws)
        return watched.mean(), initial_minus_adapted(weights, ends)

    def _by_hand(self, weights: Weights, tasks: Episode, draws: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The same in closed form for a `Perceptron`, all tasks at once; `draws` are positions, `(n_tasks, inner_steps, minibatch)`."""
        support, others = hand.patients(tasks.support, tasks.n_way), hand.patients(tasks.query, tasks.n_way)
        first, second = initial = hand.for_each(len(support.x), *hand.body(weights))
        for rows in draws.unbind(1):
            x, y = tasks.query.x[..., 0].take_along_dim(rows.unsqueeze(-1), 1), tasks.query.y.take_along_dim(rows, 1)
            minibatch = hand.patients(LabeledSet(x.unsqueeze(-1), y), tasks.n_way)
            _, of_first, of_second = hand.prototypical(first, second, support, minibatch)
            first, second = hand.minus(first, of_first, self.inner_lr), hand.minus(second, of_second, self.inner_lr)
        watched, *_ = hand.prototypical(*initial, support, others)
        moved = hand.by_name((initial[0] - first).mean(0), (initial[1] - second).mean(0))
        return watched.mean(), moved
