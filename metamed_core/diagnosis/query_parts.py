"""Parts of the query patients, so that a step over many of them can be watched and stopped."""

from __future__ import annotations

import torch
from torch import Tensor

from metamed_core.learners import in_blocks

UNDIVIDED_CELLS, PART_CELLS = 20_000, 1_000
"""A query set of at most `UNDIVIDED_CELLS` cells is predicted at once, a larger one in parts of `PART_CELLS`."""


def query_parts(x: Tensor) -> tuple[Tensor, ...]:
    """Split the query patients, `(n, n_columns, n_channels)`, into parts of a fraction of a second; few patients are one part."""
    n_columns = max(x.shape[-2], 1)
    return in_blocks(x) if len(x) * n_columns <= UNDIVIDED_CELLS else torch.split(x, max(1, PART_CELLS // n_columns))
