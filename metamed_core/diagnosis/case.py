"""One undiagnosed patient at one adaptation step, perhaps with values changed to try "what if": the table itself stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from metamed_core.data import PatientRecords, Role
from metamed_core.diagnosis.ranked_answers import ranked
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.learners import Calibrated

Array = npt.NDArray[np.float64]
Value = float | str | None
"""A cell as `PatientRecords.features` holds it: a number, 1.0 or 0.0 for yes or no, days since 1970, a category, or None if missing."""


@dataclass(frozen=True, eq=False)
class Case:
    """One patient of the query set, as the classifier of one step sees them.

    Labeled patients, the scale of the columns and the classifier are those of the trace, whatever is changed here.

    Parameters
    ----------
    trace, step_index
        The adaptation, and an index into `trace.steps`.
    position
        Position of the patient in the query set of the task.
    records
        The table that the trace adapted to.
    features
        One row of `records.features`, with the changes.
    changed
        Names of the columns whose value is not that of the table.
    """

    trace: AdaptationTrace
    step_index: int
    position: int
    records: PatientRecords
    features: pd.DataFrame
    changed: tuple[str, ...] = ()

    @classmethod
    def of(cls, trace: AdaptationTrace, step_index: int, position: int, records: PatientRecords) -> Case:
        """The patient at `position` of the query set, as in the table."""
        return cls(trace, step_index, position, records, records.features.loc[[trace.task.query_rows[position]]])

    def with_values(self, values: Mapping[str, Value]) -> Case:
        """The same patient with other values in some columns; a value equal to that of the table counts as unchanged."""
        row = self.trace.task.query_rows[self.position]
        features = self.many([values])
        told = self.records.features
        changed = tuple(name for name in (*self.changed, *values) if not _same(features[name].iloc[0], told.at[row, name]))
        return Case(self.trace, self.step_index, self.position, self.records, features, tuple(dict.fromkeys(changed)))

    def many(self, variants: Sequence[Mapping[str, Value]]) -> pd.DataFrame:
        """This patient once for each variant, with its values put in, `(n_variants, n_features)`."""
        rows = self.features.iloc[[0] * len(variants)].reset_index(drop=True)
        for name in {name for values in variants for name in values}:
            column = rows[name].tolist()
            cells = [values.get(name, before) for values, before in zip(variants, column, strict=True)]
            rows[name] = pd.Series(cells, dtype=rows[name].dtype)
        return rows

    @property
    def classifier(self) -> Calibrated:
        """The classifier of the step."""
        return self.trace.steps[self.step_index].classifier

    @property
    def classes(self) -> tuple[str, ...]:
        """The diagnoses, in the order of their numbers."""
        return self.trace.task.classes

    @cached_property
    def x(self) -> Tensor:
        """The cells, `(1, n_cells, n_channels)`."""
        return self.trace.task.encoder.encode(self.features)

    @cached_property
    def proba(self) -> Array:
        """The probability of each diagnosis, `(n_way,)`."""
        proba: Array = self.proba_of(self.x)[0]
        return proba

    @cached_property
    def ranked(self) -> tuple[tuple[str, float], ...]:
        """Pairs (diagnosis, probability), most probable first."""
        return ranked(self.classes, self.proba)

    def proba_of(self, x: Tensor) -> Array:
        """Probabilities of cells `(n, n_cells, n_channels)`, `(n, n_way)`."""
        return np.asarray(self.classifier.predict_proba(x).double().numpy(), dtype=np.float64)

    def proba_with(self, variants: Sequence[Mapping[str, Value]]) -> Array:
        """Probabilities with the values of each variant put in, `(n_variants, n_way)`."""
        return self.proba_of(self.trace.task.encoder.encode(self.many(variants)))

    @cached_property
    def blank(self) -> Tensor:
        """The cells of a patient without any value, `(1, n_cells, n_channels)`."""
        encoder = self.trace.task.encoder
        return encoder.encode_values(torch.full((1, encoder.n_cells), torch.nan, dtype=self.x.dtype))

    @cached_property
    def cells_of(self) -> dict[str, slice]:
        """The cells of each column that the network reads."""
        panel, start, found = self.trace.task.encoder.panel, 0, {}
        for name in panel.columns:
            found[name] = slice(start, start + panel.width(name))
            start += panel.width(name)
        return found

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The columns that the network reads and in which this patient has no value, in the order of the table."""
        return tuple(name for name in self.cells_of if pd.isna(self.features[name].iloc[0]))

    def value(self, name: str) -> Value:
        """The value in one column, None if missing."""
        value: Any = self.features[name].iloc[0]
        if name in self.missing:
            return None
        return str(value) if self.records.column(name).role is Role.CATEGORY else float(value)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or (bool(pd.isna(one)) and bool(pd.isna(other)))
