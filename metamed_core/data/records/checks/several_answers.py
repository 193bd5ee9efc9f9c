"""Checks for cells that hold several answers, such as `fever; rash`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from metamed_core.data.formats.table import free_name, shown
from metamed_core.data.records.checks.finding import Finding
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 2
SPLIT = "split"

_SEPARATORS = (";|；", r"\|", "\n", "、", "[,，]", r"\s/\s|/", r"\s?\+\s?", r"\s(?:&|and|und|et|y)\s")
"""From the surest to the least sure; the first that fits is used, together with semicolon, bar and comma."""
_SURE = 3
_ALWAYS = r"[;；|,，、\n]"
_CODES = re.compile(r"\d{1,2}(?:\s?,\s?\d{1,2}){2,}")
MOST_ANSWERS = 40
LONGEST = 40
_ROLES = frozenset({Role.CATEGORY, Role.TEXT})


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `several_answers`."""
    for column in records.columns:
        listed_codes = column.role is Role.NUMBER and any(map(_CODES.fullmatch, records.cells(column.name).levels))
        if column.role in _ROLES or column.role is Role.LABEL or listed_codes:
            found = answers_in(_texts(records, column))
            if found:
                message = _LABEL if column.role is Role.LABEL else _SEVERAL
                remedy = None if column.role is Role.LABEL else SPLIT
                example = next(text for text in records.cells(column.name).levels if len(found[text]) > 1) if found else ""
                yield Finding("several_answers", column.name, message.format(name=shown(column.name), example=shown(example)), remedy)


def _texts(records: PatientTable, column: Column) -> tuple[str, ...]:
    return records.cells(column.name).levels


def answers_in(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the answers in each distinct text of a column; empty unless several texts are lists of the same few answers."""
    if len(texts) < FEW or not any(re.search(r"[;；|,，、/+&\n]|\s(?:and|und|et|y)\s", text) for text in texts):
        return {}
    for place, separator in enumerate(_SEPARATORS):
        if not any(re.search(separator, text) for text in texts):
            continue
        lists = [text for text in texts if re.search(f"{separator}|{_ALWAYS}", text)]
        if len(lists) < 2 or len(lists) < 0.15 * len(texts):
            continue
        pattern = f"{separator}|{_ALWAYS}"
        split = {text: tuple(dict.fromkeys(part.strip() for part in re.split(pattern, text) if part.strip())) for text in texts}
        if _are_answers(split, sure=place < _SURE):
            return split
    return {}


FEW = 3


def _are_answers(split: dict[str, tuple[str, ...]], *, sure: bool) -> bool:
    """Whether the parts are short, few, and most of them occur in several texts."""
    n_texts = Counter(part.lower() for parts in split.values() for part in parts)
    if not 2 <= len(n_texts) <= MOST_ANSWERS or max(map(len, n_texts)) > LONGEST or any(len(part.split()) > 5 for part in n_texts):
        return False
    repeated = sum(n > 1 for n in n_texts.values())
    numbered = all(part.replace(".", "").isdecimal() for part in n_texts)
    codes = numbered and max(map(len, split.values())) > 2 and max(map(len, n_texts)) <= 2
    if not sure and ((numbered and not codes) or repeated < 0.6 * len(n_texts)):
        return False
    return 2 * repeated >= len(n_texts)


def split_answers(records: Records, finding: Finding) -> Records:
    """Return the records with a column of lists replaced by one yes/no column for each answer."""
    if finding.column is None:
        return records
    name, cells = finding.column, records.cells(finding.column)
    found = answers_in(cells.levels)
    answers = list({part.lower(): part for text in cells.levels for part in found[text]}.values())
    raw = records.raw.copy()
    at, columns = list(raw.columns).index(name), {}
    for place, answer in enumerate(answers):
        texts = ["yes" if answer.lower() in {part.lower() for part in found[text]} else "no" for text in cells.levels]
        new = free_name(f"{name}: {answer}", raw.columns)
        columns[new] = Column(new, Role.YES_NO)
        raw.insert(at + 1 + place, new, np.array([*texts, None], dtype=object)[cells.codes])
    raw = raw.drop(columns=name)
    old = {column.name: column for column in records.columns}
    return replace(records, raw=raw, columns=tuple(columns.get(one) or old[one] for one in raw.columns))


REMEDIES = {"several_answers": split_answers}

_SEVERAL = Words(
    "Cells of “{name}” hold several answers, such as “{example}”, and each list is read as a category of its own: split it into one yes/no column for each answer.",
    "“{name}”的单元格包含多个答案（如“{example}”），每种组合被当作一个类别：请按答案拆分为多个是/否列。",
)
_LABEL = Words(
    "Cells of “{name}” hold several diagnoses, such as “{example}”, and each list is read as a diagnosis of its own: write one diagnosis for each patient.",
    "“{name}”的单元格包含多个诊断（如“{example}”），每种组合被当作一种诊断：请每位患者只写一种诊断。",
)
