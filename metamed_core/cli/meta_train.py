"""`python -m metamed_core meta-train`: weights for any table from simulated tasks, or from a table of many diagnoses."""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
from collections import deque
from pathlib import Path

import torch

from metamed_core.cli.numbers import at_least, seconds, seed, shots, step_size
from metamed_core.cli.progress import told
from metamed_core.cli.tables import add_table_options, cohort_of
from metamed_core.data import Episode
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL, read_card, shipped
from metamed_core.meta_training import (
    ANY_TABLE,
    DEVICES,
    NETWORKS,
    PRECISIONS,
    Compute,
    Job,
    Library,
    MetaRun,
    MetaTraining,
    Progress,
    joined,
    recipe,
    suggested,
    train,
)
from metamed_core.meta_training.tasks import FOLDS, split_by_disease
from metamed_core.meta_training.tasks import prior as clinical_prior

COHORT_STEPS = 300
"""A few diseases are learnt in so many steps; the best validated weights are kept."""
EXAMPLES = """examples:
  python -m metamed_core meta-train --learner maml --out mine.safetensors
  python -m metamed_core meta-train --learner prototypical --cohort table.csv --keep mine
  torchrun --nproc-per-node 2 -m metamed_core meta-train --learner maml"""
VALIDATION_SEED = 20_000_000
"""Validation tasks are drawn from this seed, meta-training tasks from streams of the plan's: they never coincide."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of meta-train; those of the plan are the recipe's unless given."""
    parser.set_defaults(run=run, stopped="Meta-training goes on from its last state when the same command is given again.")
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
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output at the end")
    parser.add_argument("--keep", metavar="NAME", help="put a copy of the weights into the library, where the app offers them")
    table = parser.add_argument_group("on a table of many diagnoses, split by disease (else: on simulated clinical tasks)")
    table.add_argument(
        "--cohort", type=Path, metavar="TABLE", help="the patients; each diagnosis is for meta-training, validation or judging alone"
    )
    table.add_argument(
        "--fold", type=int, choices=range(FOLDS), default=0, help="which third of the diagnoses is novel (default %(default)s)"
    )
    table.add_argument("--split-seed", type=seed, default=0, help="of the split (default %(default)s)")
    table.add_argument(
        "--start", choices=(UNIVERSAL, RANDOM), default=UNIVERSAL, help="from the shipped weights or random ones (default %(default)s)"
    )
    table.add_argument(
        "--network", choices=list(NETWORKS), default=ANY_TABLE, help="for any table, or a perceptron over these columns alone"
    )
    table.add_argument("--n-way", type=at_least(2), default=5, help="diagnoses of a task (default %(default)s)")
    table.add_argument("--shots", type=shots, default=(1, 5), help="labelled patients of each, one of these numbers a task (default 1,5)")
    add_table_options(table)


def validation_tasks() -> list[Episode]:
    """The meta-batches of synthetic tasks on which every learner is validated, never trained on."""
    prior, rng = clinical_prior.ClinicalPrior(), torch.Generator().manual_seed(VALIDATION_SEED)
    return [prior.sample_batch(8, rng) for _ in range(24)]


def run(options: argparse.Namespace) -> None:
    """Meta-train by the learner's recipe and the options given, or go on with a run that was stopped."""
    with joined(options.device) as compute:
        if compute.device.type == "cpu":
            torch.set_num_threads(1)  # on nets of this size a second thread only waits; a second process does not
        job = (
            _prior_job(options, _plan(options, recipe(options.learner).plan), compute)
            if options.cohort is None
            else _cohort_job(options, compute)
        )
        last = deque(told(train(job, compute), job.plan, sys.stderr), maxlen=1)
        if last:  # the first process alone is told
            _close(options, job, last[0])


def _close(options: argparse.Namespace, job: Job, last: Progress) -> None:
    """What stands at the end: the file, how good it is on held-out tasks beside its rivals, and how to judge it."""
    kept = Library().save(job.out, options.keep).path if options.keep else None
    card = read_card(job.out)
    best = next(one for one in card["validation"] if one["step"] == card.get("step", last.step))
    if options.json:
        told = {
            "weights": str(job.out),
            "kept": kept and str(kept),
            "sha256": card["sha256"],
            "seconds": card["seconds"],
            "run": card.get("run"),
        }
        sys.stdout.write(json.dumps(told | {"best": best, "validation": card["validation"], "rivals": dict(last.rivals)}) + "\n")
    elif last.rivals:
        rivals = ", ".join(f"{name} {accuracy:.4f}" for name, accuracy in last.rivals.items())
        novel = ",".join(card["run"]["split"]["novel"]) if card["run"]["split"] else ""
        sys.stderr.write(
            f"{job.out}: held-out accuracy {best['accuracy']:.4f} (before adaptation {best['before']:.4f}), after step {best['step']}; {rivals}\n"
            f"To judge it on diseases never seen: python -m metamed_core evaluate {options.cohort} --weights {job.out} --diagnoses '{novel}'\n"
        )


def _plan(options: argparse.Namespace, plan: MetaTraining) -> MetaTraining:
    """The plan with whatever the options change."""
    given = {name: getattr(options, name) for name in ("meta_steps", "meta_batch", "meta_lr", "hidden_lr", "groups", "precision", "seed")}
    return dataclasses.replace(plan, **{name: value for name, value in given.items() if value is not None})


def _cohort_job(options: argparse.Namespace, compute: Compute) -> Job:
    """Meta-training on the base diseases of a table."""
    cohort = cohort_of(options.cohort, options)
    split = split_by_disease(cohort.counts, options.fold, options.split_seed)
    steps = COHORT_STEPS if options.meta_steps is None else options.meta_steps
    plan = _plan(options, suggested(options.learner, split, steps, start=options.start, network=options.network))
    run = MetaRun(
        options.learner,
        plan,
        options.network,
        options.start,
        options.cohort.name,
        cohort.sha256,
        split,
        n_way=options.n_way,
        shots=options.shots,
    )
    for part, names in dataclasses.asdict(split).items():
        if compute.is_main_process:
            sys.stderr.write(f"{part}: {', '.join(f'{name} ({cohort.counts[name]})' for name in names)}\n")
    out = options.out or Path(f"{options.learner}_{options.cohort.stem}.safetensors")
    facts = {"commit": _commit(), "hardware": compute.hardware()}
    job = run.job(cohort, out, facts=facts, save_every=options.save_every, validate=options.validate)
    return dataclasses.replace(job, restart=options.restart)


def _prior_job(options: argparse.Namespace, plan: MetaTraining, compute: Compute) -> Job:
    """The learner's recipe on the clinical prior."""
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
        options.out or shipped(options.learner),
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
