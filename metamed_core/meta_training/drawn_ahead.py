"""Groups of tasks drawn ahead by processes of their own, in the order in which the outer loop asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from metamed_core.data import Episode, LabeledSet, TaskDistribution
from metamed_core.meta_training.group_seeds import group_rng

AHEAD = 8
"""Groups that wait in each process."""

Drawn = tuple[Episode, torch.Generator]
"""A group of tasks, and the generator from which whatever else of it is drawn."""


@dataclass(frozen=True)
class _Groups(Dataset[tuple[Tensor, ...]]):
    """Groups by their place in the run; each follows from the seed, the step and its number alone."""

    tasks: TaskDistribution
    n_tasks: int
    seed: int
    places: list[tuple[int, int]]

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, i: int) -> tuple[Tensor, ...]:
        rng = group_rng(self.seed, *self.places[i])
        drawn = self.tasks.sample_batch(self.n_tasks, rng)
        # Tensors alone, because only of these the loader knows how to hand them over.
        return drawn.support.x, drawn.support.y, drawn.query.x, drawn.query.y, torch.tensor(drawn.n_way), rng.get_state()


def drawn_ahead(tasks: TaskDistribution, n_tasks: int, seed: int, places: list[tuple[int, int]], processes: int) -> Iterator[Drawn]:
    """The groups at these places, each a step (from 1) and a number, drawn by so many processes.

    Parameters
    ----------
    tasks
        Where they are drawn from.
    n_tasks
        Tasks in a group, at most.
    seed
        The seed of the run.
    places
        Which groups, in order.
    processes
        0: they are drawn here, when they are asked for.
    """
    groups = _Groups(tasks, n_tasks, seed, places)
    ahead: dict[str, Any] = {"prefetch_factor": AHEAD, "pin_memory": torch.cuda.is_available()} if processes else {}
    # A generator of its own: the loader seeds its processes and must not touch the global one.
    loader = DataLoader(groups, batch_size=None, num_workers=processes, generator=torch.Generator(), **ahead)
    for support_x, support_y, query_x, query_y, n_way, state in loader:
        rng = torch.Generator()
        rng.set_state(state.cpu())
        yield Episode(LabeledSet(support_x, support_y), LabeledSet(query_x, query_y), int(n_way)), rng
