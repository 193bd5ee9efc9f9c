"""Prototypical networks (Snell, Swersky and Zemel 2017), https://arxiv.org/abs/1703.05175.

Each class is represented by its prototype, the mean embedding of its support patients; a query patient is classified by a
softmax over the negative squared distances to the prototypes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

from metamed_core.data import Episode, LabeledSet, class_means
from metamed_core.learners.learner import Classifier, cross_entropy
from metamed_core.learners.measured import Measured
from metamed_core.learners.recipe import Recipe
from metamed_core.learners.score_parts import Additive, ScoreParts, distance_parts
from metamed_core.learners.support_metric import MetricLearner, metric_option, scaled
from metamed_core.learners.support_schedule import n_schedule_steps, support_schedule
from metamed_core.networks import Backbone, Weights
from metamed_core.networks import perceptron_gradients as hand
from metamed_core.words import Words


def prototypical_log_posterior(embeddings: Tensor, centers: Tensor) -> Tensor:
    """Eq. 2 with the squared Euclidean distance: log softmax over classes k of -d(f(x), c_k).

    Parameters
    ----------
    embeddings, centers
        Query embeddings f(x), `(n, n_embedding)`, and prototypes c_k, `(n_way, n_embedding)`.

    Returns
    -------
    Tensor
        Log-probabilities, `(n, n_way)`.
    """
    # By differences, not by f.f - 2 f.c + c.c, which loses digits to cancellation when patients are similar.
    return (-(embeddings.unsqueeze(-2) - centers).square().sum(-1)).log_softmax(-1)


class PrototypeClassifier(Classifier, Additive):
    """Prototypical network on the part of the support set used so far."""

    def log_proba(self, x: Tensor) -> Tensor:
        """See `Classifier.log_proba`."""
        return prototypical_log_posterior(self.backbone.embed(self.weights, x), self._centers)

    @torch.no_grad()
    def score_parts(self, x: Tensor, first: int, second: int) -> ScoreParts | None:
        """See `Additive.score_parts`: squared distances are sums over the cells."""
        if not self.backbone.by_column:
            return None
        return ScoreParts(distance_parts(self.embed(x), self._centers[first], self._centers[second], x.shape[-2]))

    @cached_property
    def _centers(self) -> Tensor:
        """The prototypes; computed once, because many patients are predicted in parts."""
        return self.prototypes()


@dataclass(frozen=True)
class Prototypical(MetricLearner):
    """Prototypical networks; each adaptation step adds one more patient per class to the prototypes."""

    name: ClassVar[str] = "prototypical"
    title: ClassVar[Words] = Words("Prototypical", "原型网络")
    summary: ClassVar[Words] = Words(
        "Compares each patient with the average patient (prototype) of each diagnosis. Choose it to follow an answer by hand: what each finding adds is exact, not estimated.",
        "把每位患者与各诊断的“平均患者”（原型）作比较。希望亲手核对答案时选它：每项依据的贡献是精确值，而非估计。",
    )
    paper: ClassVar[str] = "Snell, Swersky, Zemel: Prototypical Networks for Few-shot Learning, NeurIPS 2017"
    link: ClassVar[str] = "https://arxiv.org/abs/1703.05175"
    order: ClassVar[int] = 1
    measured: ClassVar[Measured | None] = Measured((64.9, 71.8, 74.2, 75.6), (6.0, 1.4, 0.8, 0.1), 0.053)
    recipe: ClassVar[Recipe] = Recipe(meta_steps=4000, hidden_lr=4e-3, prior={"cells_a_task": 2_000}, steps_on_a_table=300)

    scaled_metric: int = metric_option()

    def steps(self, support: LabeledSet, n_way: int) -> int:
        """See `Learner.steps`; step 0 already uses one patient per class."""
        return n_schedule_steps(support) - 1

    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[PrototypeClassifier]:
        """See `Learner.adapt`."""
        for seen in support_schedule(support):
            yield PrototypeClassifier(backbone, scaled(self.scaled_metric, backbone, weights, seen, n_way), seen, n_way)

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """Algorithm 1: negative log-probability of the query labels given the prototypes of the support set."""
        weights = scaled(self.scaled_metric, backbone, weights, episode.support, episode.n_way)
        centers = class_means(backbone.embed(weights, episode.support.x), episode.support.y, episode.n_way)
        return cross_entropy(prototypical_log_posterior(backbone.embed(weights, episode.query.x), centers), episode.query.y)

    def meta_gradient(self, backbone: Backbone, weights: Weights, tasks: Episode, rng: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """See `Learner.meta_gradient`; closed-form gradients for a `Perceptron`, several times as fast as autograd."""
        if not hand.by_hand(backbone, tasks.support.x):
            return super().meta_gradient(backbone, weights, tasks, rng)

        def of_block(block: Episode) -> tuple[Tensor, Tensor, Tensor]:
            support, query = hand.patients(block.support, block.n_way), hand.patients(block.query, block.n_way)
            losses, first, second = hand.prototypical(*hand.body(weights), support, query)
            return losses.sum(), hand.total(first), hand.total(second)

        with torch.no_grad():
            return hand.mean_over_tasks(of_block, tasks)
