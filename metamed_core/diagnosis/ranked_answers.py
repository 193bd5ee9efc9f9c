"""The answers at one step of an adaptation: each patient's diagnoses ranked by probability, beside the nearest labeled patients."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from metamed_core.diagnosis.trace import AdaptationTrace

Order = Literal["table", "uncertain", "certain", "class"]


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A labeled patient close to the one in question; `distance` is between embeddings, in no clinical unit."""

    row: Hashable
    name: str
    diagnosis: str
    distance: float


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One patient's answer: `ranked` (class, probability) from the most probable down, and the evidence beside it."""

    row: Hashable
    name: str
    ranked: tuple[tuple[str, float], ...]
    nearest: tuple[Neighbor, ...]

    @property
    def top(self) -> str:
        """The most probable class."""
        return self.ranked[0][0]

    @property
    def probability(self) -> float:
        """The probability of `top`."""
        return self.ranked[0][1]


def diagnose(trace: AdaptationTrace, step_index: int, positions: Sequence[int] | None = None) -> tuple[Diagnosis, ...]:
    """The ranked diagnoses and nearest labeled patients at one step.

    Parameters
    ----------
    trace
        An adaptation that has made this step.
    step_index
        Which of `trace.steps`.
    positions
        Positions in the query set of the task; None: all of it, in its order.
    """
    step, task = trace.steps[step_index], trace.task
    diagnoses = [task.classes[y] for y in task.support.y.tolist()]

    def neighbor(at: int, k: int) -> Neighbor:
        place = int(step.nearest[at, k])
        return Neighbor(task.support_rows[place], task.support_names[place], diagnoses[place], float(step.distance[at, k]))

    return tuple(
        Diagnosis(
            task.query_rows[at],
            task.query_names[at],
            _ranked(task.classes, step.proba[at]),
            tuple(neighbor(at, k) for k in range(step.nearest.shape[1])),
        )
        for at in (range(len(task.query)) if positions is None else positions)
    )


def _ranked(classes: Sequence[str], proba: npt.NDArray[Any]) -> tuple[tuple[str, float], ...]:
    # A stable sort: equal probabilities stay in the order of the classes, so the same run gives the same card.
    return tuple((classes[k], float(proba[k])) for k in np.argsort(-proba, kind="stable"))


def predicted(classes: Sequence[str], proba: npt.NDArray[Any]) -> list[str]:
    """The most probable class of each patient, `(n, n_way)` -> n names."""
    return [classes[k] for k in proba.argmax(1)] if len(proba) else []


def arrange(classes: Sequence[str], proba: npt.NDArray[Any], names: Sequence[str], order: Order, only: str | None = None) -> list[int]:
    """Positions of the patients to show, `proba` `(n, n_way)`.

    order: as in the table, least or most certain first, or by predicted class; only: keep one predicted class.
    """
    top, winner = proba.max(1, initial=0.0).tolist(), predicted(classes, proba)
    kept = [at for at in range(len(proba)) if only in (None, winner[at])]
    if order == "table":
        return kept
    if order == "class":
        return sorted(kept, key=lambda at: (winner[at], -top[at], names[at]))
    return sorted(kept, key=lambda at: top[at], reverse=order == "certain")


def agreement(truth: Mapping[Hashable, str], trace: AdaptationTrace, step_index: int) -> tuple[int, int]:
    """How many query patients whose true diagnosis is known have it as their most probable class at a step, and how many are known."""
    guesses = predicted(trace.task.classes, trace.steps[step_index].proba)
    pairs = [(truth[row], guess) for row, guess in zip(trace.task.query_rows, guesses, strict=True) if row in truth]
    return sum(known == guess for known, guess in pairs), len(pairs)
