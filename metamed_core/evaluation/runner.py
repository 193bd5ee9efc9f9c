"""Runs a comparison: a generator of results, one method in one episode at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from metamed_core.data import RowLabel, Task
from metamed_core.evaluation.episode_draws import EpisodeIndices, draw, task_of
from metamed_core.knowledge import with_knowledge
from metamed_core.learners import Classifier

if TYPE_CHECKING:
    from metamed_core.evaluation.methods import Method
    from metamed_core.evaluation.plan import Plan

Array = npt.NDArray[np.float64]
EpisodeNumber = tuple[int, int]
"""An episode of a plan: its number, from 0, and its number of shots."""


@dataclass(frozen=True, eq=False, slots=True)
class EpisodeResult:
    """The predictions of one method in one episode.

    Parameters
    ----------
    method
        Key of the method.
    k_shot
        Support patients of each diagnosis; `LEAVE_ONE_OUT` for all but the query patient, `NO_PATIENT` for none.
    episode
        Number of the episode, from 0.
    rows
        Row labels of the query patients, `(n,)`.
    classes
        Names of the classes, `(n_way,)`.
    y
        True class numbers, `(n,)`.
    proba
        Probabilities of the last classifier, `(n, n_way)`, calibrated where the initialization is.
    adapt_seconds, predict_seconds
        Wall-clock seconds. In-context learners compute mostly in prediction.
    right_by_step
        Whether the classifier of each step predicts each patient correctly, `(n_steps + 1, n)`; no rows unless in `Plan.twins`.
    """

    method: str
    k_shot: int
    episode: int
    rows: tuple[RowLabel, ...]
    classes: tuple[str, ...]
    y: npt.NDArray[np.int64]
    proba: Array
    adapt_seconds: float
    predict_seconds: float
    right_by_step: npt.NDArray[np.bool_]


def compare(plan: Plan, done: int = 0) -> Iterator[EpisodeResult]:
    """Run a plan: episode 0 at every number of shots with every method, then episode 1, and so on.

    Parameters
    ----------
    plan
        The plan; it determines all results except the seconds.
    done
        Number of results to skip, to resume a run that was stopped.

    Yields
    ------
    EpisodeResult
        One method in one episode at a time; the run may be stopped after any of them.

    Raises
    ------
    UserError
        If weights cannot be read; raised before the first result.
    """
    read_weights(plan)
    n = len(plan.methods)
    for place, (index, k_shot) in enumerate(episode_order(plan)):
        yield from episode_results(plan, index, k_shot, done=max(0, done - place * n))


def read_weights(plan: Plan) -> None:
    """Read all weights, so that a missing file is reported before the first episode. Raises UserError."""
    for method in plan.methods:
        method.initialization(0)


def episode_order(plan: Plan) -> Iterator[EpisodeNumber]:
    """All episodes of a plan, in the order of `compare`."""
    return ((i, k) for i in range(max(map(plan.episodes_at, plan.shots))) for k in plan.shots if i < plan.episodes_at(k))


def episode_results(plan: Plan, index: int, k_shot: int, done: int = 0) -> Iterator[EpisodeResult]:
    """The results of all methods but the first `done` in one episode; independent of the other episodes."""
    if done >= len(plan.methods):
        return
    episode = draw(plan.cohort, k_shot, index, plan.seed, plan.known)
    # All methods share the encoded task, except weights that were meta-trained on the columns of one panel.
    shared = task_of(plan.cohort, episode)
    for one in plan.methods[done:]:
        task = shared if one.panel is None else task_of(plan.cohort, episode, one.panel)
        yield _result(plan, one, episode, task, k_shot, index)


def _result(plan: Plan, method: Method, episode: EpisodeIndices, task: Task, k_shot: int, index: int) -> EpisodeResult:
    start, names, n_way = method.initialization(plan.seed + index), episode.classes, len(episode.classes)
    if method.knowledge is not None:
        task, start = with_knowledge(task, method.knowledge, plan.cohort.features, start, plan.cohort.ranges)
    if not len(task.support):
        guess = np.full((len(task.query), n_way), 1 / n_way)
        rows, y = tuple(plan.cohort.rows[row] for row in episode.query), task.query.y.numpy()
        return EpisodeResult(method.key, k_shot, index, rows, names, y, guess, 0.0, 0.0, np.zeros((0, len(y)), dtype=np.bool_))
    classifier, seconds, hits = _adapted(start.adapt(method.learner, task.support, task.n_way), task, watch=method.key in plan.twins)
    began = time.perf_counter()
    proba = classifier.predict_proba(task.query.x).double()
    return EpisodeResult(
        method=method.key,
        k_shot=k_shot,
        episode=index,
        rows=tuple(plan.cohort.rows[row] for row in episode.query),
        classes=episode.classes,
        y=task.query.y.numpy(),
        proba=(proba / proba.sum(1, keepdim=True)).numpy(),
        adapt_seconds=seconds,
        predict_seconds=time.perf_counter() - began,
        right_by_step=hits,
    )


def _adapted(steps: Iterator[Classifier], task: Task, *, watch: bool) -> tuple[Classifier, float, npt.NDArray[np.bool_]]:
    """The last classifier, the seconds of adaptation, and, if `watch`, which predictions are correct at each step."""
    seconds, hits = 0.0, []
    began = time.perf_counter()
    for classifier in steps:
        seconds += time.perf_counter() - began
        if watch:
            hits.append((classifier.predict_proba(task.query.x).argmax(1) == task.query.y).numpy())
        last, began = classifier, time.perf_counter()
    return last, seconds, np.array(hits, dtype=np.bool_).reshape(len(hits), len(task.query))
