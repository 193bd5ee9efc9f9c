"""Encode a table of patients as numbers: each cell becomes a few channels, scaled by all available patients.

The scale includes undiagnosed patients: at one shot the choice of scale matters more than the choice of method, and without labels
there is nothing to leak. This file never reads a diagnosis. After `fit`, a patient's cells depend on that patient only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from metamed_core.data.panel import Panel

CHANNELS = ("value", "rank", "missing", "bimodality", "agreement", "resolution", "referenced", "own", "stated")
"""The numbers that encode one cell.

bimodality, agreement, resolution and referenced describe its column and are the same for every patient. `own` is the value on the
scale of the patients at hand, which differs from `value` where the column has a reference range. `stated` is 0 for a patient's cell
and the weight of a statement about a diagnosis.
"""


@dataclass(frozen=True, slots=True)
class ColumnScale:
    """The scale of each column of one table `(n, columns)`, or of a stack of tables `(..., n, columns)`.

    Parameters
    ----------
    center, spread
        Mean and standard deviation in the columns' own units, `(..., 1, columns)`.
    known
        The columns' values in ascending order, `(..., columns, n)`, missing ones last as +inf.
    n_known
        Number of known values of each column, `(..., columns, 1)`.
    description
        The channels that describe a column, `(..., 1, columns, 4)`.
    own_center, own_spread
        Mean and standard deviation of the patients at hand, where center and spread are those of a reference population.
    """

    center: Tensor
    spread: Tensor
    known: Tensor
    n_known: Tensor
    description: Tensor
    own_center: Tensor
    own_spread: Tensor

    @classmethod
    def fit(cls, values: Tensor) -> ColumnScale:
        """Compute the scale of `values` `(..., n, columns)`, NaN where missing."""
        there = ~values.isnan()
        filled = values.nan_to_num(0.0)
        n = there.sum(-2, keepdim=True).clamp_min(1).to(values.dtype)
        center = filled.sum(-2, keepdim=True) / n
        centered = torch.where(there, filled - center, torch.zeros_like(filled))
        deviation = (centered.square().sum(-2, keepdim=True) / n).sqrt()
        # The spread of a constant column is rounding error: dividing by it would amplify that error.
        spread = torch.where(deviation > 1e-6 * center.abs(), deviation, torch.ones_like(deviation))
        known = torch.where(there, values, torch.full_like(values, torch.inf)).transpose(-1, -2).contiguous().sort(-1).values
        return cls(center, spread, known, n.transpose(-1, -2), _describe(centered / spread, there, known), center, spread)

    def with_reference(self, center: Tensor, spread: Tensor, referenced: Tensor) -> ColumnScale:
        """Replace center and spread of some columns by those of a healthy reference population.

        Parameters
        ----------
        center, spread
            Mean and standard deviation in the reference population, `(..., 1, columns)`, in the columns' units.
        referenced
            Which columns to replace, bool, `(..., 1, columns)`.
        """
        description = torch.cat([self.description[..., :-1], referenced.unsqueeze(-1).to(self.description.dtype)], -1)
        center, spread = torch.where(referenced, center, self.center), torch.where(referenced, spread, self.spread)
        return replace(self, center=center, spread=spread, description=description)

    def cells(self, values: Tensor) -> Tensor:
        """Return the channels of each cell, `(..., n, columns)` -> `(..., n, columns, len(CHANNELS))`."""
        # A column without known values at `fit` has no scale: later values count as missing, too.
        missing = values.isnan() | self.known[..., :1].transpose(-1, -2).isinf()
        filled = torch.where(missing, self.center, values)
        # asinh: linear within about one spread, logarithmic beyond, so that one ferritin of 3000 does not dominate the distance.
        value = torch.asinh((filled - self.center) / self.spread)
        rank = torch.where(missing, torch.zeros_like(filled), self._rank(filled))
        own = torch.asinh((torch.where(missing, self.own_center, values) - self.own_center) / self.own_spread)
        description = self.description.expand(*values.shape, self.description.shape[-1])
        more = torch.stack([own, torch.zeros_like(own)], -1)
        return torch.cat([torch.stack([value, rank, missing.to(values.dtype)], -1), description, more], -1)

    def _rank(self, values: Tensor) -> Tensor:
        """Mid-rank among the known values, mapped to a uniform variable of unit variance (-1.73 .. 1.73)."""
        columns = values.transpose(-1, -2).contiguous()
        below = torch.searchsorted(self.known, columns)
        not_above = torch.searchsorted(self.known, columns, right=True)
        share = (below + not_above) / 2 / self.n_known
        return ((share.clamp(0.0, 1.0) - 0.5) * 12**0.5).transpose(-1, -2).to(values.dtype)


def _describe(scaled: Tensor, there: Tensor, known: Tensor) -> Tensor:
    """Label-free statistics that suggest how informative a column is, `(..., 1, columns, 4)`; the last is `referenced`, initially 0.

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
    """Encodes the feature columns of patients as cells. Make it with `fit`; it is not changed afterwards.

    Parameters
    ----------
    panel
        The encoded columns and their levels.
    scale
        The scale of each cell.
    """

    def __init__(self, panel: Panel, scale: ColumnScale) -> None:
        self.panel = panel
        self._scale = scale

    @classmethod
    def fit(
        cls, features: pd.DataFrame, ranges: Mapping[str, tuple[float, float]] | None = None, panel: Panel | None = None
    ) -> PatientEncoder:
        """Fit levels and scales to all available patients, diagnosed or not.

        Parameters
        ----------
        features
            One row per patient; numeric and boolean columns are numbers, all others are categories; NaN or None is missing.
        ranges
            Reference range (low, high) of some number columns, in the column's unit. It sets center and spread instead of the patients'
            values, as the 95% interval of a healthy population (low, high = center -/+ 1.96 spread); ranks still come from the patients.
        panel
            Columns and levels that weights for one panel expect; None: those of `features`.

        Raises
        ------
        UserError
            If a column of the panel is missing, or a number column holds words.
        """
        panel = panel or Panel.of(features)
        return cls.of_values(panel.values(features), panel, ranges)

    @classmethod
    def of_values(cls, values: Tensor, panel: Panel, ranges: Mapping[str, tuple[float, float]] | None = None) -> PatientEncoder:
        """Fit to the result of `Panel.values` of one table or of a stack of equal size, `(..., n_patients, n_cells)`; see `fit`."""
        return cls(panel, _with_ranges(ColumnScale.fit(values), panel, ranges or {}))

    @property
    def n_cells(self) -> int:
        """Number of cells per patient, after category columns are expanded."""
        return self.panel.n_cells

    @property
    def scale(self) -> ColumnScale:
        """The scale of each cell."""
        return self._scale

    def encode(self, features: pd.DataFrame) -> Tensor:
        """Return the cells of these patients, `(n_patients, n_cells, len(CHANNELS))`, float64.

        Inference uses float64: the networks are small, and results then agree to ten digits for any order of rows or columns.
        """
        return self.encode_values(self.panel.values(features))

    def encode_values(self, values: Tensor) -> Tensor:
        """Encode the result of `Panel.values`, `(..., n_patients, n_cells)` -> `(..., n_patients, n_cells, len(CHANNELS))`."""
        return self._scale.cells(values)


def _with_ranges(scale: ColumnScale, panel: Panel, ranges: Mapping[str, tuple[float, float]]) -> ColumnScale:
    """Apply reference ranges to a scale, as described in `PatientEncoder.fit`."""
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
