"""The smallest change of a single value that would change the answer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from metamed_core.data import Column
from metamed_core.diagnosis.case import Case, Value
from metamed_core.diagnosis.prototypes import MEASURED
from metamed_core.diagnosis.telling_columns import MOST_COLUMNS, telling_columns

TRIED, ALTOGETHER = 9, 120
"""Values of a number column that are tried, spread evenly over those of the table by rank; fewer, but three, where many columns have numbers."""
HALVINGS = 6
"""How often the distance to the turning point is halved: to 1/64 of the distance between two values that were tried."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one value, and the answer with it.

    Parameters
    ----------
    column
        The column.
    before, after
        The value of the patient and the other one.
    first
        The most probable diagnosis with the change.
    size
        The size of the change: standard deviations of the column in the table, or 1 for another category or answer.
    """

    column: Column
    before: Value
    after: Value
    first: str
    size: float


def smallest_change(case: Case) -> Change | None:
    """The smallest change of one known value, within the range of the table, after which another diagnosis comes first; None if there is none."""
    variants = [(column, value, size) for column in _known(case) for value, size in _others(case, column)]
    if not variants:
        return None
    proba = case.proba_with([{column.name: value} for column, value, _ in variants])
    top = case.ranked[0][0]
    turned = [
        Change(column, case.value(column.name), value, case.classes[int(p.argmax())], size)
        for (column, value, size), p in zip(variants, proba, strict=True)
        if case.classes[int(p.argmax())] != top
    ]
    return _refined(case, min(turned, key=lambda change: change.size)) if turned else None


def _known(case: Case) -> Iterator[Column]:
    known = [name for name in case.cells_of if name not in case.missing]
    return (case.records.column(name) for name in telling_columns(case, known))


def _others(case: Case, column: Column) -> Iterator[tuple[Value, float]]:
    """Other values of the table with the size of the change to each."""
    now, cells = case.value(column.name), case.records.features[column.name].dropna()
    if column.role not in MEASURED:
        yield from ((str(level), 1.0) for level in sorted({str(cell) for cell in cells}) if level != now)
        return
    spread = float(cells.std(ddof=0))
    if not isinstance(now, float) or not spread > 0:
        return
    two, n = cells.nunique() == 2, max(3, min(TRIED, ALTOGETHER // min(len(case.cells_of), MOST_COLUMNS)))
    for value in np.unique(np.quantile(cells.to_numpy(dtype=np.float64), np.linspace(0, 1, n), method="nearest")).tolist():
        if value != now:
            yield value, 1.0 if two else abs(value - now) / spread


def _refined(case: Case, change: Change) -> Change:
    """The turning point of a number between the patient's value and the one that was tried."""
    cells = case.records.features[change.column.name]
    if not (isinstance(change.before, float) and isinstance(change.after, float)) or cells.nunique() == 2:
        return change
    top, stays, turns, first = case.ranked[0][0], change.before, change.after, change.first
    for _ in range(HALVINGS):
        middle = (stays + turns) / 2
        there = case.classes[int(case.proba_with([{change.column.name: middle}])[0].argmax())]
        if there == top:
            stays = middle
        else:
            turns, first = middle, there
    turns = _rounded(case, change, turns)
    first = case.classes[int(case.proba_with([{change.column.name: turns}])[0].argmax())]
    return Change(change.column, change.before, turns, first, abs(turns - change.before) / float(pd.Series(cells).std(ddof=0)))


def _rounded(case: Case, change: Change, turns: float) -> float:
    """The turning point, rounded away from the patient's value to two digits of the change, if the answer is still another one."""
    if not isinstance(change.before, float):
        return turns
    step = 10.0 ** (math.floor(math.log10(abs(turns - change.before))) - 1)
    near = float(f"{(math.ceil if turns > change.before else math.floor)(turns / step) * step:.12g}")
    still = case.classes[int(case.proba_with([{change.column.name: near}])[0].argmax())] != case.ranked[0][0]
    return near if still else turns
