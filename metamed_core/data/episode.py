"""One few-shot task as tensors: the support set to adapt to and the query set to predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class LabeledSet:
    """Patients with their diagnoses.

    Parameters
    ----------
    x
        Cells, `(..., n_patients, n_columns, n_channels)`, as `PatientEncoder` makes them.
    y
        Class numbers 0..n_way-1, `(..., n_patients)`, int64.
    counted
        Which cells count in a class mean, bool, `(n_patients, n_columns)`; None: all. False in a row that stands for what is known of
        a diagnosis, where nothing is said.
    """

    x: Tensor
    y: Tensor
    counted: Tensor | None = None

    def __len__(self) -> int:
        return int(self.y.shape[-1])

    def to(self, device: torch.device) -> LabeledSet:
        """Return the same patients on another device."""
        # Onto a GPU without waiting; back from there one must wait.
        ahead = device.type == "cuda"
        counted = None if self.counted is None else self.counted.to(device, non_blocking=ahead)
        return LabeledSet(self.x.to(device, non_blocking=ahead), self.y.to(device, non_blocking=ahead), counted)

    def take(self, rows: Tensor | list[int]) -> LabeledSet:
        """Return the patients at these positions (one task only, no leading dimensions)."""
        return LabeledSet(self.x[rows], self.y[rows], None if self.counted is None else self.counted[rows])

    @property
    def are_patients(self) -> Tensor:
        """Which members are patients, and not rows of which only a part is `counted`; bool, `(n_patients,)`."""
        return torch.ones(len(self), dtype=torch.bool) if self.counted is None else self.counted.all(1)

    def after(self, others: LabeledSet) -> LabeledSet:
        """Return `others`, followed by these patients (one task only, no leading dimensions)."""
        sets = (others, self)
        counted = [torch.ones(one.x.shape[:-1], dtype=torch.bool) if one.counted is None else one.counted for one in sets]
        told = any(one.counted is not None for one in sets)
        return LabeledSet(torch.cat([one.x for one in sets]), torch.cat([one.y for one in sets]), torch.cat(counted) if told else None)


@dataclass(frozen=True, slots=True)
class Episode:
    """An n-way task, or a meta-batch of tasks of one shape.

    Parameters
    ----------
    support
        The patients to adapt to.
    query
        The patients to predict.
    n_way
        Number of classes.
    """

    support: LabeledSet
    query: LabeledSet
    n_way: int

    def to(self, device: torch.device) -> Episode:
        """Return the same task on another device."""
        return Episode(self.support.to(device), self.query.to(device), self.n_way)


class TaskDistribution(Protocol):
    """Protocol of a source of tasks; all randomness comes from `rng`."""

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        """Draw tasks of one shape, stacked along a leading dimension.

        Parameters
        ----------
        n_tasks
            Number of tasks.
        rng
            The only source of randomness.
        """
        ...


def one_hot(y: Tensor, n_way: int, dtype: torch.dtype) -> Tensor:
    """Encode class numbers `(..., n)` as `(..., n, n_way)` of 0.0 and 1.0; unlike `torch.nn.functional.one_hot` it works under vmap."""
    return (y.unsqueeze(-1) == torch.arange(n_way, device=y.device)).to(dtype)


def class_means(values: Tensor, y: Tensor, n_way: int, counted: Tensor | None = None) -> Tensor:
    """Return the mean of `values` `(n, e)` over the patients of each class, `(n_way, e)`; zeros for an empty class.

    `counted` `(n, n_columns)`, see `LabeledSet`: the means are of the counted cells, each of `e / n_columns` values; of all where none counts.
    """
    members = one_hot(y, n_way, values.dtype)
    means = members.transpose(-1, -2) @ values / members.sum(-2).clamp_min(1.0).unsqueeze(-1)
    if counted is None:
        return means
    counts = counted.to(values.dtype).repeat_interleave(values.shape[-1] // counted.shape[-1], -1)
    n, sums = members.T @ counts, members.T @ (values * counts)
    return torch.where(n > 0, sums / n.clamp_min(1.0), means)
