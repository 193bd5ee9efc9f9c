"""Ranking of the methods with confidence intervals, and which methods are significantly worse than the best.

The best method is selected on the same results that are tested, so p-values are corrected (Holm) for all pairs of methods, not only
for the pairs with the best: among eight equal methods the best beats the worst by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from metamed_core.evaluation.calibration_error import calibration_error
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.entry import Entry
from metamed_core.evaluation.metric_samples import MEASURES, Metric, Sample
from metamed_core.statistics import (
    ClusteredMean,
    Interval,
    holm_adjusted_p,
    sign_flip_p,
    student_interval,
    sums_by_group,
    two_way_clustered_mean,
    wilson_interval,
)

Array = npt.NDArray[np.float64]
ALPHA = 0.05
SAME = 1e-9
"""Scores that differ by less are the same: what is left of a difference is rounding."""


@dataclass(frozen=True, slots=True)
class LeaderboardRow:
    """One row of the leaderboard.

    Parameters
    ----------
    entry
        The method.
    score
        Mean of the metric with 95% confidence interval.
    behind
        Difference to the leader with 95% interval, positive if worse; None for the leader.
    p
        Holm-adjusted p-value of this difference; None for the leader.
    apart
        Whether the difference is significant (p < 0.05).
    also
        Means of all metrics, of coverage (share of patients with the true diagnosis in the 90% prediction set) and set_size; pooled ece.
    ece
        The pooled expected calibration error with its 95% interval.
    """

    entry: Entry
    score: Interval
    behind: Interval | None
    p: float | None
    apart: bool
    also: Mapping[str, float]
    ece: Interval


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Methods, best first, at one number of shots (None: all); without rows while no episode is complete.

    `n_way` has the numbers of diagnoses in an episode, sorted: where there are several, scores are means over tasks of unlike difficulty.
    """

    metric: Metric
    k_shot: int | None
    rows: tuple[LeaderboardRow, ...]
    n_episodes: int
    n_patients: int
    n_way: tuple[int, ...] = ()

    @property
    def tied(self) -> tuple[LeaderboardRow, ...]:
        """The leader and all methods with the same score; empty without rows."""
        return tuple(one for one in self.rows if abs(one.score.mean - self.leader.score.mean) < SAME)

    @property
    def leader(self) -> LeaderboardRow:
        """The first row. Raises IndexError if there is none."""
        return self.rows[0]


def leaderboard(comparison: Comparison, k_shot: int | None = None, metric: Metric = "balanced_accuracy") -> Leaderboard:
    """Rank all methods by a metric.

    Parameters
    ----------
    comparison
        The results.
    k_shot
        Number of shots; None for the unweighted mean over all numbers of shots.
    metric
        The metric.

    Returns
    -------
    Leaderboard
        Intervals and p-values refer to other patients and episodes of the same clinic, see `metamed_core/statistics/intervals.py`.
    """
    sample = comparison.sample(metric, k_shot)
    if sample is None:
        return Leaderboard(metric, k_shot, (), 0, 0)
    judged = comparison.sample("balanced_accuracy", k_shot) or sample
    n_episodes = sum(len(comparison.complete_episodes[k]) for k in comparison.shots if k_shot in {None, k})
    n_way = sorted({len(one.classes) for one in comparison.answers(comparison.keys[0], k_shot)})
    return Leaderboard(metric, k_shot, tuple(_rows(comparison, sample, k_shot, metric)), n_episodes, judged.n_patients, tuple(n_way))


def leader_and_best_baseline(comparison: Comparison, k_shot: int | None = None) -> tuple[str, ...]:
    """Keys of the most accurate learner and the most accurate baseline, the better one first."""
    rows = leaderboard(comparison, k_shot).rows
    kinds = {one.entry.is_baseline: one.entry.key for one in reversed(rows)}
    return tuple(one.entry.key for one in rows if kinds[one.entry.is_baseline] == one.entry.key)


def difference(
    comparison: Comparison, one: str, other: str, k_shot: int | None = None, metric: Metric = "balanced_accuracy"
) -> Interval | None:
    """Paired difference between two methods.

    Parameters
    ----------
    comparison, k_shot, metric
        See `leaderboard`.
    one, other
        Keys of two methods. They must be chosen before seeing the results: there is no correction for multiple comparisons.

    Returns
    -------
    Interval or None
        Mean difference with 95% interval, positive if `one` is better; None while no episode is complete.
    """
    sample = comparison.sample(metric, k_shot)
    if sample is None:
        return None
    pair = comparison.keys.index(one), comparison.keys.index(other)
    found = _interval(_crossed(sample, _differences(sample, [pair])), 0, sample, metric, difference=True)
    return found if MEASURES[metric].higher_is_better else _turned(found, -1.0)


