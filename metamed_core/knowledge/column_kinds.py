"""What can be said of a column: whether it holds numbers, findings or words, and what a grade means in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from metamed_core.data import PatientEncoder

MOST_GRADES = 10
"""A finding that is graded 0, 1, 2, ... has at most so many grades; 0 means that it is absent."""


@dataclass(frozen=True, slots=True)
class ColumnKind:
    """One column of a task.

    Parameters
    ----------
    cells
        Its cells.
    has_values
        Whether a patient has a value in it.
    words
        The words of a column of words; None for numbers.
    is_yes_no
        Whether its values are 0 and 1 only.
    present
        The value that stands for "present" in a finding: 1, or the mean of what is graded above 0; None for a measurement.
    center, spread
        Middle and standard deviation of the reference range; NaN without one.
    known
        The values of the patients in ascending order, which grades are measured by without a reference range.
    """

    cells: slice
    has_values: bool
    words: tuple[str, ...] | None
    is_yes_no: bool
    present: float | None
    center: float
    spread: float
    known: npt.NDArray[np.float64]

    def graded(self, spreads: float) -> float:
        """The value so many standard deviations from the middle; of the patients: below which as many lie as in a normal distribution."""
        if np.isnan(self.center):
            return float(np.quantile(self.known, norm.cdf(spreads)))
        value = self.center + spreads * self.spread
        # A quantity that is never negative is not negative in any case.
        return max(value, 0.0) if len(self.known) and self.known[0] >= 0 else value


def kinds_by_column(encoder: PatientEncoder, features: pd.DataFrame, ranges: Mapping[str, tuple[float, float]]) -> dict[str, ColumnKind]:
    """Return the kind of each encoded column.

    Parameters
    ----------
    encoder
        The encoder of the task, which knows center and spread of each cell.
    features
        The patients.
    ranges
        The reference ranges that the encoder was fitted with.
    """
    found, position = {}, 0
    for name in encoder.panel.columns:
        cells = slice(position, position + encoder.panel.width(name))
        found[name] = _kind(name, cells, encoder, features, referenced=_is_range(*ranges.get(name, (np.nan, np.nan))))
        position = cells.stop
    return found


def _kind(name: str, cells: slice, encoder: PatientEncoder, features: pd.DataFrame, *, referenced: bool) -> ColumnKind:
    panel, scale = encoder.panel, encoder.scale
    has_values = bool(scale.known[cells, 0].isfinite().any())
    if name in panel.levels or name in panel.coded:
        words = panel.levels.get(name) or tuple(sorted({str(cell) for cell in features[name].dropna()}))
        return ColumnKind(cells, has_values, tuple(words), False, None, np.nan, np.nan, np.zeros(0))
    values = features[name].to_numpy(dtype=np.float64, na_value=np.nan)
    values = values[np.isfinite(values)]
    known = scale.known[cells.start].numpy()
    known = known[np.isfinite(known)]
    is_yes_no = bool(len(values)) and bool(np.isin(values, (0.0, 1.0)).all())
    center, spread = (float(each[0, cells.start]) if referenced else np.nan for each in (scale.center, scale.spread))
    return ColumnKind(cells, has_values, None, is_yes_no, _present(values), center, spread, known)


def _is_range(low: float, high: float) -> bool:
    """Whether the encoder has measured a column by this range."""
    return bool(np.isfinite([low, high]).all() and high > low)


def _present(values: npt.NDArray[np.float64]) -> float | None:
    """What "present" means in a finding: values are 0, 1, or 0, 1, 2, ...; None for a measurement."""
    if not len(values) or values.min() < 0 or values.max() > MOST_GRADES or (values != np.round(values)).any():
        return None
    if values.max() <= 1:
        return 1.0
    return float(values[values > 0].mean()) if (values == 0).any() else None
