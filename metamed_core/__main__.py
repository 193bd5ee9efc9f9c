"""The command line: `python -m metamed_core meta-train --learner maml` makes a set of universal weights.

Floor 12 of the house.
"""

from __future__ import annotations

import argparse
import dataclasses
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from metamed_core.backbones import ColumnEncoder
from metamed_core.episode import Episode
from metamed_core.learners import LEARNERS
from metamed_core.meta_training import MetaState, MetaTraining, mean_accuracy, meta_train
from metamed_core.tasks import clinical_prior
from metamed_core.universal import SHIPPED, save_weights
from metamed_core.words import UserError

RECIPES: dict[str, dict[str, float | int]] = {"matching": {"context_reads": 2}, "reptile": {"inner_lr": 0.03}}
"""Settings in meta-training where they differ from those in use: readings of the context must be learnt to be offered; larger
inner steps give Reptile a better start, from which large ones in use, all on the same few patients, would overshoot."""

VALIDATION_SEED = 20_000_000
"""Validation tasks are drawn from this seed, meta-training tasks from the plan's: they never coincide."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m metamed_core", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    add_meta_train(commands.add_parser("meta-train", help="meta-train a learner on the clinical prior and write its weights and card"))
    options = parser.parse_args(arguments)
    try:
        run_meta_train(options)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def add_meta_train(parser: argparse.ArgumentParser) -> None:
    """The options of meta-train."""
    plan = MetaTraining()
    parser.add_argument("--learner", choices=list(LEARNERS), required=True)
    parser.add_argument("--meta-steps", type=_at_least(0), default=plan.meta_steps, help="outer steps (default %(default)s)")
    parser.add_argument("--meta-batch", type=_at_least(1), default=plan.meta_batch, help="tasks in each outer step (default %(default)s)")
    parser.add_argument("--meta-lr", type=_step_size, default=plan.meta_lr, help="largest outer step size (default %(default)s)")
    parser.add_argument("--seed", type=_seed, default=plan.seed)
    parser.add_argument("--validate", type=_at_least(1), default=12, help="how often to validate on held-out tasks (default %(default)s)")
    parser.add_argument("--out", type=Path, help="file to write (default: the shipped weights of this learner)")


def _at_least(least: int) -> Callable[[str], int]:
    def count(text: str) -> int:
        if (value := int(text)) < least:
            raise argparse.ArgumentTypeError(f"{value} is too small: give a whole number from {least}")
        return value

    return count


def _step_size(text: str) -> float:
    if not 0 < (value := float(text)) <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no step size: give a number above 0, at most 1")
    return value


def _seed(text: str) -> int:
    if not 0 <= (value := int(text)) < 2**63:
        raise argparse.ArgumentTypeError(f"{text} is no seed: give a whole number from 0 to 2^63 - 1")
    return value


def validation_tasks() -> list[Episode]:
    """The meta-batches of synthetic tasks on which every learner is validated, never trained on."""
    prior, rng = clinical_prior.ClinicalPrior(), torch.Generator().manual_seed(VALIDATION_SEED)
    return [prior.sample_batch(8, rng) for _ in range(24)]


def run_meta_train(options: argparse.Namespace) -> None:
    """Meta-train, writing weights and card at every validation, so that a stop loses little."""
    torch.set_num_threads(1)
    learner = LEARNERS[options.learner](**RECIPES.get(options.learner, {}))
    backbone, prior = ColumnEncoder(), clinical_prior.ClinicalPrior()
    plan = MetaTraining(options.meta_steps, options.meta_batch, options.meta_lr, seed=options.seed)
    out = options.out or SHIPPED / f"{options.learner}.safetensors"
    in_use, held_out = LEARNERS[options.learner](), validation_tasks()
    facts: dict[str, Any] = {
        "command": _command(options.learner, plan),
        "plan": dataclasses.asdict(plan),
        "prior": {"name": "clinical_prior", "version": clinical_prior.VERSION},
        "commit": _commit(),
        "hardware": f"{platform.machine()}, one CPU thread, torch {torch.__version__}",
        "validated_with": dataclasses.asdict(in_use),
        "validation": [],
    }
    started, every = time.perf_counter(), max(1, plan.meta_steps // options.validate)
    for state in meta_train(learner, backbone, prior, plan):
        if state.step % every == 0 or state.step == plan.meta_steps:
            accuracy, loss = mean_accuracy(in_use, backbone, state.weights, held_out)
            facts["validation"].append({"step": state.step, "accuracy": round(accuracy, 4), "log_loss": round(loss, 4)})
            facts["seconds"] = round(time.perf_counter() - started)
            save_weights(out, learner, backbone, state.weights, facts)
            _tell(state, plan, accuracy, loss, time.perf_counter() - started)


def _command(learner: str, plan: MetaTraining) -> str:
    """What to type to make these weights again."""
    return (
        f"python -m metamed_core meta-train --learner {learner} --meta-steps {plan.meta_steps} "
        f"--meta-batch {plan.meta_batch} --meta-lr {plan.meta_lr} --seed {plan.seed}"
    )


def _tell(state: MetaState, plan: MetaTraining, accuracy: float, loss: float, seconds: float) -> None:
    left = seconds * (plan.meta_steps - state.step) / state.step if state.step else float("nan")
    sys.stderr.write(
        f"step {state.step} of {plan.meta_steps}: held-out accuracy {accuracy:.4f}, log-loss {loss:.4f}; about {left / 60:.1f} min left\n"
    )


def _commit() -> str:
    """The commit that made the weights, or a word where there is no repository."""
    try:
        return subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607 - the user's own git
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "not in a repository"


if __name__ == "__main__":
    raise SystemExit(main())
