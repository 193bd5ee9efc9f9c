"""A single decision tree (Breiman et al. 1984): thresholds asked one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sklearn import tree

from metamed_core.learners.baselines.base import Array, Baseline, Labels
from metamed_core.words import Words


@dataclass(frozen=True)
class DecisionTree(Baseline):
    """`sklearn.tree.DecisionTreeClassifier` with balanced classes."""

    name: ClassVar[str] = "decision_tree"
    title: ClassVar[Words] = Words("Decision tree", "决策树")
    summary: ClassVar[Words] = Words(
        "Asks for one threshold after the other; easy to read, and too sure of itself.",
        "逐个询问阈值；易于解读，但过于自信。",
    )
    paper: ClassVar[str] = "Breiman, Friedman, Olshen, Stone: Classification and Regression Trees, Wadsworth 1984"
    link: ClassVar[str] = "https://doi.org/10.1201/9781315139470"
    order: ClassVar[int] = 9

    def fit(self, X: Array, y: Labels) -> Any:
        """See `Baseline.fit`."""
        return tree.DecisionTreeClassifier(class_weight="balanced", random_state=0).fit(X, y)
