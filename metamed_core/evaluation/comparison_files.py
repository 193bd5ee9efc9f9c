"""Export of a comparison as CSV, with protection against formula injection in spreadsheets, and as Parquet."""

from __future__ import annotations

import io

import pandas as pd

from metamed_core.data import harmless
from metamed_core.evaluation.comparison import Comparison
from metamed_core.words import INTENDED_USE


def comparison_csv(comparison: Comparison) -> bytes:
    """`Comparison.table` as CSV in UTF-8 with a byte order mark, floats at full precision; contains no patient data."""
    table = _table(comparison)
    table["method"] = [harmless(key) for key in table["method"]]
    return table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def comparison_parquet(comparison: Comparison) -> bytes:
    """The rows and columns of `comparison_csv` as Parquet, which keeps the type of each column."""
    file = io.BytesIO()
    _table(comparison).to_parquet(file, index=False)
    return file.getvalue()


def _table(comparison: Comparison) -> pd.DataFrame:
    """One row for each method in each episode, one column for each variable."""
    known = {entry.key: entry.knowledge for entry in comparison.entries}
    table = comparison.table()
    knowledge = table["method"].map(known).astype(str)
    return table.assign(seed=comparison.seed, cohort=comparison.cohort, knowledge=knowledge, intended_use=INTENDED_USE.en)
