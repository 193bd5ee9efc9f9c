"""The values that statements allow in the columns of a table, in the columns' own units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from metamed_core.data import PatientEncoder, shown
from metamed_core.knowledge.column_kinds import ColumnKind
from metamed_core.knowledge.knowledge_table import place
from metamed_core.knowledge.statement import Grade, Share, Statement, Usual, Word, fold, read_statement
from metamed_core.words import UserError, Words

Allowed = list[tuple[float, float]] | str
"""Values with their shares, or the word that is named."""
MOST_POINTS = 3
"""A statement allows at most so many values."""


def fitting(one: Statement, kind: ColumnKind) -> Allowed | None:
    """The values that a statement allows with their shares, or the word that it names; None where it does not fit its column."""
    if kind.words is None:
        return _points(one, kind)
    return next((level for level in kind.words if fold(level) == fold(one.text)), None)


def _points(one: Statement, kind: ColumnKind) -> list[tuple[float, float]] | None:
    """The same of a column of numbers or a finding."""
    match read_statement(one.text):
        case Share(share) if kind.present is not None:
            return [(kind.present, share), (0.0, 1 - share)]
        case Grade(spreads) if not kind.is_yes_no:
            return [(kind.graded(spreads), 1.0)]
        case Usual(low, high) if low == high:
            return [(low, 1.0)]
        case Usual(low, high):
            return [(value, 1 / 3) for value in (low, (low + high) / 2, high)]
        case Word(text) if kind.is_yes_no and fold(text) in _YES_NO:
            return [(_YES_NO[fold(text)], 1.0)]
    return None


def allowed(one: Statement, kind: ColumnKind) -> Allowed:
    """The same of a statement that must fit. Raises UserError where it does not."""
    found = fitting(one, kind)
    if found is not None:
        return found
    where = {"place": place(one), "text": shown(one.text), "column": shown(one.column)}
    if kind.words is not None:
        raise UserError(_NO_WORD.format(**where, words=listed(kind.words)))
    raise UserError((_NO_FINDING if kind.is_yes_no else _NO_NUMBER).format(**where))


def said_values(row: Mapping[str, Allowed], kinds: Mapping[str, ColumnKind], encoder: PatientEncoder) -> tuple[Tensor, Tensor]:
    """What is said of one diagnosis, as the unscaled values of all cells.

    Parameters
    ----------
    row
        What is allowed in the columns of which something is said.
    kinds, encoder
        The kind of each column, and the encoder of the table.

    Returns
    -------
    values, shares
        `(MOST_POINTS, n_cells)` each: the first values that are allowed, the second, ..., NaN where there is none; and their shares.
    """
    values, shares = np.full((MOST_POINTS, encoder.n_cells), np.nan), np.zeros((MOST_POINTS, encoder.n_cells))
    shares[0] = 1.0
    words = {column: points for column, points in row.items() if isinstance(points, str)}
    for column, points in row.items():
        for i, (value, share) in enumerate(() if isinstance(points, str) else points):
            values[i, kinds[column].cells], shares[i, kinds[column].cells] = value, share
    if words:
        frame = pd.DataFrame({column: [words.get(column)] for column in encoder.panel.columns}, dtype=object)
        named = encoder.panel.values(frame)[0].numpy()
        for column in words:
            values[0, kinds[column].cells] = named[kinds[column].cells]
    return torch.from_numpy(values), torch.from_numpy(shares)


def listed(names: Sequence[str], most: int = 8) -> Words:
    """The first of these names, for a sentence."""
    told, more = [shown(name) for name in names[:most]], ["…"] * (len(names) > most)
    return Words(", ".join([*told, *more]), "、".join([*told, *more]))


_YES_NO = {"yes": 1.0, "no": 0.0, "是": 1.0, "否": 0.0}
_NO_WORD = Words(
    "{place} says “{text}” in “{column}”, where no patient has this word: use one of {words}.",
    "{place}在“{column}”中为“{text}”，而没有患者使用该词：请改用 {words} 之一。",
)
_NO_FINDING = Words(
    "{place} says “{text}” of the finding “{column}”: use always, very frequent, frequent, occasional, very rare, excluded, or a share such as 35%.",
    "{place}对表现“{column}”写了“{text}”：请用 always、very frequent、frequent、occasional、very rare、excluded，或比例（如 35%）。",
)
_NO_NUMBER = Words(
    "{place} says “{text}” of the number “{column}”: use very low, low, normal, high, very high, a usual value such as 7, or a range such as 4-11.",
    "{place}对数值“{column}”写了“{text}”：请用 very low、low、normal、high、very high，常见值（如 7）或范围（如 4-11）。",
)
