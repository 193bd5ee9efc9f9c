"""The patients from which tasks are drawn: features, known diagnoses, reference ranges and groups."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from metamed_core.data.records import PatientRecords, Role
from metamed_core.data.task import Positions
from metamed_core.words import UserError, Words

RowLabel = int | str
TRIES = 50
"""Number of random group orders tried before a task is reported as impossible."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """The patients from which tasks are drawn. Those without a diagnosis contribute to the column scales and never join a query set.

    Parameters
    ----------
    features
        One row per patient, in the form that `PatientEncoder.fit` accepts.
    labels
        The diagnosis of each patient, None where it is unknown.
    rows
        A unique row label for each patient.
    ranges
        Reference range (low, high) of some number columns, in the column's unit.
    groups
        The group of each patient, such as a person, a hospital or a publication. Patients of one group never appear in both the support
        and the query set of a task. None for a patient without a group; an empty tuple if the table has no groups.
    """

    features: pd.DataFrame
    labels: tuple[str | None, ...]
    rows: tuple[RowLabel, ...]
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    groups: tuple[str | None, ...] = ()

    @classmethod
    def of_records(cls, records: PatientRecords, truth: Mapping[Hashable, str] | None = None) -> Cohort:
        """Make the cohort of an upload.

        Parameters
        ----------
        records
            The patients.
        truth
            Held-out diagnoses by row label; they apply where `records` has no diagnosis.

        Raises
        ------
        UserError
            If the table allows no task, see `PatientRecords.problem`.
        """
        if records.problem is not None:
            raise UserError(records.problem)
        aside = truth or {}
        labels = [aside.get(row) if label is None else label for row, label in records.labels.items()]
        return cls(records.features, tuple(labels), _names(records.features.index), records.reference_ranges, _groups_of(records))

    @classmethod
    def of_table(cls, features: pd.DataFrame, labels: Sequence[Any], groups: Sequence[Any] = ()) -> Cohort:
        """Make a cohort of a plain table.

        Parameters
        ----------
        features
            Columns of numbers, booleans or text; one row per patient.
        labels
            The diagnosis of each row; None or NaN where it is unknown.
        groups
            The group of each row; empty if there are none.

        Raises
        ------
        UserError
            If `labels` and `features` differ in length.
        """
        if len(features) != len(labels):
            raise UserError(
                Words(
                    "The table has {n} {n:patient|patients} but {m} {m:label is|labels are} given: give one for each patient, empty where there is none.",
                    "表中有 {n} 位患者，却给出了 {m} 个标签：请为每位患者给出一个标签，没有诊断的留空。",
                ).format(n=len(features), m=len(labels))
            )
        named = features.rename(columns=str)
        return cls(named, _texts(labels), _names(features.index), groups=_texts(groups))

    def only(self, diagnoses: Collection[str]) -> Cohort:
        """Return the patients with one of these diagnoses; all others are removed, also from the column scales."""
        chosen = [i for i, label in enumerate(self.labels) if label in diagnoses]
        groups = tuple(self.groups[i] for i in chosen) if self.groups else ()
        labels, rows = tuple(self.labels[i] for i in chosen), tuple(self.rows[i] for i in chosen)
        return Cohort(self.features.iloc[chosen], labels, rows, self.ranges, groups)

    @cached_property
    def members(self) -> dict[str, Positions]:
        """Positions of the patients of each diagnosis, by diagnosis in sorted order."""
        labels = np.array(["" if label is None else label for label in self.labels], dtype=object)
        known = np.array([label is not None for label in self.labels], dtype=bool)
        return {name: np.flatnonzero(known & (labels == name)) for name in sorted(set(labels[known]))}

    @property
    def counts(self) -> dict[str, int]:
        """Number of patients of each diagnosis."""
        return {name: len(positions) for name, positions in self.members.items()}

    @property
    def n_labeled(self) -> int:
        """Number of patients with a diagnosis."""
        return sum(self.counts.values())

    @cached_property
    def undiagnosed(self) -> Positions:
        """Positions of the patients without a diagnosis."""
        return np.flatnonzero([label is None for label in self.labels])

    @cached_property
    def group_numbers(self) -> Positions:
        """The group number of each patient, `(n_patients,)`; a patient without a group has a number of their own."""
        own = [f"row {i}" if group is None else f"group {group}" for i, group in enumerate(self.groups or [None] * len(self.rows))]
        return np.unique(own, return_inverse=True)[1]

    def apart(self, diagnoses: Sequence[str], k_shot: int, rng: np.random.Generator) -> tuple[list[Positions], list[Positions]]:
        """Draw support patients and query candidates that share no group.

        Parameters
        ----------
        diagnoses, k_shot
            The classes of a task, and the number of support patients of each.
        rng
            The source of randomness.

        Returns
        -------
        support, query
            Positions for each diagnosis: `k_shot` support patients, and all query candidates in random order.

        Raises
        ------
        UserError
            If the groups do not allow such a split.
        """
        members = [self.members[name] for name in diagnoses]
        if not self.groups:
            shuffled = [rng.permutation(rows) for rows in members]
            return [rows[:k_shot] for rows in shuffled], [rows[k_shot:] for rows in shuffled]
        for _ in range(TRIES):
            support, query = self._by_group(members, k_shot, rng)
            if all(len(rows) == k_shot for rows in support) and all(map(len, query)):
                return support, query
        raise UserError(
            Words(
                "The groups do not allow {k} labeled {k:patient|patients} of each of {names} with others left from another group: choose fewer labeled "
                "patients, or no column of groups.",
                "按现有分组，无法从 {names} 中各取 {k} 位已确诊患者并另留来自其他组的患者：请减少已确诊患者数，或不使用分组列。",
            ).format(k=k_shot, names=", ".join(diagnoses))
        )

    def _by_group(self, members: list[Positions], k_shot: int, rng: np.random.Generator) -> tuple[list[Positions], list[Positions]]:
        """Visit the groups in random order; take support patients from a group while a diagnosis needs more. The rest are candidates."""
        group_of = self.group_numbers
        support: list[list[int]] = [[] for _ in members]
        labeled: set[int] = set()
        for group in rng.permutation(np.unique(group_of[np.concatenate(members)])):
            here = [rows[group_of[rows] == group] for rows in members]
            if any(len(chosen) < k_shot and len(rows) for chosen, rows in zip(support, here, strict=True)):
                labeled.add(int(group))
                for chosen, rows in zip(support, here, strict=True):
                    chosen.extend(rng.permutation(rows)[: k_shot - len(chosen)].tolist())
        asked = [rng.permutation(rows[~np.isin(group_of[rows], list(labeled))]) for rows in members]
        return [np.array(chosen, dtype=np.intp) for chosen in support], asked

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of features, labels, rows, ranges and groups: equal for two cohorts with the same content."""
        content = [self.features.to_csv(), list(self.labels), list(self.rows), sorted(self.ranges.items())]
        content += [list(self.groups)] if self.groups else []
        return hashlib.sha256(repr(content).encode("utf-8", "surrogatepass")).hexdigest()


