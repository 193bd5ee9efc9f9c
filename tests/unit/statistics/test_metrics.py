"""The metrics equal scikit-learn's and published numbers on random answers, ties and absent classes included."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn import metrics as theirs
from sklearn.calibration import calibration_curve

from metamed_core.statistics import metrics
from metamed_core.statistics.calibration import Answers

SEEDS = range(6)
on_each_seed = pytest.mark.parametrize("seed", SEEDS)


def answers(seed: int, n: int = 60, n_way: int = 4, *, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Right classes and probabilities; with ties many probabilities are equal. Odd seeds lack the last class."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_way - seed % 2, n)
    proba = rng.dirichlet(np.ones(n_way), n)
    if ties:
        proba = (rng.integers(0, 3, (n, n_way)) + 0.25) / 1
        proba /= proba.sum(1, keepdims=True)
    proba[:5] = np.eye(n_way)[rng.integers(0, n_way, 5)]
    return y, proba


@on_each_seed
@pytest.mark.parametrize("ties", [False, True])
def test_equal_to_scikit_learn(seed: int, ties: bool) -> None:
    y, proba = answers(seed, ties=ties)
    guess, labels = proba.argmax(1), np.arange(4)
    assert metrics.accuracy(y, proba) == pytest.approx(theirs.accuracy_score(y, guess))
    recalls = theirs.recall_score(y, guess, labels=np.unique(y), average=None, zero_division=0)
    assert metrics.balanced_accuracy(y, proba) == pytest.approx(recalls.mean())
    clipped = np.maximum(proba, metrics.FLOOR)
    own = theirs.log_loss(y, clipped / clipped.sum(1, keepdims=True), labels=labels)
    assert metrics.log_loss(y, proba) == pytest.approx(own, abs=1e-5)
    assert metrics.brier_score(y, proba) == pytest.approx(theirs.brier_score_loss(y, proba, labels=labels, scale_by_half=False))
    areas = [theirs.roc_auc_score(y == c, proba[:, c]) for c in np.unique(y)]
    assert metrics.macro_auroc(y, proba) == pytest.approx(np.mean(areas))
    np.testing.assert_array_equal(metrics.confusion(y, proba), theirs.confusion_matrix(y, guess, labels=labels))


@on_each_seed
def test_balanced_accuracy_and_multiclass_area_where_every_class_is_there(seed: int) -> None:
    y, proba = answers(2 * seed)
    assert metrics.balanced_accuracy(y, proba) == pytest.approx(theirs.balanced_accuracy_score(y, proba.argmax(1)))
    assert metrics.macro_auroc(y, proba) == pytest.approx(theirs.roc_auc_score(y, proba, multi_class="ovr", average="macro"))


def test_log_loss_holds_an_impossible_truth_at_the_floor() -> None:
    assert metrics.log_loss(np.array([0]), np.array([[0.0, 1.0]])) == pytest.approx(-np.log(1e-6))


def test_area_of_one_class_is_not_a_number() -> None:
    y, proba = np.zeros(5, dtype=np.int64), np.full((5, 2), 0.5)
    assert np.isnan(metrics.macro_auroc(y, proba))
    assert np.isnan(metrics.auroc(y == 0, proba[:, 0]))
    assert metrics.macro_auroc(np.array([0, 1]), np.full((2, 2), 0.5)) == 0.5


def test_nobody_asked_is_not_a_number() -> None:
    y, proba = np.zeros(0, dtype=np.int64), np.zeros((0, 3))
    for metric in (metrics.accuracy, metrics.balanced_accuracy, metrics.log_loss, metrics.brier_score, metrics.macro_auroc):
        assert np.isnan(metric(y, proba))
    assert np.isnan(metrics.expected_calibration_error(y, proba))
    assert np.isnan(metrics.set_size(proba))


@on_each_seed
def test_reliability_equals_scikit_learns_curve_and_the_calibration_of_the_cards(seed: int) -> None:
    y, proba = answers(seed, 400)
    found = metrics.reliability(y, proba)
    truth, confidence = calibration_curve(proba.argmax(1) == y, proba.max(1), n_bins=10)
    filled = found.n > 0
    np.testing.assert_allclose(found.accuracy[filled], truth)
    np.testing.assert_allclose(found.confidence[filled], confidence)
    assert found.n.sum() == 400
    pooled = Answers.of_task(torch.from_numpy(proba).log(), torch.from_numpy(y), 8, 3)
    assert found.error == pytest.approx(metrics.expected_calibration_error(*pooled.y_and_proba()))


def naive_set(p: np.ndarray, coverage: float) -> set[int]:
    chosen: set[int] = set()
    for c in sorted(range(len(p)), key=lambda c: -p[c]):
        if sum(p[c] for c in chosen) >= coverage:
            break
        chosen.add(c)
    return chosen


@on_each_seed
def test_sets_equal_a_naive_loop(seed: int) -> None:
    y, proba = answers(seed)
    found = metrics.prediction_sets(proba, 0.8)
    expected = [naive_set(p, 0.8) for p in proba]
    assert [set(np.flatnonzero(row).tolist()) for row in found] == expected
    assert metrics.covered(y, proba, 0.8).mean() == np.mean([c in chosen for c, chosen in zip(y, expected, strict=True)])
    assert metrics.set_size(proba, 0.8) == np.mean([len(chosen) for chosen in expected])


def test_a_set_that_reaches_the_aim_exactly_is_large_enough() -> None:
    assert metrics.prediction_sets(np.array([[0.3, 0.3, 0.3, 0.1]])).sum() == 3
    assert metrics.prediction_sets(np.array([[1.0, 0.0]])).sum() == 1


def naive_net_benefit(is_case: np.ndarray, p: np.ndarray, threshold: float) -> float:
    acted = p >= threshold
    true, false = (acted & is_case).sum(), (acted & ~is_case).sum()
    return (true - false * threshold / (1 - threshold)) / len(p)


@on_each_seed
def test_net_benefit_equals_the_formula(seed: int) -> None:
    rng = np.random.default_rng(seed)
    is_case, p, threshold = rng.random(50) < 0.3, rng.random(50), np.array([0.0, 0.1, 0.5, 0.9])
    curve = metrics.decision_curve(is_case, p, threshold)
    np.testing.assert_allclose(curve.model, [naive_net_benefit(is_case, p, t) for t in threshold])
    np.testing.assert_allclose(curve.treat_all, [naive_net_benefit(is_case, np.ones(50), t) for t in threshold])
    assert (curve.treat_none == 0).all()
    assert curve.treat_all[0] == pytest.approx(is_case.mean())


def test_net_benefit_at_another_prevalence_is_that_of_a_table_that_has_it() -> None:
    """Cases counted nine times more rarely, by repeating the others; probabilities that know it."""
    rng = np.random.default_rng(0)
    is_case, p = np.arange(40) < 20, rng.uniform(0.05, 0.95, 40)
    threshold = np.array([0.05, 0.2, 0.4])
    curve = metrics.decision_curve(is_case, p, threshold, prevalence=0.1)
    repeated = np.concatenate([np.flatnonzero(is_case), *[np.flatnonzero(~is_case)] * 9])
    known = metrics.adjust_prevalence(p, 0.5, 0.1)
    expected = [naive_net_benefit(is_case[repeated], known[repeated], t) for t in threshold]
    np.testing.assert_allclose(curve.model, expected)
    assert curve.prevalence == 0.1


def test_a_shift_of_prevalence_is_bayes_rule() -> None:
    likelihood_ratio = 3.0
    before, after = 0.5 * likelihood_ratio / (0.5 * likelihood_ratio + 0.5), 0.1 * likelihood_ratio / (0.1 * likelihood_ratio + 0.9)
    assert metrics.adjust_prevalence(np.array([before]), 0.5, 0.1)[0] == pytest.approx(after, abs=1e-12)
    assert metrics.adjust_prevalence(np.array([0.0, 1.0]), 0.5, 0.1).tolist() == [0.0, 1.0]


def test_net_benefit_without_cases_is_not_a_number() -> None:
    assert np.isnan(metrics.decision_curve(np.zeros(3, dtype=bool), np.ones(3) / 2, np.array([0.1])).model).all()
