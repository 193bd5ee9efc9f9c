"""The map of patients: a plane through the embedding on which every step of an adaptation is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Axes:
    """The plane on which all steps are drawn: the first two principal components of the embedding at the first step.

    Parameters
    ----------
    center
        The mean embedding, `(e,)`.
    directions
        The two components, `(e, 2)`.
    shares
        Their shares of the variance of the embedding, 0..1.
    """

    center: Tensor
    directions: Tensor
    shares: tuple[float, float]

    @classmethod
    def fit(cls, embeddings: Tensor) -> Axes:
        """`(n, e)` -> a center `(e,)`, directions `(e, 2)` and their shares of the variance."""
        center = embeddings.mean(0)
        _, size, directions = torch.linalg.svd(embeddings - center, full_matrices=False)
        directions, power = directions[:2], size.square() / size.square().sum().clamp_min(1e-12)
        # An axis may point either way; the larger side of its loadings decides, so that row order cannot flip the picture.
        heaviest = directions.gather(1, directions.abs().argmax(1, keepdim=True))
        directions = directions * torch.where(heaviest < 0, -1.0, 1.0)
        padded = torch.cat([directions, directions.new_zeros(2 - len(directions), directions.shape[1])])
        shares = torch.cat([power, power.new_zeros(2)])[:2].tolist()
        return cls(center, padded.T, (shares[0], shares[1]))

    def place(self, embeddings: Tensor) -> Array:
        """Positions `(n, 2)` of embeddings `(n, e)`."""
        return ((embeddings - self.center) @ self.directions).double().numpy()
