"""Who leads, by how much, and from whom the leader cannot be told apart.

The leader is found by looking at the results, so the number of comparisons that counts is that of all pairs, not of those with
the leader: with eight equals the best of eight beats the worst of eight by chance. Holm's correction is over all pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from metamed_core.evaluation.comparison import Comparison, Entry
from metamed_core.evaluation.metric_samples import MEASURES, Metric, Sample
from metamed_core.statistics import (
    ClusteredMean,
    Interval,
    holm_adjusted_p,
    metrics,
    sign_flip_p,
    student_interval,
    sums_by_group,
    two_way_clustered_mean,
    wilson_interval,
)

Array = npt.NDArray[np.float64]
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class LeaderboardRow:
    """One line of the leaderboard.

    score: mean and 95 % interval. behind: how much worse than the leader, positive is worse, with its interval; p: Holm's adjusted
    p-value of that difference; both None for the leader. apart: whether the two can be told apart (p < 0.05).
    also: further means, of coverage (share of patients whose 90 % set holds the truth), set_size, ece (pooled) and every measure.
    """

    entry: Entry
    score: Interval
    behind: Interval | None
    p: float | None
    apart: bool
    also: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Methods from the best down at one number of shots, or over all (None); empty while no episode is complete."""

    metric: Metric
    k_shot: int | None
    rows: tuple[LeaderboardRow, ...]
    n_episodes: int
    n_patients: int

    @property
    def leader(self) -> LeaderboardRow:
        """The first. Raises IndexError while there is none."""
        return self.rows[0]


def leaderboard(comparison: Comparison, k_shot: int | None = None, metric: Metric = "balanced_accuracy") -> Leaderboard:
    """The standing of all methods at one number of shots; None: mean over all shots, each weighing the same.

    Intervals and p-values are of other patients and episodes from the same clinic, see `metamed_core/statistics/intervals.py`.
    """
    sample = comparison.sample(metric, k_shot)
    if sample is None:
        return Leaderboard(metric, k_shot, (), 0, 0)
    judged = comparison.sample("balanced_accuracy", k_shot) or sample
    n_episodes = sum(len(comparison.complete_episodes[k]) for k in comparison.shots if k_shot in {None, k})
    return Leaderboard(metric, k_shot, tuple(_rows(comparison, sample, k_shot, metric)), n_episodes, judged.n_patients)


def leader_and_best_baseline(comparison: Comparison, k_shot: int | None = None) -> tuple[str, ...]:
    """Keys of the most accurate method and of the most accurate of the other kind: what meta-learning is worth here."""
    rows = leaderboard(comparison, k_shot).rows
    kinds = {one.entry.is_baseline: one.entry.key for one in reversed(rows)}
    return tuple(one.entry.key for one in rows if kinds[one.entry.is_baseline] == one.entry.key)


def difference(
    comparison: Comparison, one: str, other: str, k_shot: int | None = None, metric: Metric = "balanced_accuracy"
) -> Interval | None:
    """By how much the method `one` is better than `other`, paired, with its 95 % interval; None while no episode is complete.

    Of two that were named before anything was measured: no correction for a search among many.
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
        also = _also(comparison, place, k_shot)
        yield LeaderboardRow(comparison.entries[place], score, behind, p.get(pair), p.get(pair, 1.0) < ALPHA, also)


def _differences(sample: Sample, pairs: list[tuple[int, int]]) -> Array:
    """First minus second of each pair, judgment by judgment, `(n, n_pairs)`."""
    columns = [sample.values[:, i] - sample.values[:, j] for i, j in pairs]
    return np.stack(columns, 1) if columns else np.zeros((len(sample.weight), 0))


def pair_p(sample: Sample, differences: Array) -> Array:
    """p-values of paired differences `(n, m)`, `(m,)`: the larger of flipping the signs of whole episodes and of whole patients.

    Each is right if its units are independent; a difference that comes from a few patients who return in many episodes
    survives the first and not the second, one that comes from a few lucky supports the other way round.
    """
    weighted = sample.weight[:, None] * differences
    units = [sample.patient] if sample.episode is None else [sample.patient, sample.episode]
    p = np.max([sign_flip_p(sums_by_group(weighted, unit)) for unit in units], axis=0)
    return np.asarray(np.where(np.isnan(weighted).any(0), 1.0, p), dtype=np.float64)


def _crossed(sample: Sample, values: Array) -> ClusteredMean:
    return two_way_clustered_mean(values, sample.weight, sample.patient, sample.stratum, sample.episode, sample.block)


def score_intervals(sample: Sample, values: Array) -> tuple[Interval, ...]:
    """Means of shares `(n, m)` with their intervals: `values` in place of the sample's own, judgment by judgment."""
    found = _crossed(sample, values)
    return tuple(_interval(found, place, sample, "balanced_accuracy") for place in range(values.shape[1]))


def _interval(found: ClusteredMean, place: int, sample: Sample, metric: Metric, *, difference: bool = False) -> Interval:
    """Student's interval; a share's stays within its bounds, and is Wilson's where nobody differs and the spread says nothing."""
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
    means = {name: float(sample.mean[place]) for name, sample in samples.items() if sample is not None}
    answers = comparison.answers(comparison.keys[place], k_shot)
    confidence = np.concatenate([one.proba.max(1) for one in answers])
    hits = np.concatenate([metrics.right(one.y, one.proba) for one in answers])
    return means | {"ece": metrics.binned(confidence, hits).error}
