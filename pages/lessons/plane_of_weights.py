"""What the lessons on MAML and Reptile share: a model of two weights, three tasks, their loss surfaces, inner steps and outer gradients.

A task asks which of two diseases a patient has, by two laboratory values. The model is a logistic regression without intercept,
so its two weights are a point of the plane. The inner steps that are drawn and the loss are the library's (`descend`, `cross_entropy`); only
the network is smaller. Where outer steps lead, which takes hundreds of inner ones, is computed by its derivatives in closed form (`logistic_gradients`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.func import grad

from metamed_core.data import Episode, LabeledSet
from metamed_core.drawing import Point, SeriesStyle, series_styles
from metamed_core.learners import cross_entropy, descend, descended
from metamed_core.networks import Weights
from metamed_core.words import Words
from pages.lessons import geometry, logistic_gradients

REACH = 4.0
MAX_OUTER, MAX_INNER = 60, 6
CONTOUR_LEVELS = (0.02, 0.08, 0.2, 0.45, 0.9, 1.6)  # how far above the lowest loss on the plane the contour lines lie
N_SUPPORT, N_QUERY = 6, 40  # patients of each of the two diseases
RULES = {"maml": Words("MAML", "MAML"), "first_order": Words("first-order MAML", "一阶 MAML"), "reptile": Words("Reptile", "Reptile")}
RULE_STYLES = dict(
    zip(
        RULES,
        (SeriesStyle("#15807D", "circle", (1, 0)), SeriesStyle("#CC79A7", "square", (6, 3)), SeriesStyle("#E69F00", "diamond", (2, 2))),
        strict=True,
    )
)


@dataclass(frozen=True)
class DiseasePair:
    """A task: which of two diseases? apart: how far their means lie apart in ferritin and MCV, in standard deviations."""

    name: Words
    short: Words
    diseases: tuple[Words, Words]
    apart: tuple[float, float]
    spread: tuple[float, float]
    style: SeriesStyle


PAIRS = tuple(
    DiseasePair(name, short, diseases, apart, spread, style)
    for (name, short, diseases, apart, spread), style in zip(
        (
            (
                Words("A: iron deficiency or inflammation?", "A：缺铁还是炎症？"),
                Words("task A", "任务 A"),
                (Words("iron deficiency", "缺铁"), Words("inflammation", "炎症")),
                (2.2, 0.4),
                (0.9, 1.1),
            ),
            (
                Words("B: thalassemia trait or B12 deficiency?", "B：地中海贫血携带者还是 B12 缺乏？"),
                Words("task B", "任务 B"),
                (Words("thalassemia trait", "地中海贫血携带者"), Words("B12 deficiency", "B12 缺乏")),
                (0.4, 2.4),
                (1.2, 0.8),
            ),
            (
                Words("C: inflammation or hypothyroidism?", "C：炎症还是甲状腺功能减退？"),
                Words("task C", "任务 C"),
                (Words("inflammation", "炎症"), Words("hypothyroidism", "甲状腺功能减退")),
                (-1.7, 1.3),
                (0.8, 1.0),
            ),
        ),
        (series_styles(5)[0], series_styles(5)[4], series_styles(5)[2]),
        strict=True,
    )
)


BETA = 4.0  # outer step size of MAML and its first-order form
EPSILON = 0.25  # the share of the way that Reptile goes


@lru_cache(maxsize=64)
def tasks(seed: int) -> tuple[Episode, ...]:
    """The three tasks: patients `(n, 2)` in standard deviations from the middle between the two diseases, support and query."""
    rng = torch.Generator().manual_seed(seed)
    return tuple(Episode(_patients(pair, N_SUPPORT, rng), _patients(pair, N_QUERY, rng), n_way=2) for pair in PAIRS)


@lru_cache(maxsize=64)
def stacked_tasks(seed: int) -> Episode:
    """The same three, stacked: patients `(3, n, 2)`, so that one call answers for all."""
    support, query = (
        LabeledSet(torch.stack([part.x for part in parts]), torch.stack([part.y for part in parts]))
        for parts in ([task.support for task in tasks(seed)], [task.query for task in tasks(seed)])
    )
    return Episode(support, query, n_way=2)


@lru_cache(maxsize=64)
def _turned_tasks(seed: int) -> tuple[geometry.Array, geometry.Array]:
    """Support and query of the three for the closed form, `(3, n, 2)`."""
    stacked = stacked_tasks(seed)
    return logistic_gradients.turned(stacked.support), logistic_gradients.turned(stacked.query)


def _patients(pair: DiseasePair, n: int, rng: torch.Generator) -> LabeledSet:
    y = torch.arange(2).repeat(n)
    middle = torch.tensor(pair.apart, dtype=torch.float64) * (y.double().unsqueeze(1) - 0.5)
    return LabeledSet(
        middle + torch.tensor(pair.spread, dtype=torch.float64) * torch.randn(2 * n, 2, generator=rng, dtype=torch.float64), y
    )


def log_proba(weights: Tensor, x: Tensor) -> Tensor:
    """Logistic regression without intercept: log probabilities `(..., n, 2)` of the two diseases from `w . x`; weights `(..., 2)`."""
    score = (x @ weights.unsqueeze(-1)).squeeze(-1)
    return torch.stack([torch.zeros_like(score), score], -1).log_softmax(-1)


def losses(weights: Tensor, patients: LabeledSet) -> Tensor:
    """Loss on these patients, `(...)`; weights `(..., 2)`, for stacked tasks each its own. The library's `cross_entropy`."""
    return cross_entropy(log_proba(weights, patients.x), patients.y)


