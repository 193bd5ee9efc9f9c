"""What was measured of the shipped learners, for whoever chooses one. A test compares the figures with docs/explanation/evaluation.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Measured:
    """One learner with its shipped weights and default settings.

    Parameters
    ----------
    accuracy
        Balanced accuracy (%), mean over the tables, at each number of `shots`.
    gain
        The same minus that of the baseline classifier that is the best at that number, in points.
    seconds
        Time to adapt and to predict 50 patients: 5 diagnoses, 5 labeled patients of each, 20 columns.
    """

    shots: ClassVar[tuple[int, ...]] = (1, 3, 5, 10)
    """Labeled patients of each diagnosis in the comparison."""
    n_tables: ClassVar[int] = 19
    """Public clinical tables in it."""
    accuracy: tuple[float, ...]
    gain: tuple[float, ...]
    seconds: float
