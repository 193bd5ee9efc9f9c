"""Reptile on the same plane as MAML: where its arrows come from, what one inner step is, and what it saves.

Tasks, model and inner path are those of `maml`; a step of the start is made of the library's `descend` and `initial_minus_adapted`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from metamed_core.episode import Episode, LabelledSet
from metamed_core.learners.reptile import initial_minus_adapted
from metamed_core.lessons import geometry, maml
from metamed_core.lessons.maml import MOST_INNER, MOST_OUTER, N_SUPPORT, PAIRS, REACH, RULES, Maml
from metamed_core.lessons.state import State, real, whole
from metamed_core.picture import Point

LONGEST = 2.6  # of the arrows in the comparison of the rules: each rule has a scale of its own


@dataclass(frozen=True)
class Walk(State):
    """Where the reader stands, as in `Maml`; epsilon: the share of the way that the start goes; few: patients of each disease in a task.

    draw: other patients than the seed's first, in the comparison on few.
    """

    x: float = real(-1.0, -REACH, REACH)
    y: float = real(-2.5, -REACH, REACH)
    alpha: float = real(1.5, 0.0, 12.0)
    steps: int = whole(3, 0, MOST_INNER)
    epsilon: float = real(0.25, 0.05, 3.0)
    outer: int = whole(0, 0, MOST_OUTER)
    few: int = whole(4, 2, N_SUPPORT)
    draw: int = whole(0, 0, 99)

    @property
    def drawn(self) -> int:
        """The seed of the patients in the comparison on few."""
        return self.seed + self.draw

    @property
    def as_maml(self) -> Maml:
        """The same plane, start and inner steps for what `maml` draws and computes."""
        return Maml(self.seed, self.x, self.y, self.alpha, self.steps, rule="reptile")


def ends(start: Point, tasks: tuple[Episode, ...], alpha: float, n: int) -> list[Point]:
    """Where the inner steps of each task end."""
    return [maml.inner_path(start, task, alpha, n)[-1] for task in tasks]


def towards(start: Point, tasks: tuple[Episode, ...], alpha: float, n: int) -> Point:
    """Start minus the mean of the ends: what Reptile goes against; the library's `initial_minus_adapted`."""
    reached = {"w": torch.tensor(ends(start, tasks, alpha, n), dtype=torch.float64)}
    x, y = initial_minus_adapted({"w": torch.tensor(start, dtype=torch.float64)}, reached)["w"].tolist()
    return x, y


@lru_cache(maxsize=4096)
def after(start: Point, seed: int, alpha: float, n: int, epsilon: float, outer: int) -> Point:
    """The start after so many outer steps; held at the edge of the plane."""
    if not outer:
        return start
    here = after(start, seed, alpha, n, epsilon, outer - 1)
    return moved(here, towards(here, maml.tasks(seed), alpha, n), epsilon)


def moved(here: Point, against: Point, rate: float) -> Point:
    """A step against a gradient, held at the edge of the plane."""
    x, y = (min(max(at - rate * by, -REACH), REACH) for at, by in zip(here, against, strict=True))
    return x, y


def trail(state: Walk, n: int | None = None) -> list[Point]:
    """The start and where every outer step so far has led; n: with another number of inner steps."""
    steps = state.steps if n is None else n
    return [after((state.x, state.y), state.seed, state.alpha, steps, state.epsilon, o) for o in range(state.outer + 1)]


def asked(at: Point, state: Walk, rule: str) -> list[Point]:
    """What each task asks of the start by a rule: the way it should go, not what it goes against."""
    return [(-x, -y) for x, y in maml.outer_gradients(at, state.seed, state.alpha, state.steps, rule)]


def mean(points: list[Point]) -> Point:
    """The middle of some points."""
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def angle(one: Point, other: Point) -> float:
    """Degrees between two arrows; 0 where one of them has no length."""
    size = math.hypot(*one) * math.hypot(*other)
    if size < 1e-18:
        return 0.0
    return math.degrees(math.acos(min(1.0, max(-1.0, (one[0] * other[0] + one[1] * other[1]) / size))))


def angles(at: Point, state: Walk, rule: str) -> list[float]:
    """For each task, degrees between what a rule asks and what MAML asks."""
    return [angle(a, b) for a, b in zip(asked(at, state, rule), asked(at, state, "maml"), strict=True)]


# -- one inner step is ordinary training -----------------------------------------------------------------------------


def joint_loss_at(at: Point, seed: int) -> float:
    """Mean support loss of the three tasks with one model for all: what training on everybody together lowers."""
    return sum(maml.support_loss_at(at, task) for task in maml.tasks(seed)) / len(PAIRS)


def joint_gradient(at: Point, seed: int) -> Point:
    """Gradient of `joint_loss_at`."""
    return mean([maml.inner_gradient(at, task) for task in maml.tasks(seed)])


@lru_cache(maxsize=16)
def joint_contours(seed: int) -> tuple[tuple[geometry.Piece, ...], ...]:
    """Lines of equal joint loss."""
    valleys = [maml.valley(seed, i) for i in range(len(PAIRS))]
    axis, values = valleys[0][0], np.mean([value for _, value in valleys], axis=0)
    return tuple(geometry.level_lines(axis, values, float(values.min()) + step) for step in maml.STEPS_UP)


# -- few patients: walk on all of them, or keep half to be judged on -------------------------------------------------


@lru_cache(maxsize=128)
def few_tasks(seed: int, few: int) -> tuple[tuple[LabelledSet, Episode], ...]:
    """Of each task the `few` labelled patients of each disease, and the same parted in two halves: to walk on, to be judged on."""
    told = [task.support.take(torch.arange(2 * few)) for task in maml.tasks(seed)]
    half = few // 2 * 2
    return tuple((one, Episode(one.take(torch.arange(half)), one.take(torch.arange(half, 2 * few)), 2)) for one in told)


@lru_cache(maxsize=4096)
def raced(start: Point, seed: int, alpha: float, n: int, few: int, rule: str, outer: int) -> Point:
    """The start after so many outer steps by a rule that knows these few patients only.

    Reptile walks on all of them; MAML, exact or first-order, walks on one half and is judged on the other.
    """
    if not outer:
        return start
    here = raced(start, seed, alpha, n, few, rule, outer - 1)
    if rule == "reptile":
        walked = tuple(Episode(told, told, 2) for told, _ in few_tasks(seed, few))
        return moved(here, towards(here, walked, alpha, n), maml.EPSILON)
    halves = tuple(half for _, half in few_tasks(seed, few))
    return moved(here, mean(maml.gradients(here, halves, alpha, n, rule)), maml.BETA)


def race(state: Walk, rule: str) -> list[Point]:
    """The start and where every outer step on the few patients has led."""
    return [raced((state.x, state.y), state.drawn, state.alpha, state.steps, state.few, rule, o) for o in range(state.outer + 1)]


def behind(at: Point, state: Walk) -> float:
    """Loss on new patients behind inner steps on all of the few labelled ones: the same for every rule."""
    pairs = zip(few_tasks(state.drawn, state.few), maml.tasks(state.drawn), strict=True)
    losses = [
        maml.query_loss_at(maml.inner_path(at, Episode(told, told, 2), state.alpha, state.steps)[-1], task) for (told, _), task in pairs
    ]
    return sum(losses) / len(losses)


def winner(state: Walk) -> int:
    """The rule with the lowest loss at the end of the race, in the order of `RULES`."""
    losses = [behind(race(state, rule)[-1], state) for rule in RULES]
    return losses.index(min(losses))
