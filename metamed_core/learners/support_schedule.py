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
    """Number of subsets that `doubling_schedule` yields."""
    return len(_doublings(support, enough)) + 1


def doubling_schedule(support: LabeledSet, enough: int) -> Iterator[LabeledSet]:
    """Yield subsets with 1, 2, 4, 8, ... patients per class, the last the whole support set; for learners with a costly forward pass.

    The subset after the first of `enough` patients is the whole: who reads no more at once learns little from the steps between. So is the one
    after which less than half as many would be new, since it would cost as much as the last.
    """
    place = places(support.y)
    for most in _doublings(support, enough):
        yield support.take(torch.nonzero(place < most).squeeze(1))
    yield support


def _doublings(support: LabeledSet, enough: int) -> list[int]:
    """How many patients of each class the subsets before the last hold."""
    counts, found = torch.bincount(support.y), list[int]()
    for most in (2**i for i in range((int(counts.max()) - 1).bit_length())):
        size = int(counts.clamp_max(most).sum())
        if found and 1.5 * size > len(support):
            break
        found.append(most)
        if size >= enough:
            break
    return found
