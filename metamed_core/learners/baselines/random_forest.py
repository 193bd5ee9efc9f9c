"""Random forest (Breiman 2001): a vote of many decision trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sklearn import ensemble

from metamed_core.learners.baselines.base import Array, Baseline, Labels
from metamed_core.words import Words


@dataclass(frozen=True)
class RandomForest(Baseline):
    """`sklearn.ensemble.RandomForestClassifier` with 100 trees and balanced classes."""

    name: ClassVar[str] = "random_forest"
    title: ClassVar[Words] = Words("Random forest", "随机森林")
    summary: ClassVar[Words] = Words(
        "Many decision trees vote; strong where single thresholds decide, and slow.",
        "多棵决策树投票；在由单一阈值决定诊断时表现突出，但速度较慢。",
    )
    paper: ClassVar[str] = "Breiman: Random Forests, Machine Learning 2001"
    link: ClassVar[str] = "https://doi.org/10.1023/A:1010933404324"
    order: ClassVar[int] = 5

    def fit(self, X: Array, y: Labels) -> Any:
        """See `Baseline.fit`."""
        return ensemble.RandomForestClassifier(100, class_weight="balanced", random_state=0).fit(X, y)
