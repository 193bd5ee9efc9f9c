"""Gradient boosting (Friedman 2002): shallow trees, each fitted to the errors of those before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sklearn import ensemble

from metamed_core.learners.baselines.base import Array, Baseline, Labels, balanced
from metamed_core.words import Words


@dataclass(frozen=True)
class GradientBoosting(Baseline):
    """`sklearn.ensemble.GradientBoostingClassifier`; the histogram version needs 20 patients per leaf by default, too many here."""

    name: ClassVar[str] = "gradient_boosting"
    title: ClassVar[Words] = Words("Gradient boosting", "梯度提升树")
    summary: ClassVar[Words] = Words(
        "Small decision trees, each correcting the errors of those before; needs more patients than most.",
        "由多棵小决策树依次修正前面的错误；比多数方法需要更多患者。",
    )
    paper: ClassVar[str] = "Friedman: Stochastic Gradient Boosting, Computational Statistics & Data Analysis 2002"
    link: ClassVar[str] = "https://doi.org/10.1016/S0167-9473(01)00065-2"
    order: ClassVar[int] = 6

    def fit(self, X: Array, y: Labels) -> Any:
        """See `Baseline.fit`."""
        model = ensemble.GradientBoostingClassifier(n_estimators=50, max_depth=2, subsample=0.8, max_features="sqrt", random_state=0)
        return model.fit(X, y, sample_weight=balanced(y))
