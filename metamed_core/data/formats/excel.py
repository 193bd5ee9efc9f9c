"""Excel workbooks (.xlsx): reads the values that Excel last computed; no formula, macro or link is run."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from metamed_core.data.formats.table import MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED, Row, cell_text, check_size, shown
from metamed_core.words import UserError, Words

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

EXTENSIONS = ("xlsx",)
MAGIC: bytes | None = b"PK\x03\x04"

# openpyxl warns of styles and extensions that it does not support. The filter is set once for the whole process: setting it per file
# would affect other threads.
warnings.filterwarnings("ignore", module="openpyxl")

MAX_BLANK_ROWS = 1_000
"""Reading a sheet ends after this many consecutive empty rows, since formatting may extend to the last row."""

# What openpyxl and zipfile raise on damaged workbooks.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ParseError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    OSError,
    EOFError,
    RuntimeError,
)


def sheets(data: bytes) -> list[str]:
    """Return the sheet names of the workbook. Raises UserError if it cannot be opened."""
    return [str(sheet.title) for sheet in _opened(data).worksheets]


def rows(data: bytes, sheet: str | None) -> Iterator[Row]:
    """Return row number and cells of each row of one sheet, the first nonempty sheet for None. Raises UserError if it cannot be read."""
    workbook = _opened(data)
    names = [str(one.title) for one in workbook.worksheets]
    if sheet is not None and sheet not in names:
        raise UserError(_NO_SHEET.format(sheet=shown(sheet), names=", ".join(map(shown, names))))
    for one in workbook.worksheets:
        if sheet in (None, one.title):
            found = _cells(one)
            if found or sheet is not None:
                return iter(found)
    return iter(())


def _opened(data: bytes) -> Workbook:
    from openpyxl import load_workbook

    try:
        _check_unpacked(data)
        return load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except UserError:
        raise
    except _DAMAGED as error:
        raise UserError(_BROKEN) from error


def _check_unpacked(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
            raise UserError(_TOO_LARGE)


def _cells(sheet: ReadOnlyWorksheet) -> list[Row]:
    found: list[Row] = []
    try:
        sheet.reset_dimensions()  # the dimensions stored in a workbook are often wrong
        for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = [cell_text(value) for value in values]
            if any(cell is not None for cell in cells):
                found.append((line, cells))
                _check(found)
            if line - (found[-1][0] if found else 0) > MAX_BLANK_ROWS:
                break
    except UserError:
        raise
    except _DAMAGED as error:
        raise UserError(_BROKEN) from error
    return found


def _check(found: list[Row]) -> None:
    cells = found[-1][1]
    if len(cells) > MAX_COLUMNS:
        check_size(n_columns=max(place for place, cell in enumerate(cells, start=1) if cell is not None))
    check_size(n_rows=len(found) - 1 if len(found) > MAX_ROWS else 0)


_BROKEN = Words(
    "The Excel file cannot be read, it is damaged or not a workbook: open it in Excel, save it again as .xlsx, or save the sheet as CSV.",
    "无法读取该 Excel 文件（已损坏或不是工作簿）：请用 Excel 打开后重新另存为 .xlsx，或将工作表另存为 CSV。",
)
_TOO_LARGE = Words(
    "The workbook unpacks to more than 400 MB: copy only the sheet with the patients into a new file.",
    "工作簿解压后超过 400 MB：请只将患者所在的工作表复制到新文件。",
)
_NO_SHEET = Words(
    "The workbook has no sheet “{sheet}”: choose one of {names}.",
    "工作簿中没有工作表“{sheet}”：请从以下工作表中选择：{names}。",
)