def set_aside(records: PatientRecords, truth: pd.DataFrame) -> dict[Hashable, str]:
    """Read held-out diagnoses from a second table.

    Parameters
    ----------
    records
        The patients.
    truth
        Two columns: patient names, under a header that `records` has too, and diagnoses.

    Returns
    -------
    dict
        The diagnosis by row label of `records`.

    Raises
    ------
    UserError
        If `truth` does not consist of these two columns.
    """
    names = [name for name in truth.columns if name in records.raw.columns and (records.label is None or name != records.label.name)]
    rest = [name for name in truth.columns if name not in names]
    if len(names) != 1 or len(rest) != 1:
        raise UserError(
            Words(
                "The table of diagnoses must have two columns, one that names patients as the first table does and one of diagnoses; it has: {columns}.",
                "诊断表应有两列：一列与首个表格中的患者名称一致，另一列为诊断；现有列：{columns}。",
            ).format(columns=", ".join(map(str, truth.columns)))
        )
    known = dict(zip(truth[names[0]], truth[rest[0]], strict=True))
    return {row: str(known[name]) for row, name in records.raw[names[0]].items() if known.get(name) is not None}


def _groups_of(records: PatientRecords) -> tuple[str | None, ...]:
    """The group of each patient, from the column with the role GROUP; empty if there is none."""
    name = next((column.name for column in records.columns if column.role is Role.GROUP), None)
    return () if name is None else _texts(records.raw[name])


def _texts(values: Iterable[Any]) -> tuple[str | None, ...]:
    return tuple(None if pd.isna(value) or value == "" else str(value) for value in values)


def _names(index: pd.Index) -> tuple[RowLabel, ...]:
    """Row labels as integers or strings; positions where row labels are repeated, since results identify patients by them."""
    index = index if index.is_unique else pd.RangeIndex(len(index))
    return tuple(int(row) if isinstance(row, Integral) else str(row) for row in index)
