"""From the rows of a file to a table of patients: column names, rows that are no patients, numbers; and the account of it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from metamed_core.data.formats.cell_kinds import Cells
from metamed_core.data.formats.header import Header, find_header
from metamed_core.data.formats.layout_notes import about_header, about_left_out, about_two_tables
from metamed_core.data.formats.no_patients import no_patients
from metamed_core.data.formats.numbers_as_written import Column, with_points
from metamed_core.data.formats.reading import JUDGED, LeftOut, Reading, ReadOptions, RowKind
from metamed_core.data.formats.rules_and_comments import comments, is_rule
from metamed_core.data.formats.table import MAX_ROWS, Content, Row, check_size, free_name, shown
from metamed_core.data.formats.wide_rows import widened
from metamed_core.words import UserError, Words


@dataclass
class _Account:
    """What becomes of the rows, while it is found out."""

    kinds: dict[int, RowKind] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)

    def leave_out(self, line: int, cells: Cells, kind: RowKind) -> None:
        self.kinds[line] = kind
        self.texts[line] = shown(" | ".join(dict.fromkeys(cell for cell in cells if cell is not None)))

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        return tuple(LeftOut(line, self.kinds[line], self.texts[line]) for line in sorted(self.kinds))


def as_table(content: Content, options: ReadOptions = JUDGED) -> tuple[pd.DataFrame, Reading]:
    """Build a table of text from the rows of a file, and the account of every row; see `read_file` for the values.

    Raises
    ------
    UserError
        If there are no patients, the table is too large, or rows are longer than the header.
    """
    account = _Account()
    filled, gaps = _filled(content, account)
    header = _header(filled, content, options)
    _account_for_header(filled, header, account)
    names = _trimmed(header.names)
    body = [(line, cells if len(cells) <= len(names) else _trimmed(cells)) for line, cells in filled[header.begins :]]
    if not options.every_row:
        kinds = no_patients(names, body, gaps)
        for line, cells in body:
            if line in kinds:
                account.leave_out(line, cells, kinds[line])
        body = [(line, cells) for line, cells in body if line not in kinds]
    if not body:
        raise UserError(_HEADER_ONLY if names else _EMPTY)
    separator = content.guesses.get("separator")
    if header.at is None:
        names = [None] * max(len(cells) for _, cells in body)
    names, told = widened(names, body, separator)
    check_size(n_columns=len(names), n_rows=len(body), n_cells=len(names) * len(body))
    unique, columns = _columns(names, body)
    columns, guesses, about_numbers = with_points(unique, columns, separator, options)
    frame = pd.DataFrame(dict(zip(unique, columns, strict=True)), columns=pd.Index(unique, dtype=object), dtype=object)
    notes = (
        *content.notes,
        *about_header(header, filled, options),
        *told,
        *about_two_tables(names, body),
        *about_numbers,
        *about_left_out(account.left_out, options),
    )
    guesses = {**content.guesses, **guesses, "header_row": str(filled[header.at][0] if header.at is not None else 0)}
    return frame, Reading(tuple(line for line, _ in body), account.left_out, guesses, notes, options)


def _filled(content: Content, account: _Account) -> tuple[list[Row], frozenset[int]]:
    """The rows that hold anything besides comments and lines of dashes, and the lines of those that follow a blank one."""
    filled: list[Row] = []
    gaps, blank = set(), list[int]()
    limit = MAX_ROWS + 500
    for at, (line, cells) in enumerate(content.rows):
        if at >= 4 * limit:
            raise UserError(_MOSTLY_BLANK.format(n=len(account.kinds) + len(blank)))
        if len(cells) == cells.count(None):
            blank.append(line)
            continue
        for gap in blank:
            account.leave_out(gap, (), RowKind.BLANK)
        if is_rule(cells):
            account.leave_out(line, cells, RowKind.RULE)
        else:
            filled.append((line, cells))
            if blank:
                gaps.add(line)
        blank = []
        check_size(n_rows=len(filled) if len(filled) > limit else 0)
    for line, comment in comments(filled):
        account.leave_out(line, comment, RowKind.COMMENT)
    filled = [row for row in filled if row[0] not in account.kinds]
    if not filled:
        raise UserError(_EMPTY)
    return filled, frozenset(gaps)


def _header(filled: Sequence[Row], content: Content, options: ReadOptions) -> Header:
    """The row of the column names: as asked, as the format says, or judged."""
    rows = [cells for _, cells in filled]
    if options.header_row == 0:
        return Header(None, 0, [], {})
    if options.header_row is not None:
        at = next((at for at, (line, _) in enumerate(filled) if line >= options.header_row), len(filled) - 1)
        return Header(at, at + 1, list(rows[at]), dict.fromkeys(range(at), RowKind.TITLE))
    if content.named or len(rows) == 1:
        return Header(0, 1, list(rows[0]), {})
    found = find_header(rows)
    if options.every_row and found.at is not None:
        return Header(found.at, found.at + 1, list(rows[found.at]), {at: kind for at, kind in found.kinds.items() if at < found.at})
    return found


def _account_for_header(filled: Sequence[Row], header: Header, account: _Account) -> None:
    for at, kind in header.kinds.items():
        account.leave_out(*filled[at], kind)
    if header.at is not None:
        account.leave_out(*filled[header.at], RowKind.HEADER)


def _columns(names: Sequence[str | None], body: Sequence[Row]) -> tuple[list[str], list[Column]]:
    """Unique names and cells of the columns, without those that have neither name nor value."""
    width = len(names)
    rows = [cells if len(cells) == width else [*cells, *[None] * (width - len(cells))] for _, cells in body]
    columns = [list(column) for column in zip(*rows, strict=True)]
    kept = [place for place, name in enumerate(names) if name is not None or any(cell is not None for cell in columns[place])]
    unique = _unique_names(names)
    return [unique[place] for place in kept], [columns[place] for place in kept]


def _trimmed(cells: Sequence[str | None]) -> list[str | None]:
    """Cells without trailing empty ones."""
    n = len(cells)
    while n and cells[n - 1] is None:
        n -= 1
    return list(cells[:n])


def _unique_names(header: Sequence[str | None]) -> list[str]:
    """Unique column names without blanks: `Column 3` for an empty one, `age (2)` for a second `age`."""
    names: list[str] = []
    taken: set[str] = set()
    for place, cell in enumerate(header, start=1):
        names.append(free_name(" ".join((cell or f"Column {place}").split()), taken))
        taken.add(names[-1])
    return names


_EMPTY = Words(
    "The file holds no table: the first row must name the columns, and each row below is one patient.",
    "文件中没有表格：第一行应为列名，其下每行是一位患者。",
)
_MOSTLY_BLANK = Words(
    "{n:,} lines of the file hold nothing, and more lines follow: delete the blank lines, and upload the file again.",
    "文件中有 {n:,} 行没有内容，且其后还有更多行：请删除空行后重新上传。",
)
_HEADER_ONLY = Words(
    "The file has column names but no patients: add at least one row for each patient below the header.",
    "文件只有列名，没有患者：请在列名下方为每位患者添加一行。",
)