def loss_on(patients: LabeledSet) -> Callable[[Weights], Tensor]:
    """The same as a function of the weights `{"w": (..., 2)}`; of stacked tasks the sum, so that each one's gradient is its own."""
    return lambda weights: losses(weights["w"], patients).sum()


@lru_cache(maxsize=4096)
def inner_paths(start: Point, seed: int, alpha: float, n: int) -> tuple[tuple[Point, ...], ...]:
    """For each task the start and where each of `n` inner steps on its support leads: a figure, its formula and the answer ask for the same."""
    if not n:
        return ((start,),) * len(PAIRS)
    before = inner_paths(start, seed, alpha, n - 1)
    here = {"w": torch.tensor([path[-1] for path in before], dtype=torch.float64)}
    to = descend(loss_on(stacked_tasks(seed).support), here, alpha)["w"].tolist()
    return tuple((*path, (x, y)) for path, (x, y) in zip(before, to, strict=True))


# A task is known in these two caches by its tensors themselves, those of `tasks(seed)`.
@lru_cache(maxsize=4096)
def inner_gradient(start: Point, task: Episode) -> Point:
    """Gradient of the support loss at the start: what the first inner step goes against."""
    return _point(grad(loss_on(task.support))(_weights(start))["w"])


@lru_cache(maxsize=4096)
def support_loss_at(at: Point, task: Episode) -> float:
    """Loss on the labeled patients with these two weights."""
    return float(loss_on(task.support)(_weights(at)))


def meta_loss(weights: Weights, task: Episode, alpha: float, n: int, *, first_order: bool = False) -> Tensor:
    """Query loss after `n` inner steps on the support, as a function of the start (Finn et al. 2017, algorithm 2, line 10)."""
    adapted = descended(loss_on(task.support), weights, alpha, n, first_order=first_order)
    return loss_on(task.query)(adapted)


def ends(starts: Sequence[Point] | Tensor, seed: int, alpha: float, n: int) -> Tensor:
    """Where the inner steps of each task end from each of these starts, `(n_starts, 3, 2)`."""
    weights = np.repeat(np.asarray(starts, dtype=np.float64)[:, None], len(PAIRS), 1)
    return torch.from_numpy(logistic_gradients.inner_path(weights, _turned_tasks(seed)[0], alpha, n)[-1])


def query_losses(starts: Sequence[Point] | Tensor, seed: int, alpha: float, n: int) -> Tensor:
    """Query loss of each task after the inner steps from each of these starts, `(n_starts, 3)`."""
    return losses(ends(starts, seed, alpha, n), stacked_tasks(seed).query)


@lru_cache(maxsize=4096)
def outer_gradients(start: Point, seed: int, alpha: float, n: int, rule: str) -> tuple[Point, ...]:
    """For each task what the outer step goes against: the gradient of `meta_loss`, or for Reptile start minus adapted weights."""
    weights = np.tile(start, (len(PAIRS), 1))
    if rule == "reptile":
        asked = weights - ends([start], seed, alpha, n)[0].numpy()
    else:
        asked = logistic_gradients.outer_gradient(weights, *_turned_tasks(seed), alpha, n, first_order=rule == "first_order")
    return tuple((x, y) for x, y in asked.tolist())


def outer_step_size(rule: str) -> float:
    """The outer step size of a rule."""
    return EPSILON if rule == "reptile" else BETA


@lru_cache(maxsize=4096)
def mean_query_loss(start: Point, seed: int, alpha: float, n: int) -> float:
    """Mean over the tasks of the query loss after the inner steps from this start."""
    return float(query_losses([start], seed, alpha, n).mean())


@lru_cache(maxsize=64)
def loss_surface(seed: int, which: int | None, alpha: float = 0.0, n: int = 0) -> tuple[geometry.Array, geometry.Array]:
    """A loss over the plane: axis `(m,)` and values `(m, m)`. which: a task's support loss; None: `meta_loss`, mean over tasks."""
    axis, grid = geometry.plane(-REACH, REACH, 41 if which is not None else 31)
    starts = torch.from_numpy(grid)
    values = losses(starts, tasks(seed)[which].support) if which is not None else query_losses(starts, seed, alpha, n).mean(1)
    return axis, values.numpy().reshape(len(axis), -1)


@lru_cache(maxsize=64)
def contours(seed: int, which: int | None, alpha: float = 0.0, n: int = 0) -> tuple[tuple[geometry.Piece, ...], ...]:
    """Lines of equal loss, the innermost first, `CONTOUR_LEVELS` above the lowest loss on the plane."""
    axis, values = loss_surface(seed, which, alpha, n)
    low = float(values.min())
    return tuple(geometry.level_lines(axis, values, low + step) for step in CONTOUR_LEVELS)


def _weights(at: Point) -> dict[str, Tensor]:
    return {"w": torch.tensor(at, dtype=torch.float64)}


def _point(values: Tensor) -> Point:
    x, y = values.tolist()
    return x, y
