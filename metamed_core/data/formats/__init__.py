"""Readers of patient files: each module of this folder reads one data format into a table of text.

To add a format, add a module with `EXTENSIONS`, `MAGIC` (the leading bytes of such a file, or None), `sheets(data)` and
`rows(data, sheet)`; `EXTENSIONS`, the upload and the tests then include it. Where leading bytes are not enough, `recognizes(data)` tells
whether a content is of the format. A format that heeds `ReadOptions`, or has guesses and doubts to
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

from metamed_core.data.formats.character_encodings import decoded
from metamed_core.data.formats.compressed import ENDINGS, unpacked
from metamed_core.data.formats.foreign_files import refuse_foreign
from metamed_core.data.formats.layout import as_table
from metamed_core.data.formats.reading import JUDGED, Reading, ReadOptions
from metamed_core.data.formats.table import MAX_BYTES, Content, Row, shown
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
EXTENSIONS: tuple[str, ...] = (*FORMATS, *ENDINGS)
"""What the names of files end in that can be read, compressed or not."""


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
    form, data = _format_of(name, data)
    read = getattr(form, "content", None)
    content = read(data, sheet, options) if read else Content(form.rows(data, sheet), named=getattr(form, "NAMED", False))
    table, reading = as_table(content, options)
    return table, replace(reading, sheet=sheet)


def sheets(name: str, data: bytes) -> list[str]:
    """Return the sheet names of a workbook; empty for other formats. Raises UserError if the file cannot be opened."""
    form, data = _format_of(name, data)
    return form.sheets(data)


def _format_of(name: str, data: bytes) -> tuple[Format, bytes]:
    """Return the format, and the content, unpacked if the file is compressed."""
    if not data:
        raise UserError(
            Words(
                "The file “{name}” is empty: choose a file that holds a table of patients.",
                "文件“{name}”是空的：请选择包含患者表格的文件。",
            ).format(name=shown(name))
        )
    if len(data) > MAX_BYTES:
        raise UserError(_TOO_LARGE.format(name=shown(name), size=len(data) / 2**20, most=MAX_BYTES // 2**20))
    name, data = unpacked(name, data, FORMATS)
    refuse_foreign(name, data)
    for form in FORMATS.values():
        if _recognizes(form, data):
            return form, data
    extension = PurePath(name).suffix.lower().lstrip(".")
    chosen = FORMATS.get(extension)
    # Exports are often plain text under another extension: they are read as text.
    by_content = chosen is None or chosen.MAGIC is not None or hasattr(chosen, "recognizes")
    return FORMATS["csv"] if by_content and _is_text(data) else chosen or FORMATS["csv"], data


def _recognizes(form: Format, data: bytes) -> bool:
    recognizes = getattr(form, "recognizes", None)
    return bool(recognizes(data)) if recognizes else form.MAGIC is not None and data.startswith(form.MAGIC)


def _is_text(data: bytes) -> bool:
    try:
        decoded(data[:20_000])
    except UserError:
        return False
    return True


_TOO_LARGE = Words(
    "The file “{name}” has {size:.0f} MB, more than {most} MB: keep only the patients and columns that are needed.",
    "文件“{name}”有 {size:.0f} MB，超过上限 {most} MB：请只保留需要的患者和列。",
)
