"""Linear discriminant analysis with shrinkage (Friedman 1989): nearest centroid that accounts for correlated columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from metamed_core.learners.baselines.base import Array, Baseline, Labels, LinearRule, balanced, centers
from metamed_core.words import Words


@dataclass(frozen=True)
class ShrunkLda(Baseline):
    """Linear discriminant analysis whose covariance is shrunk towards the identity.

    The identity counts as 2 + p/2 additional patients, for p features: a fixed amount, because there are too few patients to tune it.
    With one patient per class the covariance is the identity, and the method equals the nearest centroid.
    """

    name: ClassVar[str] = "shrunk_lda"
    title: ClassVar[Words] = Words("Shrunk LDA", "收缩线性判别")
    summary: ClassVar[Words] = Words(
        "Like nearest centroid, but takes into account which columns vary together, as far as a few patients show it.",
        "在最近质心的基础上，考虑各列之间的相关性（以少数患者所能体现的程度为限）。",
    )
    paper: ClassVar[str] = "Friedman: Regularized Discriminant Analysis, JASA 1989"
    link: ClassVar[str] = "https://doi.org/10.1080/01621459.1989.10478752"
    order: ClassVar[int] = 4

    def fit(self, X: Array, y: Labels) -> LinearRule:
        """See `Baseline.fit`."""
        classes, means = centers(X, y)
        residual = (X - means[np.searchsorted(classes, y)]) * np.sqrt(balanced(y))[:, None]
        n, lean = len(y) - len(classes), 2 + X.shape[1] / 2
        # Covariance (R'R + lean I) / (n + lean), inverted by the Woodbury identity: the linear system has the size of the number of
        # patients, so that thousands of features are no slower than two.
        within = residual @ residual.T + lean * np.eye(len(y))
        precise = (means - np.linalg.solve(within, residual @ means.T).T @ residual) * (n + lean) / lean
        return LinearRule.of(classes, means, np.asarray(precise, dtype=np.float64))
