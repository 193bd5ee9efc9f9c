"""Parquet tables."""

from __future__ import annotations

from collections.abc import Iterator

from metamed_core.data.formats.apart import FailedApartError, read_apart
from metamed_core.data.formats.table import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED, Row, cell_text, check_size, shown
from metamed_core.words import UserError, Words

EXTENSIONS = ("parquet",)
MAGIC: bytes | None = b"PAR1"
NAMED = True


def sheets(data: bytes) -> list[str]:
    """Return an empty list: a Parquet file holds one table."""
    return []


def rows(data: bytes, sheet: str | None) -> Iterator[Row]:
    """Return row number and cells of each row, the column names first. Raises UserError if the file cannot be read or is too large."""
    try:
        read = read_apart("parquet", data, limits=(MAX_ROWS, MAX_COLUMNS, MAX_CELLS), most_bytes=MAX_UNPACKED)
    except FailedApartError as error:
        n, nested = error.about.get("n", 0), error.about.get("names", ())
        check_size(n_rows=n * (error.kind == "rows"), n_columns=n * (error.kind == "columns"), n_cells=n * (error.kind == "cells"))
        sentence = _REFUSED.get(error.kind, _BROKEN)
        raise UserError(sentence.format(n=len(nested), names=", ".join(f"“{shown(name)}”" for name in nested[:5]))) from error
    columns = [list(map(cell_text, column)) for column in read["columns"]]
    lines = [list(map(cell_text, read["names"])), *map(list, zip(*columns, strict=True))]
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
    "The Parquet file unpacks to more than 400 MB, or to more than its reader may hold: keep only the patients and columns that are needed.",
    "Parquet 文件解压后超过 400 MB 或读取程序可用的内存：请只保留需要的患者和列。",
)
_REFUSED = {
    "nested": _NESTED,
    "large": _TOO_LARGE,
    "memory": _TOO_LARGE,
    "time": Words(
        "Reading the Parquet file takes too long: keep only the patients and columns that are needed, or save the table as CSV.",
        "读取该 Parquet 文件耗时过长：请只保留需要的患者和列，或将表格另存为 CSV。",
    ),
}
