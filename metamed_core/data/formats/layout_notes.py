"""What is told about the rows of a file: where the header was found, which rows were left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metamed_core.data.formats.header import Header
from metamed_core.data.formats.reading import Choice, LeftOut, Note, ReadOptions, RowKind
from metamed_core.data.formats.table import Row, shown
from metamed_core.words import Words

QUIET = frozenset({RowKind.HEADER, RowKind.BLANK, RowKind.RULE})
"""Rows of these kinds are counted, but not told: nobody takes them for patients."""
MOST = 6
"""Rows that are named in one sentence."""


def about_header(header: Header, filled: Sequence[Row], options: ReadOptions) -> tuple[Note, ...]:
    """Return a note if there are no column names, or if it is uncertain."""
    if header.at is not None or options.header_row is not None:
        return ()
    line = filled[header.begins][0]
    choices = (
        Choice(Words("The first line is a patient", "第一行是患者"), replace(options, header_row=0)),
        Choice(Words("The first line holds the column names", "第一行是列名"), replace(options, header_row=line)),
    )
    return (Note("no_header", None, _NO_HEADER.format(line=line), choices),)


def about_left_out(left_out: Sequence[LeftOut], options: ReadOptions) -> tuple[Note, ...]:
    """Return a note that names the rows that were taken for no patients."""
    told = [row for row in left_out if row.kind not in QUIET]
    if not told:
        return ()
    named = [_ROW.format(line=row.line, kind=_KINDS[row.kind], text=row.text) for row in told[:MOST]]
    rows = Words("; ".join(one.en for one in named), "；".join(one.zh for one in named))
    more = _AND_MORE.format(rows=rows, n=len(told) - MOST) if len(told) > MOST else rows
    choices = (Choice(Words("Every row below the header is a patient", "列名以下每行都是患者"), replace(options, every_row=True)),)
    below = any(row.kind not in {RowKind.TITLE, RowKind.COMMENT} for row in told)
    return (Note("left_out", None, _LEFT_OUT.format(n=len(told), rows=more), choices if below else ()),)


def about_two_tables(names: Sequence[str | None], body: Sequence[Row]) -> tuple[Note, ...]:
    """Return a note if the column names come a second time beyond an empty column: two tables stand side by side."""
    for place in range(2, len(names) - 2):
        if names[place] is not None or any(place < len(cells) and cells[place] is not None for _, cells in body[:200]):
            continue
        left, right = {name for name in names[:place] if name}, {name for name in names[place + 1 :] if name}
        if len(left & right) > 1 and 2 * len(left & right) >= len(right):
            twice = ", ".join(f"“{shown(name)}”" for name in sorted(left & right)[:3])
            return (Note("two_tables", None, _TWO_TABLES.format(names=twice)),)
    return ()


_KINDS = {
    RowKind.TITLE: Words("title", "标题"),
    RowKind.COMMENT: Words("comment", "注释"),
    RowKind.SECOND_HEADER: Words("second header", "第二行列名"),
    RowKind.UNITS: Words("units", "单位"),
    RowKind.RANGES: Words("reference ranges", "参考范围"),
    RowKind.REPEATED_HEADER: Words("header again", "重复的列名"),
    RowKind.SUMMARY: Words("sums or means", "汇总"),
    RowKind.FOOTNOTE: Words("footnote", "脚注"),
    RowKind.SECOND_TABLE: Words("second table", "第二个表格"),
}
_ROW = Words("line {line} ({kind}: “{text}”)", "第 {line} 行（{kind}：“{text}”）")
_AND_MORE = Words("{rows}; and {n} more {n:row|rows}", "{rows}；另有 {n} 行")
_LEFT_OUT = Words(
    "{n} {n:row is|rows are} not {n:a patient|patients} and left out: {rows}. Check {n:it|them}, or correct the file.",
    "有 {n} 行不是患者，未读入：{rows}。请核对，或更正文件。",
)
_TWO_TABLES = Words(
    "Two tables seem to stand side by side, as the column names come twice ({names}), and each row is read as one patient: put the second table below the first.",
    "似乎有两个表格并排，因为列名出现了两次（{names}），而每行按一位患者读取：请将第二个表格移到第一个下方。",
)
_NO_HEADER = Words(
    "The file seems to have no column names, as the first row of values (line {line}) looks like a patient: write a header above it, or say that it is the header.",
    "该文件似乎没有列名，因为首个数据行（第 {line} 行）看起来是一位患者：请在其上方写明列名，或指明该行就是列名。",
)
