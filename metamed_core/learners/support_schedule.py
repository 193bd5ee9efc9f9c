"""How the learners that compare, and do not descend, read a support set: one more patient of every diagnosis in each step.

Large supports are read in at most `MAX_ROUNDS` rounds of several patients, so that a thousand patients take no longer to watch.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from metamed_core.data import LabeledSet

MAX_ROUNDS = 20
"""At most so many rounds; diagnoses of up to so many patients are read one patient a round."""


def places(y: Tensor) -> Tensor:
    """Each patient's place among those of the same class, in the order of the table: `(n,)` -> `(n,)` from 0."""
    by_class, counts = y.argsort(stable=True), torch.bincount(y)
    first = counts.cumsum(0) - counts
    place = torch.empty_like(y)
    place[by_class] = torch.arange(len(y), device=y.device) - first[y[by_class]]
    return place


def n_schedule_steps(support: LabeledSet) -> int:
    """Number of rounds: the size of the largest class, at most `MAX_ROUNDS`."""
    return min(int(torch.bincount(support.y).max()), MAX_ROUNDS)


def support_schedule(support: LabeledSet) -> Iterator[LabeledSet]:
    """Yield the patients read after the first round (one of each diagnosis), the second, ...; the last is the whole support."""
    place, n_rounds = places(support.y), n_schedule_steps(support)
    for i in range(n_rounds):
        last = int(place.max()) * i // max(n_rounds - 1, 1)
        yield support.take(torch.nonzero(place <= last).squeeze(1))


def n_doubling_steps(support: LabeledSet) -> int:
    """Number of `doubling_rounds`: 1 for one patient of each diagnosis, one more for 2, 3 to 4, 5 to 8, ..."""
    return 1 + (int(torch.bincount(support.y).max()) - 1).bit_length()


def doubling_schedule(support: LabeledSet) -> Iterator[LabeledSet]:
    """Yield 1, 2, 4, 8, ... patients of every diagnosis, in the end the whole support: for learners that read all of them anew."""
    place = places(support.y)
    for i in range(n_doubling_steps(support)):
        yield support.take(torch.nonzero(place < 2**i).squeeze(1))
