"""The outer loop as a generator: draw groups of tasks, move the initial weights, yield the state.

Nothing random is carried from step to step: the tasks of a group follow from the budget's seed, the step and the group
alone. So a run is resumed from any state as if it had never stopped, and processes share the groups without exchanging a word.

AdamW (and Muon) take the learner's meta-gradient, clipped to length 1; for Reptile that is initial minus adapted weights, as its authors
suggest (Nichol et al. 2018, sec. 3).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice, product
from typing import get_args

import torch
from torch import Tensor

from metamed_core.data import TaskDistribution
from metamed_core.learners import Learner, Precision
from metamed_core.meta_training.devices_and_processes import ALONE, Compute
from metamed_core.meta_training.drawn_ahead import Drawn, drawn_ahead
from metamed_core.networks import Backbone, Weights
from metamed_core.words import UserError, Words

PRECISIONS: tuple[Precision, ...] = get_args(Precision)


@dataclass(frozen=True, slots=True)
class Budget:
    """How many outer steps, how many tasks in each, and how far they go (linear warm-up, then a cosine).

    Parameters
    ----------
    meta_steps
        Outer steps.
    meta_batch
        Tasks of a step, in all groups together.
    meta_lr
        Largest step size of AdamW.
    warm_up, weight_decay
        Share of the steps in which the step size rises; decay of AdamW.
    seed
        Of the initial weights and of the tasks.
    groups
        Shapes of tasks (ways, shots, columns) in a step.
    precision
        Of the meta-gradient's matrix products; weights and optimizer stay float32.
    hidden_lr
        Largest step size of Muon, which then moves the backbone's hidden matrices instead of AdamW; None: AdamW moves all. An
        in-context network so learns in a third of the steps (docs/explanation/why.md).

    Raises
    ------
    UserError
        If the tasks cannot be shared evenly by the groups.

    References
    ----------
    Muon: Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/
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
                    "{tasks} {tasks:task|tasks} cannot be divided evenly among {groups} {groups:group|groups}: choose --meta-batch or --groups so "
                    "that the first is a multiple of the second.",
                    "{tasks} 个任务无法平均分成 {groups} 组：请调整 --meta-batch 或 --groups，使前者是后者的整数倍。",
                ).format(tasks=self.meta_batch, groups=self.groups)
            )

    @property
    def tasks_a_group(self) -> int:
        """Tasks of one shape in a step."""
        return self.meta_batch // self.groups

    def rate(self, step: int) -> float:
        """What the step sizes are multiplied by at an outer step, counted from 1: up in a line, then down a cosine to a hundredth."""
        rising = step / (self.warm_up * self.meta_steps + 20)
        return min(1.0, rising) * max(0.01, (1 + math.cos(math.pi * (step - 1) / max(self.meta_steps, 1))) / 2)


