"""Checks for numbers that are not written as plain numbers, and tells how they are read; also for digits that are not read as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from metamed_core.data.formats.table import free_name, shown
from metamed_core.data.records.checks.finding import Finding, listed
from metamed_core.data.records.checks.several_answers import answers_in
from metamed_core.data.records.columns.dates import looks_like_a_day
from metamed_core.data.records.columns.forms import BETWEEN
from metamed_core.data.records.columns.plain_numbers import PLAIN, number, without_marks
from metamed_core.data.records.columns.roles import Column, Role, guess_columns
from metamed_core.data.records.columns.values import Cells, numbers
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 2
SPLIT = "split"

_LIKE_NUMBERS = re.compile(r"[<>≤≥=~(+-]*\s*\d|.*\d\D+\d")
"""Begins with a number, or holds two."""
FEW_LEVELS = 3
MANY_LEVELS = 8
"""A category with digits in most of its texts is told from this many texts on, or earlier if nearly each patient has another one."""


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `written_form`, `marks` and `digits_in_words`."""
    marked: dict[str, str] = {}
    for column in records.feature_columns:
        cells = records.cells(column.name)
        if column.role is Role.NUMBER:
            written = numbers(cells).written
            if written is not None:
                remedy = SPLIT if written.key == "pair" else None
                message = (_PAIR if remedy else _WRITTEN).format(name=shown(column.name), told=written.told)
                yield Finding("written_form", column.name, message, remedy)
            elif example := _with_mark(cells):
                marked[column.name] = example
        elif column.role is Role.CATEGORY and not answers_in(cells.levels) and (digits := _digits(column, cells)):
            yield Finding("digits_in_words", column.name, digits, None)
    if marked:
        texts = listed(list(dict.fromkeys(marked.values())))
        name = next(iter(marked)) if len(marked) == 1 else None
        yield Finding("marks", name, _MARKS.format(texts=texts, names=listed(marked)), None)


def _with_mark(cells: Cells) -> str:
    """A text of which only the number is read; empty if there is none."""
    for text in () if cells.are_digits else cells.levels:
        if not PLAIN.fullmatch(text) and without_marks(text) != text and not np.isnan(number(text)[0]):
            return text
    return ""


def _digits(column: Column, cells: Cells) -> Words | None:
    """What to say of a category whose texts look like numbers; None if they do not."""
    levels = cells.levels
    if len(levels) < FEW_LEVELS:
        return None
    with_digits = sum(any(map(str.isdigit, text)) for text in levels)
    like_numbers = sum(_LIKE_NUMBERS.match(text) is not None or looks_like_a_day(text) for text in levels)
    as_numbers = sum(not np.isnan(number(text)[0]) for text in levels)
    many = len(levels) >= MANY_LEVELS or len(levels) > 0.5 * cells.n_known
    if as_numbers >= 2 and as_numbers >= 0.3 * len(levels):
        plain = [text for text in levels if not np.isnan(number(text)[0])]
        other = [text for text in levels if np.isnan(number(text)[0])]
        return _MIXED.format(name=shown(column.name), numbers=listed(plain, most=2), words=listed(other, most=2))
    if 2 * like_numbers >= len(levels) or (many and 2 * with_digits >= len(levels)):
        return _WORDS.format(name=shown(column.name), n=len(levels), texts=listed(levels))
    return None


def split(records: Records, finding: Finding) -> Records:
    """Return the records with a column of number pairs replaced by two columns of numbers."""
    if finding.column is None:
        return records
    name, cells = finding.column, records.cells(finding.column)
    written = numbers(cells).written
    own = written.own if written is not None else [False] * len(cells.levels)
    halves = [_halves(text) if there else (text, None) for text, there in zip(cells.levels, own, strict=True)]
    raw = records.raw.copy()
    at, added = list(raw.columns).index(name), []
    for place, part in enumerate(("first number", "second number")):
        texts = np.array([*(half[place] for half in halves), None], dtype=object)[cells.codes]
        added.append(free_name(f"{name} ({part})", raw.columns))
        raw.insert(at + 1 + place, added[-1], texts)
    raw = raw.drop(columns=name)
    new = {column.name: column for column in guess_columns({one: Cells(raw[one]) for one in added}, with_label=False)}
    old = {column.name: column for column in records.columns}
    return replace(records, raw=raw, columns=tuple(new.get(one) or old[one] for one in raw.columns))


def _halves(text: str) -> tuple[str, str | None]:
    first, *_, second = re.split(BETWEEN, text, maxsplit=1, flags=re.IGNORECASE)
    return first.strip(), second.strip() or None


REMEDIES = {"written_form": split}

_WRITTEN = Words("“{name}” holds {told}: correct the table if that is wrong.", "“{name}”包含{told}：如有误，请更正表格。")
_PAIR = Words(
    "“{name}” holds {told}: split it into two columns of numbers.",
    "“{name}”包含{told}：请拆分为两列数值。",
)
_MARKS = Words(
    "Only the number is read of cells such as {texts} in {names}; flags and other marks beside it are left out.",
    "{names}中形如{texts}的单元格仅读取其中的数值，其旁的标记不予读取。",
)
_MIXED = Words(
    "“{name}” holds numbers such as {numbers} beside words such as {words}, and all are read as categories: correct the words, or give the column the role number.",
    "“{name}”中既有数值（如{numbers}）又有文字（如{words}），均按类别读取：请更正文字，或将该列的角色设为数值。",
)
_WORDS = Words(
    "“{name}” is read as words, one category for each of its {n} texts, such as {texts}: write numbers in a form that can be read, or drop the column.",
    "“{name}”按文字读取，其 {n} 种文本（如{texts}）各为一类：请改写为可读取的数值，或删除该列。",
)
