"""Reads one sheet of a workbook by calamine (.xlsx, .xls, .xlsb; .ods by `open_document`): values as last computed; no formula, macro or link is run."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from metamed_core.data.formats.apart import open_document, xlsx_facts
from metamed_core.data.formats.apart.cells import RefusedError, plain

MOST_BOX = 12_000_000
"""Most cells between the first and the last of a sheet, the empty ones counted: calamine keeps 32 bytes for each."""


def read(data: bytes, *, sheet: str | None, only_names: bool, limits: Sequence[int]) -> dict[str, Any]:
    """Return the names of the sheets and, unless only these are wanted, what one of them holds.

    Parameters
    ----------
    data
        The workbook.
    sheet
        The sheet to read; None: the first visible one that holds something.
    only_names
        Whether only the names are wanted.
    limits
        Most rows, columns and cells.

    Returns
    -------
    dict
        `sheets`: [name, whether it is visible] of each. Of the sheet, if there is one: `sheet`, its name; `rows`, [row number, cells] of
        each row that holds something; `first_column`, the column of the first cell; `merged`, [first row, first column, last row, last
        column] of each merged range, all counted from 1; `facts`, see `xlsx_facts.Facts`.
    """
    if data.startswith(b"PK") and open_document.is_open_document(data):
        names, one = open_document.opened(data, limits)
    else:
        names, one = _opened(data, limits)
    found: dict[str, Any] = {"sheets": names}
    wanted = [sheet] if sheet is not None else [name for name, visible in names if visible] or [name for name, _ in names]
    for name in () if only_names else wanted:
        if any(name == other for other, _ in names):
            found = {"sheets": names, "sheet": name, **one(name)}
            if found["rows"]:
                break
    return found


def _opened(data: bytes, limits: Sequence[int]) -> tuple[list[list[Any]], Callable[[str], dict[str, Any]]]:
    """The sheets, and a function that reads one of them."""
    book = _book(data)
    names = [[one.name, one.visible is SheetVisibleEnum.Visible] for one in book.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
    return names, lambda name: _sheet(data, book, name, limits)


def _sheet(data: bytes, book: CalamineWorkbook, name: str, limits: Sequence[int]) -> dict[str, Any]:
    facts, percents = xlsx_facts.Facts(), dict[int, set[int]]()
    if data.startswith(b"PK"):
        part = xlsx_facts.sheet_part(data, name)
        facts, percents = part.facts(), part.percent_cells()
        if (cut := part.without_far_rows(MOST_BOX)) is not None:
            book, facts.cut_from = _book(cut[0]), cut[1]
    found = book.get_sheet_by_name(name)
    merged = [[top + 1, left + 1, bottom + 1, right + 1] for (top, left), (bottom, right) in found.merged_cell_ranges or ()]
    return {
        "rows": _rows(found, percents, limits),
        "first_column": (found.start or (0, 0))[1] + 1,
        "merged": merged,
        "facts": facts.told(),
    }


def _book(data: bytes) -> CalamineWorkbook:
    try:
        return load_workbook(io.BytesIO(data))
    except PasswordError as error:
        raise RefusedError("password") from error


def _rows(sheet: CalamineSheet, percents: dict[int, set[int]], limits: Sequence[int]) -> list[list[Any]]:
    most_rows, most_columns, most_cells = limits
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
