"""A few-shot task made from a table: the patients of the support set and of the query set, and their encoded cells."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from metamed_core.data.encoding import CHANNELS, PatientEncoder
from metamed_core.data.episode import Episode, LabeledSet
from metamed_core.data.panel import Panel
from metamed_core.data.records.patient_records import PatientRecords

Positions = npt.NDArray[np.intp]
NO_CLASS = -1
"""The class number of a query patient whose diagnosis is not known, or is not one of the task's classes."""


@dataclass(frozen=True, eq=False, slots=True)
class Task:
    """An n-way task: a support set to adapt to and a query set to predict, encoded together.

    Parameters
    ----------
    classes
        The diagnoses of the support set, sorted; class number `i` stands for `classes[i]`.
    support_rows, query_rows
        Row labels of the patients in the original table.
    support_names, query_names
        Display names of the patients.
    support
        Cells `(n_support, n_cells, n_channels)` and class numbers `(n_support,)`.
    query
        Cells `(n_query, n_cells, n_channels)` and class numbers `(n_query,)`, `NO_CLASS` where the diagnosis is unknown.
    encoder
        The fitted encoder of both sets; it encodes further patients in the same way.
    query_lines, query_file_numbers
        Where the query patients stand in the user's file and how they are filed, None where unknown; empty for a table from no file.
    """

    classes: tuple[Any, ...]
    support_rows: tuple[Hashable, ...]
    query_rows: tuple[Hashable, ...]
    support_names: tuple[str, ...]
    query_names: tuple[str, ...]
    support: LabeledSet
    query: LabeledSet
    encoder: PatientEncoder
    query_lines: tuple[int | None, ...] = ()
    query_file_numbers: tuple[str | None, ...] = ()

    @classmethod
    def of(
        cls,
        features: pd.DataFrame,
        labels: Sequence[Any],
        support: Positions,
        query: Positions,
        *,
        scale: Positions | None = None,
        ranges: Mapping[str, tuple[float, float]] | None = None,
        panel: Panel | None = None,
        names: Sequence[str] | None = None,
        further: Sequence[Any] = (),
    ) -> Task:
        """Encode a table as a task. Raises UserError under the conditions given in `PatientEncoder.fit`.

        Parameters
        ----------
        features
            One row per patient, in the form that `PatientEncoder.fit` accepts.
        labels
            The diagnosis of each row; None where it is unknown. Every support patient needs one.
        support, query
            Positions of the patients in `features`, `(n_support,)` and `(n_query,)`.
        scale
            Positions of the patients whose values, without their labels, set the scale of the columns; None: all.
        ranges, panel
            Reference ranges, and the columns that weights for one panel expect; see `PatientEncoder.fit`.
        names
            Display name of each patient; None: the row labels.
        further
            Diagnoses that are in question although no support patient has them.
        """
        encoder = PatientEncoder.fit(features if scale is None else features.iloc[scale], ranges, panel)
        classes = tuple(sorted({*(labels[i] for i in support), *further}))
        rows, called = features.index.tolist(), names or features.index
        known, asked = (_encoded(encoder, features, labels, part, classes) for part in (support, query))
        support_names, query_names = (tuple(str(called[i]) for i in part) for part in (support, query))
        support_rows, query_rows = (tuple(rows[i] for i in part) for part in (support, query))
        return cls(classes, support_rows, query_rows, support_names, query_names, known, asked, encoder)

    @classmethod
    def of_records(cls, records: PatientRecords, panel: Panel | None = None, further: Sequence[str] = ()) -> Task:
        """Make the task of an upload: diagnosed patients form the support set, all others the query set.

        Parameters
        ----------
        records
            The patients.
        panel
            Columns that the weights expect; None: all feature columns of `records`.
        further
            Diagnoses that are in question although no patient has them.

        Raises
        ------
        UserError
            If a column of `panel` is missing or holds words where it held numbers.
        """
        known = records.labels.notna().to_numpy()
        task = cls.of(
            records.features,
            records.labels.tolist(),
            np.flatnonzero(known),
            np.flatnonzero(~known),
            ranges=records.reference_ranges,
            panel=panel,
            names=records.patient_names.tolist(),
            further=further,
        )
        lines = tuple(map(records.line, task.query_rows)) if records.reading else ()
        filed = () if records.file_numbers is None else tuple(records.file_numbers[~known])
        return replace(task, query_lines=lines, query_file_numbers=filed)

    def with_support(self, rows: Sequence[Hashable], names: Sequence[str], patients: LabeledSet) -> Task:
        """Return the task with further members of the support set, after those that it has."""
        support = patients.after(self.support)
        return replace(self, support_rows=(*self.support_rows, *rows), support_names=(*self.support_names, *names), support=support)

    @property
    def n_way(self) -> int:
        """Number of classes."""
        return len(self.classes)

    @property
    def episode(self) -> Episode:
        """The task as tensors, in the form that learners and meta-training use: cells and class numbers only."""
        return Episode(self.support, self.query, self.n_way)

    @property
    def query_is_empty(self) -> npt.NDArray[np.bool_]:
        """Whether all cells of a query patient are missing, so that the prediction holds no information on that patient, `(n_query,)`."""
        return np.asarray(self.query.x[..., CHANNELS.index("missing")].bool().all(-1).numpy(), dtype=np.bool_)


def _encoded(
    encoder: PatientEncoder, features: pd.DataFrame, labels: Sequence[Any], positions: Positions, classes: Sequence[Any]
) -> LabeledSet:
    number = {name: i for i, name in enumerate(classes)}
    y = [number.get(labels[i], NO_CLASS) for i in positions]
    return LabeledSet(encoder.encode(features.iloc[positions]), torch.tensor(y, dtype=torch.int64))
