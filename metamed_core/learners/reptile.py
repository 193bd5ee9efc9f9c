"""Reptile (Nichol, Achiam and Schulman 2018), https://arxiv.org/abs/1803.02999.

It adapts to a task by ordinary minibatch gradient descent and then moves the initial weights a little towards where
that ended. No second derivative is needed, nor a query set: all labeled patients of a task are its training data, here
one minibatch for the head (the episode's support) and others to descend on (its query).
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
from metamed_core.learners.learner import Learner
from metamed_core.learners.recipe import Recipe
from metamed_core.networks import Backbone, Weights
from metamed_core.networks import perceptron_gradients as hand
from metamed_core.words import Words


def initial_minus_adapted(weights: Weights, ends: Weights) -> dict[str, Tensor]:
    """Algorithm 2's outer step as a gradient: initial minus adapted weights, mean over tasks; `ends` are stacked `(n_tasks, ...)`."""
    return {name: weight - ends[name].mean(0) for name, weight in weights.items()}


@dataclass(frozen=True)
class Reptile(Learner):
    """Reptile with a head made from prototypes of the first minibatch (the episode's support)."""

    name: ClassVar[str] = "reptile"
    title: ClassVar[Words] = Words("Reptile", "Reptile 算法")
    summary: ClassVar[Words] = Words(
        "Gradient steps like MAML, from weights trained by a simpler rule. Choose it to compare with MAML.",
        "与 MAML 一样走梯度步，但初始权重由更简单的规则训练得到。想与 MAML 对照时选它。",
    )
    paper: ClassVar[str] = "Nichol, Achiam, Schulman: On First-Order Meta-Learning Algorithms, 2018"
    link: ClassVar[str] = "https://arxiv.org/abs/1803.02999"
    order: ClassVar[int] = 3
    # Larger inner steps give Reptile a better start, from which large ones in use, all on the same few patients, would overshoot.
    recipe: ClassVar[Recipe] = Recipe(meta_steps=1000, settings={"inner_lr": 0.03}, steps_on_a_table=200)

    inner_lr: float = step_size(0.01)
    inner_steps: int = step_count(8)
    minibatch: int = 16
    """Patients in a minibatch of meta-training; in use every step sees the whole support."""

    def steps(self, support: LabeledSet, n_way: int) -> int:
        """See `Learner.steps`."""
        return self.inner_steps

    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[LinearHeadClassifier]:
        """See `Learner.adapt`."""
        return adapt_by_gradient(backbone, weights, support, n_way, lr=self.inner_lr, n_steps=self.inner_steps)

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """Reptile lowers no meta-loss; this is the first inner loss, to watch: other patients under the support's head."""
        return support_loss(backbone, episode.query)(with_head(backbone, weights, episode.support, episode.n_way))

    def meta_gradient(self, backbone: Backbone, weights: Weights, tasks: Episode, rng: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Algorithm 2: initial minus adapted weights, mean over tasks, to be used as a gradient; and the watched loss.

        A task's model is the network with the head that the first minibatch (the support) gives it, so the head is a
        function of the weights and the inner gradient flows through it. Each inner step draws another minibatch from
        the task's other patients: on the first one the head knows the answers already, and descending there only
        teaches overconfidence.
        """
        x, y = tasks.query.x, tasks.query.y
        draws = torch.rand(len(x), self.inner_steps, y.shape[1], generator=rng).argsort(-1)[..., : self.minibatch].to(x.device)

        if hand.by_hand(backbone, x):
            with torch.no_grad():
                return self._by_hand(weights, tasks, draws)

        def adapted(xs: Tensor, ys: Tensor, x: Tensor, y: Tensor, draws: Tensor) -> tuple[Weights, Tensor]:
            def loss(weights: Weights, rows: Tensor | slice) -> Tensor:
                head = with_head(backbone, weights, LabeledSet(xs, ys), tasks.n_way)
                return support_loss(backbone, LabeledSet(x[rows], y[rows]))(head)

            now = weights
            for rows in draws:
                now = descend(partial(loss, rows=rows), now, self.inner_lr)
            return dict(now), loss(weights, slice(None))

        with torch.no_grad():
            ends, watched = vmap(adapted)(tasks.support.x, tasks.support.y, x, y, draws)
        return watched.mean(), initial_minus_adapted(weights, ends)

    def _by_hand(self, weights: Weights, tasks: Episode, draws: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The same for a `Perceptron`, all tasks at once and without autograd; `draws` `(n_tasks, inner_steps, minibatch)`."""
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
