"""`python -m metamed_core calibrate`: fits a calibration on simulated tasks and writes it into the model card of the weights."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from typing import Any

import torch

from metamed_core.cli.option_numbers import at_least
from metamed_core.cli.option_weights import file_of
from metamed_core.learners import LEARNERS, UNIVERSAL, add_to_card, load_weights
from metamed_core.meta_training import learn_temperatures
from metamed_core.statistics import Calibration

N_TASKS = 2000
EXAMPLES = """example:
  %(prog)s --learner maml --weights mine.safetensors --tasks 500"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `calibrate` to `parser`."""
    parser.set_defaults(run=run)
    parser.add_argument("--learner", choices=list(LEARNERS), required=True, help="whose weights are calibrated")
    parser.add_argument(
        "--weights",
        default=UNIVERSAL,
        help="universal (shipped), a file made by meta-train, or a name in the library (default %(default)s)",
    )
    parser.add_argument(
        "--tasks", type=at_least(10), default=N_TASKS, help="tasks to learn from, and as many to judge on (default %(default)s)"
    )


def run(options: argparse.Namespace) -> None:
    """Fit the calibration, evaluate it on other tasks, write it into the card and print a table; other card entries are kept."""
    torch.set_num_threads(1)
    learner = LEARNERS[options.learner]()
    path = file_of(options.weights, options.learner)
    start = load_weights(str(path), learner)
    calibration, judged = learn_temperatures.calibrate_on_prior(learner, start, options.tasks)
    facts = {"seed": learn_temperatures.CALIBRATION_SEED, "judged_seed": learn_temperatures.JUDGING_SEED, "tasks": options.tasks, **judged}
    command = f"python -m metamed_core calibrate --learner {options.learner} --tasks {options.tasks}"
    add_to_card(path, {"calibration": {**dataclasses.asdict(calibration), **facts, "command": command}})
    sys.stdout.write(_table(calibration, judged))


def _table(calibration: Calibration, judged: dict[str, Any]) -> str:
    """Metrics before and after calibration, one line per number of shots."""

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
