"""The label-shuffle test against exact counting and Fisher's test, and the sets of a chosen coverage."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.stats import binom, fisher_exact

from metamed_core.statistics import certified, coverage_sets, shuffle_test
from metamed_core.statistics.coverage import SET_THRESHOLDS, set_threshold


def test_it_agrees_with_all_shuffles_counted() -> None:
    y, named = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 1, 2])
    counts = np.array([(np.array(each) == named).sum() for each in permutations(y)])
    found = shuffle_test(y, named)
    assert (found.n_right, found.n) == (5, 6)
    assert found.p_value == pytest.approx((counts >= 5).mean(), abs=0.015)
    assert found.chance == pytest.approx(counts.mean() / 6, abs=0.02)
    assert found.power == binom.sf(found.needed - 1, 6, found.true_accuracy)


def test_for_two_classes_it_is_fishers_test() -> None:
    y, named = np.repeat([0, 1], 20), np.repeat([0, 1, 0, 1], [13, 7, 8, 12])
    exact = fisher_exact([[13, 7], [8, 12]], alternative="greater").pvalue
    assert shuffle_test(y, named).p_value == pytest.approx(exact, abs=0.02)
    assert not shuffle_test(y, named).above_chance
    assert shuffle_test(y, y).above_chance


def test_two_patients_can_show_nothing() -> None:
    found = shuffle_test(np.array([0, 1]), np.array([0, 1]))
    assert found.needed == 3
    assert found.power == 0
    assert not found.above_chance


def test_a_larger_coverage_takes_a_larger_set() -> None:
    proba = np.array([[0.62, 0.2, 0.1, 0.08]])
    assert [int(coverage_sets(proba, c).sum()) for c in (0.8, 0.9, 0.95)] == [1, 2, 3]
    assert [set_threshold(c) for c, _ in SET_THRESHOLDS] == [t for _, t in SET_THRESHOLDS]
    assert set_threshold(0.85) == pytest.approx((0.58 + 0.74) / 2)


def test_what_few_patients_can_certify() -> None:
    assert [certified(n) for n in (0, 1, 9, 99)] == [0, 0.5, 0.9, 0.99]
