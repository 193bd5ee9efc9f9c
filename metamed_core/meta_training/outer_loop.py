"""The outer loop as a generator: draw groups of tasks, move the initial weights, hand back where it stands.

Nothing random is carried from step to step: the tasks of a group follow from the plan's seed, the step and the group
alone. So a run goes on from any state as if it had never stopped, and processes share the groups without a word.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import chain
from typing import get_args

import numpy as np
import torch
from torch import Tensor

from metamed_core.data import Episode, LabelledSet, TaskDistribution
from metamed_core.learners import Learner, Precision
from metamed_core.meta_training.compute import ALONE, Compute
from metamed_core.networks import Backbone, Weights
from metamed_core.words import UserError, Words

PRECISIONS: tuple[Precision, ...] = get_args(Precision)


@dataclass(frozen=True, slots=True)
class MetaTraining:
    """A budget: how many outer steps, how many tasks in each, and how far they go (linear warm-up, then a cosine).

    meta_batch: tasks of a step, in all groups together. groups: shapes (ways, shots, columns) among them.
    meta_lr: largest step size of AdamW. hidden_lr: that of Muon (Jordan et al. 2024), which then moves the backbone's hidden
    matrices in its place: an in-context network so learns in a third of the steps (docs/explanation/why.md). None: AdamW moves all.
    precision: of the meta-gradient's matrix products; weights and optimiser stay float32.
    """

    meta_steps: int = 6000
    meta_batch: int = 16
    meta_lr: float = 2e-3
    warm_up: float = 0.03
    weight_decay: float = 1e-4
    seed: int = 0
    groups: int = 1
    precision: Precision = "float32"
    hidden_lr: float | None = None

    def __post_init__(self) -> None:
        if self.groups < 1 or self.meta_batch % self.groups:
            raise UserError(
                Words(
                    "{tasks} {tasks:task|tasks} cannot be divided evenly among {groups} {groups:group|groups}: choose --meta-batch or --groups so that the first is a "
                    "multiple of the second.",
                    "{tasks} 个任务无法平均分成 {groups} 组：请调整 --meta-batch 或 --groups，使前者是后者的整数倍。",
                ).format(tasks=self.meta_batch, groups=self.groups)
            )

    def rate(self, step: int) -> float:
        """What the step sizes are multiplied by at an outer step, counted from 1: up in a line, then down a cosine to a hundredth."""
        rising = step / (self.warm_up * self.meta_steps + 20)
        return min(1.0, rising) * max(0.01, (1 + math.cos(math.pi * (step - 1) / max(self.meta_steps, 1))) / 2)


@dataclass(frozen=True, slots=True)
class MetaState:
    """Where meta-training stands: steps done, the weights now, and the mean meta-loss of the last step.

    mean, square: the optimisers' running moments of the gradient, by the weights' names; empty before the first step, and Muon has
    no square.
    """

    step: int
    weights: dict[str, Tensor]
    loss: float = float("nan")
    mean: dict[str, Tensor] = field(default_factory=dict)
    square: dict[str, Tensor] = field(default_factory=dict)


def meta_train(
    learner: Learner,
    backbone: Backbone,
    tasks: TaskDistribution,
    plan: MetaTraining,
    *,
    start: MetaState | None = None,
    compute: Compute = ALONE,
) -> Iterator[MetaState]:
    """Yield the state before the first outer step and after each; the same plan and tasks give the same weights.

    `start` goes on from an earlier state, which is yielded first. AdamW (and Muon) take the learner's meta-gradient, clipped to
    length 1; for Reptile that is initial minus adapted weights, as its authors suggest (Nichol et al. 2018, sec. 3).
    """
    compute.share(plan.groups)  # refused before any work is done
    start = start or MetaState(0, learner.init(backbone, torch.Generator().manual_seed(plan.seed)))
    weights = _copy(start.weights, compute.device)
    optimisers = _optimisers(weights, backbone.hidden_matrices(weights) if plan.hidden_lr else frozenset(), plan)
    if start.step:
        _resume(optimisers, weights, start, compute.device)
    yield _state(start.step, weights, optimisers, start.loss)
    for step in range(start.step + 1, plan.meta_steps + 1):
        loss, gradient = mean_gradient(learner, backbone, weights, tasks, plan, step, compute)
        for name, weight in weights.items():
            weight.grad = gradient[name]
        torch.nn.utils.clip_grad_norm_(list(weights.values()), 1.0)
        for optimiser in optimisers:
            optimiser.param_groups[0]["lr"] = optimiser.defaults["lr"] * plan.rate(step)
            optimiser.step()
        yield _state(step, weights, optimisers, float(loss))


def _optimisers(weights: Weights, hidden: frozenset[str], plan: MetaTraining) -> list[torch.optim.Optimizer]:
    """AdamW for all weights but the hidden ones, which Muon moves."""
    others = [weight for name, weight in weights.items() if name not in hidden]
    adam = torch.optim.AdamW(others, lr=plan.meta_lr, betas=(0.9, 0.98), weight_decay=plan.weight_decay)
    if not hidden or plan.hidden_lr is None:
        return [adam]
    matrices = [weight for name, weight in weights.items() if name in hidden]
    return [torch.optim.Muon(matrices, lr=plan.hidden_lr, weight_decay=0.01, momentum=0.95, adjust_lr_fn="match_rms_adamw"), adam]


def _resume(optimisers: list[torch.optim.Optimizer], weights: Weights, start: MetaState, device: torch.device) -> None:
    """Give the optimisers the moments of an earlier state."""
    mean, square, names = _copy(start.mean, device), _copy(start.square, device), {id(weight): name for name, weight in weights.items()}
    for optimiser in optimisers:
        for weight in optimiser.param_groups[0]["params"]:
            name = names[id(weight)]
            adam = {"step": torch.tensor(float(start.step)), "exp_avg": mean[name], "exp_avg_sq": square.get(name)}
            optimiser.state[weight] = adam if name in square else {"momentum_buffer": mean[name]}


def mean_gradient(
    learner: Learner, backbone: Backbone, weights: Weights, tasks: TaskDistribution, plan: MetaTraining, step: int, compute: Compute = ALONE
) -> tuple[Tensor, dict[str, Tensor]]:
    """Meta-loss and meta-gradient of an outer step, mean over its groups; each process does its share of them."""
    n_each = [1, *(weight.numel() for weight in weights.values())]
    total = torch.zeros(sum(n_each), dtype=next(iter(weights.values())).dtype, device=compute.device)
    for group in compute.share(plan.groups):
        rng = group_rng(plan.seed, step, group)
        drawn = tasks.sample_batch(plan.meta_batch // plan.groups, rng).to(compute.device)
        with _precise(plan.precision, compute.device):
            loss, gradient = learner.meta_gradient(backbone, weights, drawn, rng)
        total += torch.cat([loss.detach().to(total.dtype).reshape(1), *(gradient[name].detach().flatten() for name in weights)])
    # One vector, so that processes exchange one message a step.
    loss, *parts = torch.split(compute.total(total) / plan.groups, n_each)
    return loss.squeeze(0), {name: part.view_as(weight) for (name, weight), part in zip(weights.items(), parts, strict=True)}


def group_rng(seed: int, step: int, group: int) -> torch.Generator:
    """The generator of one group of tasks of one outer step, counted from 1; independent streams (numpy's SeedSequence)."""
    # Words of fixed places: a seed of more than 32 bits must not run into the step.
    words = [seed % 2**32, step - 1, group, seed >> 32]
    return torch.Generator().manual_seed(int(np.random.SeedSequence(words).generate_state(1, np.uint64)[0]) % 2**62)


def _precise(precision: Precision, device: torch.device) -> AbstractContextManager[object]:
    # Without the cache of casts: it knows nothing of the levels of nested gradients.
    return nullcontext() if precision == "float32" else torch.autocast(device.type, torch.bfloat16, cache_enabled=False)


def _state(step: int, weights: Weights, optimisers: list[torch.optim.Optimizer], loss: float) -> MetaState:
    """A snapshot: the optimisers write in place."""
    moments = {weight: moments for optimiser in optimisers for weight, moments in optimiser.state.items()}
    mean, square = {}, {}
    for name, weight in weights.items() if step else ():
        adam = "exp_avg" in moments[weight]
        mean[name] = moments[weight]["exp_avg" if adam else "momentum_buffer"]
        if adam:
            square[name] = moments[weight]["exp_avg_sq"]
    return MetaState(step, _copy(weights), loss, _copy(mean), _copy(square))


def _copy(weights: Mapping[str, Tensor], device: torch.device | None = None) -> dict[str, Tensor]:
    return {name: weight.detach().to(device, copy=True, memory_format=torch.contiguous_format) for name, weight in weights.items()}


@dataclass(frozen=True, slots=True)
class Validation:
    """Means over held-out tasks: accuracy on the query before any step of adaptation and after the last, and query log-loss after."""

    before: float
    accuracy: float
    log_loss: float

    @classmethod
    def mean(cls, each: Sequence[Validation]) -> Validation:
        """The mean of several."""
        columns = zip(*((one.before, one.accuracy, one.log_loss) for one in each), strict=True)
        return cls(*(sum(column) / len(each) for column in columns))


def validations(learner: Learner, backbone: Backbone, weights: Mapping[str, Tensor], batches: Sequence[Episode]) -> Iterator[Validation]:
    """Adapt to every task of these meta-batches, one at a time: a page may do something else in between."""
    for tasks in batches:
        for i in range(len(tasks.support.x)):
            adaptation = learner.adapt(backbone, weights, LabelledSet(tasks.support.x[i], tasks.support.y[i]), tasks.n_way)
            first = next(adaptation)
            *_, last = chain([first], adaptation)
            y = tasks.query.y[i]
            proba = last.predict_proba(tasks.query.x[i])
            before = proba if last is first else first.predict_proba(tasks.query.x[i])
            loss = -float(proba.gather(1, y.unsqueeze(1)).clamp_min(1e-12).log().mean())
            yield Validation(_share_right(before, y), _share_right(proba, y), loss)


def mean_accuracy(learner: Learner, backbone: Backbone, weights: dict[str, Tensor], batches: Sequence[Episode]) -> tuple[float, float]:
    """Accuracy on the query and mean query log-loss after full adaptation, over every task of these meta-batches."""
    mean = Validation.mean(list(validations(learner, backbone, weights, batches)))
    return mean.accuracy, mean.log_loss


def _share_right(proba: Tensor, y: Tensor) -> float:
    return float((proba.argmax(-1) == y).double().mean())