@dataclass(frozen=True, slots=True)
class MetaState:
    """Everything from which the outer loop goes on to the same bits.

    Parameters
    ----------
    step
        Outer steps done.
    weights
        The initial weights as they are now, by name.
    loss
        Mean meta-loss of the last step; NaN before there is one.
    mean, square
        The optimizers' running moments of the gradient, by the weights' names; empty before the first step, and Muon has no square.
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
    budget: Budget,
    *,
    start: MetaState | None = None,
    compute: Compute = ALONE,
) -> Iterator[MetaState]:
    """Yield the state before the first outer step and after each; the same budget and tasks give the same weights.

    Parameters
    ----------
    learner, backbone, tasks
        What is meta-trained, the network whose weights are moved, and where the tasks of each step are drawn from.
    budget
        Steps, tasks, step sizes, seed.
    start
        An earlier state to go on from, which is yielded first; None: the learner's random weights.
    compute
        The device, and this process's place among several.

    Raises
    ------
    UserError
        If the processes cannot share the groups of tasks evenly.
    """
    groups = compute.share(budget.groups)  # refused before any work is done
    start = start or MetaState(0, learner.init(backbone, torch.Generator().manual_seed(budget.seed)))
    weights = _copy(start.weights, compute.device)
    optimizers = _optimizers(weights, backbone, budget)
    if start.step:
        _resume(optimizers, weights, start, compute.device)
    yield _state(start.step, weights, optimizers, start.loss)
    steps = range(start.step + 1, budget.meta_steps + 1)
    drawn = drawn_ahead(tasks, budget.tasks_a_group, budget.seed, list(product(steps, groups)), compute.drawers)
    for step in steps:
        loss, gradient = mean_gradient(learner, backbone, weights, islice(drawn, len(groups)), budget, compute)
        _move(optimizers, weights, gradient, budget.rate(step))
        yield _state(step, weights, optimizers, float(loss))


def _optimizers(weights: Weights, backbone: Backbone, budget: Budget) -> list[torch.optim.Optimizer]:
    """AdamW for all weights but the hidden ones, which Muon moves."""
    hidden = backbone.hidden_matrices(weights) if budget.hidden_lr else frozenset()
    others = [weight for name, weight in weights.items() if name not in hidden]
    adam = torch.optim.AdamW(others, lr=budget.meta_lr, betas=(0.9, 0.98), weight_decay=budget.weight_decay)
    if not hidden or budget.hidden_lr is None:
        return [adam]
    matrices = [weight for name, weight in weights.items() if name in hidden]
    return [torch.optim.Muon(matrices, lr=budget.hidden_lr, weight_decay=0.01, momentum=0.95, adjust_lr_fn="match_rms_adamw"), adam]


def _move(optimizers: list[torch.optim.Optimizer], weights: Weights, gradient: Mapping[str, Tensor], rate: float) -> None:
    """One step of every optimizer against the gradient, clipped to length 1."""
    for name, weight in weights.items():
        weight.grad = gradient[name]
    torch.nn.utils.clip_grad_norm_(list(weights.values()), 1.0)
    for optimizer in optimizers:
        optimizer.param_groups[0]["lr"] = optimizer.defaults["lr"] * rate
        optimizer.step()


def _resume(optimizers: list[torch.optim.Optimizer], weights: Weights, start: MetaState, device: torch.device) -> None:
    """Give the optimizers the moments of an earlier state."""
    mean, square, names = _copy(start.mean, device), _copy(start.square, device), {id(weight): name for name, weight in weights.items()}
    for optimizer in optimizers:
        for weight in optimizer.param_groups[0]["params"]:
            name = names[id(weight)]
            adam = {"step": torch.tensor(float(start.step)), "exp_avg": mean[name], "exp_avg_sq": square.get(name)}
            optimizer.state[weight] = adam if name in square else {"momentum_buffer": mean[name]}


def mean_gradient(
    learner: Learner, backbone: Backbone, weights: Weights, drawn: Iterable[Drawn], budget: Budget, compute: Compute = ALONE
) -> tuple[Tensor, dict[str, Tensor]]:
    """Meta-loss and meta-gradient of an outer step, mean over its groups; `drawn` is this process's share of them."""
    n_each = [1, *(weight.numel() for weight in weights.values())]
    total = torch.zeros(sum(n_each), dtype=next(iter(weights.values())).dtype, device=compute.device)
    for tasks, rng in drawn:
        with _precise(budget.precision, compute.device):
            loss, gradient = learner.meta_gradient(backbone, weights, tasks.to(compute.device), rng)
        total += torch.cat([loss.detach().to(total.dtype).reshape(1), *(gradient[name].detach().flatten() for name in weights)])
    # One vector, so that processes exchange one message a step.
    loss, *parts = torch.split(compute.total(total) / budget.groups, n_each)
    return loss.squeeze(0), {name: part.view_as(weight) for (name, weight), part in zip(weights.items(), parts, strict=True)}


def _precise(precision: Precision, device: torch.device) -> AbstractContextManager[object]:
    # Without the cache of casts: it knows nothing of the levels of nested gradients.
    return nullcontext() if precision == "float32" else torch.autocast(device.type, torch.bfloat16, cache_enabled=False)


def _state(step: int, weights: Weights, optimizers: list[torch.optim.Optimizer], loss: float) -> MetaState:
    """A snapshot: the optimizers write in place."""
    moments = {weight: moments for optimizer in optimizers for weight, moments in optimizer.state.items()}
    mean, square = {}, {}
    for name, weight in weights.items() if step else ():
        adam = "exp_avg" in moments[weight]
        mean[name] = moments[weight]["exp_avg" if adam else "momentum_buffer"]
        if adam:
            square[name] = moments[weight]["exp_avg_sq"]
    return MetaState(step, _copy(weights), loss, _copy(mean), _copy(square))


def _copy(weights: Mapping[str, Tensor], device: torch.device | None = None) -> dict[str, Tensor]:
    return {name: weight.detach().to(device, copy=True, memory_format=torch.contiguous_format) for name, weight in weights.items()}
