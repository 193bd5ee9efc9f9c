"""`python -m metamed_core meta-train --learner maml` makes a set of universal weights."""

from __future__ import annotations

import argparse
import dataclasses
import subprocess
import sys
from pathlib import Path

import torch

from metamed_core.commands.numbers import at_least, seconds, seed, step_size
from metamed_core.compute import DEVICES, Compute, joined
from metamed_core.episode import Episode
from metamed_core.learners import LEARNERS
from metamed_core.meta_training import PRECISIONS, MetaTraining
from metamed_core.progress import told
from metamed_core.recipes import recipe
from metamed_core.tasks import clinical_prior
from metamed_core.universal import SHIPPED
from metamed_core.universal_training import Job, train

VALIDATION_SEED = 20_000_000
"""Validation tasks are drawn from this seed, meta-training tasks from streams of the plan's: they never coincide."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of meta-train; those of the plan are the recipe's unless given."""
    parser.set_defaults(run=run)
    parser.add_argument(
        "--learner", choices=list(LEARNERS), required=True, help="its recipe sets every option of the plan that is not given"
    )
    parser.add_argument("--meta-steps", type=at_least(0), help="outer steps")
    parser.add_argument("--meta-batch", type=at_least(1), help="tasks in each outer step, in all groups together")
    parser.add_argument("--meta-lr", type=step_size, help="largest outer step size")
    parser.add_argument("--hidden-lr", type=step_size, help="largest step size of Muon for hidden matrices (unset: AdamW moves them too)")
    parser.add_argument(
        "--groups", type=at_least(1), help="groups of tasks in each outer step, each with its own number of columns and classes"
    )
    parser.add_argument("--precision", choices=PRECISIONS, help="of the meta-gradient; weights and optimiser stay float32")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="auto: the GPU where there is one (default %(default)s)")
    parser.add_argument("--validate", type=at_least(1), default=12, help="how often to validate on held-out tasks (default %(default)s)")
    parser.add_argument("--seed", type=seed)
    parser.add_argument("--out", type=Path, help="file to write (default: the shipped weights of this learner)")
    parser.add_argument(
        "--save-every", type=seconds, default=30.0, metavar="SECONDS", help="how often to write the state (default %(default)g)"
    )
    parser.add_argument("--restart", action="store_true", help="begin anew, also where a stopped run left its state")


def validation_tasks() -> list[Episode]:
    """The meta-batches of synthetic tasks on which every learner is validated, never trained on."""
    prior, rng = clinical_prior.ClinicalPrior(), torch.Generator().manual_seed(VALIDATION_SEED)
    return [prior.sample_batch(8, rng) for _ in range(24)]


def run(options: argparse.Namespace) -> None:
    """Meta-train by the learner's recipe and the options given, or go on with a run that was stopped."""
    plan = _plan(options)
    with joined(options.device) as compute:
        if compute.device.type == "cpu":
            torch.set_num_threads(1)  # on nets of this size a second thread only waits; a second process does not
        job = _job(options, plan, compute)
        for _ in told(train(job, compute), plan, sys.stderr):
            continue


def _plan(options: argparse.Namespace) -> MetaTraining:
    given = {name: getattr(options, name) for name in ("meta_steps", "meta_batch", "meta_lr", "hidden_lr", "groups", "precision", "seed")}
    return dataclasses.replace(recipe(options.learner).plan, **{name: value for name, value in given.items() if value is not None})


def _job(options: argparse.Namespace, plan: MetaTraining, compute: Compute) -> Job:
    learner, backbone = recipe(options.learner).ingredients(options.learner)
    in_use, prior = LEARNERS[options.learner](), {"name": "clinical_prior", "version": clinical_prior.VERSION}
    return Job(
        learner,
        in_use,
        backbone,
        clinical_prior.ClinicalPrior(),
        validation_tasks(),
        prior,
        plan,
        options.out or SHIPPED / f"{options.learner}.safetensors",
        {
            "command": _command(options, plan, compute),
            "seed": plan.seed,
            "plan": dataclasses.asdict(plan),
            "prior": prior,
            "commit": _commit(),
            "hardware": compute.hardware(),
            "validated_with": dataclasses.asdict(in_use),
        },
        options.validate,
        options.save_every,
        options.restart,
    )


def _command(options: argparse.Namespace, plan: MetaTraining, compute: Compute) -> str:
    """What to type to make these weights again."""
    start = "python" if compute.processes == 1 else f"torchrun --nproc-per-node {compute.processes}"
    hidden = "" if plan.hidden_lr is None else f" --hidden-lr {plan.hidden_lr}"
    return (
        f"{start} -m metamed_core meta-train --learner {options.learner} --meta-steps {plan.meta_steps} --meta-batch {plan.meta_batch} "
        f"--meta-lr {plan.meta_lr}{hidden} --groups {plan.groups} --precision {plan.precision} --device {compute.device.type} "
        f"--validate {options.validate} --seed {plan.seed}"
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
