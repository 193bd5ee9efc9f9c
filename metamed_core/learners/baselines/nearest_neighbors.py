"""k-nearest neighbors (Cover and Hart 1967): a vote of the most similar labeled patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn import neighbors

from metamed_core.learners.baselines.base import Array, Baseline, Labels
from metamed_core.words import Words


@dataclass(frozen=True)
class NearestNeighbors(Baseline):
    """`sklearn.neighbors.KNeighborsClassifier`, weighted by inverse distance; k is the size of the rarest class, at most 5."""

    name: ClassVar[str] = "nearest_neighbours"
    title: ClassVar[Words] = Words("k-nearest neighbors", "k 近邻")
    summary: ClassVar[Words] = Words(
        "Lets the most similar labeled patients vote; its probabilities are their shares of the votes.",
        "参考最相似的已确诊患者；其概率就是他们的得票比例。",
    )
    paper: ClassVar[str] = "Cover, Hart: Nearest Neighbor Pattern Classification, IEEE Transactions on Information Theory 1967"
    link: ClassVar[str] = "https://doi.org/10.1109/TIT.1967.1053964"
    order: ClassVar[int] = 1

    def fit(self, X: Array, y: Labels) -> Any:
        """See `Baseline.fit`."""
        _, counts = np.unique(y, return_counts=True)
        return neighbors.KNeighborsClassifier(min(5, int(counts.min())), weights="distance").fit(X, y)
