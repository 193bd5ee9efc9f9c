"""Turn tables and labels of other libraries into those of pandas and NumPy, without a change of their cells."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from metamed_core.words import UserError, Words

_EXTENDED = pd.Series | pd.Index | pd.api.extensions.ExtensionArray


def frame_of(table: Any) -> Any:
    """Return a frame of polars or Arrow, a structured array or an array of dates as a DataFrame, a masked array with gaps.

    Any other object is returned as it is.
    """
    if isinstance(table, pd.DataFrame):
        return table
    if hasattr(table, "collect_schema") and hasattr(table, "collect"):  # a lazy frame of polars
        table = table.collect()
    if hasattr(table, "to_pandas") and hasattr(table, "columns"):
        return table.to_pandas()
    if not isinstance(table, np.ndarray):
        return table
    if table.dtype.names and table.ndim == 1:
        return pd.DataFrame({name: _filled(table[name]) for name in table.dtype.names})
    if table.dtype.kind in "mM" and table.ndim == 2:
        return pd.DataFrame(table)
    return _filled(table)


def labels_of(y: Any) -> Any:
    """Return labels of a nullable, Arrow or category dtype, or Decimals, as an array of the kind that they hold; any others as they are.

    Otherwise scikit-learn would turn whole numbers and booleans into floats.
    """
    if not isinstance(y, _EXTENDED) and hasattr(y, "to_pandas") and not hasattr(y, "columns"):
        y = y.to_pandas()
    if isinstance(y, _EXTENDED) and isinstance(y.dtype, pd.api.extensions.ExtensionDtype):
        cells = pd.Series(y).tolist()
        return np.array(cells, dtype=object if any(isinstance(cell, str) for cell in cells) else None)
    given = np.asarray(y)
    if given.dtype == object and given.ndim == 1 and all(isinstance(cell, Decimal) and cell == cell.to_integral_value() for cell in given):
        return given.astype(np.int64)
    return y


def _filled(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A masked array with None for each masked cell, whose value must not be used."""
    if not isinstance(array, np.ma.MaskedArray):
        return array
    cells = np.array(array.data, dtype=object)
    cells[np.ma.getmaskarray(array)] = None
    return cells


def refuse_columns_alike(names: Sequence[str]) -> None:
    """Raise UserError if there is no column, or two have one name."""
    if not names:
        raise UserError(Words("The table has no feature column: give at least one.", "表中没有任何特征列：请至少提供一列。"))
    if alike := next((name for place, name in enumerate(names) if name in names[:place]), None):
        raise UserError(
            Words(
                "Two columns are named “{name}”: give each column a name of its own.", "有两列都名为“{name}”：请为每列取不同的名称。"
            ).format(name=alike)
        )


def refuse_missing_labels(y: Any) -> None:
    """Raise UserError if a label is missing; the sentence names the patient."""
    labels = np.asarray(y, dtype=object)
    missing: list[int] = np.flatnonzero(pd.isna(labels) | np.isin(labels.astype(str), _NO_LABELS)).tolist() if labels.ndim == 1 else []
    if missing:
        raise UserError(
            Words(
                "Patient {row} of y has no diagnosis ({n} in all): fit on labeled patients, and give the others as `undiagnosed`.",
                "y 中第 {row} 位患者没有诊断（共 {n} 位）：请只用已确诊患者拟合，其余的作为 `undiagnosed` 传入。",
            ).format(row=missing[0] + 1, n=len(missing))
        )


_NO_LABELS = ("", "nan", "<NA>", "NaT")
"""Texts of missing labels: an array of words has no other gap."""
