"""Nearest centroid (Tibshirani et al. 2002, without shrinkage): compare with the mean of each class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from metamed_core.learners.baselines.base import Array, Baseline, Labels, LinearRule, centers
from metamed_core.words import Words


@dataclass(frozen=True)
class NearestCentroid(Baseline):
    """Gaussian classes with unit covariance (columns are standardized); unlike scikit-learn's it has probabilities at one shot."""

    name: ClassVar[str] = "nearest_centroid"
    title: ClassVar[Words] = Words("Nearest centroid", "最近质心")
    summary: ClassVar[Words] = Words(
        "Compares a patient with the average patient of each diagnosis, on the values themselves: a prototypical network without the network.",
        "直接用原始数值把患者与各诊断的“平均患者”作比较；相当于没有神经网络的原型网络。",
    )
    paper: ClassVar[str] = "Tibshirani, Hastie, Narasimhan, Chu: Diagnosis of Multiple Cancer Types by Shrunken Centroids, PNAS 2002"
    link: ClassVar[str] = "https://doi.org/10.1073/pnas.082099299"
    order: ClassVar[int] = 2

    def fit(self, X: Array, y: Labels) -> LinearRule:
        """See `Baseline.fit`."""
        classes, means = centers(X, y)
        return LinearRule.of(classes, means, means)
