"""Patients as statements describe them: what is said decides their values, and where nothing is said they are average patients.

No randomness stands here: a patient is made of one standard normal number for each cell, drawn by whoever asks for patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from metamed_core.data import CHANNELS, Panel, PatientEncoder
from metamed_core.knowledge.column_kinds import ColumnKind, kinds_by_column
from metamed_core.knowledge.knowledge_table import Knowledge
from metamed_core.knowledge.known_rows import blended
from metamed_core.knowledge.said_values import MOST_POINTS, Allowed, fitting, said_values
from metamed_core.knowledge.statement import Grade, Statement, Usual, fold, read_statement

MISSING = CHANNELS.index("missing")
USUAL_WORD = 0.8
"""Share of patients who have the usual word; the others are as average patients are."""
WIDTH = 1.96
"""A usual range holds 95% of the patients: so many standard deviations to either side."""
LEAST = 1e-6
ONE_VALUE = 0.5
"""Standard deviation around a single usual value, in standard deviations of the column."""


@dataclass(frozen=True, eq=False)
class DescribedPatients:
    """What is said of some diagnoses, ready for patients to be made of it.

    Parameters
    ----------
    diagnoses
        The diagnoses of which something is said.
    encoder
        That of the average patients, whose values a patient has where nothing is said.
    weight
        Weight of each statement, `(n_diagnoses, n_cells)`; 0 where nothing is said.
    values, shares
        The values that the statements allow and their shares, `(n_diagnoses, MOST_POINTS, n_cells)`.
    center, spread
        Mean and standard deviation where a value is said, `(n_diagnoses, n_cells)`; NaN elsewhere.
    shift
        Where a grade is said without a reference range, by how many standard deviations; 0 elsewhere.
    present
        Share of patients who have a finding; NaN elsewhere.
    graded
        Which columns are findings with grades above 1, whose values are whole, bool, `(n_cells,)`.
    words
        The cells of each column of words with those of all average patients, `(n_known, width)`.
    """

    diagnoses: tuple[str, ...]
    encoder: PatientEncoder
    weight: Tensor
    values: Tensor
    shares: Tensor
    center: Tensor
    spread: Tensor
    shift: Tensor
    present: Tensor
    graded: Tensor
    words: tuple[tuple[slice, Tensor], ...]

    @classmethod
    def of(
        cls,
        knowledge: Knowledge,
        features: pd.DataFrame,
        ranges: Mapping[str, tuple[float, float]] | None = None,
        panel: Panel | None = None,
    ) -> DescribedPatients:
        """What a knowledge table says of its diagnoses.

        Parameters
        ----------
        knowledge
            The statements. One on a column, or with a word, that no patient of `features` has says nothing here.
        features
            The average patients.
        ranges, panel
            See `PatientEncoder.fit`.
        """
        encoder = PatientEncoder.fit(features, ranges, panel)
        kinds = kinds_by_column(encoder, features, ranges or {})
        said = _said(knowledge, kinds)
        rows = [said_values({name: points for name, (_, points) in row.items()}, kinds, encoder) for row in said.values()]
        laws = np.stack([_laws(row, kinds, encoder) for row in said.values()]) if said else np.zeros((0, 5, encoder.n_cells))
        empty = torch.zeros(0, MOST_POINTS, encoder.n_cells, dtype=torch.float64)
        values, shares = (torch.stack(each) for each in zip(*rows, strict=True)) if rows else (empty, empty)
        weight, center, spread, shift, present = torch.from_numpy(laws).unbind(1)
        graded = np.zeros(encoder.n_cells, dtype=np.bool_)
        for kind in kinds.values():
            graded[kind.cells] = kind.present is not None and not kind.is_yes_no
        cells = encoder.panel.values(features)
        words = tuple(
            (kind.cells, _known_rows(cells[:, kind.cells])) for kind in kinds.values() if kind.words is not None and kind.has_values
        )
        return cls(tuple(said), encoder, weight, values, shares, center, spread, shift, present, torch.from_numpy(graded), words)

    def patients(self, diagnosis: Tensor, normal: Tensor, holds: Tensor) -> Tensor:
        """Values of patients, unscaled, as `Panel.values` gives them.

        Parameters
        ----------
        diagnosis
            Their diagnoses, numbers of `diagnoses`, `(..., n)`.
        normal
            Standard normal numbers, `(..., n, n_cells)`; of a column of words only that of its first cell counts.
        holds
            Which statements hold, bool, `(..., n, n_cells)`; where one does not, the patient is average.
        """
        holds = holds & (self.weight[diagnosis] > 0)
        nothing = torch.full_like(normal, torch.nan)
        center, present = (torch.where(holds, law[diagnosis].to(normal), nothing) for law in (self.center, self.present))
        values = self._average(normal + self.shift[diagnosis].to(normal) * holds)
        lowest = torch.where(self.encoder.scale.known[:, 0] >= 0, 0.0, -torch.inf).to(normal)
        measured = (center + self.spread[diagnosis].to(normal) * normal).maximum(lowest)
        measured = torch.where(self.graded, measured.round(), measured)
        values = torch.where(center.isnan(), values, measured)
        rank = torch.special.ndtr(normal)
        grade = self._grade((rank / present.nan_to_num(1.0).clamp_min(LEAST)).clamp_max(1.0))
        values = torch.where(present.isnan(), values, torch.where(rank < present, grade, torch.zeros_like(values)))
        for cells, known in self.words:
            values[..., cells] = self._word(diagnosis, rank[..., cells.start], holds[..., cells.start], cells, known.to(normal))
        return values

    def rows(self, diagnosis: Tensor, encoder: PatientEncoder) -> Tensor:
        """What is said as cells on the scale of some patients, `(..., n, n_cells, n_channels)`, as `KnownRows` holds it for one table.

        `diagnosis` `(..., n)`: numbers of `diagnoses`; `encoder`: fitted to the patients of each task, `(..., n_patients, n_cells)`.
        """
        values, shares = (each[diagnosis].flatten(-3, -2) for each in (self.values, self.shares))
        cells = encoder.encode_values(values.to(encoder.scale.center)) * shares.to(encoder.scale.center).unsqueeze(-1)
        row = torch.unflatten(cells, -3, (-1, MOST_POINTS)).sum(-3)
        weight = self.weight[diagnosis].clamp(0, 1).to(row)
        return blended(row, torch.where(encoder.scale.known[..., 0].isfinite().unsqueeze(-2), weight, torch.zeros_like(weight)))

    def _average(self, normal: Tensor) -> Tensor:
        """The value of the average patients below which as many of them lie as below a normal number; NaN in a column without any."""
        return self._known(torch.special.ndtr(normal), torch.zeros_like(self.encoder.scale.n_known[:, 0]))

    def _grade(self, rank: Tensor) -> Tensor:
        """The grade of a finding that is present: 1, or that of an average patient who has it, `rank` of 1 below it."""
        absent = (self.encoder.scale.known <= 0).sum(-1).to(self.encoder.scale.n_known)
        return torch.where(self.graded, self._known(rank, absent), torch.ones_like(rank))

    def _known(self, rank: Tensor, first: Tensor) -> Tensor:
        """The value at a rank 0..1 among the known ones of each column, those before `first` left out."""
        scale = self.encoder.scale
        n = scale.n_known[:, 0]
        at = (first + rank * (n - first)).floor().minimum(n - 1).clamp_min(0).long()
        found = scale.known[torch.arange(self.encoder.n_cells), at].to(rank)
        return torch.where(found.isfinite(), found, torch.full_like(found, torch.nan))

    def _word(self, diagnosis: Tensor, rank: Tensor, told: Tensor, cells: slice, known: Tensor) -> Tensor:
        """The cells of a column of words: of the usual word, or of an average patient."""
        usual = told & (rank < USUAL_WORD)
        others = torch.where(told, (rank - USUAL_WORD) / (1 - USUAL_WORD), rank).clamp(0, 1)
        average = known[(others * len(known)).long().clamp_max(len(known) - 1)]
        return torch.where(usual.unsqueeze(-1), self.values[diagnosis][..., 0, cells].to(known), average)


_Row = dict[str, tuple[Statement, Allowed]]


def _said(knowledge: Knowledge, kinds: Mapping[str, ColumnKind]) -> dict[str, _Row]:
    """The statements that fit their column, by diagnosis and column; diagnoses of which nothing is said are left out."""
    columns = {fold(name): name for name, kind in kinds.items() if kind.has_values}
    found: dict[str, tuple[str, _Row]] = {}
    for one in sorted(knowledge.statements, key=lambda each: (each.diagnosis, each.column)):
        name = columns.get(fold(one.column))
        points = fitting(one, kinds[name]) if name is not None and one.weight > 0 else None
        if name is not None and points is not None:
            found.setdefault(fold(one.diagnosis), (one.diagnosis, {}))[1][name] = (one, points)
    return dict(found.values())


def _laws(row: _Row, kinds: Mapping[str, ColumnKind], encoder: PatientEncoder) -> npt.NDArray[np.float64]:
    """Weight, mean, standard deviation, shift and share in each cell, `(5, n_cells)`."""
    laws = np.full((5, encoder.n_cells), np.nan)
    laws[0], laws[3] = 0.0, 0.0
    for name, (one, points) in row.items():
        kind = kinds[name]
        laws[0, kind.cells] = one.weight
        if not isinstance(points, str):
            laws[1:, kind.cells] = np.array(_law(one, points, kind, float(encoder.scale.own_spread[0, kind.cells.start])))[:, None]
    return laws


def _law(one: Statement, points: list[tuple[float, float]], kind: ColumnKind, own: float) -> tuple[float, float, float, float]:
    """Mean, standard deviation, shift and share of one statement on numbers; `own`: standard deviation of the average patients."""
    spread = kind.spread if np.isfinite(kind.spread) else own
    match read_statement(one.text):
        case Grade(spreads) if np.isnan(kind.center):
            return np.nan, np.nan, spreads, np.nan
        case Grade(spreads):
            return kind.center + spreads * kind.spread, kind.spread, 0.0, np.nan
        case Usual(low, high) if not kind.is_yes_no:
            return (low + high) / 2, (high - low) / (2 * WIDTH) if high > low else ONE_VALUE * spread, 0.0, np.nan
    # A share, or yes or no: how many of the points say that it is there.
    return np.nan, np.nan, 0.0, float(np.clip(sum(share for value, share in points if value > 0), 0, 1))


def _known_rows(cells: Tensor) -> Tensor:
    return cells[~cells.isnan().any(-1)]
