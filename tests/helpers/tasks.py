"""Small tasks that the tests of the core share."""

from __future__ import annotations

from typing import Any

import torch

from metamed_core.data.encoding import ColumnScale, PatientEncoder
from metamed_core.data.episode import Episode, LabeledSet
from metamed_core.data.panel import Panel
from metamed_core.data.task import NO_CLASS, Task
from metamed_core.networks.backbones import Backbone, ColumnEncoder
from metamed_core.networks.cell_transformer import CellTransformer


def small_episode(n_way: int = 3, k_shot: int = 3, n_query: int = 4, n_columns: int = 5, seed: int = 0) -> Episode:
    """A task in float64 whose classes differ in their means; a tenth of the cells is missing."""
    rng = torch.Generator().manual_seed(seed)
    y = torch.cat([torch.arange(n_way).repeat(k_shot), torch.arange(n_way).repeat(n_query)])
    means = torch.randn(n_way, n_columns, generator=rng, dtype=torch.float64)
    values = means[y] + torch.randn(len(y), n_columns, generator=rng, dtype=torch.float64)
    values[torch.rand(values.shape, generator=rng) < 0.1] = torch.nan
    cells = ColumnScale.fit(values).cells(values)
    n_support = n_way * k_shot
    return Episode(LabeledSet(cells[:n_support], y[:n_support]), LabeledSet(cells[n_support:], y[n_support:]), n_way)


def task_of_cells(support: LabeledSet, query: torch.Tensor, n_way: int = 3) -> Task:
    """A task of cells that come from no table; its encoder is of no use."""
    columns = tuple(f"x{i}" for i in range(support.x.shape[-2]))
    encoder = PatientEncoder.of_values(torch.zeros(1, len(columns), dtype=support.x.dtype), Panel(columns, {}))
    rows = tuple(range(len(support) + len(query)))
    names = tuple(map(str, rows))
    asked = LabeledSet(query, torch.full((len(query),), NO_CLASS))
    n = len(support)
    return Task(tuple("abcdefghij"[:n_way]), rows[:n], rows[n:], names[:n], names[n:], support, asked, encoder)


def stacked(episodes: list[Episode]) -> Episode:
    """Tasks of one shape as a meta-batch."""
    support = LabeledSet(torch.stack([e.support.x for e in episodes]), torch.stack([e.support.y for e in episodes]))
    query = LabeledSet(torch.stack([e.query.x for e in episodes]), torch.stack([e.query.y for e in episodes]))
    return Episode(support, query, episodes[0].n_way)


def tolerance(name: str) -> dict[str, Any]:
    """How closely a learner's answers agree when nothing but an order has changed: the in-context network computes in single precision."""
    return {"rtol": 1e-4, "atol": 1e-6} if name == "prior_fitted" else {"rtol": 1e-9, "atol": 1e-12}


def small_backbone(name: str) -> Backbone:
    """A network of the kind that this learner has, small enough for a test."""
    if name == "prior_fitted":
        return CellTransformer(width=8, heads=2, cell_layers=1, tokens=2, row_width=8, row_heads=2, row_layers=1, mark=4)
    return ColumnEncoder(width=8, latents=3, features=2)
