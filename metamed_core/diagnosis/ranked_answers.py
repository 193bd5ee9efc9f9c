"""The answers at one adaptation step: diagnoses ranked by probability, and the nearest labeled patients."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from metamed_core.knowledge import labeled_name
from metamed_core.words import Words

if TYPE_CHECKING:
    from metamed_core.diagnosis.trace import AdaptationTrace

Order = Literal["table", "uncertain", "certain", "class"]


@dataclass(frozen=True, slots=True)
class Neighbor:
    """One of the nearest labeled patients; `distance` is Euclidean, in the embedding, without unit."""

    row: Hashable
    name: str
    diagnosis: str
    distance: float

    @property
    def called(self) -> Words:
        """The name for a reader; of a row of knowledge in both languages."""
        return labeled_name(self.name, self.diagnosis)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The ranked diagnoses of one patient.

    Parameters
    ----------
    row, name
        Row label in the table, and name of the patient.
    ranked
        Pairs (class, probability), most probable first.
    nearest
        The nearest labeled patients, nearest first.
    line
        Line (of a workbook: row) of the user's file in which the patient stands; None if unknown.
    file_number
        The number under which the patient is filed, for the CSV and for search only; see `PatientRecords.file_numbers`.
    """

    row: Hashable
    name: str
    ranked: tuple[tuple[str, float], ...]
    nearest: tuple[Neighbor, ...]
    line: int | None = None
    file_number: str | None = None

    @property
    def row_of_file(self) -> int | str:
        """The row of the user's file for exports: its line; for a table from no file 1 for its first row, or the row label."""
        if self.line is not None:
            return self.line
        return int(self.row) + 1 if isinstance(self.row, Integral) else str(self.row)

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
        The adaptation.
    step_index
        Index into `trace.steps`.
    positions
        Positions in the query set of the task; None for all, in order.

    Returns
    -------
    tuple of Diagnosis
        One per position.
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
            ranked(task.classes, step.proba[at]),
            tuple(neighbor(at, k) for k in range(step.nearest.shape[1])),
            task.query_lines[at] if task.query_lines else None,
            task.query_file_numbers[at] if task.query_file_numbers else None,
        )
        for at in (range(len(task.query)) if positions is None else positions)
    )


def ranked(classes: Sequence[str], proba: npt.NDArray[Any]) -> tuple[tuple[str, float], ...]:
    """Pairs (class, probability), most probable first, of the probabilities `(n_way,)` of one patient."""
    # A stable sort: ties stay in the order of the classes.
    return tuple((classes[k], float(proba[k])) for k in np.argsort(-proba, kind="stable"))


def predicted(classes: Sequence[str], proba: npt.NDArray[Any]) -> list[str]:
    """The most probable class of each patient; probabilities `(n, n_way)` -> n class names."""
    return [classes[k] for k in proba.argmax(1)] if len(proba) else []


def arrange(classes: Sequence[str], proba: npt.NDArray[Any], names: Sequence[str], order: Order, only: str | None = None) -> list[int]:
    """Sort and filter patients for display.

    Parameters
    ----------
    classes, proba, names
        Class names, probabilities `(n, n_way)` and patient names.
    order
        "table", "uncertain" or "certain" (least or most certain first), or "class" (by predicted class).
    only
        Keep patients with this predicted class; None keeps all.

    Returns
    -------
    list of int
        Positions of the patients in `proba`.
    """
    top, winner = proba.max(1, initial=0.0).tolist(), predicted(classes, proba)
    kept = [at for at in range(len(proba)) if only in (None, winner[at])]
    if order == "table":
        return kept
    if order == "class":
        return sorted(kept, key=lambda at: (winner[at], -top[at], names[at]))
    return sorted(kept, key=lambda at: top[at], reverse=order == "certain")


def agreement(truth: Mapping[Hashable, str], trace: AdaptationTrace, step_index: int) -> tuple[int, int]:
    """Number of correctly predicted query patients, among those with a known diagnosis.

    Parameters
    ----------
    truth
        Known diagnoses by row label.
    trace, step_index
        The adaptation, and an index into `trace.steps`.

    Returns
    -------
    n_correct, n_known
        Counts of patients.
    """
    guesses = predicted(trace.task.classes, trace.steps[step_index].proba)
    pairs = [(truth[row], guess) for row, guess in zip(trace.task.query_rows, guesses, strict=True) if row in truth]
    return sum(known == guess for known, guess in pairs), len(pairs)
