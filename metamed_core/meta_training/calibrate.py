"""`python -m metamed_core calibrate`: learn a calibration on prior tasks and write it into the card beside the weights.

Floor 8 of the house.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import Any

import torch

from metamed_core.data import LabelledSet, TaskDistribution
from metamed_core.learners import LEARNERS, SHIPPED, Learner, add_to_card, load_weights
from metamed_core.meta_training.tasks.clinical_prior.prior import ClinicalPrior
from metamed_core.networks import Backbone, Weights
from metamed_core.statistics import SHOTS, Answers, Calibration, expected_calibration_error, fit, log_loss, nearest_shots

CALIBRATION_SEED, JUDGING_SEED = 30_000_000, 40_000_000
"""Calibration is learnt on tasks from one seed and judged on tasks from another; neither trains nor validates weights."""
N_TASKS = 2000
EXAMPLES = """example:
  python -m metamed_core calibrate --learner maml --weights mine.safetensors --tasks 500"""


def answers_of(
    learner: Learner, backbone: Backbone, weights: Weights, tasks: TaskDistribution, n_tasks: int, rng: torch.Generator
) -> Answers:
    """What the learner, fully adapted, answers to the query patients of `n_tasks` tasks; as it is, without any calibration."""
    # Half the digits do, as in the tasks themselves.
    weights, found = {name: weight.float() for name, weight in weights.items()}, []
    for _ in range(n_tasks):
        task = tasks.sample_batch(1, rng)
        support = LabelledSet(task.support.x[0], task.support.y[0])
        *_, last = learner.adapt(backbone, weights, support, task.n_way)
        with torch.no_grad():
            log_proba = last.log_proba(task.query.x[0])
        found.append(Answers.of_task(log_proba, task.query.y[0], len(support), support.x.shape[-2]))
    return Answers.joined(found)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of calibrate."""
    parser.set_defaults(run=run)
    parser.add_argument("--learner", choices=list(LEARNERS), required=True)
    parser.add_argument("--weights", type=Path, help="file of weights (default: the shipped weights of this learner)")
    parser.add_argument("--tasks", type=_tasks, default=N_TASKS, help="tasks to learn from, and as many to judge on (default %(default)s)")


def _tasks(text: str) -> int:
    if (value := int(text)) < 10:
        raise argparse.ArgumentTypeError(f"{value} is too small: give a whole number from 10")
    return value


def run(options: argparse.Namespace) -> None:
    """Learn, judge on other tasks, tell, and write into the card; its other keys stay as they are."""
    torch.set_num_threads(1)
    learner = LEARNERS[options.learner]()
    path = options.weights or SHIPPED / f"{options.learner}.safetensors"
    start = load_weights(str(path), learner)
    seen, unseen = (
        answers_of(learner, start.backbone, start.weights, ClinicalPrior(), options.tasks, torch.Generator().manual_seed(seed))
        for seed in (CALIBRATION_SEED, JUDGING_SEED)
    )
    calibration = _rounded(fit(seen, dataclasses.asdict(learner)))
    judged = judge(calibration, unseen)
    facts = {"seed": CALIBRATION_SEED, "judged_seed": JUDGING_SEED, "tasks": options.tasks, **judged}
    command = f"python -m metamed_core calibrate --learner {options.learner} --tasks {options.tasks}"
    add_to_card(path, {"calibration": {**dataclasses.asdict(calibration), **facts, "command": command}})
    sys.stdout.write(_table(calibration, judged))


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
    for name, measure in (("ece", expected_calibration_error), ("log_loss", log_loss)):
        for when, all_answers in (("before", answers), ("after", after)):
            *by_shots, overall = [round(measure(all_answers.take(rows)), 4) if bool(rows.any()) else None for rows in groups]
            found[f"{name}_{when}"], found[f"{name}_{when}_overall"] = by_shots, overall
    return found


def _table(calibration: Calibration, judged: dict[str, Any]) -> str:
    """Before and after, a line for each number of shots."""

    def line(name: str, temperature: str, values: list[float | None]) -> str:
        figures = [f"{'-':>8}" if value is None else f"{value:8.4f}" for value in values]
        return f"{name:>7} {temperature:>12}  {figures[0]} -> {figures[1]}  {figures[2]} -> {figures[3]}\n"

    keys = [f"{name}_{when}" for name in ("ece", "log_loss") for when in ("before", "after")]
    lines = [f"{'shots':>7} {'temperature':>12}  {'ECE, other tasks':^20}  {'log-loss':^20}\n"]
    for i, (shots, temperature) in enumerate(zip(calibration.shots, calibration.temperature, strict=True)):
        lines.append(line(f"{shots:g}", f"{temperature:.3f}", [judged[key][i] for key in keys]))
    lines.append(line("all", "", [judged[f"{key}_overall"] for key in keys]))
    exponents = f"times (n_way / 3)^{calibration.way_exponent:.3f} (n_columns / 10)^{calibration.column_exponent:.3f}\n"
    return "".join(lines) + exponents
