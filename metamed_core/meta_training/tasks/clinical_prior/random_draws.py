"""The few random draws and picks of which the synthetic tasks are made; every one takes its generator."""

from __future__ import annotations

import torch
from torch import Tensor


def uniform(rng: torch.Generator, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
    """Between `low` and `high`, of the given shape; a scalar without one."""
    return low + (high - low) * torch.rand(shape, generator=rng)


def normal(rng: torch.Generator, *shape: int) -> Tensor:
    """Standard normal, of the given shape."""
    return torch.randn(shape, generator=rng)


def integers(rng: torch.Generator, high: int, *shape: int) -> Tensor:
    """Whole numbers 0 .. high-1, of the given shape."""
    return torch.randint(0, high, shape, generator=rng)


def of_class(by_class: Tensor, y: Tensor) -> Tensor:
    """Pick each patient's row: `(n_tasks, n_way, n_columns)`, `(n_tasks, n)` -> `(n_tasks, n, n_columns)`."""
    return by_class.gather(1, y.unsqueeze(-1).expand(-1, -1, by_class.shape[-1]))


def of_person(pool: Tensor, people: Tensor) -> Tensor:
    """Pick people from a pool: `(n_tasks, n_people, n_columns)`, `(n_tasks, n)` -> `(n_tasks, n, n_columns)`."""
    return pool.gather(1, people.unsqueeze(-1).expand(-1, -1, pool.shape[-1]))


def standardized(values: Tensor, smallest: float = 1e-6) -> Tensor:
    """Mean 0 and spread 1 over the patients of each task, `(n_tasks, n, n_columns)`; `smallest` spread that is divided by."""
    return (values - values.mean(1, keepdim=True)) / values.std(1, keepdim=True).clamp_min(smallest)