def _rows(comparison: Comparison, sample: Sample, k_shot: int | None, metric: Metric) -> Iterator[LeaderboardRow]:
    worse = -1.0 if MEASURES[metric].higher_is_better else 1.0
    pairs = list(combinations(range(len(comparison.entries)), 2))
    order = np.argsort(np.nan_to_num(worse * sample.mean), kind="stable").tolist()
    among = _differences(sample, pairs)
    p: dict[tuple[int, int], float] = dict(zip(pairs, holm_adjusted_p(pair_p(sample, among)).tolist(), strict=True))
    own, apart = _crossed(sample, sample.values), _crossed(sample, among)
    for place in order:
        pair = (min(place, order[0]), max(place, order[0]))
        score, behind = _interval(own, place, sample, metric), None
        if place != order[0]:
            sign = worse if place == pair[0] else -worse
            behind = _turned(_interval(apart, pairs.index(pair), sample, metric, difference=True), sign)
        ece = calibration_error(comparison, comparison.keys[place], k_shot)
        also = _also(comparison, place, k_shot) | {"ece": ece.mean}
        yield LeaderboardRow(comparison.entries[place], score, behind, p.get(pair), p.get(pair, 1.0) < ALPHA, also, ece)


def _differences(sample: Sample, pairs: list[tuple[int, int]]) -> Array:
    """First minus second method of each pair, row by row of the sample, `(n, n_pairs)`."""
    columns = [sample.values[:, i] - sample.values[:, j] for i, j in pairs]
    return np.stack(columns, 1) if columns else np.zeros((len(sample.weight), 0))


def pair_p(sample: Sample, differences: Array) -> Array:
    """p-values `(m,)` of paired differences `(n, m)`: the larger of two sign-flip tests, by episode and by patient.

    Each test is valid if its units are independent. Flipping by episode alone would accept a difference due to a few patients who
    recur in many episodes; flipping by patient alone would accept one due to a few favorable support sets.
    """
    weighted = sample.weight[:, None] * differences
    units = [sample.patient] if sample.episode is None else [sample.patient, sample.episode]
    p = np.max([sign_flip_p(sums_by_group(weighted, unit)) for unit in units], axis=0)
    return np.asarray(np.where(np.isnan(weighted).any(0), 1.0, p), dtype=np.float64)


def _crossed(sample: Sample, values: Array) -> ClusteredMean:
    return two_way_clustered_mean(values, sample.weight, sample.patient, sample.stratum, sample.episode, sample.block)


def score_intervals(sample: Sample, values: Array) -> tuple[Interval, ...]:
    """Means with 95% intervals of the columns of `values` `(n, m)`, shares 0..1, with the weights and clusters of `sample`; m intervals."""
    found = _crossed(sample, values)
    return tuple(_interval(found, place, sample, "balanced_accuracy") for place in range(values.shape[1]))


def _interval(found: ClusteredMean, place: int, sample: Sample, metric: Metric, *, difference: bool = False) -> Interval:
    """Student's interval, clipped to the range of a share; with the width of Wilson's interval if the standard error is 0."""
    mean, error = float(found.mean[place]), float(found.error[place])
    plain = student_interval(mean, error, found.freedom)
    if not MEASURES[metric].share:
        return plain
    if error < 1e-12:
        slack = 1 - wilson_interval(1.0, sample.n_patients).low
        plain = Interval(mean, mean - slack, mean + slack)
    low, high = (-1.0 if difference else 0.0), 1.0
    return Interval(mean, max(plain.low, low), min(plain.high, high)) if np.isfinite(plain.low) else plain


def _turned(interval: Interval, sign: float) -> Interval:
    ends = sorted((sign * interval.low, sign * interval.high))
    return Interval(sign * interval.mean, ends[0], ends[1])


def _also(comparison: Comparison, place: int, k_shot: int | None) -> dict[str, float]:
    samples = {name: comparison.sample(name, k_shot) for name in (*MEASURES, "coverage", "set_size")}
    return {name: float(sample.mean[place]) for name, sample in samples.items() if sample is not None}
