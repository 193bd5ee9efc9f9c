"""Prototypes in the units of the table: what the patients of each diagnosis look like, column by column."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from metamed_core.data import Column, PatientRecords, Role, numbers

MEASURED = (Role.NUMBER, Role.DATE, Role.YES_NO)
"""Roles whose cells are numbers, so that patients can be averaged."""


def prototypes(records: PatientRecords) -> pd.DataFrame:
    """Class x feature column in original units: mean of numbers and dates, share of yes (0..1), most frequent category.

    NaN or None where no patient of the class has a value.
    """
    return _by_class(records, lambda column, cells: cells.mean() if column.role in MEASURED else most_frequent(cells))


def known_counts(records: PatientRecords) -> pd.DataFrame:
    """Class x feature column: how many patients of the class have a value, the n behind each prototype."""
    return _by_class(records, lambda _, cells: int(cells.notna().sum()))


def limited_counts(records: PatientRecords) -> pd.DataFrame:
    """Class x feature column: how many of these values are detection limits only (`<0.1`)."""
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


def most_frequent(cells: pd.Series) -> str | None:
    """The word that most cells hold; None where none holds any."""
    counts = cells.dropna().astype(str).value_counts()
    # Ties by name: the same table must not show another category tomorrow.
    return min(counts.index, key=lambda level: (-counts[level], level)) if len(counts) else None


def out_of_range(column: Column, value: float) -> Literal["low", "high"] | None:
    """On which side of its reference range a value in the column's unit lies, or None inside it or without one."""
    if column.role is not Role.NUMBER or not np.isfinite(value):
        return None
    if column.low is not None and value < column.low:
        return "low"
    return "high" if column.high is not None and value > column.high else None


def profile(records: PatientRecords) -> pd.DataFrame:
    """Prototypes on scales that several columns can share; one row for each class and measured column.

    Columns `column`, `diagnosis`, `value` (original units), `n`, `scale`, `position`, where `scale` is
    "range" (-1 and +1 are the two ends of the reference range), "share" (of yes, 0..1) or
    "spread" (standard deviations from the mean of all labeled patients, where no range is known).
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
    """The `n` columns of a `profile` whose classes lie furthest apart, in the order of the table."""
    apart = points.groupby("column", sort=False)["position"].agg(lambda at: at.max() - at.min())
    chosen = set(apart.sort_values(ascending=False, kind="stable").index[:n])
    return [name for name in apart.index if name in chosen]
