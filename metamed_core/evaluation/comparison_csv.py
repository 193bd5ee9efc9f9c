"""Export of a comparison as CSV, with protection against formula injection in spreadsheets."""

from __future__ import annotations

from metamed_core.data import harmless
from metamed_core.evaluation.comparison import Comparison
from metamed_core.words import INTENDED_USE


def comparison_csv(comparison: Comparison) -> bytes:
    """`Comparison.table` as CSV in UTF-8 with a byte order mark, floats at full precision; contains no patient data."""
    table = comparison.table().assign(seed=comparison.seed, cohort=comparison.cohort, intended_use=INTENDED_USE.en)
    table["method"] = [harmless(key) for key in table["method"]]
    return table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
