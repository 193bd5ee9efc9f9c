"""The results of a comparison as a table to take away, safe to open in a spreadsheet."""

from __future__ import annotations

from metamed_core.data import harmless
from metamed_core.evaluation.comparison import Comparison
from metamed_core.words import INTENDED_USE


def comparison_csv(comparison: Comparison) -> bytes:
    """One row for each method in each episode, see `Comparison.table`; no patient is in it. Numbers in full, UTF-8 as above."""
    table = comparison.table().assign(seed=comparison.seed, cohort=comparison.cohort, intended_use=INTENDED_USE.en)
    table["method"] = [harmless(key) for key in table["method"]]
    return table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
