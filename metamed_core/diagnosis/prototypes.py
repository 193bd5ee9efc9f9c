"""Prototypes in the original units of the table: the typical patient of each diagnosis, column by column."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import pandas as pd

from metamed_core.data import Column, PatientRecords, Role, numbers

MEASURED = (Role.NUMBER, Role.DATE, Role.YES_NO)
"""Roles of columns with numeric cells, which can be averaged."""


def prototypes(records: PatientRecords) -> pd.DataFrame:
    """The prototype of each diagnosis, `(n_classes, n_columns)` in original units.

    Mean of numbers and dates, share of yes (0..1), most frequent category; NaN or None if no patient of the class has a value.
    """
    return _by_class(records, lambda column, cells: cells.mean() if column.role in MEASURED else most_frequent(cells))


def known_counts(records: PatientRecords) -> pd.DataFrame:
    """How many patients of each class have a value in each column, `(n_classes, n_columns)`; the n of `prototypes`."""
    return _by_class(records, lambda _, cells: int(cells.notna().sum()))


def limited_counts(records: PatientRecords) -> pd.DataFrame:
    """How many of the values are detection limits such as `<0.1`; `(n_classes, n_columns)`, numeric columns only."""
    limits = {c.name: numbers(records.cells(c.name)).censored for c in records.feature_columns if c.role is Role.NUMBER}
    of_class = {name: (records.labels == name).to_numpy() for name in records.classes}
    return pd.DataFrame(
        {column: [int(flags[of_class[name]].sum()) for name in records.classes] for column, flags in limits.items()},
        index=list(records.classes),
    )


def _by_class(records: PatientRecords, value: Any) -> pd.DataFrame:
    features, labels = records.features, records.labels
    groups = {name: features[labels == name] for name in records.classes}
    columns = {column.name: [value(column, groups[name][column.name]) for name in records.classes] for column in records.feature_columns}
    return pd.DataFrame(columns, index=list(records.classes), dtype=object)


def usual_values(records: PatientRecords, diagnosis: str) -> dict[str, float | str | None]:
    """The row of `prototypes` for one diagnosis; None where none of its patients has a value."""
    members = records.features[records.labels == diagnosis]
    found: dict[str, float | str | None] = {}
    for column in records.feature_columns:
        cells = members[column.name]
        mean = float(cells.mean()) if column.role in MEASURED else math.nan
        found[column.name] = most_frequent(cells) if column.role not in MEASURED else None if math.isnan(mean) else mean
    return found


def most_frequent(cells: pd.Series) -> str | None:
    """The most frequent category, ties broken alphabetically; None if all cells are empty."""
    counts = cells.dropna().astype(str).value_counts()
    # Ties by name, so that the result does not depend on the order of the rows.
    return min(counts.index, key=lambda level: (-counts[level], level)) if len(counts) else None


def out_of_range(column: Column, value: float) -> Literal["low", "high"] | None:
    """Return "low" or "high" if a value (in the unit of the column) is outside the reference range; None if inside, or if there is no range."""
    if column.role is not Role.NUMBER or not np.isfinite(value):
        return None
    if column.low is not None and value < column.low:
        return "low"
    return "high" if column.high is not None and value > column.high else None


def profile(records: PatientRecords) -> pd.DataFrame:
    """Prototypes on scales that several columns can share, in long format.

    Returns
    -------
    DataFrame
        One row per class and measured column, with `column`, `diagnosis`, `value` (original units), `n`, `scale`, `position`.
        `scale` is "range" (-1 and +1 are the ends of the reference range), "share" (of yes, 0..1) or "spread" (standard deviations
        from the mean of all labeled patients, if no range is known).
    """
    means, n, labeled = prototypes(records), known_counts(records), records.features.loc[records.diagnosed]
    rows: list[tuple[str, str, float, int, str, float]] = []
    for column in records.feature_columns:
        if column.role in MEASURED:
            values, counts = means[column.name].astype(float).tolist(), n[column.name].astype(int).tolist()
            for name, value, count in zip(records.classes, values, counts, strict=True):
                rows.append((column.name, name, value, count, *_position(column, labeled, value)))
    table = pd.DataFrame(rows, columns=["column", "diagnosis", "value", "n", "scale", "position"])
    return table[np.isfinite(table["position"].astype(float))].reset_index(drop=True)


def _position(column: Column, labeled: pd.DataFrame, value: float) -> tuple[str, float]:
    if column.role is Role.YES_NO:
        return "share", float(value)
    if column.low is not None and column.high is not None and column.high > column.low:
        return "range", float(2 * (value - column.low) / (column.high - column.low) - 1)
    spread = float(labeled[column.name].std(ddof=0))
    return "spread", float((value - labeled[column.name].mean()) / spread) if spread > 0 else float("nan")


def most_telling(points: pd.DataFrame, n: int) -> list[str]:
    """Names of the `n` columns of a `profile` with the largest range of positions between classes, in the order of the table."""
    apart = points.groupby("column", sort=False)["position"].agg(lambda at: at.max() - at.min())
    chosen = set(apart.sort_values(ascending=False, kind="stable").index[:n])
    return [name for name in apart.index if name in chosen]
