"""PatientTable: a table of patients as read, the role of each column, and everything that follows from the two alone.

A value: every change makes a new one, and the row labels of the raw table are kept so that edits survive. `PatientRecords` adds what
the upload check makes of it; the checks themselves read this file only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from metamed_core.data.formats.table import cell_text, shown
from metamed_core.data.records.columns.features import feature_values, without_point_zero
from metamed_core.data.records.columns.identifiers import Identity, identity
from metamed_core.data.records.columns.roles import FEATURES, Column, Role, guess_columns
from metamed_core.data.records.columns.values import Cells, label_cells
from metamed_core.words import UserError, Words

Records = TypeVar("Records", bound="PatientTable")
"""The records that a remedy is given are of the kind that it gives back."""


@dataclass(frozen=True, eq=False)
class PatientTable:
    """A table of patients with the role of each column.

    raw: one row a patient, cells `str` or None, as read from the file; its row labels name the patients for good.
    columns: one for each column of `raw`, in the same order.
    """

    raw: pd.DataFrame
    columns: tuple[Column, ...]

    @classmethod
    def from_table(cls, raw: pd.DataFrame, columns: Sequence[Column] | None = None) -> Self:
        """Records of a table; columns: what is known of some or all of its columns, the rest is guessed. Raises UserError."""
        records = cls(_as_text(raw), ())
        cells = {name: records.cells(name) for name in records.raw.columns}
        known = {column.name: column for column in columns or ()}
        if not known.keys() >= cells.keys():
            named = any(column.role is Role.LABEL for column in known.values())
            known = {column.name: column for column in guess_columns(cells, with_label=not named)} | known
        return records.with_columns(tuple(known.values()))

    @cached_property
    def label(self) -> Column | None:
        """The column of diagnoses."""
        return next((column for column in self.columns if column.role is Role.LABEL), None)

    @cached_property
    def feature_columns(self) -> tuple[Column, ...]:
        """The columns that a diagnosis is made from."""
        return tuple(column for column in self.columns if column.role in FEATURES)

    @property
    def reference_ranges(self) -> dict[str, tuple[float, float]]:
        """Lower and upper limit of each feature column that has both, in the column's unit."""
        return {c.name: (c.low, c.high) for c in self.feature_columns if c.low is not None and c.high is not None}

    def column(self, name: str) -> Column:
        """The column of that name. Raises UserError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise UserError(_NO_COLUMN.format(name=shown(name), names=", ".join(shown(column.name) for column in self.columns[:20])))

    @cached_property
    def cells_read(self) -> dict[str, Cells]:
        """The columns that have been taken apart so far; `cells` asks and fills it."""
        return {}

    def cells(self, name: str) -> Cells:
        """One column by its distinct texts, kept so that no column is taken apart twice."""
        if name not in self.cells_read:
            self.cells_read[name] = Cells(self.raw[name])
        return self.cells_read[name]

    @cached_property
    def features(self) -> pd.DataFrame:
        """All patients x feature columns: numbers, yes (1) / no (0), dates (days since 1970) float64; categories str; NaN/None missing."""
        return pd.DataFrame({column.name: self.values_of(column) for column in self.feature_columns}, index=self.raw.index)

    def values_of(self, column: Column) -> pd.Series:
        """One feature column as in `features`."""
        values = feature_values(column, self.cells(column.name))
        return pd.Series(values, index=self.raw.index, dtype=object if column.role is Role.CATEGORY else np.float64)

    @cached_property
    def labels(self) -> pd.Series:
        """The diagnosis of each patient; None where there is none yet."""
        texts: npt.NDArray[np.object_] = np.full(len(self.raw), None, dtype=object)
        if self.label is not None:
            texts = without_point_zero(label_cells(self.raw[self.label.name]).texts())
        return pd.Series(texts, index=self.raw.index, dtype=object, name=self.label.name if self.label else None)

    @cached_property
    def diagnosed(self) -> pd.Index:
        """Row labels of the patients with a diagnosis."""
        return self.raw.index[self.labels.notna().to_numpy()]

    @cached_property
    def undiagnosed(self) -> pd.Index:
        """Row labels of the patients without a diagnosis."""
        return self.raw.index[self.labels.isna().to_numpy()]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Labeled patients of each diagnosis, sorted by its name."""
        return {str(name): int(n) for name, n in self.labels.value_counts().sort_index().items()}

    @property
    def classes(self) -> tuple[str, ...]:
        """The diagnoses, sorted."""
        return tuple(self.counts)

    @property
    def n_way(self) -> int:
        """Number of diagnoses."""
        return len(self.counts)

    @property
    def k_shot(self) -> int:
        """Labeled patients of the rarest diagnosis."""
        return min(self.counts.values(), default=0)

    @cached_property
    def patient_names(self) -> pd.Series:
        """A name of each patient for display: a column of unique short codes, else `P-001`, `P-002`, ... by row label."""
        for column in self.columns:
            cells = self.cells(column.name)
            unique = len(cells.levels) == cells.n_known == len(self.raw)
            if column.role is Role.IDENTIFIER and unique and identity(column.name, cells) is Identity.CODE:
                return pd.Series(without_point_zero(cells.texts()), index=self.raw.index, dtype=object)
        names = [f"P-{row + 1:03d}" if isinstance(row, int) else str(row) for row in self.raw.index]
        return pd.Series(names, index=self.raw.index, dtype=object)

    @cached_property
    def sha256(self) -> str:
        """A fingerprint of cells, row labels, roles, units and ranges: the same records have the same."""
        columns = [[c.name, c.role, c.unit, c.low, c.high] for c in self.columns]
        content = [columns, [str(row) for row in self.raw.index], self.raw.to_numpy(dtype=object).tolist()]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()

    def with_cell(self, row: Hashable, column: str, text: str | None) -> Self:
        """These records with one cell changed; None or an empty text makes it missing. Raises UserError for an unknown place."""
        place = self.column(column)
        if row not in self.raw.index:
            raise UserError(_NO_ROW.format(row=shown(str(row))))
        raw = self.raw.copy()
        raw.loc[row, column] = cell_text(text)
        changed = type(self)(raw, self.columns)
        changed.cells_read.update({name: cells for name, cells in self.cells_read.items() if name != column})
        if "features" in self.__dict__:  # only the changed column is read again: an edit must answer at once
            new = {column: changed.values_of(place)} if place.role in FEATURES else {}
            changed.__dict__["features"] = self.features.assign(**new)
        return changed

    def with_label(self, row: Hashable, label: str | None) -> Self:
        """These records with one patient's diagnosis changed or taken away."""
        if self.label is None:
            raise UserError(NO_LABEL)
        return self.with_cell(row, self.label.name, label)

    def without(self, rows: Iterable[Hashable]) -> Self:
        """These records without some patients."""
        return replace(self, raw=self.raw.drop(index=list(rows), errors="ignore"))

    def with_columns(self, columns: Sequence[Column]) -> Self:
        """These records with other roles, units or ranges; raises UserError unless each column has a role and at most one is the label."""
        given = {column.name: column for column in columns}
        missing = [name for name in self.raw.columns if name not in given]
        if missing:
            raise UserError(_NO_ROLE.format(names=", ".join(map(shown, missing[:5]))))
        ordered = tuple(given[name] for name in self.raw.columns)
        labels = [column.name for column in ordered if column.role is Role.LABEL]
        if len(labels) > 1:
            raise UserError(_TWO_LABELS.format(names=", ".join(map(shown, labels))))
        changed = type(self)(self.raw, ordered)
        changed.cells_read.update(self.cells_read)
        return changed


def _as_text(raw: pd.DataFrame) -> pd.DataFrame:
    """A table whose cells are `str` or None and whose names are `str`, whatever the caller had."""
    names = [str(name) for name in raw.columns]
    texts = {name: [cell_text(value) for value in raw.iloc[:, place]] for place, name in enumerate(names)}
    return pd.DataFrame(texts, index=raw.index, columns=names, dtype=object)


NO_LABEL = Words(
    "No column holds the diagnoses: give one column the role “diagnosis” in the upload check's list of columns.",
    "没有诊断列：请在上传检查的各列列表中，将某一列的角色设为“诊断”。",
)
_NO_COLUMN = Words("There is no column “{name}”: choose one of {names}.", "没有“{name}”这一列：请从以下列中选择：{names}。")
_NO_ROW = Words("There is no patient in row {row} any more: choose a patient of the table.", "第 {row} 行已没有患者：请选择表中的患者。")
_NO_ROLE = Words("No role is given for {names}: give every column one role.", "以下列没有角色：{names}。请为每一列指定一个角色。")
_TWO_LABELS = Words(
    "Several columns have the role “diagnosis” ({names}): leave it to one of them.",
    "有多列的角色为“诊断”（{names}）：请只保留其中一列。",
)
