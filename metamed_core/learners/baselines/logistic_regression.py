"""Logistic regression (Cox 1958): softmax of a weighted sum of the features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sklearn import linear_model

from metamed_core.learners.baselines.base import Array, Baseline, Labels
from metamed_core.words import Words


@dataclass(frozen=True)
class LogisticRegression(Baseline):
    """`sklearn.linear_model.LogisticRegression` with its default L2 penalty and balanced classes."""

    name: ClassVar[str] = "logistic_regression"
    title: ClassVar[Words] = Words("Logistic regression", "逻辑回归")
    summary: ClassVar[Words] = Words(
        "Weighs every column and adds up the result; the usual baseline.", "为每一列赋予权重并相加；最常用的基线。"
    )
    paper: ClassVar[str] = "Cox: The Regression Analysis of Binary Sequences, JRSS B 1958"
    link: ClassVar[str] = "https://doi.org/10.1111/j.2517-6161.1958.tb00292.x"
    order: ClassVar[int] = 0

    def fit(self, X: Array, y: Labels) -> Any:
        """See `Baseline.fit`."""
        return linear_model.LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000).fit(X, y)
