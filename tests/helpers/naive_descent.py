"""Gradient descent in the plane of the lessons' two weights, written out with sums and finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from metamed_core.data import Episode, LabeledSet

Weights = Sequence[float] | np.ndarray


def naive_loss(w: Weights, patients: LabeledSet) -> float:
    """-mean log p of the own class, each class weighing the same; both have equally many here."""
    total = 0.0
    for x, y in zip(patients.x.tolist(), patients.y.tolist(), strict=True):
        score = w[0] * x[0] + w[1] * x[1]
        total += float(np.log1p(np.exp(-score if y else score)))
    return total / len(patients)


def slope(f: Callable[[Weights], float], at: Weights, h: float = 1e-5) -> np.ndarray:
    """The gradient of `f` by central differences, `(2,)`."""
    steps = np.eye(2) * h
    return np.array([(f(at + step) - f(at - step)) / (2 * h) for step in steps])


def naive_path(at: Weights, task: Episode, alpha: float, n: int) -> list[tuple[float, float]]:
    """Where `n` inner steps of size `alpha` lead from `at`, the start included."""
    path = [np.array(at)]
    for _ in range(n):
        path.append(path[-1] - alpha * slope(lambda w: naive_loss(w, task.support), path[-1]))
    return [(float(x), float(y)) for x, y in path]
