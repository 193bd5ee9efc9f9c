"""The encoded columns and the meaning of each cell: numbers, and categories expanded to yes/no cells. Values are unscaled."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from metamed_core.data.formats.table import number_text
from metamed_core.words import UserError, Words

MAX_LEVELS = 12
"""Largest number of yes/no cells of a category column; rarer levels have no cell of their own."""
CODE_CELLS = 8
"""Yes/no cells of a coded category column, see `Panel`."""

LARGEST = 1e100
"""Larger magnitudes are clipped to this value: their squares would overflow."""


@dataclass(frozen=True)
class Panel:
    """The encoded columns in order, and the levels of the category columns: together they give each cell position its meaning.

    Parameters
    ----------
    columns
        Names, in the order of the cells.
    levels
        The levels of each category column, the most frequent first.
    coded
        Category columns without a list of levels: each level is represented by `CODE_CELLS` yes/no cells, the first bits of its SHA-256.
        Panels written to disk are of this form, since levels are text from patients' cells (a village, say).

    Notes
    -----
    A number or yes/no column is one cell. A category column is one yes/no cell for each of its `MAX_LEVELS` most frequent levels;
    an unseen level is "no" in all of them. A column with two levels is one cell, and an unseen level is missing there.

    Coded columns store column names only. A list of salted digests would not protect the levels: the salt would be stored in the same
    file, so anybody with a list of villages could test each one. The cost is a collision of two levels with probability 1/256.

    References
    ----------
    The hashing trick: Weinberger et al. 2009, https://arxiv.org/abs/0902.2206
    """

    columns: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]
    coded: frozenset[str] = frozenset()

    @classmethod
    def of(cls, features: pd.DataFrame) -> Panel:
        """Make the panel of a table: numeric and boolean columns are numbers, all others are categories."""
        levels = {str(name): _levels(column) for name, column in features.items() if not _is_number(column)}
        return cls(tuple(str(name) for name in features.columns), levels)

    @classmethod
    def coded_of(cls, features: pd.DataFrame) -> Panel:
        """Make the panel of a table without storing levels: its category columns are coded."""
        coded = frozenset(str(name) for name, column in features.items() if not _is_number(column))
        return cls(tuple(str(name) for name in features.columns), {}, coded)

    def card(self) -> dict[str, list[str]]:
        """Return a coded panel as JSON-compatible column names. Raises ValueError if the panel holds levels: they may identify patients."""
        if self.levels:
            raise ValueError("levels are texts of patients' cells and must not be written")
        return {"columns": list(self.columns), "coded": sorted(self.coded)}

    @property
    def n_cells(self) -> int:
        """Number of cells per patient, after category columns are expanded."""
        return sum(self.width(name) for name in self.columns)

    def width(self, name: str) -> int:
        """Return the number of cells of the column `name`."""
        if name in self.coded:
            return CODE_CELLS
        n_levels = len(self.levels.get(name, ()))
        return 1 if n_levels < 3 else n_levels

    def values(self, features: pd.DataFrame) -> Tensor:
        """Return the unscaled values of all cells.

        Parameters
        ----------
        features
            One row per patient. Columns that are not in the panel are ignored.

        Returns
        -------
        Tensor
            Values `(n_patients, n_cells)`, float64, NaN where missing.

        Raises
        ------
        UserError
            If a column of the panel is missing, or a number column holds words.
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
        if name in self.coded:
            return _codes(column)
        if name not in self.levels:
            return _numbers(column)[:, None]
        levels, text = self.levels[name], _texts(column)
        if len(levels) == 2:
            # With two levels, a second cell would be redundant and count the column twice.
            return np.where(text == levels[0], 1.0, np.where(text == levels[1], 0.0, np.nan))[:, None]
        known = column.notna().to_numpy()
        spread = [np.where(known, (text == level).astype(np.float64), np.nan) for level in levels]
        return np.stack(spread, axis=1) if spread else np.full((len(column), 1), np.nan)


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


def _codes(column: pd.Series) -> npt.NDArray[np.float64]:
    """The first bits of the SHA-256 of each text, `(n_patients, CODE_CELLS)`; NaN where missing."""
    texts = _texts(column)
    digests = {text: hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in set(texts.tolist())}
    bits = np.unpackbits(np.frombuffer(b"".join(digests[text] for text in texts), dtype=np.uint8).reshape(len(texts), 32), axis=1)
    return np.where(column.isna().to_numpy()[:, None], np.nan, bits[:, :CODE_CELLS])


def _levels(column: pd.Series) -> tuple[str, ...]:
    counts = pd.Series(_texts(column.dropna()), dtype=object).value_counts()
    return tuple(sorted(counts.index, key=lambda level: (-counts[level], level))[:MAX_LEVELS])


def _texts(column: pd.Series) -> npt.NDArray[np.object_]:
    """Each cell as text; `2` and `2.0` are one level, since pandas converts integer columns with gaps to float."""
    texts = [number_text(cell) if isinstance(cell, float) and np.isfinite(cell) else str(cell) for cell in column.tolist()]
    return np.array(texts, dtype=object)
