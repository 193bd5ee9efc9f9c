"""Which of many columns to look into, where each takes time: those in which the labeled patients of the diagnoses differ most."""

from __future__ import annotations

from collections.abc import Sequence

from metamed_core.data import class_means
from metamed_core.diagnosis.case import Case

MOST_COLUMNS = 40
"""Columns that are looked into one by one; in a table with more, those that tell most."""


def telling_columns(case: Case, names: Sequence[str]) -> list[str]:
    """At most `MOST_COLUMNS` of these columns, in their order: those whose class means vary most, beside the spread of all labeled patients."""
    if len(names) <= MOST_COLUMNS:
        return list(names)
    task = case.trace.task
    values = task.support.x[..., 0]
    between = class_means(values, task.support.y, task.n_way).var(0, correction=0) / values.var(0, correction=0).clamp_min(1e-6)
    apart = {name: float(between[case.cells_of[name]].max()) for name in names}
    chosen = set(sorted(names, key=lambda name: -apart[name])[:MOST_COLUMNS])
    return [name for name in names if name in chosen]
