"""Metrics of named diagnoses that belong to a whole set of patients, not to one of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metamed_core.statistics.metrics import confusion

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def macro_f1(y: Labels, proba: Array) -> float:
    """Mean over classes of F1 = 2 TP / (2 TP + FP + FN), 0 .. 1; classes that nobody has and nobody is named are left out.

    Parameters
    ----------
    y, proba
        Right classes `(n,)` and probabilities `(n, n_way)`; fewer than two patients give NaN.
    """
    if len(y) < 2:
        return np.nan
    counts = confusion(y, proba).astype(np.float64)
    either = counts.sum(0) + counts.sum(1)
    return float((2 * np.diag(counts)[either > 0] / either[either > 0]).mean())


def matthews_correlation(y: Labels, proba: Array) -> float:
    """Matthews' correlation coefficient of right and named classes, -1 .. 1: 0 for guessing, also if all are named the same.

    Parameters
    ----------
    y, proba
        Right classes `(n,)` and probabilities `(n, n_way)`; fewer than two patients give NaN.

    References
    ----------
    Gorodkin 2004, Comparing two K-category assignments by a K-category correlation coefficient, https://doi.org/10.1016/j.compbiolchem.2004.09.006
    """
    if len(y) < 2:
        return np.nan
    counts = confusion(y, proba).astype(np.float64)
    n, true, named = counts.sum(), counts.sum(1), counts.sum(0)
    spread = (n**2 - (named**2).sum()) * (n**2 - (true**2).sum())
    return float((np.trace(counts) * n - named @ true) / np.sqrt(spread)) if spread > 0 else 0.0


def within_top(y: Labels, proba: Array, k: int = 3) -> Array:
    """1 where the right class is among the `k` most probable ones, else 0, `(n,)`; ties go to the smaller class number."""
    order = np.argsort(-proba, axis=1, kind="stable")[:, :k]
    return np.asarray((order == y[:, None]).any(1), dtype=np.float64)
