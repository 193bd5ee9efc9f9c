"""The labeled patients nearest to each patient, by distance in the network's embedding."""

from __future__ import annotations

import torch
from torch import Tensor

NEAREST = 3
"""Number of nearest labeled patients per answer."""


def nearest_patients(query: Tensor, support: Tensor, n: int = NEAREST) -> tuple[Tensor, Tensor]:
    """The nearest patients of the support set, the nearest first.

    Parameters
    ----------
    query, support
        Embeddings, `(n_query, n_embedding)` and `(n_support, n_embedding)`.
    n
        Maximum number of neighbors.

    Returns
    -------
    distance, position
        Euclidean distances (no unit) and positions in the support set, both `(n_query, min(n, n_support))`.
    """
    # By differences: the faster computation by matrix products rounds too coarsely to rank similar patients.
    apart = torch.cdist(query, support, compute_mode="donot_use_mm_for_euclid_dist")
    distance, position = apart.topk(min(n, len(support)), largest=False)
    return distance, position
