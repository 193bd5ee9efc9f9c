"""Rows with more cells than the header has names: row names of R, a last column without a name, or a comma that is no separator.

Values are never moved under other names on a guess: what can be read in two ways is refused in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from metamed_core.data.formats.cell_kinds import Cells, cell_at, is_number, numeric_places
from metamed_core.data.formats.reading import Note
from metamed_core.words import UserError, Words

_CODE_NAME = re.compile(
    r"(?:\S+[ _])?(?:patients?|pat|pt|id|ids|case|code|subject|sample|record|participant|nr|no|number|name|mrn|#|key|pid|fall|patienten.*|"
    r"cas|paciente|pacjent|pacient|患者|编号|序号|病例|姓名|編號|号)(?:[ _]?(?:id|no|nr|code|number|#|号))?\.?",
    re.IGNORECASE,
)


def widened(
    header: Sequence[str | None], body: Sequence[tuple[int, Cells]], separator: str | None
) -> tuple[list[str | None], tuple[Note, ...]]:
    """Return the header as wide as the rows, and what is to be told.

    Parameters
    ----------
    header
        The column names.
    body
        Line and cells of each patient, without empty cells at the end of longer rows.
    separator
        The sign between two cells of a text file; None for other formats.

    Raises
    ------
    UserError
        If only some rows are longer, or if it is uncertain which of their cells has no name.
    """
    wider = [(line, cells) for line, cells in body if len(cells) > len(header)]
    if not wider:
        return list(header), ()
    line, widest = wider[0][0], max(len(cells) for _, cells in wider)
    values = {"line": line, "n": len(wider[0][1]), "width": len(header)}
    if len(wider) <= max(1, len(body) / 2):
        raise UserError(_RAGGED.format(**values))
    rows = [cells for _, cells in body]
    split = _split_decimals(rows, separator)
    if widest == len(header) + 1 and len(wider) == len(body) and _names_rows(header, rows, split=split):
        return [None, *header], ()
    if split:
        raise UserError(_DECIMAL_COMMA.format(**values))
    if not _fits_to_the_left(header, rows):
        raise UserError(_UNCLEAR.format(**values))
    note = Note("unnamed_column", None, _UNNAMED.format(n=widest - len(header), line=line))
    return [*header, *[None] * (widest - len(header))], (note,)


def _split_decimals(rows: Sequence[Cells], separator: str | None) -> bool:
    """Whether unquoted decimal commas probably made the rows of a comma-separated file wider: all its numbers are whole."""
    if separator != ",":
        return False
    few = rows[:300]
    numbers = [cell for cells in few for cell in cells if cell is not None and is_number(cell)]
    if any("." in number for number in numbers):
        return False
    numeric = numeric_places(few)
    return any(place + 1 in numeric for place in numeric) and len(numbers) > len(few)


def _names_rows(header: Sequence[str | None], rows: Sequence[Cells], *, split: bool) -> bool:
    """Whether the first cell of each row is a row name, as R writes them: all different, under a header that names something else."""
    first = [cell_at(cells, 0) for cells in rows]
    if None in first or len(set(first)) < len(first) or (header[0] and _CODE_NAME.fullmatch(header[0])):
        return False
    counted = any(first == [str(n) for n in range(start, start + len(first))] for start in (0, 1))
    return counted or (not split and not all(cell is not None and is_number(cell) for cell in first))


def _fits_to_the_left(header: Sequence[str | None], rows: Sequence[Cells]) -> bool:
    """Whether the names surely belong to the first cells: the first one names codes and the first cells are such."""
    first = [cell for cells in rows if (cell := cell_at(cells, 0)) is not None]
    coded = bool(header[0] and _CODE_NAME.fullmatch(header[0])) and len(set(first)) > 0.9 * len(first)
    return coded or header[0] is None


_RAGGED = Words(
    "Line {line} has {n} {n:value|values} but the header names {width} {width:column|columns}: correct that line, or put quotes around values that hold a separator.",
    "第 {line} 行有 {n} 个值，而列名只有 {width} 个：请更正该行，或给含有分隔符的值加上引号。",
)
_DECIMAL_COMMA = Words(
    "Line {line} has {n} {n:value|values} but the header names {width} {width:column|columns}, perhaps because a decimal comma (13,9) was taken for the comma between two values: save the table with semicolons between the values, or as Excel (.xlsx).",
    "第 {line} 行有 {n} 个值，而列名只有 {width} 个，可能是小数逗号（13,9）被当作了值之间的逗号：请用分号分隔各值后重新保存，或另存为 Excel（.xlsx）。",
)
_UNCLEAR = Words(
    "Line {line} and the rows like it have {n} {n:value|values} but the header names {width} {width:column|columns}, and which value has no name is unclear: name every column in the header.",
    "第 {line} 行及类似的行有 {n} 个值，而列名只有 {width} 个，无法确定哪个值没有列名：请在表头中为每一列命名。",
)
_UNNAMED = Words(
    "The rows have {n} {n:value|values} more than the header names columns (first in line {line}): the {n:last column is|last columns are} not named and read as they stand; name every column in the header, or set the role to “not used”.",
    "各行比列名多 {n} 个值（首见于第 {line} 行）：最后 {n} 列没有列名，按原样读取；请在表头中为每一列命名，或将其角色设为“不使用”。",
)
