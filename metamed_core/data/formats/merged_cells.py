"""Merged cells of a sheet: a value that stands once beside several rows holds for all of them, and is told."""

from __future__ import annotations

from collections.abc import Sequence

from metamed_core.data.formats.apart.xlsx_facts import column_letters
from metamed_core.data.formats.reading import Note
from metamed_core.data.formats.table import Row, shown
from metamed_core.words import Words

Range = tuple[int, int, int, int]
"""First row, first column, last row, last column, counted from 1 as the sheet shows them."""

MOST_SHOWN = 6


def filled_down(rows: Sequence[Row], merged: Sequence[Range], first_column: int = 1) -> tuple[list[Row], tuple[Note, ...]]:
    """Fill the value of each cell that is merged over several rows of one column into all of them.

    Parameters
    ----------
    rows
        Row number and cells of each row.
    merged
        The merged ranges of the sheet.
    first_column
        The column of the sheet in which the rows begin.

    Returns
    -------
    rows
        The rows, with the values filled in; a cell that holds something keeps it.
    notes
        What the user must be told.
    """
    cells = {line: list(row) for line, row in rows}
    header = _header_line(rows)
    downward: dict[int, list[tuple[int, int]]] = {}
    across: list[int] = []
    for top, left, bottom, right in sorted(merged):
        value = _at(cells.get(top, []), left - first_column)
        if value is not None and right > left:
            across += [top] if top > header else []
        elif value is not None and bottom > top:
            for line in range(top + 1, bottom + 1):
                _put(cells, line, left - first_column, value)
            downward.setdefault(left, []).extend([(top, bottom)] if top > header else [])
    names = next((row for line, row in rows if line == header), [])
    notes = [_down_note(left, _at(names, left - first_column), spans) for left, spans in sorted(downward.items()) if spans]
    if across:
        lines = ", ".join(map(str, sorted(across)[:MOST_SHOWN])) + ("…" if len(across) > MOST_SHOWN else "")
        notes.append(Note("merged", None, _ACROSS.format(n=len(across), lines=lines)))
    return sorted(cells.items()), tuple(notes)


def _header_line(rows: Sequence[Row]) -> int:
    """The row that seems to name the columns: the first that is filled at least half as far as the fullest."""
    counts = [(line, sum(cell is not None for cell in row)) for line, row in rows[:1_000]]
    most = max((n for _, n in counts), default=0)
    return next((line for line, n in counts if 2 * n >= most), 0)


def _at(cells: Sequence[str | None], place: int) -> str | None:
    return cells[place] if 0 <= place < len(cells) else None


def _put(cells: dict[int, list[str | None]], line: int, place: int, value: str) -> None:
    """Fill one cell; a row that holds nothing else stays blank."""
    row = cells.get(line)
    if row is None:
        return
    row += [None] * (place + 1 - len(row))
    if row[place] is None:
        row[place] = value


def _down_note(column: int, name: str | None, spans: Sequence[tuple[int, int]]) -> Note:
    lines = ", ".join(f"{top}–{bottom}" for top, bottom in spans[:MOST_SHOWN]) + ("…" if len(spans) > MOST_SHOWN else "")
    called = f"{column_letters(column)}" + (f" “{shown(name)}”" if name else "")
    return Note("merged", None, _DOWN.format(n=len(spans), column=called, lines=lines))


_DOWN = Words(
    "Column {column} has merged cells (rows {lines}): their value was taken for every row that they cover. Unmerge them in the file if it holds for the first row only.",
    "{column} 列有合并单元格（第 {lines} 行）：其值已用于所覆盖的每一行。若该值只属于第一行，请在文件中取消合并。",
)
_ACROSS = Words(
    "Cells are merged over several columns in {n:row|rows} {lines}: their value was taken for the first of these columns only. Fill in the others if it holds for them too.",
    "第 {lines} 行有跨列合并的单元格：其值仅用于其中的第一列。若也适用于其他列，请补填。",
)
