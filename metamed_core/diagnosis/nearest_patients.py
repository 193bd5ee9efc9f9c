"""The labeled patients nearest to each patient, by distance in the network's embedding."""

from __future__ import annotations

import torch
from torch import Tensor

NEAREST = 3
"""How many labeled patients stand beside an answer."""


def nearest_patients(query: Tensor, support: Tensor, n: int = NEAREST) -> tuple[Tensor, Tensor]:
    """The nearest patients of the support set, the nearest first.

    Parameters
    ----------
    query, support
        Embeddings, `(n_query, e)` and `(n_support, e)`.
    n
        At most so many.

    Returns
    -------
    distance, position
        Euclidean distances (no unit) and positions in the support set, both `(n_query, min(n, n_support))`.
    """
    # By differences: the quicker way by products would let rounding decide between patients who are alike.
    apart = torch.cdist(query, support, compute_mode="donot_use_mm_for_euclid_dist")
    distance, position = apart.topk(min(n, len(support)), largest=False)
    return distance, position
