"""Logistic regression of many tasks at once, where a lesson would wait for hundreds of fits: the optimum that the baseline classifier finds.

Newton's method on a stack of tasks, all of it a few products of matrices. A test compares it with `BASELINES["logistic_regression"]`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from metamed_core.data import CHANNELS, LabeledSet, one_hot

MISSING = CHANNELS.index("missing")
MOST_STEPS, CLOSE = 100, 1e-7  # of Newton's method; it ends when no coefficient moves farther


def regressions(support: LabeledSet, n_way: int) -> Tensor:
    """Coefficients `(n_tasks, n_features, n_way)` of a stack of tasks, each of which has as many patients of one diagnosis as of another.

    Raises RuntimeError if a fit does not converge.
    """
    rows, target = features(support.x), one_hot(support.y, n_way, torch.float64)
    weights = torch.zeros(len(rows), rows.shape[-1], n_way, dtype=torch.float64)
    # The baseline's L2 penalty: of both diagnoses' difference where there are two, and none of the intercepts.
    penalty = torch.full((rows.shape[-1], 1), 2.0 if n_way == 2 else 1.0, dtype=torch.float64)
    penalty[-1] = 0

    def loss(at: Tensor) -> Tensor:
        return ((rows @ at).logsumexp(-1) - (rows @ at * target).sum(-1)).sum(-1) + (penalty * at.square()).sum((-1, -2)) / 2

    for _ in range(MOST_STEPS):
        proba = (rows @ weights).softmax(-1)
        gradient = rows.mT @ (proba - target) + penalty * weights
        step = torch.linalg.solve(_hessian(rows, proba, penalty), gradient.mT.flatten(1)).unflatten(-1, (n_way, -1)).mT
        if float(step.abs().max()) < CLOSE:
            return weights
        length, before = torch.ones(len(rows), 1, 1, dtype=torch.float64), loss(weights)
        while (worse := loss(weights - length * step) > before + 1e-12 * (1 + before)).any():
            length[worse] /= 2
        weights = weights - length * step
    raise RuntimeError("A logistic regression has not converged.")


def _hessian(rows: Tensor, proba: Tensor, penalty: Tensor) -> Tensor:
    """Second derivatives `(n_tasks, n_way * n_features, n_way * n_features)`, the diagnoses one after the other."""
    n_tasks, n_way, n_features = len(rows), proba.shape[-1], rows.shape[-1]
    found = torch.empty(n_tasks, n_way, n_features, n_way, n_features, dtype=torch.float64)
    for one in range(n_way):
        for other in range(one, n_way):
            weight = proba[..., one] * (float(one == other) - proba[..., other])
            block = (rows * weight.unsqueeze(-1)).mT @ rows
            # All intercepts may be moved together without changing an answer: held in place, else there is no one solution.
            block[:, -1, -1] += 1
            found[:, one, :, other] = found[:, other, :, one] = block
    return found.flatten(3).flatten(1, 2) + torch.diag(penalty.flatten().repeat(n_way))


def features(x: Tensor) -> Tensor:
    """Of cells `(n_tasks, n, n_columns, n_channels)` the value, whether it is missing, and a 1 for the intercept, `(n_tasks, n, n_features)`."""
    return torch.cat([x[..., 0], (x[..., MISSING] > 0).to(x.dtype), torch.ones_like(x[..., :1, 0])], -1).double()


def probabilities(weights: Tensor, x: Tensor) -> Tensor:
    """What these regressions say of the patients of their tasks, `(n_tasks, n, n_way)`."""
    return (features(x) @ weights).softmax(-1)
