"""Spreadsheets (.xlsx, .xls, .xlsb, .ods): the values that the program last computed; no formula, macro or link is run."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from metamed_core.data.formats.apart import FailedApartError, read_apart
from metamed_core.data.formats.apart.xlsx_facts import column_letters
from metamed_core.data.formats.merged_cells import filled_down
from metamed_core.data.formats.reading import JUDGED, Note, ReadOptions
from metamed_core.data.formats.table import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED, Content, Row, cell_text, check_size, shown
from metamed_core.words import UserError, Words

EXTENSIONS = ("xlsx", "xls", "ods", "xlsb", "xlsm")
MAGIC: bytes | None = b"PK\x03\x04"
OLD_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

MARGIN = 1_000
"""Rows that may stand above and below the patients: titles, notes, a second table."""


def recognizes(data: bytes) -> bool:
    """Whether the content is a workbook of any kind."""
    return data.startswith((b"PK\x03\x04", OLD_MAGIC))


def sheets(data: bytes) -> list[str]:
    """Return the names of the visible sheets; of all if none is visible. Raises UserError if the workbook cannot be opened."""
    found = _read(data, None, only_names=True)["sheets"]
    return [name for name, visible in found if visible] or [name for name, _ in found]


def rows(data: bytes, sheet: str | None) -> Iterator[Row]:
    """Return row number and cells of each row of one sheet, the first nonempty sheet for None. Raises UserError if it cannot be read."""
    return iter(content(data, sheet, JUDGED).rows)


def content(data: bytes, sheet: str | None, options: ReadOptions) -> Content:
    """Return the rows of one sheet, the first nonempty visible one for None, and what else the sheet tells. Raises UserError."""
    read = _read(data, sheet)
    if "rows" in read:
        return _content(read)
    if sheet is None:
        return Content(())
    raise UserError(_NO_SHEET.format(sheet=shown(sheet), names=", ".join(shown(one) for one, _ in read["sheets"])))


def _content(read: dict[str, Any]) -> Content:
    found = [(line, [cell_text(cell) for cell in cells]) for line, cells in read["rows"]]
    filled, merged = filled_down(found, read["merged"], read["first_column"])
    return Content(filled, notes=(*merged, *_sheet_notes(read["sheets"], read["sheet"]), *_cell_notes(read["facts"])))


def _read(data: bytes, sheet: str | None, *, only_names: bool = False) -> dict[str, Any]:
    _check_unpacked(data)
    try:
        limits = (MAX_ROWS + MARGIN, MAX_COLUMNS, MAX_CELLS)
        return read_apart("workbooks", data, sheet=sheet, only_names=only_names, limits=limits)
    except FailedApartError as error:
        check_size(
            n_rows=MAX_ROWS + 1 if error.kind == "rows" else 0,
            n_columns=error.about.get("n", 0) if error.kind == "columns" else 0,
            n_cells=MAX_CELLS + 1 if error.kind == "cells" else 0,
        )
        raise UserError(_REFUSED.get(error.kind, _BROKEN).format(cell=error.about.get("cell", ""))) from error


def _check_unpacked(data: bytes) -> None:
    """Raise UserError for a workbook that says itself that it is too large; one that lies ends at the limits of `read_apart`."""
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            size = sum(info.file_size for info in archive.infolist())
    # NotImplementedError: a version of zip files that zipfile does not know.
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UserError(_BROKEN) from error
    if size > MAX_UNPACKED:
        raise UserError(_TOO_LARGE)


def _sheet_notes(sheets: Sequence[tuple[str, bool]], sheet: str) -> Iterator[Note]:
    hidden = [name for name, visible in sheets if not visible]
    if sheet in hidden:
        yield Note("hidden_sheet", None, _READ_HIDDEN.format(sheet=shown(sheet)))
    elif hidden:
        yield Note("hidden_sheet", None, _HIDDEN_SHEETS.format(n=len(hidden), names=_listed([f"“{shown(name)}”" for name in hidden])))


def _cell_notes(facts: dict[str, Any]) -> Iterator[Note]:
    if lines := facts["hidden_rows"]:
        yield Note("hidden_rows", None, _HIDDEN_ROWS.format(n=len(lines), lines=_listed(lines)))
    if columns := facts["hidden_columns"]:
        yield Note("hidden_columns", None, _HIDDEN_COLUMNS.format(n=len(columns), names=_listed(map(column_letters, columns))))
    if n := facts["uncomputed"]:
        yield Note("uncomputed", None, _UNCOMPUTED.format(n=n))
    if errors := facts["errors"]:
        yield Note("error_cells", None, _ERRORS.format(n=sum(errors.values()), names=_listed(map(shown, errors))))
    if line := facts["cut_from"]:
        yield Note("far_rows", None, _CUT.format(line=line))


def _listed(items: Sequence[Any] | Any, most: int = 8) -> str:
    texts = [str(item) for item in items]
    return ", ".join(texts[:most]) + ("…" if len(texts) > most else "")


_BROKEN = Words(
    "The spreadsheet file cannot be read, it is damaged or no workbook: open it in Excel or LibreOffice, save it again as .xlsx, or save the sheet as CSV.",
    "无法读取该电子表格文件（已损坏或不是工作簿）：请用 Excel 或 LibreOffice 打开后重新另存为 .xlsx，或将工作表另存为 CSV。",
)
_TOO_LARGE = Words(
    "The workbook unpacks to more than 400 MB: copy only the sheet with the patients into a new file.",
    "工作簿解压后超过 400 MB：请只将患者所在的工作表复制到新文件。",
)
_TOO_MUCH = Words(
    "Reading the workbook takes too much memory or time, for instance because of a cell far away from the table: copy the table alone into a new workbook, or save its sheet as CSV.",
    "读取该工作簿占用的内存或时间过多（例如有单元格远离表格）：请只将表格复制到新的工作簿，或将其工作表另存为 CSV。",
)
_REFUSED = {
    "memory": _TOO_MUCH,
    "time": _TOO_MUCH,
    "password": Words(
        "The workbook is protected by a password: open it, save it without a password, and upload that.",
        "工作簿受密码保护：请打开后另存为不带密码的文件再上传。",
    ),
    "far": Words(
        "Cell {cell} stands far away from the table: delete the rows and columns beyond the table, save the workbook and upload it again.",
        "单元格 {cell} 远离表格：请删除表格以外的行和列，保存工作簿后重新上传。",
    ),
}
_NO_SHEET = Words(
    "The workbook has no sheet “{sheet}”: choose one of {names}.",
    "工作簿中没有工作表“{sheet}”：请从以下工作表中选择：{names}。",
)
_READ_HIDDEN = Words(
    "The sheet “{sheet}” is hidden in the workbook: check that it holds the patients you mean.",
    "工作表“{sheet}”在工作簿中被隐藏：请确认其中是您要的患者。",
)
_HIDDEN_SHEETS = Words(
    "The hidden {n:sheet|sheets} {names} of the workbook {n:was|were} not read: unhide {n:it|them} in the file if {n:it holds|they hold} patients of this table.",
    "工作簿中隐藏的工作表 {names} 未被读取：若其中有本表的患者，请在文件中取消隐藏。",
)
_HIDDEN_ROWS = Words(
    "{n} {n:row is|rows are} hidden in the sheet, perhaps by a filter (row {lines}), and {n:was|were} read like the others: delete {n:it|them} from the file if {n:it is|they are} not meant.",
    "工作表中有 {n} 行被隐藏（可能由筛选造成，第 {lines} 行），已与其他行一样读取：若不需要，请从文件中删除。",
)
_HIDDEN_COLUMNS = Words(
    "{n} {n:column is|columns are} hidden in the sheet ({names}) and {n:was|were} read like the others: delete {n:it|them} from the file, or drop {n:it|them} here, if not meant.",
    "工作表中有 {n} 列被隐藏（{names}），已与其他列一样读取：若不需要，请从文件或此处删除。",
)
_UNCOMPUTED = Words(
    "{n} {n:cell holds a formula|cells hold formulas} whose value no program has computed, read as missing: open the workbook in Excel or LibreOffice, save it, and upload it again.",
    "有 {n} 个公式单元格尚未计算出值，按缺失处理：请用 Excel 或 LibreOffice 打开工作簿并保存后重新上传。",
)
_ERRORS = Words(
    "{n} {n:cell shows|cells show} an error ({names}), read as missing: correct {n:it|them} in the workbook if the value is known.",
    "有 {n} 个单元格显示错误（{names}），按缺失处理：若知道其值，请在工作簿中更正。",
)
_CUT = Words(
    "Row {line} and those below it follow more than 1,000 empty rows and were left out: move them up if they hold patients.",
    "第 {line} 行及其后各行位于 1,000 多个空行之后，未被读取：若其中有患者，请将其上移。",
)
