"""Convert a text column to feature values, according to its role."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metamed_core.data.records.columns.dates import days
from metamed_core.data.records.columns.plain_numbers import LIMIT
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.columns.units import is_age
from metamed_core.data.records.columns.values import Cells, numbers, yes_no


def feature_values(column: Column, cells: Cells) -> npt.NDArray[np.float64] | npt.NDArray[np.object_]:
    """Return the values of a feature column.

    Returns
    -------
    array
        `(n_patients,)`. Numbers, yes (1) / no (0) and dates (days since 1970-01-01) are float64, NaN where missing; categories are `str`,
        None where missing.
    """
    if column.role is Role.NUMBER:
        return numbers(cells, limit=1.0 if is_age(column.name) else LIMIT).values
    if column.role is Role.YES_NO:
        return yes_no(cells, blank_is_no=column.blank_is_no)[0]
    return days(cells, day_first=column.day_first)[0] if column.role is Role.DATE else cells.levels_of_category()


def without_point_zero(texts: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Rewrite `123.0` as `123` if a column consists of whole numbers that were converted to floating point."""
    known = [text for text in texts if text is not None]
    if known and all(str(text).removesuffix(".0").isdecimal() for text in known):
        return np.array([None if text is None else str(text).removesuffix(".0") for text in texts], dtype=object)
    return texts
