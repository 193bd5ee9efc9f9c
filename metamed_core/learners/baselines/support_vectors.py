"""Support vector machine (Cortes and Vapnik 1995) with a radial kernel: a boundary as far as possible from the nearest patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import softmax
from sklearn import calibration, svm

from metamed_core.learners.baselines.base import Array, Baseline, Fitted, Labels, folds
from metamed_core.words import Words


@dataclass(frozen=True)
class SupportVectors(Baseline):
    """`sklearn.svm.SVC` with a radial kernel and balanced classes; its decision values become probabilities by cross-validated sigmoids (Platt 1999)."""

    name: ClassVar[str] = "support_vectors"
    title: ClassVar[Words] = Words("Support vector machine (RBF kernel)", "支持向量机（RBF 核）")
    summary: ClassVar[Words] = Words(
        "Draws a curved boundary as far as possible from the nearest patients of each diagnosis.",
        "在各诊断的患者之间画出弯曲的边界，并使其离最近的患者尽可能远。",
    )
    paper: ClassVar[str] = "Cortes and Vapnik: Support-Vector Networks, Machine Learning 1995"
    link: ClassVar[str] = "https://doi.org/10.1007/BF00994018"
    order: ClassVar[int] = 7

    def fit(self, X: Array, y: Labels) -> Fitted:
        """See `Baseline.fit`."""
        machine = svm.SVC(class_weight="balanced")
        n_folds = folds(y)
        if n_folds < 2:
            return _Softmax(machine.fit(X, y))
        scaled: Fitted = calibration.CalibratedClassifierCV(machine, method="sigmoid", cv=n_folds, ensemble=False).fit(X, y)
        return scaled


class _Softmax:
    """A fitted machine whose decision values are taken for logits: one patient of a diagnosis is too few to learn sigmoids from."""

    def __init__(self, machine: Any) -> None:
        self.machine, self.classes_ = machine, machine.classes_

    def predict_proba(self, X: Array) -> Array:
        """See `Fitted.predict_proba`."""
        values = self.machine.decision_function(X)
        logits = np.stack([-values, values], 1) / 2 if values.ndim == 1 else values
        return np.asarray(softmax(logits, axis=1), dtype=np.float64)
