"""PatientTable: a table of patients as read, the role of each column, and all values that follow from these two.

It is immutable: each edit returns a new table with the same row labels. `PatientRecords` adds the upload check; the checks depend on this
file only.
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

from metamed_core.data.formats.reading import Reading
from metamed_core.data.formats.table import cell_text, column_texts, shown
from metamed_core.data.records.columns.features import feature_values, without_point_zero
from metamed_core.data.records.columns.roles import FEATURES, Column, Role, guess_columns
from metamed_core.data.records.columns.values import Cells, label_cells
from metamed_core.data.records.patient_names import code_column, patient_names
from metamed_core.data.records.refusals import NO_COLUMN, NO_LABEL, NO_ROLE, NO_ROW, TWO_LABELS
from metamed_core.words import UserError

Records = TypeVar("Records", bound="PatientTable")
"""A remedy returns records of the type that it receives."""


@dataclass(frozen=True, eq=False)
class PatientTable:
    """A table of patients with the role of each column.

    Parameters
    ----------
    raw
        One row per patient, cells `str` or None, as read from the file. Its row labels identify the patients permanently.
    columns
        The role, unit and range of each column of `raw`, in the same order.
    reading
        The account of the file; None for a table that was not read from one. It is no part of `sha256`.
    """

    raw: pd.DataFrame
    columns: tuple[Column, ...]
    reading: Reading | None = None

    @classmethod
    def from_table(cls, raw: pd.DataFrame, columns: Sequence[Column] | None = None, reading: Reading | None = None) -> Self:
        """Make records of a table. Raises UserError if two columns have the role LABEL.

        Parameters
        ----------
        raw
            One row per patient.
        columns
            Known columns; the others are guessed.
        reading
            The account of the file.
        """
        records = cls(_as_text(raw) if reading is None else raw.set_axis(list(map(str, raw.columns)), axis=1), (), reading)
        cells = {name: records.cells(name) for name in records.raw.columns}
        known = {column.name: replace(column, confirmed=True) if column.role is Role.LABEL else column for column in columns or ()}
        if not known.keys() >= cells.keys():
            named = any(column.role is Role.LABEL for column in known.values())
            known = {column.name: column for column in guess_columns(cells, with_label=not named)} | known
        return records.with_columns(tuple(known.values()))

    @cached_property
    def label(self) -> Column | None:
        """The column of diagnoses; None if there is none."""
        return next((column for column in self.columns if column.role is Role.LABEL), None)

    @cached_property
    def feature_columns(self) -> tuple[Column, ...]:
        """The columns with a feature role: number, yes/no, category or date."""
        return tuple(column for column in self.columns if column.role in FEATURES)

    @property
    def reference_ranges(self) -> dict[str, tuple[float, float]]:
        """Reference range (low, high) of each feature column that has both limits, in the column's unit."""
        return {c.name: (c.low, c.high) for c in self.feature_columns if c.low is not None and c.high is not None}

    def column(self, name: str) -> Column:
        """Return the column with this name. Raises UserError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise UserError(NO_COLUMN.format(name=shown(name), names=", ".join(shown(column.name) for column in self.columns[:20])))

    @cached_property
    def cells_read(self) -> dict[str, Cells]:
        """Cache of `cells`."""
        return {}

    def cells(self, name: str) -> Cells:
        """Return the cells of a column by distinct text; cached."""
        if name not in self.cells_read:
            told = next((column for column in self.columns if column.name == name), None)
            self.cells_read[name] = Cells(self.raw[name], read_as_missing=told.missing, kept=told.kept) if told else Cells(self.raw[name])
        return self.cells_read[name]

    @cached_property
    def features(self) -> pd.DataFrame:
        """Feature values, `(n_patients, n_features)`.

        Numbers, yes (1) / no (0) and dates (days since 1970-01-01) are float64, NaN where missing.
        Categories are `str`, None where missing.
        """
        return pd.DataFrame({column.name: self.values_of(column) for column in self.feature_columns}, index=self.raw.index)

    def values_of(self, column: Column) -> pd.Series:
        """Return the values of one feature column, as in `features`."""
        values = feature_values(column, self.cells(column.name))
        return pd.Series(values, index=self.raw.index, dtype=object if column.role is Role.CATEGORY else np.float64)

    @cached_property
    def labels(self) -> pd.Series:
        """The diagnosis of each patient; None where it is unknown."""
        texts: npt.NDArray[np.object_] = np.full(len(self.raw), None, dtype=object)
        if self.label is not None:
            cells = label_cells(self.raw[self.label.name], self.label.missing, self.label.kept)
            texts = without_point_zero(cells.texts())
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
        """Number of labeled patients of each diagnosis, by diagnosis in sorted order."""
        return {str(name): int(n) for name, n in self.labels.value_counts().sort_index().items()}

    @property
    def classes(self) -> tuple[str, ...]:
        """The diagnoses in sorted order."""
        return tuple(self.counts)

    @property
    def n_way(self) -> int:
        """Number of diagnoses."""
        return len(self.counts)

    @property
    def k_shot(self) -> int:
        """Number of labeled patients of the rarest diagnosis."""
        return min(self.counts.values(), default=0)

    @cached_property
    def code_column(self) -> str | None:
        """The column whose codes name the patients; None if there is none."""
        return code_column(self.columns, self.cells)

    @cached_property
    def patient_names(self) -> pd.Series:
        """Display name of each patient: the patient's own short code, else the row of the file (`row 7`)."""
        return patient_names(self.columns, self.cells, self.raw.index, self.reading)

    def line(self, row: Hashable) -> int | None:
        """Return the line (of a workbook: row) of the file in which the patient with this row label stands; None if it is unknown."""
        lines = self.reading.lines if self.reading else ()
        return lines[row] if isinstance(row, int) and 0 <= row < len(lines) else None

    @cached_property
    def file_numbers(self) -> pd.Series | None:
        """The number under which each patient is filed, as given in the column of the role FILE_NUMBER; None without such a column.

        A page may show it and search by it, and `answers_csv` writes it. It may identify a person: write it nowhere else.
        """
        column = next((column for column in self.columns if column.role is Role.FILE_NUMBER), None)
        return None if column is None else self.raw[column.name]

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of cells, row labels, roles, units and ranges: equal for records with the same content."""
        columns = [[c.name, c.role, c.unit, c.low, c.high, *_readings(c)] for c in self.columns]
        content = [columns, [str(row) for row in self.raw.index], self.raw.to_numpy(dtype=object).tolist()]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()

    def with_cell(self, row: Hashable, column: str, text: str | None) -> Self:
        """Return records with one cell changed; None or empty text makes it missing. Raises UserError for an unknown row or column."""
        place = self.column(column)
        if row not in self.raw.index:
            raise UserError(NO_ROW.format(row=shown(str(row))))
        raw = self.raw.copy()
        raw.loc[row, column] = cell_text(text)
        changed = replace(self, raw=raw)
        changed.cells_read.update({name: cells for name, cells in self.cells_read.items() if name != column})
        if "features" in self.__dict__:  # only the changed column is read again, which keeps edits fast
            new = {column: changed.values_of(place)} if place.role in FEATURES else {}
            changed.__dict__["features"] = self.features.assign(**new)
        if "patient_names" in self.__dict__ and place.role is not Role.IDENTIFIER:
            changed.__dict__["patient_names"] = self.patient_names
        return changed

    def with_label(self, row: Hashable, label: str | None) -> Self:
        """Return records with one patient's diagnosis changed or, for None, removed. Raises UserError without a label column."""
        if self.label is None:
            raise UserError(NO_LABEL)
        return self.with_cell(row, self.label.name, label)

    def without(self, rows: Iterable[Hashable]) -> Self:
        """Return records without the patients with these row labels; unknown ones are ignored."""
        left = replace(self, raw=self.raw.drop(index=list(rows), errors="ignore"))
        left.__dict__["patient_names"] = self.patient_names.loc[
            left.raw.index
        ]  # a patient keeps the name, also where a repeated code is gone
        return left

    def with_columns(self, columns: Sequence[Column]) -> Self:
        """Return records with other roles, units or ranges. Raises UserError unless each column has a role and at most one is LABEL."""
        given = {column.name: column for column in columns}
        missing = [name for name in self.raw.columns if name not in given]
        if missing:
            raise UserError(NO_ROLE.format(names=", ".join(map(shown, missing[:5]))))
        ordered = tuple(given[name] for name in self.raw.columns)
        labels = [column.name for column in ordered if column.role is Role.LABEL]
        if len(labels) > 1:
            raise UserError(TWO_LABELS.format(names=", ".join(map(shown, labels))))
        changed = replace(self, columns=ordered)
        before = {column.name: (column.missing, column.kept) for column in self.columns}
        alike = {one.name for one in ordered if before.get(one.name, ((), ())) == (one.missing, one.kept)}
        changed.cells_read.update({name: cells for name, cells in self.cells_read.items() if name in alike})
        return changed


def _readings(column: Column) -> list[object]:
    """What else decides how the cells of a column are read; empty for most columns."""
    chosen = [list(column.missing), list(column.kept), column.blank_is_no, column.day_first]
    return chosen if chosen != [[], [], True, None] else []


def _as_text(raw: pd.DataFrame) -> pd.DataFrame:
    """Convert cells to `str` or None, and column names to `str`."""
    names = [str(name) for name in raw.columns]
    texts = {name: column_texts(raw.iloc[:, place].tolist()) for place, name in enumerate(names)}
    return pd.DataFrame(texts, index=raw.index, columns=names, dtype=object)
