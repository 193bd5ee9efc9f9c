"""From a table of patients to numbers: one cell becomes a few channels, scaled with every patient at hand.

The undiagnosed patients matter here: at one shot the choice of scale decides more than the method, and they have no
labels to leak. Nothing in this file sees a diagnosis. After `fit`, a patient's cells depend on that patient only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from metamed_core.data.panel import Panel

CHANNELS = ("value", "rank", "missing", "bimodality", "agreement", "resolution", "referenced")
"""What a net sees of one cell. The last four describe its column and are the same for every patient."""


@dataclass(frozen=True, slots=True)
class ColumnScale:
    """The scale of each column of one table, or of a stack of tables `(..., n, columns)`.

    Parameters
    ----------
    center, spread
        Mean and standard deviation in the columns' own units, `(..., 1, columns)`.
    known
        The columns' values in ascending order, `(..., columns, n)`, missing ones last as +inf.
    n_known
        How many of them are known, `(..., columns, 1)`.
    description
        The channels that describe a column, `(..., 1, columns, 4)`.
    """

    center: Tensor
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
        center = filled.sum(-2, keepdim=True) / n
        centered = torch.where(there, filled - center, torch.zeros_like(filled))
        deviation = (centered.square().sum(-2, keepdim=True) / n).sqrt()
        # A spread that is only rounding error of a constant column must not be blown up to 1.
        spread = torch.where(deviation > 1e-6 * center.abs(), deviation, torch.ones_like(deviation))
        known = torch.where(there, values, torch.full_like(values, torch.inf)).transpose(-1, -2).contiguous().sort(-1).values
        return cls(center, spread, known, n.transpose(-1, -2), _describe(centered / spread, there, known))

    def with_reference(self, center: Tensor, spread: Tensor, referenced: Tensor) -> ColumnScale:
        """The same columns, those `referenced` (bool) measured from healthy people's center and spread; all `(..., 1, columns)`."""
        description = torch.cat([self.description[..., :-1], referenced.unsqueeze(-1).to(self.description.dtype)], -1)
        center, spread = torch.where(referenced, center, self.center), torch.where(referenced, spread, self.spread)
        return ColumnScale(center, spread, self.known, self.n_known, description)

    def cells(self, values: Tensor) -> Tensor:
        """Channels of each cell, `(..., n, columns)` -> `(..., n, columns, len(CHANNELS))`."""
        # A column of which nothing was known at `fit` has no scale: what is asked about it later counts as missing too.
        missing = values.isnan() | self.known[..., :1].transpose(-1, -2).isinf()
        filled = torch.where(missing, self.center, values)
        # asinh: linear within about one spread, logarithmic beyond, so that one ferritin of 3000 does not rule the distance.
        value = torch.asinh((filled - self.center) / self.spread)
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


class PatientEncoder:
    """Turns the feature columns of patients into cells; made by `fit`, never changed afterwards."""

    def __init__(self, panel: Panel, scale: ColumnScale) -> None:
        self.panel = panel
        self._scale = scale

    @classmethod
    def fit(
        cls, features: pd.DataFrame, ranges: Mapping[str, tuple[float, float]] | None = None, panel: Panel | None = None
    ) -> PatientEncoder:
        """Fit levels and scales to all patients at hand, diagnosed or not.

        Parameters
        ----------
        features
            One row per patient; numeric and boolean columns are numbers, any other is a category; NaN or None is missing.
        ranges
            Reference range (low, high) of some number columns, in the column's unit. It sets center and spread instead of the patients,
            as the 95% interval of healthy people (low, high = center -/+ 1.96 spread); ranks stay the patients'.
        panel
            Columns and levels of weights for one panel; None: those of `features`.

        Raises
        ------
        UserError
            If a column of the panel is missing.
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
    center, spread, position = scale.center.clone(), scale.spread.clone(), 0
    referenced = torch.zeros_like(center, dtype=torch.bool)
    for name in panel.columns:
        if name in ranges and name not in panel.levels and name not in panel.coded:
            low, high = ranges[name]
            if np.isfinite([low, high]).all() and high > low:
                center[..., position], spread[..., position] = (low + high) / 2, (high - low) / (2 * 1.96)
                referenced[..., position] = True
        position += panel.width(name)
    return scale.with_reference(center, spread, referenced)
