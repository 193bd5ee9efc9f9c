"""Turn tables and labels of other libraries into those of pandas and NumPy, without a change of their cells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

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
