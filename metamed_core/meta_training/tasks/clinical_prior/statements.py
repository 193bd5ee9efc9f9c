"""What a textbook says of simulated diagnoses: a usual value of some columns, rounded, now and then wrong.

A statement is a cell of a row that stands for its diagnosis among the labeled patients (channel `stated`: its weight);
the other cells of the row are missing. What is stated is read off further patients of the task, whom nobody sees.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from metamed_core.data import CHANNELS, ColumnScale, one_hot
from metamed_core.meta_training.tasks.clinical_prior.random_draws import normal, uniform

GRADES = tuple(map(math.asinh, (-3.0, -1.5, 0.0, 1.5, 3.0)))
"""Very low, low, normal, high, very high: spreads from the center, on the scale of the cells."""
WRONG_TASKS, WRONG_CELLS = 0.15, 0.03
"""Shares of tasks whose rows are exchanged between diagnoses, and of cells that say the opposite."""
SILENT_CLASSES = 0.1
"""Share of diagnoses of which nothing is said."""
GRADED_TASKS = 0.5
"""Share of tasks with grades; in the others statements are usual values."""


def statement_rows(values: Tensor, y: Tensor, n_way: int, scale: ColumnScale, rng: torch.Generator) -> Tensor:
    """One row for each diagnosis, cells `(n_tasks, n_way, n_columns, n_channels)`.

    values `(n_tasks, n, n_columns)`, NaN where missing, and y `(n_tasks, n)`: the patients from whom it is known; `scale` of the task.
    """
    cells = scale.cells(values)
    known = 1.0 - cells[..., CHANNELS.index("missing")]
    members = one_hot(y, n_way, values.dtype).transpose(-1, -2)
    n_known = members @ known
    usual = members @ (cells[..., 0] * known) / n_known.clamp_min(1.0)
    weight = _weights(usual, rng)
    said = _as_said(usual, weight, rng)
    told = (n_known > 0) & _is_told(usual, rng)
    raw = torch.where(told, scale.center + scale.spread * said.sinh(), torch.full_like(said, torch.nan))
    rows = scale.cells(raw)
    rows[..., CHANNELS.index("stated")] = torch.where(told, weight, torch.zeros_like(weight))
    return rows


def _weights(usual: Tensor, rng: torch.Generator) -> Tensor:
    """In half of the tasks all statements have weight 1, in the others less is sure."""
    sure = uniform(rng, len(usual), 1, 1) < 0.5
    return torch.where(sure, torch.ones_like(usual), uniform(rng, *usual.shape, low=0.2, high=1.0))


def _as_said(usual: Tensor, weight: Tensor, rng: torch.Generator) -> Tensor:
    """The usual values as somebody writes them down: blurred, the more the less sure; graded or not; sometimes wrong."""
    blurred = usual + (0.2 + 1.5 * (1.0 - weight)) * normal(rng, *usual.shape)
    grades = blurred.new_tensor(GRADES)
    graded = grades[(blurred.unsqueeze(-1) - grades).abs().argmin(-1)]
    said = torch.where(uniform(rng, len(usual), 1, 1) < GRADED_TASKS, graded, blurred.clamp(-math.asinh(6.0), math.asinh(6.0)))
    said = torch.where(uniform(rng, *usual.shape) < WRONG_CELLS, -said, said)
    exchanged = uniform(rng, *usual.shape[:2]).argsort(1).unsqueeze(-1).expand_as(said)
    return torch.where(uniform(rng, len(usual), 1, 1) < WRONG_TASKS, said.gather(1, exchanged), said)


def _is_told(usual: Tensor, rng: torch.Generator) -> Tensor:
    """Which cells are stated: few or many, rather what is unusual, and nothing of some diagnoses."""
    share = uniform(rng, len(usual), 1, 1, low=0.1) * (0.3 + 0.7 * usual.abs().clamp_max(1.0))
    silent = uniform(rng, *usual.shape[:2], 1) < SILENT_CLASSES
    return (uniform(rng, *usual.shape) < share) & ~silent
