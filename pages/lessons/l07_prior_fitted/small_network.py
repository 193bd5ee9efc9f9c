"""A small network that is fitted to the simple world before the reader's eyes, by the library's meta-training."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import torch
from torch import Tensor

from metamed_core.data import CHANNELS, Episode, LabeledSet
from metamed_core.learners import PriorFitted
from metamed_core.meta_training import Budget, MetaState, meta_train
from metamed_core.networks import CellTransformer
from pages.lessons.l07_prior_fitted.computation import MAX_META_STEPS, N_HELD, TAU, exact, mean, simple

STEPS_PER_PRESS, STEPS_AT_REVEAL, TASKS_A_STEP = 10, 90, 32
"""At the answer so many steps that, whatever the seed, the curve has nearly always bent; with 50 it had not for one seed in five."""
PLAN = Budget(meta_steps=MAX_META_STEPS, meta_batch=TASKS_A_STEP, meta_lr=0.02, hidden_lr=0.03)
SMALL = CellTransformer(width=16, heads=2, cell_layers=1, tokens=1, row_width=16, row_heads=2, row_layers=1, mark=2, code=2)


@dataclass(frozen=True)
class SimpleTasks:
    """Draws tasks of the simple world for meta-training: 1 to 8 labeled patients of each disease, 8 asked."""

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        """Tasks of one shape: cells `(n_tasks, n, 1, n_channels)`, of which only the value is filled."""
        shots = 1 + int(torch.randint(8, (), generator=rng))
        y = torch.arange(2).repeat(shots + 8).expand(n_tasks, -1)
        middle = TAU * torch.randn(n_tasks, 2, generator=rng)
        values = middle.gather(1, y) + torch.randn(y.shape, generator=rng)
        cells, n = plain_cells(values.unsqueeze(-1)), 2 * shots
        return Episode(LabeledSet(cells[:, :n], y[:, :n]), LabeledSet(cells[:, n:], y[:, n:]), 2)


def plain_cells(values: Tensor) -> Tensor:
    """Values `(..., 1)` as cells: divided by the spread of this world, the other channels empty."""
    scaled = (values / (1 + TAU**2) ** 0.5).unsqueeze(-1)
    return torch.cat([scaled, torch.zeros(*values.shape, len(CHANNELS) - 1, dtype=values.dtype)], -1)


@lru_cache(maxsize=128)
def meta_trained(seed: int, steps: int) -> MetaState:
    """The library's meta-training of the small network after so many steps, each on 32 tasks that were never drawn before."""
    before = steps - (steps % STEPS_PER_PRESS or STEPS_PER_PRESS) if steps else 0
    plan = dataclasses.replace(PLAN, seed=seed)
    start = meta_trained(seed, before) if steps else None
    *_, last = islice(meta_train(PriorFitted(readings=1), SMALL, SimpleTasks(), plan, start=start), steps - before + 1)
    return last


def by_small(seed: int, steps: int, support: LabeledSet, x: Tensor) -> Tensor:
    """What the small network answers for patients `(n, 1)` -> `(n, 2)` after so many steps."""
    cells = LabeledSet(plain_cells(support.x), support.y)
    *_, last = PriorFitted(readings=2).adapt(SMALL, meta_trained(seed, steps).weights, cells, 2)
    return last.predict_proba(plain_cells(x))


@lru_cache(maxsize=256)
def small_gap(seed: int, steps: int) -> float:
    """Mean distance between its probabilities and the exact ones, over tasks that were not used for training."""
    tasks = [simple(seed, number) for number in range(N_HELD)]
    pairs = [(exact(t.support(4), t.asked), by_small(seed, steps, t.support(4), t.asked)) for t in tasks]
    return mean(float((one - other)[:, 1].abs().mean()) for one, other in pairs)
