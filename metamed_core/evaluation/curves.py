"""What a comparison draws: accuracy against shots and against steps, reliability, net benefit, differences, costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metamed_core.evaluation.comparison import Comparison, Entry
from metamed_core.evaluation.leaderboard import leaderboard, score_intervals
from metamed_core.evaluation.metric_samples import Metric
from metamed_core.evaluation.runner import EpisodeResult
from metamed_core.learners import RANDOM
from metamed_core.statistics import Interval, metrics

Array = npt.NDArray[np.float64]
LEVEL_OF = "logistic_regression"
"""The plain classifier that stands as a level beside the twins."""


@dataclass(frozen=True, slots=True)
class Point:
    """A method at one number of shots (LEAVE_ONE_OUT: all others); n_way: most diagnoses in an episode."""

    k_shot: int
    score: Interval
    n_episodes: int
    n_way: int


def learning_curves(comparison: Comparison, metric: Metric = "balanced_accuracy") -> dict[str, tuple[Point, ...]]:
    """For each method its score at each number of shots. Only where `n_way` stays the same is this one task with more patients."""
    boards = {k: leaderboard(comparison, k, metric) for k in comparison.shots_with_results}
    n_way = {k: max(len(episode[0].classes) for episode in comparison.complete_episodes[k]) for k in boards}
    scores = {k: {one.entry.key: one.score for one in board.rows} for k, board in boards.items()}
    return {key: tuple(Point(k, scores[k][key], boards[k].n_episodes, n_way[k]) for k in boards) for key in comparison.keys}


@dataclass(frozen=True, slots=True)
class Twin:
    """A learner's balanced accuracy after each step of adaptation, `steps[0]` before the first: from one of its starts."""

    entry: Entry
    steps: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class TwinCurve:
    """The same learner from different starts, and a plain classifier's level (None if it does not take part), at one number of shots.

    meta_learned: from shipped weights or a file. random: None if it does not take part from a random start.
    """

    learner: str
    k_shot: int
    meta_learned: tuple[Twin, ...]
    random: Twin | None
    level: Interval | None


def twin_curves(comparison: Comparison, k_shot: int) -> tuple[TwinCurve, ...]:
    """One curve for each learner that takes part from more than one start; none while no episode is complete."""
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
    # Where an episode has fewer steps than others its last answer stays.
    rights = [np.pad(one.right_by_step, ((0, most - len(one.right_by_step)), (0, 0)), mode="edge") for one in answers]
    return score_intervals(sample, np.concatenate(rights, axis=1).T.astype(np.float64))


def _level(comparison: Comparison, k_shot: int) -> Interval | None:
    sample = comparison.sample("balanced_accuracy", k_shot)
    if sample is None or LEVEL_OF not in comparison.keys:
        return None
    return score_intervals(sample, sample.values)[comparison.keys.index(LEVEL_OF)]


def reliability(comparison: Comparison, key: str, k_shot: int | None = None) -> metrics.Reliability:
    """Confidence against truth over all patients asked, those of all episodes together; NaN in empty bins."""
    answers = comparison.answers(key, k_shot)
    confidence = _joined([one.proba.max(1) for one in answers])
    return metrics.binned(confidence, _joined([metrics.right(one.y, one.proba) for one in answers]))


def decision_curve(
    comparison: Comparison,
    key: str,
    diagnosis: str,
    k_shot: int | None = None,
    prevalence: float | None = None,
    threshold: Array | None = None,
) -> metrics.DecisionCurve:
    """Net benefit of acting on a diagnosis, over all patients asked in the episodes that hold it.

    prevalence: None takes the share of the diagnosis in these episodes, which have about as many patients of each: it is no clinic's.
    threshold: probabilities from which one would act, by default 0.01, 0.02, ... 0.99. NaN where the diagnosis was never drawn.
    """
    answers = [one for one in comparison.answers(key, k_shot) if diagnosis in one.classes]
    p = _joined([one.proba[:, one.classes.index(diagnosis)] for one in answers])
    is_case = _joined([(one.y == one.classes.index(diagnosis)).astype(np.float64) for one in answers]) > 0
    grid = np.arange(1, 100) / 100 if threshold is None else threshold
    return metrics.decision_curve(is_case, p, grid, prevalence)


@dataclass(frozen=True, slots=True)
class Pair:
    """Balanced accuracies of two methods in one episode."""

    k_shot: int
    episode: int
    one: float
    other: float


def episode_pairs(comparison: Comparison, one: str, other: str, k_shot: int | None = None) -> tuple[Pair, ...]:
    """The two methods episode by episode: points above and below the diagonal."""
    both = zip(comparison.answers(one, k_shot), comparison.answers(other, k_shot), strict=True)
    return tuple(Pair(a.k_shot, a.episode, _accuracy(a), _accuracy(b)) for a, b in both)


def _accuracy(one: EpisodeResult) -> float:
    return metrics.balanced_accuracy(one.y, one.proba)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a method costs: medians over episodes in milliseconds; `answer_ms` is to adapt and name all patients asked.

    parameters, meta_seconds: None for plain classifiers; the latter also where nothing was meta-trained or the card does not tell.
    """

    entry: Entry
    adapt_ms: float
    predict_ms: float
    answer_ms: float
    parameters: int | None
    meta_seconds: float | None


def costs(comparison: Comparison, k_shot: int | None = None) -> tuple[Cost, ...]:
    """The cost of each method, in the order of entry; NaN while no episode is complete. The only numbers that differ between runs."""
    return tuple(_cost(entry, comparison.answers(entry.key, k_shot)) for entry in comparison.entries)


def _cost(entry: Entry, answers: Sequence[EpisodeResult]) -> Cost:
    adapt, predict = (1000 * np.array([getattr(one, name) for one in answers]) for name in ("adapt_seconds", "predict_seconds"))
    adapt_ms, predict_ms, answer_ms = (float(np.median(each)) if len(each) else np.nan for each in (adapt, predict, adapt + predict))
    return Cost(entry, adapt_ms, predict_ms, answer_ms, entry.parameters, entry.meta_seconds)


def _joined(parts: Sequence[Array]) -> Array:
    return np.concatenate(parts) if parts else np.zeros(0)
