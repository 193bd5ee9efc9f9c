"""From a table of patients to numbers: one cell becomes a few channels, scaled with every patient at hand.

The undiagnosed patients matter here: at one shot the choice of scale decides more than the method, and they have no
labels to leak. Nothing in this file sees a diagnosis. After `fit`, a patient's cells depend on that patient only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from metamed_core.data.formats.table import number_text
from metamed_core.words import UserError, Words

CHANNELS = ("value", "rank", "missing", "bimodality", "agreement", "resolution", "referenced")
"""What a net sees of one cell. The last four describe its column and are the same for every patient."""

MAX_LEVELS = 12
"""A category column is spread over at most this many yes/no cells; rarer levels share none of them."""

LARGEST = 1e100
"""Numbers beyond this are held at it: their squares would overflow."""


@dataclass(frozen=True, slots=True)
class ColumnScale:
    """What the scale of each column was learnt from; works on one table or on a stack of tables `(..., n, columns)`.

    centre, spread: `(..., 1, columns)`, the columns' own units.
    known: the columns' values in ascending order, `(..., columns, n)`, missing last as +inf.
    n_known: how many of them are known, `(..., columns, 1)`.
    description: `(..., 1, columns, 4)`, the channels that describe a column.
    """

    centre: Tensor
    spread: Tensor
    known: Tensor
    n_known: Tensor
    description: Tensor

    @classmethod
    def fit(cls, values: Tensor) -> ColumnScale:
        """Learn the scale of `values` `(..., n, columns)`, NaN where missing."""
        there = ~values.isnan()
        filled = values.nan_to_num(0.0)
        n = there.sum(-2, keepdim=True).clamp_min(1).to(values.dtype)
        centre = filled.sum(-2, keepdim=True) / n
        centred = torch.where(there, filled - centre, torch.zeros_like(filled))
        deviation = (centred.square().sum(-2, keepdim=True) / n).sqrt()
        # A spread that is only rounding error of a constant column must not be blown up to 1.
        spread = torch.where(deviation > 1e-6 * centre.abs(), deviation, torch.ones_like(deviation))
        known = torch.where(there, values, torch.full_like(values, torch.inf)).transpose(-1, -2).contiguous().sort(-1).values
        return cls(centre, spread, known, n.transpose(-1, -2), _describe(centred / spread, there, known))

    def with_reference(self, centre: Tensor, spread: Tensor, referenced: Tensor) -> ColumnScale:
        """The same columns, those `referenced` (bool) measured from healthy people's centre and spread; all `(..., 1, columns)`."""
        description = torch.cat([self.description[..., :-1], referenced.unsqueeze(-1).to(self.description.dtype)], -1)
        centre, spread = torch.where(referenced, centre, self.centre), torch.where(referenced, spread, self.spread)
        return ColumnScale(centre, spread, self.known, self.n_known, description)

    def cells(self, values: Tensor) -> Tensor:
        """Channels of each cell, `(..., n, columns)` -> `(..., n, columns, len(CHANNELS))`."""
        # A column of which nothing was known at `fit` has no scale: what is asked about it later counts as missing too.
        missing = values.isnan() | self.known[..., :1].transpose(-1, -2).isinf()
        filled = torch.where(missing, self.centre, values)
        # asinh: linear within about one spread, logarithmic beyond, so that one ferritin of 3000 does not rule the distance.
        value = torch.asinh((filled - self.centre) / self.spread)
        rank = torch.where(missing, torch.zeros_like(filled), self._rank(filled))
        description = self.description.expand(*values.shape, self.description.shape[-1])
        return torch.cat([torch.stack([value, rank, missing.to(values.dtype)], -1), description], -1)

    def _rank(self, values: Tensor) -> Tensor:
        """Mid-rank among the known values, mapped to a uniform variable of unit variance (-1.73 .. 1.73)."""
        columns = values.transpose(-1, -2).contiguous()
        below = torch.searchsorted(self.known, columns)
        not_above = torch.searchsorted(self.known, columns, right=True)
        share = (below + not_above) / 2 / self.n_known
        return ((share.clamp(0.0, 1.0) - 0.5) * 12**0.5).transpose(-1, -2).to(values.dtype)


