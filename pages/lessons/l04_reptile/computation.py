"""Reptile on the same plane as MAML: where its arrows come from, what one inner step is, and what it saves.

Tasks, model and inner path are those of `plane_of_weights`; a step of the start is made of the library's `descend` and `initial_minus_adapted`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch.func import grad

from metamed_core.data import Episode, LabeledSet
from metamed_core.drawing import Point
from metamed_core.learners import descended, initial_minus_adapted
from pages.lessons import geometry
from pages.lessons import plane_of_weights as plane
from pages.lessons.lesson_state import State, integer_field, real_field
from pages.lessons.plane_of_weights import MAX_INNER, MAX_OUTER, N_SUPPORT, PAIRS, REACH, RULES

RACE = 15  # outer steps on few patients, by each rule
LONGEST = 2.6  # of the arrows in the comparison of the rules: each rule has a scale of its own


@dataclass(frozen=True)
class ReptileState(State):
    """Where the reader stands, as in `Maml`; epsilon: the share of the way that the start goes; few: patients of each disease in a task.

    draw: other patients than the seed's first, in the comparison on few.
    """

    x: float = real_field(-1.0, -REACH, REACH)
    y: float = real_field(-2.5, -REACH, REACH)
    alpha: float = real_field(1.5, 0.0, 12.0)
    steps: int = integer_field(3, 0, MAX_INNER)
    epsilon: float = real_field(0.25, 0.05, 3.0)
    outer: int = integer_field(0, 0, MAX_OUTER)
    few: int = integer_field(4, 2, N_SUPPORT)
    draw: int = integer_field(0, 0, 99)

    @property
    def drawn(self) -> int:
        """The seed of the patients in the comparison on few."""
        return self.seed + self.draw


def ends(start: Point, seed: int, alpha: float, n: int) -> list[Point]:
    """Where the inner steps of each task end."""
    return [(x, y) for x, y in plane.ends([start], seed, alpha, n)[0].tolist()]


def towards(start: Point, seed: int, alpha: float, n: int) -> Point:
    """Start minus the mean of the ends: what Reptile goes against; the library's `initial_minus_adapted`."""
    reached = {"w": plane.ends([start], seed, alpha, n)[0]}
    x, y = initial_minus_adapted({"w": torch.tensor(start, dtype=torch.float64)}, reached)["w"].tolist()
    return x, y


@lru_cache(maxsize=4096)
def after(start: Point, seed: int, alpha: float, n: int, epsilon: float, outer: int) -> Point:
    """The start after so many outer steps; held at the edge of the plane."""
    if not outer:
        return start
    here = after(start, seed, alpha, n, epsilon, outer - 1)
    return moved(here, towards(here, seed, alpha, n), epsilon)


def moved(here: Point, against: Point, rate: float) -> Point:
    """A step against a gradient, held at the edge of the plane."""
    x, y = (min(max(at - rate * by, -REACH), REACH) for at, by in zip(here, against, strict=True))
    return x, y


def distance_between_ends(state: ReptileState, n: int) -> float:
    """How far apart the ways of the start end by one inner step and by `n`."""
    return math.dist(trail(state, 1)[-1], trail(state, n)[-1])


def trail(state: ReptileState, n: int | None = None) -> list[Point]:
    """The start and where every outer step so far has led; n: with another number of inner steps."""
    steps = state.steps if n is None else n
    return [after((state.x, state.y), state.seed, state.alpha, steps, state.epsilon, o) for o in range(state.outer + 1)]


def asked(at: Point, state: ReptileState, rule: str) -> list[Point]:
    """What each task asks of the start by a rule: the way it should go, not what it goes against."""
    return [(-x, -y) for x, y in plane.outer_gradients(at, state.seed, state.alpha, state.steps, rule)]


def mean(points: list[Point]) -> Point:
    """The middle of some points."""
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def angle(one: Point, other: Point) -> float:
    """Degrees between two arrows; 0 where one of them has no length."""
    size = math.hypot(*one) * math.hypot(*other)
    if size < 1e-18:
        return 0.0
    return math.degrees(math.acos(min(1.0, max(-1.0, (one[0] * other[0] + one[1] * other[1]) / size))))


def angles(at: Point, state: ReptileState, rule: str) -> list[float]:
    """For each task, degrees between what a rule asks and what MAML asks."""
    return [angle(a, b) for a, b in zip(asked(at, state, rule), asked(at, state, "maml"), strict=True)]


