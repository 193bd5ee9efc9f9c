"""Reads a Parquet table by Arrow."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from metamed_core.data.formats.apart.cells import Cell, RefusedError, checked_size, plain


def read(data: bytes, *, limits: Sequence[int], most_bytes: int) -> dict[str, Any]:
    """Return the column names and the cells of each column.

    Parameters
    ----------
    data
        The file.
    limits
        Most rows, columns and cells.
    most_bytes
        Most bytes of the columns as the file states them.
    """
    file = pq.ParquetFile(io.BytesIO(data))
    meta = file.metadata
    nested = [field.name for field in file.schema_arrow if pa.types.is_nested(field.type)]
    if nested:
        raise RefusedError("nested", names=nested)
    checked_size(meta.num_rows, meta.num_columns, limits)
    if sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups)) > most_bytes:
        raise RefusedError("large")
    table = file.read(use_threads=False)
    # pandas stores its row index as an additional column
    names = [name for name in table.column_names if not name.startswith("__index_level_")]
    return {"names": names, "columns": [[_cell(value) for value in table.column(name).to_pylist()] for name in names]}


def _cell(value: object) -> Cell:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else plain(value)