def _describe(scaled: Tensor, there: Tensor, known: Tensor) -> Tensor:
    """Label-free facts about each column that hint at how much it can tell, `(..., 1, columns, 4)`; the last is `referenced`: 0.

    bimodality: Sarle's coefficient (skewness^2 + 1) / kurtosis, near 1 for two separate groups;
    agreement: root mean square correlation with the other columns; resolution: share of distinct values.
    """
    n = there.sum(-2, keepdim=True).clamp_min(1).to(scaled.dtype)
    skewness, kurtosis = scaled.pow(3).sum(-2, keepdim=True) / n, scaled.pow(4).sum(-2, keepdim=True) / n
    bimodality = (skewness.square() + 1) / kurtosis.clamp_min(1.0)
    correlation = scaled.transpose(-1, -2) @ scaled / scaled.shape[-2]
    n_others = max(scaled.shape[-1] - 1, 1)
    itself = correlation.diagonal(dim1=-2, dim2=-1).square()
    agreement = ((correlation.square().sum(-1) - itself).clamp_min(0.0) / n_others).sqrt().unsqueeze(-2)
    distinct = (known[..., 1:] > known[..., :-1]) & known[..., 1:].isfinite()
    resolution = (1 + distinct.sum(-1)).unsqueeze(-2).to(scaled.dtype) / n
    return torch.stack([bimodality, agreement, resolution, torch.zeros_like(resolution)], -1)


@dataclass(frozen=True)
class Panel:
    """Which columns are read, in order, and the levels of those that hold words: what a cell's place means.

    A number or yes/no column is one cell. A category column is one yes/no cell for each of its levels (the most frequent
    `MAX_LEVELS`), and a level never seen is "no" to all of them; two levels share one cell, and a third is missing there.
    """

    columns: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, features: pd.DataFrame) -> Panel:
        """The panel of a table: numeric and boolean columns are numbers, any other is a category."""
        levels = {str(name): _levels(column) for name, column in features.items() if not _is_number(column)}
        return cls(tuple(str(name) for name in features.columns), levels)

    @property
    def n_cells(self) -> int:
        """Cells of a patient, after categories are spread."""
        return sum(self.width(name) for name in self.columns)

    def width(self, name: str) -> int:
        """Cells of one column."""
        n_levels = len(self.levels.get(name, ()))
        return 1 if n_levels < 3 else n_levels

    def values(self, features: pd.DataFrame) -> Tensor:
        """What stands in the cells before any scale, `(n_patients, n_cells)`, float64, NaN where missing.

        Further columns of `features` are not looked at. Raises UserError where one of the panel's is not there.
        """
        if missing := [name for name in self.columns if name not in features.columns]:
            raise UserError(
                Words(
                    "The table has no column “{missing}” ({n} missing in all), which the chosen weights were meta-trained on: add it, empty where "
                    "it was not measured, or choose weights for any table.",
                    "表中没有列“{missing}”（共缺 {n} 列），而所选权重是在这些列上元训练的：请补上该列（未测的留空），或改用适合任意表格的权重。",
                ).format(missing=missing[0], n=len(missing))
            )
        return torch.from_numpy(np.concatenate([self._cells_of(name, features[name]) for name in self.columns], axis=1))

    def _cells_of(self, name: str, column: pd.Series) -> npt.NDArray[np.float64]:
        if name not in self.levels:
            return _numbers(column)[:, None]
        levels, text = self.levels[name], _texts(column)
        if len(levels) == 2:
            # Two levels are one question: a second cell would only count it twice.
            return np.where(text == levels[0], 1.0, np.where(text == levels[1], 0.0, np.nan))[:, None]
        known = column.notna().to_numpy()
        spread = [np.where(known, (text == level).astype(np.float64), np.nan) for level in levels]
        return np.stack(spread, axis=1) if spread else np.full((len(column), 1), np.nan)


