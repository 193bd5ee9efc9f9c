"""MAML where one can see all of it: the start on the plane of the two weights, and where outer steps lead it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from metamed_core.drawing import Point
from pages.lessons.lesson_state import State, integer_field, real_field, text_field
from pages.lessons.plane_of_weights import MAX_INNER, MAX_OUTER, PAIRS, REACH, mean_query_loss, outer_gradients, outer_step_size


@dataclass(frozen=True)
class MamlState(State):
    """Where the reader stands: the start, how far the inner steps go (alpha), how many, and what was pressed since.

    inner: inner steps shown from the present start; outer: outer steps done since `x`, `y`.
    """

    x: float = real_field(-3.0, -REACH, REACH)
    y: float = real_field(-3.0, -REACH, REACH)
    alpha: float = real_field(1.5, 0.0, 12.0)
    steps: int = integer_field(3, 0, MAX_INNER)
    inner: int = integer_field(0, 0, MAX_INNER)
    outer: int = integer_field(0, 0, MAX_OUTER)
    rule: str = text_field("maml", "maml|first_order|reptile")


@lru_cache(maxsize=4096)
def after(start: Point, seed: int, alpha: float, n: int, rule: str, outer: int) -> Point:
    """The start after so many outer steps: each goes against the mean of `outer_gradients`; held at the edge of the plane."""
    if not outer:
        return start
    here = after(start, seed, alpha, n, rule, outer - 1)
    mean = [sum(part) / len(PAIRS) for part in zip(*outer_gradients(here, seed, alpha, n, rule), strict=True)]
    x, y = (min(max(at - outer_step_size(rule) * by, -REACH), REACH) for at, by in zip(here, mean, strict=True))
    return x, y


def trail(state: MamlState, rule: str | None = None) -> list[Point]:
    """The start and where every outer step so far has led."""
    return [after((state.x, state.y), state.seed, state.alpha, state.steps, rule or state.rule, o) for o in range(state.outer + 1)]


def query_loss(start: Point, state: MamlState) -> float:
    """Mean over the tasks of the query loss after the inner steps of the state, from this start."""
    return mean_query_loss(start, state.seed, state.alpha, state.steps)
