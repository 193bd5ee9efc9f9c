"""Parts of many patients, so that work on them can be watched and stopped."""

from __future__ import annotations

import torch
from torch import Tensor

from metamed_core.learners.learner import in_blocks

UNDIVIDED_CELLS, PART_CELLS = 20_000, 1_000
"""At most `UNDIVIDED_CELLS` cells are worked on at once, more in parts of `PART_CELLS`."""


def in_parts(x: Tensor) -> tuple[Tensor, ...]:
    """Split patients, `(n, n_columns, n_channels)`, into parts of a fraction of a second; few patients are one part."""
    n_columns = max(x.shape[-2], 1)
    return in_blocks(x) if len(x) * n_columns <= UNDIVIDED_CELLS else torch.split(x, max(1, PART_CELLS // n_columns))
