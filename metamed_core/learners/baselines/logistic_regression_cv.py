"""Logistic regression (Cox 1958) whose penalty is chosen by cross-validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sklearn import linear_model, model_selection

from metamed_core.learners.baselines.base import Array, Baseline, Labels, folds
from metamed_core.words import Words

PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0)
"""Inverse strengths of the penalty to choose from."""


@dataclass(frozen=True)
class LogisticRegressionCV(Baseline):
    """`sklearn.linear_model.LogisticRegression` with balanced classes and the penalty of the least cross-validated log-loss."""

    name: ClassVar[str] = "logistic_regression_cv"
    title: ClassVar[Words] = Words("Logistic regression (cross-validated penalty)", "逻辑回归（惩罚经交叉验证）")
    summary: ClassVar[Words] = Words(
        "As logistic regression, with a penalty that the labeled patients choose; ten times as slow.",
        "与逻辑回归相同，但由已确诊患者选出惩罚强度；耗时约为其十倍。",
    )
    paper: ClassVar[str] = "Cox: The Regression Analysis of Binary Sequences, JRSS B 1958"
    link: ClassVar[str] = "https://doi.org/10.1111/j.2517-6161.1958.tb00292.x"
    order: ClassVar[int] = 8

    def fit(self, X: Array, y: Labels) -> Any:
        """See `Baseline.fit`; with a single patient of a diagnosis nothing can be held out, and the penalty is the usual one."""
        plain, n_folds = linear_model.LogisticRegression(class_weight="balanced", max_iter=1000), folds(y)
        if n_folds < 2:
            return plain.fit(X, y)
        chosen = model_selection.GridSearchCV(plain, {"C": PENALTIES}, scoring="neg_log_loss", cv=n_folds)
        return chosen.fit(X, y)
