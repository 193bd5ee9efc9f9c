"""Intervals hold what they claim and p-values are scipy's: in simulations whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from metamed_core.statistics.intervals import mean_interval, student_interval, sums_by_group, two_way_clustered_mean, wilson_interval
from metamed_core.statistics.significance import holm_adjusted_p, sign_flip_p


def test_the_interval_of_a_mean_is_students() -> None:
    values = np.random.default_rng(0).normal(size=12)
    found, theirs = mean_interval(values), stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.mean, found.low, found.high) == pytest.approx((values.mean(), theirs.low, theirs.high))
    assert found.half_width == pytest.approx((theirs.high - theirs.low) / 2)


@pytest.mark.parametrize("values", [np.array([]), np.array([0.7])])
def test_one_episode_has_no_interval(values: np.ndarray) -> None:
    assert np.isnan(mean_interval(values).low)


def test_the_interval_of_episode_accuracies_covers_19_times_in_20() -> None:
    """Skewed accuracies near 1, as they are: 30 episodes of 30 patients, 4,000 repetitions."""
    rng = np.random.default_rng(0)
    accuracies = rng.binomial(30, rng.beta(18, 2, (4000, 30))) / 30
    found = [mean_interval(each) for each in accuracies]
    assert 0.93 <= np.mean([each.low <= 0.9 <= each.high for each in found]) <= 0.97


def judgments(rng: np.random.Generator, n_patients: int, n_query: int, n_episodes: int = 30) -> dict[str, np.ndarray]:
    """Two classes of so many patients, some easy and some hard; episodes that go well or badly. The true mean is 0.5."""
    ability, rows = rng.normal(0, 1, (2, n_patients)), []
    for episode in range(n_episodes):
        luck = rng.normal(0, 0.2)
        for c in (0, 1):
            chosen = rng.choice(n_patients, n_query, replace=False)
            values = ability[c, chosen] + luck + rng.normal(0, 0.5, n_query) + c
            rows += [(v, c * n_patients + i, c, episode) for v, i in zip(values, chosen, strict=True)]
    values, patient, stratum, episode = map(np.array, zip(*rows, strict=True))
    n = len(values)
    return {
        "values": values[:, None], "weight": np.full(n, 1 / n), "patient": patient, "stratum": stratum, "episode": episode, "block": np.zeros(n, dtype=int),
    }  # fmt: skip


@pytest.mark.parametrize(("n_patients", "n_query"), [(200, 15), (20, 10), (8, 5)])
def test_crossed_intervals_cover_19_times_in_20_where_episodes_share_patients(n_patients: int, n_query: int) -> None:
    """An interval over episodes alone would be right in fewer than nine of ten such tables, in small ones in fewer than half."""
    rng, held, naive = np.random.default_rng(1), [], []
    for _ in range(500):
        data = judgments(rng, n_patients, n_query)
        found = two_way_clustered_mean(**data)
        interval = student_interval(float(found.mean[0]), float(found.error[0]), found.freedom)
        held.append(interval.low <= 0.5 <= interval.high)
        alone = mean_interval(sums_by_group(data["values"], data["episode"])[:, 0] / (2 * n_query))
        naive.append(alone.low <= 0.5 <= alone.high)
    assert 0.93 <= np.mean(held) <= 0.97
    assert np.mean(naive) < 0.9


def test_with_new_patients_in_every_episode_crossed_is_students() -> None:
    rng = np.random.default_rng(0)
    n_episodes, n = 12, 12 * 8
    values, episode, stratum = rng.normal(size=(n, 1)), np.repeat(np.arange(n_episodes), 8), np.tile([0, 1], n // 2)
    found = two_way_clustered_mean(values, np.full(n, 1 / n), np.arange(n), stratum, episode, np.zeros(n, dtype=int))
    expected = mean_interval(values.reshape(n_episodes, 8).mean(1))
    interval = student_interval(float(found.mean[0]), float(found.error[0]), found.freedom)
    assert (interval.mean, interval.low, interval.high) == pytest.approx((expected.mean, expected.low, expected.high))


def test_each_patient_once_is_a_stratified_sample() -> None:
    """Cochran 1977, eq. 5.7: the variance of the mean of two class means."""
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=7), rng.normal(size=4)
    weight, stratum = np.concatenate([np.full(7, 1 / 14), np.full(4, 1 / 8)]), np.repeat([0, 1], [7, 4])
    found = two_way_clustered_mean(np.concatenate([first, second])[:, None], weight, np.arange(11), stratum, None, np.zeros(11, dtype=int))
    assert found.error[0] == pytest.approx(np.sqrt(first.var(ddof=1) / 7 + second.var(ddof=1) / 4) / 2)
    assert found.freedom == 9


def test_one_patient_of_a_class_tells_nothing() -> None:
    values, ids = np.array([[0.0], [1.0], [1.0]]), np.arange(3)
    assert np.isnan(two_way_clustered_mean(values, np.full(3, 1 / 3), ids, np.array([0, 0, 1]), None, np.zeros(3, dtype=int)).error[0])
    assert np.isnan(two_way_clustered_mean(values, np.full(3, 1 / 3), ids, np.array([0, 0, 1]), ids, np.zeros(3, dtype=int)).error[0])


def test_wilson_is_scipys_and_honest_when_all_were_right() -> None:
    assert wilson_interval(1.0, 12).low == pytest.approx(12 / (12 + 1.959964**2))
    assert wilson_interval(0.0, 12).high == pytest.approx(1 - 12 / (12 + 1.959964**2))


@pytest.mark.parametrize("n", [2, 5, 9, 13])
def test_exact_p_equals_scipys(n: int) -> None:
    rng = np.random.default_rng(n)
    smooth, rounded = rng.normal(0.5, 1, n), rng.integers(-2, 4, n).astype(float)
    for differences in (smooth, rounded):
        theirs = stats.permutation_test((differences,), np.mean, permutation_type="samples", n_resamples=10_000)
        assert sign_flip_p(differences[:, None])[0] == pytest.approx(theirs.pvalue, abs=1e-12)


def test_random_p_is_near_scipys_and_repeats() -> None:
    differences = np.random.default_rng(0).normal(0.25, 1, (40, 3))
    theirs = stats.permutation_test(
        (differences,), lambda x, axis: x.mean(axis), permutation_type="samples", n_resamples=20_000, axis=0, rng=np.random.default_rng(1)
    )
    np.testing.assert_allclose(sign_flip_p(differences), theirs.pvalue, atol=0.015)
    np.testing.assert_array_equal(sign_flip_p(differences), sign_flip_p(differences))
    assert sign_flip_p(np.ones((40, 1)))[0] == pytest.approx(1e-4)


def test_no_difference_at_all_is_p_one() -> None:
    assert sign_flip_p(np.zeros((5, 2))).tolist() == [1.0, 1.0]
    assert sign_flip_p(np.zeros((0, 2))).tolist() == [1.0, 1.0]


def test_p_of_equals_is_uniform() -> None:
    p = sign_flip_p(np.random.default_rng(0).laplace(size=(30, 2000)), n_flips=1999)
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_holm_equals_the_published_example() -> None:
    """Holm 1979, in the numbers of R's help page: p.adjust(c(0.01, 0.02, 0.03, 0.04), "holm")."""
    np.testing.assert_allclose(holm_adjusted_p(np.array([0.04, 0.01, 0.03, 0.02])), [0.06, 0.04, 0.06, 0.06])
    assert holm_adjusted_p(np.array([0.6, 0.7])).tolist() == [1.0, 1.0]
    assert holm_adjusted_p(np.array([])).tolist() == []
