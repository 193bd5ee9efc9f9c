"""Reads one sheet of a workbook by calamine (.xlsx, .xls, .xlsb; .ods by `open_document`): values as last computed; no formula, macro or link is run."""

from __future__ import annotations

import io
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from metamed_core.data.formats.apart import open_document, xlsx_facts
from metamed_core.data.formats.apart.cells import RefusedError, plain

MOST_BOX = 12_000_000
"""Most cells between the first and the last of a sheet, the empty ones counted: calamine keeps 32 bytes for each."""


def read(data: bytes, *, sheet: str | None, most_rows: int, most_columns: int, most_cells: int) -> dict[str, Any]:
    """Return the names of the sheets and, if there is a sheet of the name, what it holds.

    Returns
    -------
    dict
        `sheets`: [name, whether it is visible] of each. With `sheet`: `rows`, [row number, cells] of each row that holds something;
        `first_column`, the column of the first cell; `merged`, [first row, first column, last row, last column] of each merged range,
        all counted from 1; `facts`, see `xlsx_facts.Facts`.
    """
    if data.startswith(b"PK") and open_document.is_open_document(data):
        return open_document.read(data, sheet=sheet, most_rows=most_rows, most_columns=most_columns, most_cells=most_cells)
    book = _opened(data)
    sheets = [[one.name, one.visible is SheetVisibleEnum.Visible] for one in book.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
    if sheet not in {name for name, _ in sheets}:
        return {"sheets": sheets}
    facts, percents = xlsx_facts.Facts(), dict[int, set[int]]()
    if data.startswith(b"PK"):
        part = xlsx_facts.sheet_part(data, str(sheet))
        facts, percents = part.facts(), part.percent_cells()
        if (cut := part.without_far_rows(MOST_BOX)) is not None:
            book, facts.cut_from = _opened(cut[0]), cut[1]
    found = book.get_sheet_by_name(str(sheet))
    rows = _rows(found, percents, most_rows, most_columns, most_cells)
    merged = [[top + 1, left + 1, bottom + 1, right + 1] for (top, left), (bottom, right) in found.merged_cell_ranges or ()]
    return {"sheets": sheets, "rows": rows, "first_column": (found.start or (0, 0))[1] + 1, "merged": merged, "facts": facts.told()}


def _opened(data: bytes) -> CalamineWorkbook:
    try:
        return load_workbook(io.BytesIO(data))
    except PasswordError as error:
        raise RefusedError("password") from error


def _rows(sheet: CalamineSheet, percents: dict[int, set[int]], most_rows: int, most_columns: int, most_cells: int) -> list[list[Any]]:
    rows: list[list[Any]] = []
    n_cells, first_column = 0, (sheet.start or (0, 0))[1]
    for at, values in enumerate(sheet.iter_rows()):
        cells = [plain(value) for value in values]
        for column in percents.get(at, ()):
            value = cells[column - first_column] if first_column <= column < first_column + len(cells) else None
            if isinstance(value, float):
                cells[column - first_column] = f"{100 * value:.12g}%"
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            continue
        rows.append([at + 1, cells])
        n_cells += len(cells)
        if len(cells) > most_columns:
            raise RefusedError("columns", n=len(cells))
        if len(rows) > most_rows:
            raise RefusedError("rows")
        if n_cells > most_cells:
            raise RefusedError("cells")
    return rows
