"""Curves, costs and the patients behind the numbers, against naive counts."""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from metamed_core.evaluation import (
    LEAVE_ONE_OUT,
    Comparison,
    Plan,
    compare,
    confusion,
    costs,
    disagreements,
    leaderboard,
    learning_curves,
    methods,
    twin_curves,
)
from metamed_core.evaluation.calibration_error import calibration_error, reliability
from metamed_core.evaluation.comparison_files import comparison_csv, comparison_parquet
from metamed_core.evaluation.curves import episode_pairs
from metamed_core.evaluation.net_benefit import decision_curve
from metamed_core.statistics import metrics
from metamed_core.words import INTENDED_USE
from tests.helpers.comparing import cohort, guessing, made_up

KEYS = ("maml", "maml-none", "logistic_regression", "nearest_centroid")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    plan = Plan(cohort({"a": 14, "b": 12, "c": 5}), methods(KEYS), (1, 5, LEAVE_ONE_OUT), 3)
    return Comparison.of(plan).plus(compare(plan))


@pytest.fixture(scope="module")
def nothing(comparison: Comparison) -> Comparison:
    return Comparison(comparison.entries, comparison.shots, 3, 0, comparison.counts, comparison.cohort)


def test_learning_curves_are_the_leaderboards(comparison: Comparison) -> None:
    curves = learning_curves(comparison)
    assert list(curves) == list(KEYS)
    for key, points in curves.items():
        assert [(point.k_shot, point.n_way, point.n_episodes) for point in points] == [(1, 3, 3), (5, 2, 3), (0, 3, 31)]
        for point in points:
            (standing,) = [one for one in leaderboard(comparison, point.k_shot).rows if one.entry.key == key]
            assert point.score == standing.score


@pytest.mark.parametrize("k_shot", [1, 5, LEAVE_ONE_OUT])
def test_the_twin_curve_ends_where_the_leaderboard_is(comparison: Comparison, k_shot: int) -> None:
    (twins,) = twin_curves(comparison, k_shot)
    assert twins.learner == "maml"
    assert twins.random is not None
    (learned,) = twins.meta_learned
    assert len(learned.steps) == len(twins.random.steps) == 9
    scores = {one.entry.key: one.score for one in leaderboard(comparison, k_shot).rows}
    ends = (learned.steps[-1], twins.random.steps[-1], twins.level)
    for end, key in zip(ends, ("maml", "maml-none", "logistic_regression"), strict=True):
        assert end is not None
        assert (end.mean, end.low, end.high) == pytest.approx((scores[key].mean, scores[key].low, scores[key].high))
    answers = comparison.answers("maml", k_shot)
    if k_shot != LEAVE_ONE_OUT:
        start = np.mean([(metrics.class_weights(one.y) * one.right_by_step[0]).sum() for one in answers])
        assert learned.steps[0].mean == pytest.approx(start)


def test_reliability_pools_the_patients(comparison: Comparison) -> None:
    answers = comparison.answers("maml", 1)
    y = np.concatenate([one.y for one in answers])
    expected = metrics.reliability(y, np.concatenate([one.proba for one in answers]))
    found = reliability(comparison, "maml", 1)
    np.testing.assert_array_equal(found.n, expected.n)
    np.testing.assert_allclose(found.accuracy, expected.accuracy)
    assert found.n.sum() == len(y)


def test_the_calibration_error_has_an_interval_that_holds_what_infinitely_many_predictions_would_say() -> None:
    """With 0.7 for what is right in 9 of 10 cases the error is 0.2."""
    found = [calibration_error(made_up({"one": guessing(0.9)}, seed=seed, n_episodes=12), "one") for seed in range(40)]
    assert sum(one.low <= 0.2 <= one.high for one in found) >= 36
    assert max(one.high - one.low for one in found) < 0.12
    comparison = made_up({"one": guessing(0.9)})
    assert calibration_error(comparison, "one").mean == pytest.approx(reliability(comparison, "one").error)
    assert leaderboard(comparison, 5).leader.ece == calibration_error(comparison, "one", 5)
    assert np.isnan(calibration_error(made_up({"one": guessing(0.9)}, n_episodes=1), "one").low)


def test_the_decision_curve_takes_the_episodes_that_hold_the_diagnosis(comparison: Comparison) -> None:
    curve = decision_curve(comparison, "maml", "c")
    answers = [one for one in comparison.answers("maml") if "c" in one.classes]
    assert 0 < len(answers) < len(comparison.answers("maml"))
    p = np.concatenate([one.proba[:, one.classes.index("c")] for one in answers])
    is_case = np.concatenate([one.y == one.classes.index("c") for one in answers])
    np.testing.assert_allclose(curve.model, metrics.decision_curve(is_case, p, np.arange(1, 100) / 100).model)
    assert decision_curve(comparison, "maml", "c", prevalence=0.02).treat_all[0] == pytest.approx(0.02 - 0.98 / 99)
    assert np.isnan(decision_curve(comparison, "maml", "nobody").model).all()


