"""Parquet tables."""

from __future__ import annotations

import io
from collections.abc import Iterator

from metamed_core.data.formats.table import MAX_UNPACKED, Row, cell_text, check_size, shown
from metamed_core.words import UserError, Words

EXTENSIONS = ("parquet",)
MAGIC: bytes | None = b"PAR1"
NAMED = True


def sheets(data: bytes) -> list[str]:
    """Return an empty list: a Parquet file holds one table."""
    return []


def rows(data: bytes, sheet: str | None) -> Iterator[Row]:
    """Return row number and cells of each row, the column names first. Raises UserError if the file cannot be read or is too large."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(data))
        meta = file.metadata
        nested = [field.name for field in file.schema_arrow if pa.types.is_nested(field.type)]
        if nested:
            raise UserError(_NESTED.format(n=len(nested), names=", ".join(f"“{shown(name)}”" for name in nested[:5])))
        check_size(n_rows=meta.num_rows, n_columns=meta.num_columns, n_cells=meta.num_rows * meta.num_columns)
        if sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups)) > MAX_UNPACKED:
            raise UserError(_TOO_LARGE)
        table = file.read()
        # pandas stores its row index as an additional column
        names = [name for name in table.column_names if not name.startswith("__index_level_")]
        columns = [[cell_text(value) for value in table.column(name).to_pylist()] for name in names]
    except (pa.ArrowException, OSError, ValueError, KeyError, OverflowError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(_BROKEN) from error
    lines = [list(map(cell_text, names)), *map(list, zip(*columns, strict=True))]
    return iter(list(enumerate(lines, start=1)))


_BROKEN = Words(
    "The Parquet file cannot be read, it is damaged or incomplete: write it again, or save the table as CSV.",
    "无法读取该 Parquet 文件（已损坏或不完整）：请重新生成，或将表格另存为 CSV。",
)
_NESTED = Words(
    "The Parquet file has {n:a nested column|nested columns} ({names}), but a cell holds one value: write {n:its|their} parts as columns of their own, or save the table as CSV.",
    "Parquet 文件中有嵌套列（{names}），而一个单元格只能有一个值：请将其各部分写成单独的列，或将表格另存为 CSV。",
)
_TOO_LARGE = Words(
    "The Parquet file unpacks to more than 400 MB: keep only the patients and columns that are needed.",
    "Parquet 文件解压后超过 400 MB：请只保留需要的患者和列。",
)
