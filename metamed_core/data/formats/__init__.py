"""Readers of patient files: each module of this folder reads one data format into a table of text.

To add a format, add a module with `EXTENSIONS`, `MAGIC` (the leading bytes of such a file, or None), `sheets(data)` and
`rows(data, sheet)`; `EXTENSIONS`, the upload and the tests then include it. A format that heeds `ReadOptions`, or has guesses and doubts to
tell, offers `content(data, sheet, options)` as well, which is then called instead of `rows`. `NAMED = True`: its first row surely holds the
column names.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath
from typing import Protocol, cast

import pandas as pd

from metamed_core.data.formats.reading import JUDGED, Reading, ReadOptions
from metamed_core.data.formats.table import MAX_BYTES, Content, Row, as_table, shown
from metamed_core.words import UserError, Words


class Format(Protocol):
    """Interface of a module of this folder."""

    EXTENSIONS: tuple[str, ...]
    MAGIC: bytes | None

    def sheets(self, data: bytes) -> list[str]:
        """Return the names of the tables in the file; empty for a format that holds one table only."""

    def rows(self, data: bytes, sheet: str | None) -> Iterator[Row]:
        """Return line number and cells of each row, the header first."""


def _formats() -> tuple[Format, ...]:
    modules = [importlib.import_module(f"{__name__}.{name}") for name in sorted(info.name for info in pkgutil.iter_modules(__path__))]
    return tuple(cast("Format", module) for module in modules if hasattr(module, "EXTENSIONS"))


FORMATS: dict[str, Format] = {extension: form for form in _formats() for extension in form.EXTENSIONS}
EXTENSIONS: tuple[str, ...] = tuple(FORMATS)


def read_table(name: str, data: bytes, sheet: str | None = None, options: ReadOptions = JUDGED) -> pd.DataFrame:
    """Read an uploaded file as a table of text, without the account that `read_file` gives; see there for the parameters."""
    return read_file(name, data, sheet, options)[0]


def read_file(name: str, data: bytes, sheet: str | None = None, options: ReadOptions = JUDGED) -> tuple[pd.DataFrame, Reading]:
    """Read an uploaded file as a table of text, and the account of its rows, guesses and doubts.

    Parameters
    ----------
    name
        The file name; its extension selects the format, unless the content clearly is another supported format.
    data
        The content of the file.
    sheet
        The sheet of a workbook; None: the first one that is not empty.
    options
        How to read it; what is None is judged from the file.

    Returns
    -------
    table
        Cells `str` or None, unique stripped column names, rows numbered from 0.
    reading
        What became of each row; see `Reading`.

    Raises
    ------
    UserError
        If the content cannot be read as a table.
    """
    form = _format_of(name, data)
    read = getattr(form, "content", None)
    content = read(data, sheet, options) if read else Content(form.rows(data, sheet), named=getattr(form, "NAMED", False))
    table, reading = as_table(content, options)
    return table, replace(reading, sheet=sheet)


def sheets(name: str, data: bytes) -> list[str]:
    """Return the sheet names of a workbook; empty for other formats. Raises UserError if the file cannot be opened."""
    return _format_of(name, data).sheets(data)


def _format_of(name: str, data: bytes) -> Format:
    if not data:
        raise UserError(
            Words(
                "The file “{name}” is empty: choose a file that holds a table of patients.",
                "文件“{name}”是空的：请选择包含患者表格的文件。",
            ).format(name=shown(name))
        )
    if len(data) > MAX_BYTES:
        raise UserError(_TOO_LARGE.format(name=shown(name), size=len(data) / 2**20, most=MAX_BYTES // 2**20))
    _refuse_foreign(name, data)
    for form in FORMATS.values():
        if form.MAGIC is not None and data.startswith(form.MAGIC):
            return form
    extension = PurePath(name).suffix.lower().lstrip(".")
    chosen = FORMATS.get(extension)
    # Spreadsheet exports are often plain text under another extension: read them as text.
    return FORMATS["csv"] if chosen is None or chosen.MAGIC is not None else chosen


def _refuse_foreign(name: str, data: bytes) -> None:
    for magic, kind in _FOREIGN.items():
        if data.startswith(magic):
            raise UserError(kind.format(name=shown(name)))


_TOO_LARGE = Words(
    "The file “{name}” has {size:.0f} MB, more than {most} MB: keep only the patients and columns that are needed.",
    "文件“{name}”有 {size:.0f} MB，超过上限 {most} MB：请只保留需要的患者和列。",
)
_NOT_A_TABLE = Words(
    "The file “{name}” is {kind}, not a table: save the table as CSV, Excel (.xlsx) or Parquet and upload that.",
    "文件“{name}”是{kind}，不是表格：请将表格另存为 CSV、Excel（.xlsx）或 Parquet 后再上传。",
)


def _kind(en: str, zh: str) -> Words:
    return Words(_NOT_A_TABLE.en.replace("{kind}", en), _NOT_A_TABLE.zh.replace("{kind}", zh))


_FOREIGN: dict[bytes, Words] = {
    b"\xd0\xcf\x11\xe0": Words(
        "The file “{name}” is an old .xls workbook or is protected by a password: open it and save it as .xlsx without a password.",
        "文件“{name}”是旧版 .xls 工作簿或受密码保护：请打开后另存为不带密码的 .xlsx 文件。",
    ),
    b"MZ\x90": _kind("a Windows program", "Windows 程序"),
    b"\x7fELF": _kind("a program", "程序文件"),
    b"%PDF": _kind("a PDF document", "PDF 文档"),
    b"\x89PNG": _kind("a picture", "图片"),
    b"\xff\xd8\xff": _kind("a picture", "图片"),
    b"GIF8": _kind("a picture", "图片"),
    b"\x1f\x8b": _kind("a compressed file", "压缩文件"),
    b"Rar!": _kind("a compressed file", "压缩文件"),
    b"7z\xbc\xaf": _kind("a compressed file", "压缩文件"),
    b"{\\rtf": _kind("a text document", "文字文档"),
    b"SQLite format 3": _kind("a database", "数据库文件"),
}