def test_pairs_are_the_episodes(comparison: Comparison) -> None:
    pairs = episode_pairs(comparison, "maml", "nearest_centroid", 5)
    assert [(pair.k_shot, pair.episode) for pair in pairs] == [(5, 0), (5, 1), (5, 2)]
    one = comparison.answers("maml", 5)[1]
    assert pairs[1].one == metrics.balanced_accuracy(one.y, one.proba)


def test_costs_are_medians_and_facts_of_the_cards(comparison: Comparison) -> None:
    by_key = {cost.entry.key: cost for cost in costs(comparison)}
    assert by_key["maml"].parameters == by_key["maml-none"].parameters == 8944
    assert by_key["maml"].meta_seconds is not None
    assert by_key["maml-none"].meta_seconds is None
    assert by_key["logistic_regression"].parameters is None
    seconds = [one.adapt_seconds for one in comparison.answers("maml")]
    assert by_key["maml"].adapt_ms == pytest.approx(1000 * np.median(seconds))
    assert by_key["maml"].answer_ms >= by_key["maml"].adapt_ms


def test_the_confusion_matrix_counts_and_names_its_patients(comparison: Comparison) -> None:
    found, patients = confusion(comparison, "maml", 1), cohort({"a": 14, "b": 12, "c": 5})
    answers = comparison.answers("maml", 1)
    expected = sum(metrics.confusion(one.y, one.proba) for one in answers)
    assert found.classes == ("a", "b", "c")
    np.testing.assert_array_equal(found.counts, expected)
    for (right, named), rows in found.patients.items():
        assert sum(times for _, times in rows) == found.counts[found.classes.index(right), found.classes.index(named)]
        assert all(patients.labels[int(row)] == right for row, _ in rows)


def test_disagreements_are_patients_named_differently(comparison: Comparison) -> None:
    found = disagreements(comparison, 1)
    said: dict[object, list[set[str]]] = {}
    for episode in comparison.complete_episodes[1]:
        for place, row in enumerate(episode[0].rows):
            said.setdefault(row, []).append({one.classes[one.proba[place].argmax()] for one in episode})
    split = {row: np.mean([len(each) > 1 for each in names]) for row, names in said.items()}
    assert {one.row: one.split for one in found} == {row: share for row, share in split.items() if share > 0}
    assert [one.split for one in found] == sorted((one.split for one in found), reverse=True)
    one = found[0]
    episodes = [(episode, episode[0].rows.index(one.row)) for episode in comparison.complete_episodes[1] if one.row in episode[0].rows]
    named = Counter(answer.classes[answer.proba[place].argmax()] for (answer, *_), place in episodes)
    assert named[one.named["maml"]] == max(named.values())
    assert one.right["maml"] == pytest.approx(named[one.diagnosis] / len(episodes))
    assert one.n_episodes == len(episodes)


def test_before_the_first_result_everything_is_empty(nothing: Comparison) -> None:
    assert all(points == () for points in learning_curves(nothing).values())
    assert twin_curves(nothing, 1) == ()
    assert reliability(nothing, "maml").n.sum() == 0
    assert np.isnan(calibration_error(nothing, "maml").mean)
    assert confusion(nothing, "maml").classes == ()
    assert disagreements(nothing) == ()
    assert episode_pairs(nothing, "maml", "maml-none") == ()
    assert all(np.isnan(cost.answer_ms) for cost in costs(nothing))
    assert np.isnan(decision_curve(nothing, "maml", "a").model).all()


def test_the_csv_holds_the_table_and_says_what_it_is(comparison: Comparison) -> None:
    found = pd.read_csv(io.BytesIO(comparison_csv(comparison)))
    pd.testing.assert_frame_equal(found[list(comparison.table())], comparison.table(), check_exact=True)
    assert set(found["cohort"]) == {comparison.cohort}
    assert set(found["intended_use"]) == {INTENDED_USE.en}
    same = pd.read_parquet(io.BytesIO(comparison_parquet(comparison)))
    pd.testing.assert_frame_equal(same[list(comparison.table())], comparison.table(), check_exact=True)
    assert list(same) == list(found)


def test_methods_who_always_agree_have_no_disputed_patient() -> None:
    assert disagreements(made_up({"one": guessing(1.0), "other": guessing(1.0)}, n_episodes=3)) == ()
