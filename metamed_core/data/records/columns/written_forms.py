"""Chooses how the numbers of a column are written: a form that its texts share, or quantities in several units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metamed_core.data.records.columns.counted_forms import ALL_FORMS
from metamed_core.data.records.columns.forms import MANY, Form
from metamed_core.data.records.columns.plain_numbers import LIMIT
from metamed_core.data.records.columns.quantities import quantities
from metamed_core.words import Words

ENOUGH = 0.5
"""A form is used if at least this share of the distinct texts can be read with it."""
SAMPLE = 100
RARE = 0.2
"""A form that fits fewer of the first `SAMPLE` texts is not tried on the rest."""


@dataclass(frozen=True)
class Written:
    """The distinct texts of a column, read in a form.

    Parameters
    ----------
    key
        The form's name in the code; `quantities` for numbers with units.
    values
        `(n_texts,)`, NaN where unreadable.
    own
        Which texts are in the form, `(n_texts,)`; the others are plain numbers or words.
    told
        What the texts are and how they are read, to follow "holds".
    unit
        Unit of the values; empty if unknown.
    """

    key: str
    values: list[float]
    own: list[bool]
    told: Words
    unit: str


def written_form(texts: Sequence[str], plain: Sequence[float]) -> Written | None:
    """Return the form of a column's distinct texts; None where plain reading does.

    Parameters
    ----------
    texts
        The distinct texts.
    plain
        Each text as a plain number, NaN where it is none.
    """
    if (found := _quantities(texts)) is not None:
        return found
    odd = [place for place in np.flatnonzero(np.isnan(plain)).tolist() if len(texts[place]) < 40]
    if not any(map(str.isdigit, "".join(texts[place] for place in odd))):
        return None
    best: Written | None = None
    n_best = len(texts) - len(odd)
    for form in ALL_FORMS:
        if (one := _in_form(form, texts, plain, odd)) is not None:
            n_read = int(np.isfinite(one.values).sum())
            if n_read > n_best and n_read >= ENOUGH * len(texts):
                best, n_best = one, n_read
    return best


def _quantities(texts: Sequence[str]) -> Written | None:
    found = quantities(texts)
    if found is None:
        return None
    several = len(found.units) > 1 or len(found.changed) > 0 or not all(found.own)
    example = f"“{found.changed or texts[found.own.index(True)]}”"
    told = (_UNITS if several else _ONE_UNIT).format(example=example, unit=found.unit)
    return Written("quantities", found.values, list(found.own), told, found.unit)


def _in_form(form: Form, texts: Sequence[str], plain: Sequence[float], odd: Sequence[int]) -> Written | None:
    """The texts in one form; None if the form does not fit them."""
    if len(odd) > SAMPLE and sum(form.pattern.fullmatch(texts[place]) is not None for place in odd[:SAMPLE]) < RARE * SAMPLE:
        return None
    matches: dict[int, re.Match[str]] = {place: match for place in odd if (match := form.pattern.fullmatch(texts[place]))}
    worded = {place: form.words[texts[place].lower()] for place in odd if texts[place].lower() in form.words}
    few = form.most and len(matches) + len(worded) < ENOUGH * len(texts)
    if not matches or few or not form.fits(list(matches.values())):
        return None
    values = np.array(plain, dtype=np.float64)
    for place, match in matches.items():
        values[place] = form.value(match)
    for place, value in worded.items():
        values[place] = value
    largest = values[np.isfinite(values)].max(initial=1.0)
    values[values == MANY] = largest * LIMIT
    example = f"“{texts[next(iter(matches))]}”"
    own = [place in matches or place in worded for place in range(len(texts))]
    return Written(form.key, values.tolist(), own, form.told.format(example=example), form.unit)


_UNITS = Words(
    "numbers in several units, such as {example}; all are read as numbers in {unit}, and so are cells without a unit",
    "带不同单位的数值（如 {example}），均换算为 {unit}，无单位的单元格也按 {unit} 读取",
)
_ONE_UNIT = Words("numbers with a unit, such as {example}, read as numbers in {unit}", "带单位的数值（如 {example}），按 {unit} 读取")
