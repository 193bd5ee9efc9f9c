"""Model-agnostic meta-learning (Finn, Abbeel and Levine 2017), https://arxiv.org/abs/1703.03400.

It looks for initial weights from which a few gradient steps on a handful of patients already give a good classifier.
The meta-gradient goes through those steps (second order) and is taken on query patients that the steps never saw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from metamed_core.backbones import Backbone, Weights
from metamed_core.episode import Episode, LabelledSet
from metamed_core.inner_loop import (
    LinearHeadClassifier,
    adapt_by_gradient,
    descended,
    log_proba,
    step_count,
    step_size,
    support_loss,
    with_head,
)
from metamed_core.learner import Learner, cross_entropy
from metamed_core.words import Words


@dataclass(frozen=True)
class Maml(Learner):
    """MAML with a head made from prototypes; `first_order` leaves out the derivative of the inner gradient (sec. 5.2)."""

    name: ClassVar[str] = "maml"
    title: ClassVar[Words] = Words("MAML", "MAML（模型无关元学习）")
    summary: ClassVar[Words] = Words(
        "Takes a few gradient steps on your labelled patients, from a start that was learnt for exactly that. Choose it to watch adaptation happen.",
        "从专为快速适应而学得的起点出发，在您的已确诊患者上走几步梯度下降。想观察适应过程时选它。",
    )
    paper: ClassVar[str] = "Finn, Abbeel, Levine: Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks, ICML 2017"
    link: ClassVar[str] = "https://arxiv.org/abs/1703.03400"

    inner_lr: float = step_size(0.03)
    inner_steps: int = step_count(8)
    first_order: bool = False

    def steps(self, support: LabelledSet, n_way: int) -> int:
        """See `Learner.steps`."""
        return self.inner_steps

    def adapt(self, backbone: Backbone, weights: Weights, support: LabelledSet, n_way: int) -> Iterator[LinearHeadClassifier]:
        """See `Learner.adapt`."""
        return adapt_by_gradient(backbone, weights, support, n_way, lr=self.inner_lr, n_steps=self.inner_steps)

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """Algorithm 2, line 10: the query loss after the inner steps on the support."""
        initial = with_head(backbone, weights, episode.support, episode.n_way)
        inner_loss = support_loss(backbone, episode.support)
        adapted = descended(inner_loss, initial, self.inner_lr, self.inner_steps, first_order=self.first_order)
        return cross_entropy(log_proba(backbone, adapted, episode.query.x), episode.query.y)
