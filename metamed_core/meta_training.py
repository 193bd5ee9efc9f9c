"""The outer loop as a generator: draw a meta-batch of tasks, move the initial weights, hand back where it stands.

Floor 8 of the house.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from metamed_core.backbones import Backbone
from metamed_core.episode import Episode, LabelledSet, TaskDistribution
from metamed_core.learner import Learner


@dataclass(frozen=True, slots=True)
class MetaTraining:
    """A budget: how many outer steps, how many tasks in each, and how far they go (AdamW, cosine after a warm-up)."""

    meta_steps: int = 6000
    meta_batch: int = 16
    meta_lr: float = 2e-3
    warm_up: float = 0.03
    weight_decay: float = 1e-4
    seed: int = 0


@dataclass(frozen=True, slots=True)
class MetaState:
    """Where meta-training stands: steps done, the weights now, and the mean meta-loss of the last meta-batch."""

    step: int
    weights: dict[str, Tensor]
    loss: float


def meta_train(learner: Learner, backbone: Backbone, tasks: TaskDistribution, plan: MetaTraining) -> Iterator[MetaState]:
    """Yield the state before the first outer step and after each; the same plan and tasks give the same weights.

    Adam takes the learner's meta-gradient, clipped to length 1; for Reptile that is initial minus adapted weights, as its
    authors suggest (Nichol et al. 2018, sec. 3).
    """
    rng = torch.Generator().manual_seed(plan.seed)
    weights = {name: weight.clone() for name, weight in learner.init(backbone, rng).items()}
    optimiser = torch.optim.AdamW(list(weights.values()), lr=plan.meta_lr, weight_decay=plan.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, plan.meta_lr, total_steps=max(plan.meta_steps, 2), pct_start=plan.warm_up, cycle_momentum=False
    )
    yield MetaState(0, _copy(weights), float("nan"))
    for step in range(1, plan.meta_steps + 1):
        loss, gradient = learner.meta_gradient(backbone, weights, tasks.sample_batch(plan.meta_batch, rng), rng)
        for name, weight in weights.items():
            weight.grad = gradient[name].detach()
        torch.nn.utils.clip_grad_norm_(list(weights.values()), 1.0)
        optimiser.step()
        schedule.step()
        yield MetaState(step, _copy(weights), float(loss))


def _copy(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: weight.detach().clone() for name, weight in weights.items()}


def mean_accuracy(learner: Learner, backbone: Backbone, weights: dict[str, Tensor], batches: list[Episode]) -> tuple[float, float]:
    """Accuracy on the query and mean query log-loss after full adaptation, over every task of these meta-batches."""
    right, loss, n = 0.0, 0.0, 0
    for tasks in batches:
        for i in range(len(tasks.support.x)):
            *_, last = learner.adapt(backbone, weights, LabelledSet(tasks.support.x[i], tasks.support.y[i]), tasks.n_way)
            proba, y = last.predict_proba(tasks.query.x[i]), tasks.query.y[i]
            right += float((proba.argmax(-1) == y).double().mean())
            loss -= float(proba.gather(1, y.unsqueeze(1)).clamp_min(1e-12).log().mean())
            n += 1
    return right / n, loss / n
