"""Gaussian naive Bayes (Hand and Yu 2001): features are independent given the class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn import naive_bayes

from metamed_core.learners.baselines.base import Array, Baseline, Labels
from metamed_core.words import Words


@dataclass(frozen=True)
class NaiveBayes(Baseline):
    """`sklearn.naive_bayes.GaussianNB`; adds 0.1 times the largest variance to all variances, which are 0 for a class of one patient."""

    name: ClassVar[str] = "naive_bayes"
    title: ClassVar[Words] = Words("Naive Bayes", "朴素贝叶斯")
    summary: ClassVar[Words] = Words(
        "Treats every column as independent evidence; overconfident where columns repeat each other.",
        "把每一列当作独立的证据；各列信息重复时会过于自信。",
    )
    paper: ClassVar[str] = "Hand, Yu: Idiot's Bayes: Not So Stupid After All?, International Statistical Review 2001"
    link: ClassVar[str] = "https://doi.org/10.1111/j.1751-5823.2001.tb00465.x"
    order: ClassVar[int] = 3

    def fit(self, X: Array, y: Labels) -> Any:
        """See `Baseline.fit`."""
        n = len(np.unique(y))
        return naive_bayes.GaussianNB(priors=np.full(n, 1 / n), var_smoothing=0.1).fit(X, y)
