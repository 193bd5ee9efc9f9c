"""The map of patients: a projection of the embedding onto two principal components, the same for all adaptation steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Axes:
    """Projection onto the first two principal components of the embedding at the first step.

    Parameters
    ----------
    center
        The mean embedding, `(n_embedding,)`.
    directions
        The two components, `(n_embedding, 2)`.
    shares
        Explained variance ratios of the two components, 0..1.
    """

    center: Tensor
    directions: Tensor
    shares: tuple[float, float]

    @classmethod
    def fit(cls, embeddings: Tensor) -> Axes:
        """The projection fitted to embeddings `(n, n_embedding)`."""
        center = embeddings.mean(0)
        _, size, directions = torch.linalg.svd(embeddings - center, full_matrices=False)
        directions, power = directions[:2], size.square() / size.square().sum().clamp_min(1e-12)
        # The sign of a component is arbitrary; the largest loading is made positive, so that the order of the rows cannot flip the map.
        heaviest = directions.gather(1, directions.abs().argmax(1, keepdim=True))
        directions = directions * torch.where(heaviest < 0, -1.0, 1.0)
        padded = torch.cat([directions, directions.new_zeros(2 - len(directions), directions.shape[1])])
        shares = torch.cat([power, power.new_zeros(2)])[:2].tolist()
        return cls(center, padded.T, (shares[0], shares[1]))

    def place(self, embeddings: Tensor) -> Array:
        """Coordinates `(n, 2)` of embeddings `(n, n_embedding)`."""
        return ((embeddings - self.center) @ self.directions).double().numpy()
