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

from metamed_core.data import CHANNELS, LabeledSet, PatientEncoder
from metamed_core.knowledge.column_kinds import ColumnKind, kinds_by_column
from metamed_core.knowledge.knowledge_table import Knowledge
from metamed_core.knowledge.said_values import allowed, listed, said_values
from metamed_core.knowledge.statement import Statement, fold
from metamed_core.words import Words

MISSING, STATED = CHANNELS.index("missing"), CHANNELS.index("stated")


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
                    row = blended(self.x[k], share)
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
    """The cells of one diagnosis, `(n_cells, n_channels)`; missing where nothing is said. Raises UserError where a statement does not fit."""
    values, shares = said_values({one.column: allowed(one, kinds[one.column]) for one in row}, kinds, encoder)
    return (encoder.encode_values(values) * shares.unsqueeze(-1)).sum(0)


def blended(row: Tensor, share: Tensor) -> Tensor:
    """Cells `(..., n_columns, n_channels)` between an average cell (share 0) and the row (share 1); missing where the share is 0."""
    # Columns in which nothing is said are missing in `row`; those of this row that say nothing in this copy become so.
    cells = row * share.unsqueeze(-1)
    fixed = [i for i, name in enumerate(CHANNELS) if name not in _OF_THE_PATIENT]
    cells[..., fixed] = row[..., fixed]
    cells[..., MISSING] = (share == 0).to(row.dtype)
    # So an in-context network reads a statement as one, and not as a patient.
    cells[..., STATED] = share
    return cells


def _unused(knowledge: Knowledge, diagnoses: Mapping[str, int], columns: Mapping[str, str]) -> tuple[Words, ...]:
    elsewhere = sorted({one.column for one in knowledge.statements if fold(one.column) not in columns})
    others = sorted({one.diagnosis for one in knowledge.statements if fold(one.diagnosis) not in diagnoses})
    told = ((_NO_COLUMN, elsewhere), (_NO_DIAGNOSIS, others))
    return tuple(words.format(n=len(names), names=listed(names)) for words, names in told if names)


_OF_THE_PATIENT = ("value", "rank", "own")
"""Channels that tell one patient from another; 0 is an average cell."""
_NO_COLUMN = Words(
    "The knowledge table speaks of {n} {n:column|columns} that this table does not use, which is left aside: {names}.",
    "知识表提到了本表未使用的 {n} 列，已忽略：{names}。",
)
_NO_DIAGNOSIS = Words(
    "The knowledge table speaks of {n} {n:diagnosis|diagnoses} not in question here, which is left aside: {names}.",
    "知识表提到了此处不涉及的 {n} 种诊断，已忽略：{names}。",
)
