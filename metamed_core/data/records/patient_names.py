"""The name under which a patient is shown: the patient's own code, or else the row of the file.

A made name must never be mistaken for somebody's own code, and what may identify a person is never shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence

import numpy as np
import pandas as pd

from metamed_core.data.formats.reading import Reading
from metamed_core.data.records.columns.features import without_point_zero
from metamed_core.data.records.columns.identifiers import Identity, identity, is_row_number, shown_codes
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.columns.values import Cells

_FORMS = ("row {n}", "file row {n}", "line {n} of the file")
_FORMS_ZH = ("第{n}行", "文件第{n}行", "文件中位于第{n}行")
"""How a row is called, in English and for a table with Chinese headers; the first form that no code of the table has is used."""
_ADDED, _ADDED_ZH = "new {n}", "新增{n}"
_CHINESE = re.compile("[\u4e00-\u9fff]")
LEAST_DIFFERENT = 0.2
"""A column of codes names the patients if at least this share of its cells differ."""


def code_column(columns: Sequence[Column], cells: Callable[[str], Cells]) -> str | None:
    """Return the column whose codes name the patients: the one with the most codes that occur once; None if there is none."""
    found: list[tuple[bool, int, str]] = []
    for column in columns:
        here = cells(column.name) if column.role is Role.IDENTIFIER else None
        if here is None or len(here.levels) < LEAST_DIFFERENT * here.n_known:
            continue
        if not here.levels or identity(column.name, here) is Identity.CODE:  # an empty one is yet to be filled
            found.append((not is_row_number(column.name), int((here.counts == 1).sum()), column.name))
    return max(found, key=lambda one: one[:2])[2] if found else None  # the first of equals


def codes_of(cells: Cells) -> list[str | None]:
    """Return the code of each patient, None where there is none that may be shown."""
    shown = shown_codes(cells.levels)
    return list(without_point_zero(np.array([text if text in shown else None for text in cells.texts()], dtype=object)))


def patient_names(columns: Sequence[Column], cells: Callable[[str], Cells], rows: pd.Index, reading: Reading | None) -> pd.Series:
    """Return the name of each patient, by row label; all names differ, and a made name resembles nobody's code.

    Parameters
    ----------
    columns, cells
        The columns, and the cells of each by its name.
    rows
        Row labels of the patients.
    reading
        The account of the file, which tells the line of each patient; None for a table from no file.
    """
    source = code_column(columns, cells)
    codes = [None] * len(rows) if source is None else codes_of(cells(source))
    given = [text.casefold() for one in columns if one.role is Role.IDENTIFIER for text in cells(one.name).levels]
    chinese = any(_CHINESE.search(column.name) for column in columns)
    form = _free_form(_FORMS_ZH if chinese else _FORMS, given)
    times = Counter(code for code in codes if code is not None)
    lines = reading.lines if reading else ()
    names = []
    for row, code in zip(rows.tolist(), codes, strict=True):
        made = _made(row, lines, form, _ADDED_ZH if chinese else _ADDED)
        names.append(made if code is None else code if times[code] == 1 else f"{code} ({made})")
    return pd.Series(names, index=rows, dtype=object)


def _free_form(forms: Sequence[str], given: Sequence[str]) -> str:
    """The first form that no given text has, whatever stands between its words and its number."""
    patterns = {form: re.compile(r"\W*\d+\W*".join(map(re.escape, map(str.strip, form.split("{n}"))))) for form in forms}
    return next((form for form, pattern in patterns.items() if not any(map(pattern.match, given))), forms[-1])


def _made(row: Hashable, lines: Sequence[int], form: str, added: str) -> str:
    """A name by the row of the file; patients who were added to the table of a file later are counted apart."""
    if not isinstance(row, int):
        return str(row)
    if lines and row >= len(lines):
        return added.format(n=row - len(lines) + 1)
    return form.format(n=lines[row] if lines else row + 1)