# -- one inner step is ordinary training -----------------------------------------------------------------------------


def joint_losses(starts: Sequence[Point], seed: int) -> list[float]:
    """Mean support loss of the three tasks with one model for all, of each start: what training on everybody together lowers."""
    weights = torch.tensor(starts, dtype=torch.float64).unsqueeze(1)
    joint: list[float] = plane.losses(weights, plane.stacked_tasks(seed).support).mean(1).tolist()
    return joint


def joint_gradient(at: Point, seed: int) -> Point:
    """Gradient of the joint loss."""
    return mean([plane.inner_gradient(at, task) for task in plane.tasks(seed)])


def _joint_surface(seed: int) -> tuple[geometry.Array, geometry.Array]:
    valleys = [plane.loss_surface(seed, i) for i in range(len(PAIRS))]
    return valleys[0][0], np.mean([value for _, value in valleys], axis=0)


def lowest_joint_loss(seed: int) -> float:
    """The lowest joint loss on the grid of the plane."""
    return float(_joint_surface(seed)[1].min())


@lru_cache(maxsize=16)
def joint_contours(seed: int) -> tuple[tuple[geometry.Piece, ...], ...]:
    """Lines of equal joint loss."""
    axis, values = _joint_surface(seed)
    return tuple(geometry.level_lines(axis, values, float(values.min()) + step) for step in plane.CONTOUR_LEVELS)


# -- few patients: walk on all of them, or keep half to be judged on -------------------------------------------------


@lru_cache(maxsize=128)
def few_tasks(seed: int, few: int) -> tuple[LabeledSet, Episode]:
    """The `few` labeled patients of each disease, of all tasks stacked, and the same parted in two halves: to walk on, to be judged on."""
    x, y = (torch.stack([getattr(task.support, name)[: 2 * few] for task in plane.tasks(seed)]) for name in ("x", "y"))
    half = few // 2 * 2
    return LabeledSet(x, y), Episode(LabeledSet(x[:, :half], y[:, :half]), LabeledSet(x[:, half:], y[:, half:]), 2)


@lru_cache(maxsize=128)
def race(start: Point, seed: int, alpha: float, n: int, few: int, rule: str) -> tuple[Point, ...]:
    """The start and where each of `RACE` outer steps leads by a rule that knows these few patients only; all tasks at once.

    Reptile walks on all of them; MAML, exact or first-order, walks on one half and is judged on the other.
    """
    told, halves = few_tasks(seed, few)
    now, way = torch.tensor(start, dtype=torch.float64), [start]
    for _ in range(RACE):
        weights = {"w": now.expand(len(PAIRS), -1)}
        if rule == "reptile":
            against = plane.EPSILON * initial_minus_adapted({"w": now}, descended(plane.loss_on(told), weights, alpha, n))["w"]
        else:
            asked = grad(lambda own: plane.meta_loss(own, halves, alpha, n, first_order=rule == "first_order"))(weights)["w"]
            against = plane.BETA * asked.mean(0)
        now = (now - against).clamp(-REACH, REACH)
        way.append((float(now[0]), float(now[1])))
    return tuple(way)


def way_of(state: ReptileState, rule: str) -> tuple[Point, ...]:
    """The way of the start in the race by a rule."""
    return race((state.x, state.y), state.drawn, state.alpha, state.steps, state.few, rule)


@lru_cache(maxsize=128)
def judged_along(way: tuple[Point, ...], seed: int, alpha: float, n: int, few: int) -> tuple[float, ...]:
    """Loss on new patients behind inner steps on all of the few labeled ones, for each start of a way: the same for every rule."""
    starts = torch.tensor(way, dtype=torch.float64).unsqueeze(1).expand(-1, len(PAIRS), -1)
    adapted = descended(plane.loss_on(few_tasks(seed, few)[0]), {"w": starts}, alpha, n)["w"]
    return tuple(plane.losses(adapted, plane.stacked_tasks(seed).query).mean(1).tolist())


def losses_of(state: ReptileState, rule: str) -> tuple[float, ...]:
    """`judged_along` the way of a rule."""
    return judged_along(way_of(state, rule), state.drawn, state.alpha, state.steps, state.few)


def winner(state: ReptileState) -> int:
    """The rule with the lowest loss at the end of the race, in the order of `RULES`."""
    losses = [losses_of(state, rule)[-1] for rule in RULES]
    return losses.index(min(losses))
