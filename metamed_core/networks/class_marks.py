"""Random marks by which a network tells the diagnoses of a table apart, however many there are."""

from __future__ import annotations

import torch
from torch import Tensor


def class_marks(n_tables: int, n_way: int, width: int, rng: torch.Generator) -> Tensor:
    """Random marks of the diagnoses, `(n_tables, n_way, width)`, of plus and minus one: orthogonal for up to `width` diagnoses.

    Rows of a Hadamard matrix in a random order with random signs of its columns (Sylvester 1867); `width` is a power of two.
    """
    hadamard = torch.ones(1, 1, device=rng.device)
    while len(hadamard) < width:
        hadamard = torch.cat([torch.cat([hadamard, hadamard], 1), torch.cat([hadamard, -hadamard], 1)])
    order = torch.rand(n_tables, width, generator=rng, device=rng.device).argsort(1)[:, :n_way]
    signs = torch.randint(0, 2, (n_tables, 1, width), generator=rng, device=rng.device) * 2 - 1
    marks = hadamard[order] * signs
    if n_way <= width:
        return marks
    more = torch.randint(0, 2, (n_tables, n_way - width, width), generator=rng, device=rng.device) * 2 - 1
    return torch.cat([marks, more.to(marks.dtype)], 1)
