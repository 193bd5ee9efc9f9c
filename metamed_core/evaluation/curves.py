"""The numbers behind the charts of a comparison: accuracy by shots and by steps, reliability, pairs, costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.entry import Entry
from metamed_core.evaluation.leaderboard import leaderboard, score_intervals
from metamed_core.evaluation.metric_samples import Metric
from metamed_core.evaluation.runner import EpisodeResult
from metamed_core.learners import RANDOM
from metamed_core.statistics import Interval, metrics

Array = npt.NDArray[np.float64]
LEVEL_OF = "logistic_regression"
"""Key of the baseline shown for reference beside the twins."""


@dataclass(frozen=True, slots=True)
class Point:
    """Score of a method at one number of shots; `n_way` is the largest number of diagnoses in an episode."""

    k_shot: int
    score: Interval
    n_episodes: int
    n_way: int


def learning_curves(comparison: Comparison, metric: Metric = "balanced_accuracy") -> dict[str, tuple[Point, ...]]:
    """Score of each method, by key, at each number of shots.

    If `n_way` differs between numbers of shots, the tasks differ too, and the scores are not comparable along the curve.
    """
    boards = {k: leaderboard(comparison, k, metric) for k in comparison.shots_with_results}
    n_way = {k: max(len(episode[0].classes) for episode in comparison.complete_episodes[k]) for k in boards}
    scores = {k: {one.entry.key: one.score for one in board.rows} for k, board in boards.items()}
    return {key: tuple(Point(k, scores[k][key], boards[k].n_episodes, n_way[k]) for k in boards) for key in comparison.keys}


@dataclass(frozen=True, slots=True)
class Twin:
    """Balanced accuracy of a learner after each adaptation step from one set of initial weights; `steps[0]` is before the first."""

    entry: Entry
    steps: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class TwinCurve:
    """One learner from different initial weights, at one number of shots.

    Parameters
    ----------
    learner, k_shot
        Name of the learner, number of shots.
    meta_learned
        Curves from shipped weights or weight files.
    random
        Curve from random weights; None if this is not compared.
    level
        Balanced accuracy of logistic regression; None if this is not compared.
    """

    learner: str
    k_shot: int
    meta_learned: tuple[Twin, ...]
    random: Twin | None
    level: Interval | None


def twin_curves(comparison: Comparison, k_shot: int) -> tuple[TwinCurve, ...]:
    """A `TwinCurve` for each learner compared from more than one set of initial weights; empty while no episode is complete."""
    found: list[TwinCurve] = []
    for learner in dict.fromkeys(entry.learner for entry in comparison.entries if not entry.is_baseline):
        steps = {entry: _steps(comparison, entry.key, k_shot) for entry in comparison.entries if entry.learner == learner}
        twins = [Twin(entry, each) for entry, each in steps.items() if each]
        if len(twins) > 1:
            learned = tuple(twin for twin in twins if twin.entry.start != RANDOM)
            random = next((twin for twin in twins if twin.entry.start == RANDOM), None)
            found.append(TwinCurve(learner, k_shot, learned, random, _level(comparison, k_shot)))
    return tuple(found)


def _steps(comparison: Comparison, key: str, k_shot: int) -> tuple[Interval, ...]:
    sample, answers = comparison.sample("balanced_accuracy", k_shot), comparison.answers(key, k_shot)
    most = max((len(one.right_by_step) for one in answers), default=0)
    if sample is None or not all(len(one.right_by_step) for one in answers):
        return ()
    # Episodes with fewer steps than others are padded with their last step.
    rights = [np.pad(one.right_by_step, ((0, most - len(one.right_by_step)), (0, 0)), mode="edge") for one in answers]
    return score_intervals(sample, np.concatenate(rights, axis=1).T.astype(np.float64))


def _level(comparison: Comparison, k_shot: int) -> Interval | None:
    sample = comparison.sample("balanced_accuracy", k_shot)
    if sample is None or LEVEL_OF not in comparison.keys:
        return None
    return score_intervals(sample, sample.values)[comparison.keys.index(LEVEL_OF)]


@dataclass(frozen=True, slots=True)
class Pair:
    """Balanced accuracies (0..1) of two methods in one episode."""

    k_shot: int
    episode: int
    one: float
    other: float


def episode_pairs(comparison: Comparison, one: str, other: str, k_shot: int | None = None) -> tuple[Pair, ...]:
    """Balanced accuracies of the methods with keys `one` and `other` in each complete episode."""
    both = zip(comparison.answers(one, k_shot), comparison.answers(other, k_shot), strict=True)
    return tuple(Pair(a.k_shot, a.episode, _accuracy(a), _accuracy(b)) for a, b in both)


def _accuracy(one: EpisodeResult) -> float:
    return metrics.balanced_accuracy(one.y, one.proba)


@dataclass(frozen=True, slots=True)
class Cost:
    """Computing time and size of a method.

    Parameters
    ----------
    entry
        The method.
    adapt_ms, predict_ms, answer_ms
        Milliseconds to adapt, to predict the query set, and for both; medians over episodes.
    parameters, meta_seconds
        See `Entry`.
    """

    entry: Entry
    adapt_ms: float
    predict_ms: float
    answer_ms: float
    parameters: int | None
    meta_seconds: float | None


def costs(comparison: Comparison, k_shot: int | None = None) -> tuple[Cost, ...]:
    """The cost of each method in the order of `entries`; NaN while no episode is complete. The only results that vary between runs."""
    return tuple(_cost(entry, comparison.answers(entry.key, k_shot)) for entry in comparison.entries)


def _cost(entry: Entry, answers: Sequence[EpisodeResult]) -> Cost:
    adapt, predict = (1000 * np.array([getattr(one, name) for one in answers]) for name in ("adapt_seconds", "predict_seconds"))
    adapt_ms, predict_ms, answer_ms = (float(np.median(each)) if len(each) else np.nan for each in (adapt, predict, adapt + predict))
    return Cost(entry, adapt_ms, predict_ms, answer_ms, entry.parameters, entry.meta_seconds)


def _joined(parts: Sequence[Array]) -> Array:
    return np.concatenate(parts) if parts else np.zeros(0)
