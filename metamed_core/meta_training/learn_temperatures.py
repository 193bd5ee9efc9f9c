"""Learn the temperatures of a calibration on simulated tasks, and judge it on others."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch

from metamed_core.data import Episode, LabeledSet, TaskDistribution
from metamed_core.learners import Initialization, Learner
from metamed_core.meta_training.tasks import ClinicalPrior
from metamed_core.networks import Backbone, Weights
from metamed_core.statistics import (
    SHOTS,
    Answers,
    Calibration,
    expected_calibration_error,
    fit_calibration,
    nearest_shots,
    recalibrated,
    task_log_loss,
)

CALIBRATION_SEED, JUDGING_SEED = 30_000_000, 40_000_000
"""Calibration is learned on tasks from one seed and judged on tasks from another; neither trains nor validates weights."""


def answers_of(
    learner: Learner, backbone: Backbone, weights: Weights, tasks: TaskDistribution, n_tasks: int, rng: torch.Generator
) -> Answers:
    """What the learner, fully adapted, answers to the query patients of `n_tasks` tasks; as it is, without any calibration."""
    return Answers.joined(list(answers_to(learner, backbone, weights, (tasks.sample_batch(1, rng) for _ in range(n_tasks)))))


def answers_to(learner: Learner, backbone: Backbone, weights: Weights, batches: Iterable[Episode]) -> Iterator[Answers]:
    """The same for every task of these meta-batches, one at a time."""
    # Half the digits do, as in the tasks themselves.
    weights = {name: weight.float() for name, weight in weights.items()}
    for tasks in batches:
        for i in range(len(tasks.support.x)):
            support = LabeledSet(tasks.support.x[i], tasks.support.y[i])
            *_, last = learner.adapt(backbone, weights, support, tasks.n_way)
            with torch.no_grad():
                log_proba = last.log_proba(tasks.query.x[i])
            yield Answers.of_task(log_proba, tasks.query.y[i], len(support), support.x.shape[-2])


def calibrate_on_prior(learner: Learner, start: Initialization, n_tasks: int) -> tuple[Calibration, dict[str, Any]]:
    """Learn a calibration on tasks of the clinical prior and judge it on as many others; the second value is `judge`'s."""
    # As it was trained, but without statements: few tables have any.
    prior = ClinicalPrior(**{**learner.recipe.prior, "statements": 0.0})
    seen, unseen = (
        answers_of(learner, start.backbone, start.weights, prior, n_tasks, torch.Generator().manual_seed(seed))
        for seed in (CALIBRATION_SEED, JUDGING_SEED)
    )
    calibration = _rounded(fit_calibration(seen, dataclasses.asdict(learner)))
    return calibration, judge(calibration, unseen)


def calibrate_on_tasks(base: Calibration, answers: Sequence[Answers], settings: Mapping[str, Any]) -> Calibration:
    """The calibration of weights that were moved on from others, by the weights' own answers to the validation tasks; see `recalibrated`."""
    return _rounded(recalibrated(base, Answers.joined(answers), settings))


def _rounded(calibration: Calibration) -> Calibration:
    """Four decimals, so that what is judged is what the card holds."""
    return dataclasses.replace(
        calibration,
        temperature=tuple(round(each, 4) for each in calibration.temperature),
        way_exponent=round(calibration.way_exponent, 4),
        column_exponent=round(calibration.column_exponent, 4),
    )


def judge(calibration: Calibration, answers: Answers) -> dict[str, Any]:
    """Expected calibration error and log-loss before and after: a list by shots, and over all tasks; NaN becomes null where none is."""
    after, group = answers.calibrated(calibration), nearest_shots(answers)
    groups = [*(group == i for i in range(len(SHOTS))), torch.ones_like(group, dtype=torch.bool)]
    found: dict[str, Any] = {}
    measures: dict[str, Callable[[Answers], float]] = {
        "ece": lambda some: expected_calibration_error(*some.y_and_proba()),
        "log_loss": task_log_loss,
    }
    for name, measure in measures.items():
        for when, all_answers in (("before", answers), ("after", after)):
            *by_shots, overall = [round(measure(all_answers.take(rows)), 4) if bool(rows.any()) else None for rows in groups]
            found[f"{name}_{when}"], found[f"{name}_{when}_overall"] = by_shots, overall
    return found
