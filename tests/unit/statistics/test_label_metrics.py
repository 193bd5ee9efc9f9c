"""Macro F1, Matthews correlation and top-3 accuracy, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, matthews_corrcoef, top_k_accuracy_score

from metamed_core.statistics import label_metrics


@pytest.mark.parametrize("n_way", [2, 3, 6])
def test_equal_to_scikit_learn(n_way: int) -> None:
    rng = np.random.default_rng(n_way)
    for n in (2, 9, 60):
        y, proba = rng.integers(0, n_way, n), rng.dirichlet(np.ones(n_way), n)
        named = proba.argmax(1)
        assert label_metrics.macro_f1(y, proba) == pytest.approx(f1_score(y, named, average="macro"))
        assert label_metrics.matthews_correlation(y, proba) == pytest.approx(matthews_corrcoef(y, named))
        if n_way > 3:
            expected = top_k_accuracy_score(y, proba, k=3, labels=np.arange(n_way))
            assert label_metrics.within_top(y, proba).mean() == pytest.approx(expected)


def test_what_one_patient_cannot_tell_is_unknown() -> None:
    y, proba = np.array([1]), np.array([[0.2, 0.8]])
    assert np.isnan(label_metrics.macro_f1(y, proba))
    assert np.isnan(label_metrics.matthews_correlation(y, proba))
    assert label_metrics.within_top(y, proba).tolist() == [1.0]


def test_naming_all_the_same_is_worth_nothing() -> None:
    assert label_metrics.matthews_correlation(np.array([0, 1, 1]), np.tile([0.1, 0.9], (3, 1))) == 0.0
