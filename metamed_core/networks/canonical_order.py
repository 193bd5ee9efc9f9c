"""One order for columns, diagnoses and patients of a support set, from their values and not from their places in the table.

A network that marks columns and diagnoses by random codes would answer differently when a table is rearranged. Codes
given out by these ranks travel with what they mark.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from metamed_core.data import LabeledSet, class_means

DIGITS = 6
"""Cells are compared to so many decimals: sums taken in another order differ in the sixteenth."""


def column_ranks(support: LabeledSet, n_way: int) -> Tensor:
    """Rank of each column: by its sorted cells, then by its sorted class means.

    Parameters
    ----------
    support
        The labeled patients; cells `(n, n_columns, n_channels)`.
    n_way
        Number of diagnoses.

    Returns
    -------
    Tensor
        Ranks from 0, `(n_columns,)`. Columns that no order of patients and diagnoses tells apart share a rank.
    """
    cells = support.x.sort(0).values
    means = torch.stack([class_means(support.x[..., i], support.y, n_way) for i in range(support.x.shape[-1])], -1).sort(0).values
    return _ranks(torch.cat([cells, means]).transpose(0, 1).flatten(1))


def class_ranks(support: LabeledSet, n_way: int, columns: Tensor) -> Tensor:
    """Place of each diagnosis: by its number of patients, then by the mean of their cells.

    Parameters
    ----------
    support
        The labeled patients.
    n_way
        Number of diagnoses.
    columns
        The ranks of `column_ranks`, `(n_columns,)`: the order in which the columns are compared.

    Returns
    -------
    Tensor
        Places from 0, all different, `(n_way,)`.
    """
    counts = torch.bincount(support.y, minlength=n_way).to(support.x.dtype)
    means = class_means(support.x[:, columns.argsort(stable=True)].flatten(1), support.y, n_way)
    return _ranks(torch.cat([counts.unsqueeze(1), means], 1)).argsort(stable=True).argsort()


def patient_order(support: LabeledSet, columns: Tensor, classes: Tensor) -> Tensor:
    """Positions of the patients, `(n,)`, in the order of the place of their diagnosis (`class_ranks`), then of their cells."""
    cells = support.x[:, columns.argsort(stable=True)].flatten(1)
    return _ranks(torch.cat([classes[support.y].to(cells.dtype).unsqueeze(1), cells], 1)).argsort(stable=True)


def _ranks(rows: Tensor) -> Tensor:
    """Rank of each row among the different ones, `(n,)`, compared number by number from the left."""
    rounded = (np.round(rows.detach().cpu().double().numpy(), DIGITS) + 0.0).tolist()  # + 0: there is no second, negative zero
    # Lists are compared number by number, mostly the first alone; numpy's unique makes a field of every number first.
    order = sorted(range(len(rounded)), key=rounded.__getitem__)
    rank, ranks = -1, torch.empty(len(rounded), dtype=torch.int64)
    for place, at in enumerate(order):
        rank += place == 0 or rounded[at] != rounded[order[place - 1]]
        ranks[at] = rank
    return ranks
