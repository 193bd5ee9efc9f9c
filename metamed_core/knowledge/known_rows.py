"""Statements as cells: one row for each diagnosis, in which only what was said is known, encoded as the patients are.

A statement that leaves open what a patient will have (a share, a range) becomes the mean of the cells that it allows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from metamed_core.data import CHANNELS, LabeledSet, PatientEncoder, shown
from metamed_core.knowledge.column_kinds import ColumnKind, kinds_by_column
from metamed_core.knowledge.knowledge_table import Knowledge, place
from metamed_core.knowledge.statement import Grade, Share, Statement, Usual, Word, fold, read_statement
from metamed_core.words import UserError, Words

MISSING, STATED = CHANNELS.index("missing"), CHANNELS.index("stated")
MOST_POINTS = 3
"""A statement allows at most so many values."""


@dataclass(frozen=True, eq=False, slots=True)
class KnownRows:
    """What is known of the diagnoses of one task.

    Parameters
    ----------
    x
        Cells of one row for each diagnosis, `(n_way, n_columns, n_channels)`; missing where nothing is said.
    weight
        Weight of each statement, `(n_way, n_columns)`; 0 where nothing is said.
    statements
        The statements in use, in the order of diagnoses and columns.
    cells_of
        The cells of each column.
    unused
        Sentences on what does not apply to the table: columns without values and diagnoses that it does not have.
    """

    x: Tensor
    weight: Tensor
    statements: tuple[tuple[Statement, ...], ...]
    cells_of: Mapping[str, slice]
    unused: tuple[Words, ...]

    @property
    def knowledge(self) -> Knowledge:
        """The statements in use."""
        return Knowledge(tuple(one for row in self.statements for one in row))

    @property
    def known(self) -> tuple[int, ...]:
        """Numbers of the classes of which something is said."""
        return tuple(k for k in range(len(self.weight)) if bool((self.weight[k] > 0).any()))

    def patients(self, copies: Sequence[int], dtype: torch.dtype) -> LabeledSet:
        """The rows as pseudo-patients.

        Parameters
        ----------
        copies
            How many patients the row of each class stands for, `(n_way,)`.
        dtype
            Of the cells.

        Returns
        -------
        LabeledSet
            A statement of weight w stands in `ceil(w)` rows for each copy; in the last of them it is as much nearer to an average cell as
            w falls short. Only what is said is `counted`.
        """
        x, y, counted = [], [], []
        for k in self.known:
            for part in range(math.ceil(float(self.weight[k].max()))):
                share = (self.weight[k] - part).clamp(0, 1).to(self.x.dtype)
                if bool((share > 0).any()):
                    row = _blended(self.x[k], share)
                    x += [row] * copies[k]
                    counted += [share > 0] * copies[k]
                    y += [k] * copies[k]
        if not x:
            return LabeledSet(self.x[:0].to(dtype), torch.zeros(0, dtype=torch.int64))
        return LabeledSet(torch.stack(x).to(dtype), torch.tensor(y), torch.stack(counted))


def known_rows(
    knowledge: Knowledge,
    encoder: PatientEncoder,
    features: pd.DataFrame,
    classes: Sequence[Any],
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> KnownRows:
    """Encode what is known of the classes of a task.

    Parameters
    ----------
    knowledge, encoder
        The statements, and the encoder of the task.
    features
        All patients of the table, from which the kind of each column is read: number, finding or words.
    classes
        The diagnoses of the task.
    ranges
        Reference range (low, high) of some number columns, in the column's unit; a grade is measured against the patients elsewhere.

    Raises
    ------
    UserError
        If a statement does not fit its column; the sentence names the line.
    """
    kinds = kinds_by_column(encoder, features, ranges or {})
    number = {fold(str(name)): k for k, name in enumerate(classes)}
    column_of = {fold(name): name for name, kind in kinds.items() if kind.has_values}
    used: list[list[Statement]] = [[] for _ in classes]
    for one in sorted(knowledge.statements, key=lambda each: (each.diagnosis, each.column)):
        k, name = number.get(fold(one.diagnosis)), column_of.get(fold(one.column))
        if k is not None and name is not None and one.weight > 0:
            used[k].append(replace(one, column=name))
    x = torch.stack([_expected_cells(row, kinds, encoder) for row in used])
    weight = np.zeros(x.shape[:2])
    for k, row in enumerate(used):
        for one in row:
            weight[k, kinds[one.column].cells] = one.weight
    columns = {name: kind.cells for name, kind in kinds.items()}
    return KnownRows(x, torch.from_numpy(weight), tuple(map(tuple, used)), columns, _unused(knowledge, number, column_of))


def _expected_cells(row: Sequence[Statement], kinds: Mapping[str, ColumnKind], encoder: PatientEncoder) -> Tensor:
    """The cells of one diagnosis, `(n_cells, n_channels)`; missing where nothing is said."""
    # All statements are encoded at once: the first values that they allow in one row, the second in another.
    values, shares = np.full((MOST_POINTS, encoder.n_cells), np.nan), np.zeros((MOST_POINTS, encoder.n_cells))
    shares[0] = 1.0
    words = {}
    for one in row:
        points, at = _points(one, kinds[one.column]), kinds[one.column].cells
        if isinstance(points, str):
            words[one.column] = points
            continue
        for i, (value, share) in enumerate(points):
            values[i, at], shares[i, at] = value, share
    if words:
        frame = pd.DataFrame({column: [words.get(column)] for column in encoder.panel.columns}, dtype=object)
        named = encoder.panel.values(frame)[0].numpy()
        for column in words:
            values[0, kinds[column].cells] = named[kinds[column].cells]
    return (encoder.encode_values(torch.from_numpy(values)) * torch.from_numpy(shares).unsqueeze(-1)).sum(0)


def _points(one: Statement, kind: ColumnKind) -> list[tuple[float, float]] | str:
    """The values that a statement allows with their shares, or the word that it names. Raises UserError where it does not fit."""
    if kind.words is not None:
        word = next((level for level in kind.words if fold(level) == fold(one.text)), None)
        if word is None:
            raise UserError(_NO_WORD.format(place=place(one), text=shown(one.text), column=shown(one.column), words=_listed(kind.words)))
        return word
    meaning = read_statement(one.text)
    match meaning:
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
    raise UserError(
        (_NO_FINDING if kind.is_yes_no else _NO_NUMBER).format(place=place(one), text=shown(one.text), column=shown(one.column))
    )


def _blended(row: Tensor, share: Tensor) -> Tensor:
    """Cells `(n_columns, n_channels)` between an average cell (share 0) and the row (share 1); missing where the share is 0."""
    # Columns in which nothing is said are missing in `row`; those of this row that say nothing in this copy become so.
    blended = row * share.unsqueeze(-1)
    fixed = [i for i, name in enumerate(CHANNELS) if name not in _OF_THE_PATIENT]
    blended[:, fixed] = row[:, fixed]
    blended[:, MISSING] = (share == 0).to(row.dtype)
    # So an in-context network reads a statement as one, and not as a patient.
    blended[:, STATED] = share
    return blended


def _unused(knowledge: Knowledge, diagnoses: Mapping[str, int], columns: Mapping[str, str]) -> tuple[Words, ...]:
    elsewhere = sorted({one.column for one in knowledge.statements if fold(one.column) not in columns})
    others = sorted({one.diagnosis for one in knowledge.statements if fold(one.diagnosis) not in diagnoses})
    told = ((_NO_COLUMN, elsewhere), (_NO_DIAGNOSIS, others))
    return tuple(words.format(n=len(names), names=_listed(names)) for words, names in told if names)


def _listed(names: Sequence[str], most: int = 8) -> Words:
    told, more = [shown(name) for name in names[:most]], ["…"] * (len(names) > most)
    return Words(", ".join([*told, *more]), "、".join([*told, *more]))


_OF_THE_PATIENT = ("value", "rank", "own")
"""Channels that tell one patient from another; 0 is an average cell."""
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
_NO_COLUMN = Words(
    "The knowledge table speaks of {n} {n:column|columns} that this table does not use, which is left aside: {names}.",
    "知识表提到了本表未使用的 {n} 列，已忽略：{names}。",
)
_NO_DIAGNOSIS = Words(
    "The knowledge table speaks of {n} {n:diagnosis|diagnoses} not in question here, which is left aside: {names}.",
    "知识表提到了此处不涉及的 {n} 种诊断，已忽略：{names}。",
)
