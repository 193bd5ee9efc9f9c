"""Reasons that a classifier can give exactly: what each cell adds to its score, and what each labeled patient adds to its answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """The difference of two classes' log-scores, log p(first) - log p(second), as a sum.

    Parameters
    ----------
    cells
        What each cell of each patient adds, `(n, n_cells)`; positive speaks for the first class.
    rest
        What is added for every patient alike, a scalar.
    """

    cells: Tensor
    rest: float = 0.0


class Additive(ABC):
    """A classifier whose log-scores are sums over the cells of a patient."""

    @abstractmethod
    def score_parts(self, x: Tensor, first: int, second: int) -> ScoreParts | None:
        """Split log p(first) - log p(second) into parts that sum to it.

        Parameters
        ----------
        x
            Cells, `(n, n_cells, n_channels)`.
        first, second
            Class numbers.

        Returns
        -------
        ScoreParts or None
            None where the network mixes the columns into an embedding that has no part for each of them.
        """


class Voting(ABC):
    """A classifier whose probabilities are sums of votes of labeled patients."""

    @abstractmethod
    def votes(self, x: Tensor) -> Tensor:
        """The vote of each labeled patient, `(n, n_support)`: rows sum to 1, and the votes of a class sum to its (uncalibrated) probability."""


def by_cell(embeddings: Tensor, n_cells: int) -> Tensor:
    """Embeddings `(..., n_cells * features)` of a network that keeps the columns apart, as `(..., n_cells, features)`."""
    return torch.unflatten(embeddings, -1, (n_cells, -1))


def distance_parts(embeddings: Tensor, first: Tensor, second: Tensor, n_cells: int) -> Tensor:
    """What each cell adds to the squared distance from `second` minus that from `first`, `(n, n_embedding)` -> `(n, n_cells)`."""
    apart = (embeddings - second).square() - (embeddings - first).square()
    return by_cell(apart, n_cells).sum(-1)