class PatientEncoder:
    """Turns the feature columns of patients into cells; made by `fit`, never changed afterwards."""

    def __init__(self, panel: Panel, scale: ColumnScale) -> None:
        self.panel = panel
        self._scale = scale

    @classmethod
    def fit(
        cls, features: pd.DataFrame, ranges: Mapping[str, tuple[float, float]] | None = None, panel: Panel | None = None
    ) -> PatientEncoder:
        """Learn levels and scales from all patients at hand, diagnosed or not.

        features: one row a patient; numeric and boolean columns are numbers, any other is a category; NaN/None is missing.
        ranges: reference range (low, high) of some number columns, in the column's unit: these set centre and spread instead
        of the patients, as the 95 % interval of healthy people (low, high = centre -/+ 1.96 spread); ranks stay the patients'.
        panel: columns and levels of weights for a fixed panel; None: those of `features`. Raises UserError if a column is not there.
        """
        panel = panel or Panel.of(features)
        return cls.of_values(panel.values(features), panel, ranges)

    @classmethod
    def of_values(cls, values: Tensor, panel: Panel, ranges: Mapping[str, tuple[float, float]] | None = None) -> PatientEncoder:
        """As `fit`, from `Panel.values` of one table or of a stack of tables of equal size, `(..., n_patients, n_cells)`."""
        return cls(panel, _with_ranges(ColumnScale.fit(values), panel, ranges or {}))

    @property
    def n_cells(self) -> int:
        """Cells per patient after categories are spread."""
        return self.panel.n_cells

    def encode(self, features: pd.DataFrame) -> Tensor:
        """Cells of these patients, `(n_patients, n_cells, len(CHANNELS))`, float64.

        In use the nets run in float64: they are small, and answers then agree to ten digits whatever the order of rows or columns.
        """
        return self.encode_values(self.panel.values(features))

    def encode_values(self, values: Tensor) -> Tensor:
        """Cells of `Panel.values`, `(..., n_patients, n_cells)` -> `(..., n_patients, n_cells, len(CHANNELS))`."""
        return self._scale.cells(values)


def _with_ranges(scale: ColumnScale, panel: Panel, ranges: Mapping[str, tuple[float, float]]) -> ColumnScale:
    """The scale of a table or of a stack of tables, its columns with a reference range measured from healthy people; see `PatientEncoder.fit`."""
    centre, spread, position = scale.centre.clone(), scale.spread.clone(), 0
    referenced = torch.zeros_like(centre, dtype=torch.bool)
    for name in panel.columns:
        if name in ranges and name not in panel.levels:
            low, high = ranges[name]
            if np.isfinite([low, high]).all() and high > low:
                centre[..., position], spread[..., position] = (low + high) / 2, (high - low) / (2 * 1.96)
                referenced[..., position] = True
        position += panel.width(name)
    return scale.with_reference(centre, spread, referenced)


def _is_number(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column))


def _numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    try:
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise UserError(
            Words(
                "The column “{name}” held numbers in the labeled table and holds words now: give numbers, or leave cells empty.",
                "列“{name}”在已确诊患者的表格中为数字，现在却含有文字：请填数字，或留空。",
            ).format(name=column.name)
        ) from error
    return np.where(np.isfinite(values), values.clip(-LARGEST, LARGEST), np.nan)


def _levels(column: pd.Series) -> tuple[str, ...]:
    counts = pd.Series(_texts(column.dropna()), dtype=object).value_counts()
    return tuple(sorted(counts.index, key=lambda level: (-counts[level], level))[:MAX_LEVELS])


def _texts(column: pd.Series) -> npt.NDArray[np.object_]:
    """Each cell as text; `2` and `2.0` are one level, since whole numbers become decimal where a column has gaps."""
    texts = [number_text(cell) if isinstance(cell, float) and np.isfinite(cell) else str(cell) for cell in column.tolist()]
    return np.array(texts, dtype=object)
