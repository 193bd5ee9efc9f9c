"""How the learners that compare, and do not descend, read a support set: one more patient of every diagnosis a round.

Floor 6 of the house.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from metamed_core.episode import LabelledSet


def places(y: Tensor) -> Tensor:
    """Each patient's place among those of the same class, in the order of the table: `(n,)` -> `(n,)` from 0."""
    earlier = torch.ones(len(y), len(y), dtype=torch.bool).tril(-1)
    return ((y.unsqueeze(0) == y.unsqueeze(1)) & earlier).sum(1)


def rounds(support: LabelledSet) -> int:
    """Number of rounds: the size of the largest class."""
    return int(torch.bincount(support.y).max())


def support_rounds(support: LabelledSet) -> Iterator[LabelledSet]:
    """Yield the patients read after the first, second, ... round; the last is the whole support."""
    place = places(support.y)
    for last in range(rounds(support)):
        yield support.take(torch.nonzero(place <= last).squeeze(1))
