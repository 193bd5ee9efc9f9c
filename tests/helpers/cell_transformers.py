"""A small in-context network with weights drawn from a seed."""

from __future__ import annotations

import torch
from torch import Tensor

from metamed_core.data.encoding import CHANNELS
from metamed_core.networks.cell_transformer import CellTransformer

SMALL = CellTransformer(width=8, heads=2, cell_layers=2, tokens=2, row_width=12, row_heads=3, row_layers=1, mark=4, code=3)


def weights_of(network: CellTransformer, seed: int = 0) -> dict[str, Tensor]:
    """Random weights, the gains and biases too, so that a forgotten one shows."""
    rng = torch.Generator().manual_seed(seed)
    start = {name: weight.double() for name, weight in network.init(rng).items()}
    return {
        name: weight + 0.1 * torch.randn(weight.shape, generator=rng, dtype=torch.float64) if weight.dim() == 1 else weight
        for name, weight in start.items()
    }


def table(b: int, n: int, n_columns: int, seed: int) -> Tensor:
    return torch.randn(b, n, n_columns, len(CHANNELS), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
