"""Model-agnostic meta-learning (Finn, Abbeel and Levine 2017), https://arxiv.org/abs/1703.03400.

Meta-learns initial weights from which a few gradient steps on the support set give an accurate classifier. The meta-loss
is the loss on the query set after these steps; its gradient is backpropagated through the steps (second order).

With `head_only` it is ANIL (Raghu, Raghu, Bengio and Vinyals 2020), https://arxiv.org/abs/1909.09157: only the head adapts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from metamed_core.data import Episode, LabeledSet
from metamed_core.learners.inner_loop import (
    LinearHeadClassifier,
    adapt_by_gradient,
    descended,
    log_proba,
    moving,
    step_count,
    step_size,
    with_head,
)
from metamed_core.learners.learner import cross_entropy
from metamed_core.learners.measured import Measured
from metamed_core.learners.recipe import Recipe
from metamed_core.learners.support_metric import MetricLearner, metric_option, scaled
from metamed_core.networks import Backbone, Weights
from metamed_core.networks import perceptron_gradients as hand
from metamed_core.words import Words


@dataclass(frozen=True)
class Maml(MetricLearner):
    """MAML with a head initialized from prototypes (see `inner_loop`).

    Parameters
    ----------
    inner_lr, inner_steps
        Learning rate (alpha in the paper) and number of inner gradient steps.
    first_order
        First-order approximation: omit the second derivatives (sec. 5.2).
    head_only
        ANIL: inner steps update only the head, in meta-training and adaptation; the backbone is meta-learned but not adapted.
    scaled_metric
        1: distances are scaled by the labeled patients (`support_metric`); 0: every number counts alike, as in the paper.
    """

    name: ClassVar[str] = "maml"
    title: ClassVar[Words] = Words("MAML", "MAML（模型无关元学习）")
    summary: ClassVar[Words] = Words(
        "Takes a few gradient steps on your labeled patients, from weights that were trained to adapt quickly. Choose it to watch adaptation happen.",
        "从为快速适应而训练的权重出发，在您的已确诊患者上进行几步梯度下降。希望观察适应过程时选用。",
    )
    paper: ClassVar[str] = "Finn, Abbeel, Levine: Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks, ICML 2017"
    link: ClassVar[str] = "https://arxiv.org/abs/1703.03400"
    order: ClassVar[int] = 3
    measured: ClassVar[Measured | None] = Measured((64.5, 71.9, 73.9, 75.4), (5.7, 1.4, 0.5, 0.0), 0.136)
    # float32: in bfloat16 the gradient through eight inner steps is too inaccurate.
    recipe: ClassVar[Recipe] = Recipe(meta_steps=2000, meta_batch=8, hidden_lr=4e-3, prior={"cells_a_task": 4_000}, steps_on_a_table=100)

    inner_lr: float = step_size(0.03)
    inner_steps: int = step_count(8)
    first_order: bool = False
    head_only: bool = False
    scaled_metric: int = metric_option()

    def steps(self, support: LabeledSet, n_way: int) -> int:
        """See `Learner.steps`."""
        return self.inner_steps

    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[LinearHeadClassifier]:
        """See `Learner.adapt`."""
        weights = scaled(self.scaled_metric, backbone, weights, support, n_way)
        return adapt_by_gradient(backbone, weights, support, n_way, lr=self.inner_lr, n_steps=self.inner_steps, head_only=self.head_only)

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """Algorithm 2, line 10: the query loss after the inner steps on the support."""
        weights = scaled(self.scaled_metric, backbone, weights, episode.support, episode.n_way)
        initial = with_head(backbone, weights, episode.support, episode.n_way)
        held, moved, inner_loss = moving(backbone, initial, episode.support, head_only=self.head_only)
        adapted = descended(inner_loss, moved, self.inner_lr, self.inner_steps, first_order=self.first_order)
        return cross_entropy(log_proba(backbone, {**held, **adapted}, episode.query.x), episode.query.y)

    def meta_gradient(self, backbone: Backbone, weights: Weights, tasks: Episode, rng: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """See `Learner.meta_gradient`; closed-form gradients for a `Perceptron`, several times as fast as autograd."""
        if not hand.by_hand(backbone, tasks.support.x):
            return super().meta_gradient(backbone, weights, tasks, rng)
        with torch.no_grad():
            return hand.mean_over_tasks(lambda block: self._by_hand(weights, block), tasks)

    def _by_hand(self, weights: Weights, tasks: Episode) -> tuple[Tensor, Tensor, Tensor]:
        """Query loss after the inner steps and its gradients, backpropagated through the steps and the head initialization; sums over tasks."""
        support, query = hand.patients(tasks.support, tasks.n_way), hand.patients(tasks.query, tasks.n_way)
        first, second = hand.for_each(len(support.x), *hand.body(weights))
        hidden = start = hand.hidden_layer(first, support)
        now = initial = hand.with_head(first, second, support, start)
        walked = []
        for step in range(self.inner_steps):
            if step and not self.head_only:
                hidden = hand.hidden_layer(now.first, support)
            at = hand.forward(now, support, hidden)
            if not self.first_order:
                walked.append((now, at))
            now = hand.descended(now, support, at, self.inner_lr, head_only=self.head_only)
        at = hand.forward(now, query, hand.hidden_layer(now.first, query))
        way = hand.gradient(now, query, at)
        for before, there in reversed(walked):
            way = hand.pulled_back(way, before, support, there, self.inner_lr, head_only=self.head_only)
        first_too, second_too = hand.through_head(way.head, way.offset, initial, support, start)
        return hand.loss(at, query).sum(), way.first.sum(0) + hand.total([first_too]), way.second.sum(0) + hand.total([second_too])
