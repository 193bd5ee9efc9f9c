"""What reading a file decided: how it was asked to be read, what became of each row, and which doubts are to be told.

`ReadOptions` go in, a `Reading` comes back beside the table. Whoever offers a `Choice` offers another reading of the same file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from metamed_core.words import Words


@dataclass(frozen=True)
class ReadOptions:
    """How a file is to be read; what is None is judged from the file.

    Parameters
    ----------
    header_row
        Line (of a workbook: row) of the column names, counted from 1; rows above it are left out. 0: the file has no column names.
    separator
        The character between two cells of a text file; a blank stands for any number of blanks.
    encoding
        The character encoding of a text file, by a name that Python knows.
    decimal
        The decimal sign, `.` or `,`; the other one then groups thousands.
    every_row
        Whether every row below the header is a patient, also those that look like sums, footnotes or units.
    """

    header_row: int | None = None
    separator: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    every_row: bool = False


JUDGED = ReadOptions()
"""Everything is judged from the file."""


@dataclass(frozen=True)
class Choice:
    """One of several plausible readings, which a finding offers as a button.

    Parameters
    ----------
    title
        Text of the button.
    options
        The file is read again with these (all of them, not only those that differ); None: the file is not read again.
    remedy
        Where `options` is None: the remedy to apply, as `records.with_remedy(replace(finding, remedy=choice.remedy))`.
    """

    title: Words
    options: ReadOptions | None = None
    remedy: str | None = None


@dataclass(frozen=True)
class Note:
    """Something about the reading that the user must be told; the upload check makes a `Finding` of it.

    Parameters
    ----------
    kind
        Identifies the matter: `separator`, `decimal`, `left_out`, ...
    column
        The affected column; None for the table as a whole.
    message
        One sentence: what, where, what to do.
    choices
        The plausible readings, where there is more than one.
    """

    kind: str
    column: str | None
    message: Words
    choices: tuple[Choice, ...] = ()


class RowKind(StrEnum):
    """What a row is that is no patient."""

    TITLE = "title"
    COMMENT = "comment"
    HEADER = "header"
    SECOND_HEADER = "second_header"
    UNITS = "units"
    RANGES = "ranges"
    REPEATED_HEADER = "repeated_header"
    SUMMARY = "summary"
    FOOTNOTE = "footnote"
    SECOND_TABLE = "second_table"
    RULE = "rule"
    BLANK = "blank"

    @property
    def counted(self) -> Words:
        """The kind with its number `n`, to be filled in."""
        return _COUNTED[self]


_COUNTED = {
    RowKind.TITLE: Words("{n} {n:title line|title lines}", "{n} 行标题"),
    RowKind.COMMENT: Words("{n} {n:comment|comments}", "{n} 行注释"),
    RowKind.HEADER: Words("{n} {n:header|header rows}", "{n} 行列名"),
    RowKind.SECOND_HEADER: Words("{n} second {n:header row|header rows}", "{n} 行第二列名"),
    RowKind.UNITS: Words("{n} unit {n:row|rows}", "{n} 行单位"),
    RowKind.RANGES: Words("{n} {n:row|rows} of reference ranges", "{n} 行参考范围"),
    RowKind.REPEATED_HEADER: Words("{n} repeated {n:header|headers}", "{n} 行重复列名"),
    RowKind.SUMMARY: Words("{n} summary {n:row|rows}", "{n} 行汇总"),
    RowKind.FOOTNOTE: Words("{n} {n:footnote|footnotes}", "{n} 行脚注"),
    RowKind.SECOND_TABLE: Words("{n} {n:row|rows} of a second table", "{n} 行第二个表格"),
    RowKind.RULE: Words("{n} {n:line|lines} of dashes", "{n} 行分隔线"),
    RowKind.BLANK: Words("{n} blank", "{n} 行空行"),
}


@dataclass(frozen=True)
class LeftOut:
    """One row of the file that is no patient.

    Parameters
    ----------
    line
        Its line (of a workbook: row), counted from 1.
    kind
        What it is.
    text
        Its cells, shortened to one line; empty for a blank row.
    """

    line: int
    kind: RowKind
    text: str = ""


@dataclass(frozen=True)
class Reading:
    """The account of a file: every row, every guess, every doubt.

    Parameters
    ----------
    lines
        Line (of a workbook: row) of each patient, in the order of the rows of the table.
    left_out
        The rows that are no patients, in the order of the file; the header is one of them.
    guesses
        What was judged from the file: `encoding`, `separator`, `decimal`, `header_row`.
    notes
        What the user must be told.
    options
        How the file was asked to be read.
    sheet, sheets
        The sheet that was read, and all that are offered; None and empty for a format without sheets.
    """

    lines: tuple[int, ...]
    left_out: tuple[LeftOut, ...] = ()
    guesses: dict[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    options: ReadOptions = JUDGED
    sheet: str | None = None
    sheets: tuple[str, ...] = ()

    @property
    def sentence(self) -> Words:
        """One sentence that accounts for every row: 23 rows read: 20 patients, 1 header (row 4), 1 unit row; sheet “Labs” of 3."""
        counts = {kind: [row.line for row in self.left_out if row.kind is kind] for kind in RowKind}
        parts = [_PATIENTS.format(n=len(self.lines))]
        for kind, lines in counts.items():
            if lines:
                part = kind.counted.format(n=len(lines))
                parts.append(_PLACED.format(part=part, line=lines[0]) if kind is RowKind.HEADER else part)
        named = Words(", ".join(part.en for part in parts), "、".join(part.zh for part in parts))
        n = len(self.lines) + len(self.left_out)
        if self.sheet is None or len(self.sheets) < 2:
            return _ROWS.format(n=n, parts=named)
        return _ROWS_OF_SHEET.format(n=n, parts=named, sheet=self.sheet, n_sheets=len(self.sheets))


_PATIENTS = Words("{n:,} {n:patient|patients}", "{n:,} 位患者")
_PLACED = Words("{part} (row {line})", "{part}（第 {line} 行）")
_ROWS = Words("{n:,} {n:row|rows} read: {parts}.", "共读取 {n:,} 行：{parts}。")
_ROWS_OF_SHEET = Words(
    "{n:,} {n:row|rows} read: {parts}; sheet “{sheet}” of {n_sheets}.", "共读取 {n:,} 行：{parts}；工作表“{sheet}”（共 {n_sheets} 个）。"
)
