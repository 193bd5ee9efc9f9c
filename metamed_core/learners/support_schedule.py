"""Adaptation steps of learners without gradient steps: each step uses a larger part of the support set.

The number of steps is at most `MAX_ROUNDS`; large support sets grow by several patients per class and step.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from metamed_core.data import LabeledSet

MAX_ROUNDS = 20
"""Maximum number of steps; classes of up to this many patients grow by one patient per step."""


def places(y: Tensor) -> Tensor:
    """Index of each patient within its class, from 0 in the order of the table: class numbers `(n,)` -> `(n,)`."""
    by_class, counts = y.argsort(stable=True), torch.bincount(y)
    first = counts.cumsum(0) - counts
    place = torch.empty_like(y)
    place[by_class] = torch.arange(len(y), device=y.device) - first[y[by_class]]
    return place


def n_schedule_steps(support: LabeledSet) -> int:
    """Number of subsets that `support_schedule` yields: the size of the largest class, at most `MAX_ROUNDS`."""
    return min(int(torch.bincount(support.y).max()), MAX_ROUNDS)


def support_schedule(support: LabeledSet) -> Iterator[LabeledSet]:
    """Yield growing subsets: one patient per class, then more per class; the last is the whole support set."""
    place, n_rounds = places(support.y), n_schedule_steps(support)
    for i in range(n_rounds):
        last = int(place.max()) * i // max(n_rounds - 1, 1)
        yield support.take(torch.nonzero(place <= last).squeeze(1))


def n_doubling_steps(support: LabeledSet, enough: int) -> int:
    """Number of subsets that `doubling_schedule` yields: 1 + ceil(log2(size of the largest class)), fewer for a large support set."""
    counts = torch.bincount(support.y)
    n_steps = 1 + (int(counts.max()) - 1).bit_length()
    return next((i + 2 for i in range(n_steps - 1) if int(counts.clamp_max(2**i).sum()) >= enough), n_steps)


def doubling_schedule(support: LabeledSet, enough: int) -> Iterator[LabeledSet]:
    """Yield subsets with 1, 2, 4, 8, ... patients per class, the last the whole support set; for learners with a costly forward pass.

    The subset after the first of `enough` patients is the whole: who reads no more at once learns little from the steps between.
    """
    place, n_steps = places(support.y), n_doubling_steps(support, enough)
    for i in range(n_steps - 1):
        yield support.take(torch.nonzero(place < 2**i).squeeze(1))
    yield support
