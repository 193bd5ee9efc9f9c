"""`python -m metamed_core meta-train`: meta-trains on simulated tasks, for any table, or on a table of many diagnoses."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections import deque
from pathlib import Path
from typing import Any

import torch

from metamed_core.cli.option_numbers import at_least, one_of, seconds, seed, share, shots, step_size
from metamed_core.cli.option_tables import add_table_options, cohort_of
from metamed_core.cli.progress import report
from metamed_core.data import Cohort
from metamed_core.knowledge import knowledge_of
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL, read_card, shipped
from metamed_core.meta_training import (
    ANY_TABLE,
    DEVICES,
    N_VALIDATIONS,
    NETWORKS,
    PRACTICE_SHARE,
    PRECISIONS,
    SAVE_EVERY,
    SUFFIX,
    Compute,
    Job,
    Library,
    MetaTraining,
    Practice,
    Progress,
    described,
    joined,
    make_job,
    suggested_budget,
    train,
)
from metamed_core.meta_training.tasks import FOLDS, DiseaseSplit, split_by_disease

EXAMPLES = """examples:
  %(prog)s --learner maml --out mine.safetensors
  %(prog)s --learner prototypical --cohort table.csv --keep mine
  %(prog)s --learner prior_fitted --cohort table.csv --knowledge textbook.csv --keep mine
  torchrun --nproc-per-node 2 -m metamed_core meta-train --learner maml"""
BUDGET = ("meta_steps", "meta_batch", "meta_lr", "hidden_lr", "groups", "precision", "seed")
"""Options that are fields of `Budget`."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meta-train` to `parser`; budget options default to the learner's recipe."""
    parser.set_defaults(run=run, stopped="Meta-training goes on from its last state when the same command is given again.")
    parser.add_argument(
        "--learner", choices=list(LEARNERS), required=True, help="its recipe sets every option of the budget that is not given"
    )
    _add_budget(parser)
    _add_files(parser)
    _add_table(parser.add_argument_group("on a table of many diagnoses, split by disease (else: on simulated clinical tasks)"))


def _add_budget(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--meta-steps", type=at_least(0), help=f"outer steps ({_by_recipe('meta_steps')})")
    parser.add_argument(
        "--meta-batch", type=at_least(1), help=f"tasks in each outer step, in all groups together ({_by_recipe('meta_batch')})"
    )
    parser.add_argument("--meta-lr", type=step_size, help=f"largest outer step size ({_by_recipe('meta_lr')})")
    parser.add_argument("--hidden-lr", type=step_size,
        help=f"largest step size of Muon for hidden matrices; unset, AdamW moves them too ({_by_recipe('hidden_lr')})")  # fmt: skip
    parser.add_argument("--groups", type=at_least(1),
        help=f"groups of tasks in each outer step, each with its own number of columns and classes ({_by_recipe('groups')})")  # fmt: skip
    parser.add_argument("--precision", choices=PRECISIONS,
        help=f"of the meta-gradient; weights and optimizer stay float32 ({_by_recipe('precision')})")  # fmt: skip
    parser.add_argument("--seed", type=seed, help=f"of tasks and random weights ({_by_recipe('seed')})")
    parser.add_argument(
        "--start",
        choices=(UNIVERSAL, RANDOM),
        help="the shipped weights (default for a table) or random ones (default for simulated tasks)",
    )
    parser.add_argument("--drawers", type=at_least(0), default=0, help="further processes that draw tasks ahead (default %(default)s)")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="auto: the GPU where there is one (default %(default)s)")


def _by_recipe(name: str) -> str:
    """What a field of the budget is unless given, for each learner: on simulated tasks, and on a table from the shipped weights."""
    simulated, table = _suggested(name, on_cohort=False, start=RANDOM), _suggested(name, on_cohort=True, start=UNIVERSAL)
    return f"default: {simulated}" + (f"; on a table {table}" if table != simulated else "")


def _suggested(name: str, *, on_cohort: bool, start: str) -> str:
    found: dict[str, list[str]] = {}
    for learner in LEARNERS:
        value = getattr(suggested_budget(learner, on_cohort=on_cohort, network=ANY_TABLE, start=start), name)
        found.setdefault("unset" if value is None else str(value), []).append(learner)
    return ", ".join(f"{value} {'/'.join(learners)}" if len(found) > 1 else value for value, learners in found.items())


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, help=f"file to write (default: the shipped weights of this learner; on a table LEARNER_table{SUFFIX})"
    )
    parser.add_argument(
        "--validate", type=at_least(1), default=N_VALIDATIONS, help="how often to validate on tasks never trained on (default %(default)s)"
    )
    parser.add_argument(
        "--save-every", type=seconds, default=SAVE_EVERY, metavar="SECONDS", help="how often to write the state (default %(default)g)"
    )
    parser.add_argument("--restart", action="store_true", help="begin anew, also where a stopped run left its state")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output at the end")
    parser.add_argument(
        "--keep", metavar="NAME", help="put a copy of the weights into the library, where the app offers them (default: none)"
    )


def _add_table(table: argparse._ArgumentGroup) -> None:
    table.add_argument(
        "--cohort", type=Path, metavar="TABLE", help="the patients; each diagnosis is to train, to validate or to test on (default: none)"
    )
    table.add_argument(
        "--fold",
        type=one_of(*range(FOLDS)),
        choices=range(FOLDS),
        default=0,
        help="which third of the diagnoses to test on (default %(default)s)",
    )
    table.add_argument("--split-seed", type=seed, default=0, help="of the split (default %(default)s)")
    table.add_argument(
        "--network",
        choices=list(NETWORKS),
        default=ANY_TABLE,
        help="for any table, or a perceptron over these columns alone (default %(default)s)",
    )
    table.add_argument("--n-way", type=at_least(2), default=5, help="diagnoses of a task (default %(default)s)")
    table.add_argument("--shots", type=shots, default=(1, 5), help="labeled patients of each, one of these numbers a task (default 1,5)")
    table.add_argument("--knowledge", type=Path, metavar="FILE.csv",
        help="also train on patients simulated from what is known of the diagnoses trained on (default: none)")  # fmt: skip
    table.add_argument("--knowledge-share", type=share, default=PRACTICE_SHARE, metavar="SHARE",
        help="of tasks simulated from it, 0 to 1 (default %(default)s)")  # fmt: skip
    add_table_options(table)


def run(options: argparse.Namespace) -> None:
    """Meta-train with the learner's recipe and the given options, or resume a stopped run. Raises UserError."""
    with joined(options.device, options.drawers) as compute:
        if compute.device.type == "cpu":
            torch.set_num_threads(1)  # more threads do not speed up networks of this size; more processes do
        job = _job(options, compute)
        last = deque(report(train(job, compute), job.training.budget, sys.stderr), maxlen=1)
        if last:  # only the main process yields progress
            _close(options, job, last[0])


def _job(options: argparse.Namespace, compute: Compute) -> Job:
    cohort = None if options.cohort is None else cohort_of(options.cohort, options)
    split = None if cohort is None else split_by_disease(cohort.counts, options.fold, options.split_seed)
    knowledge = knowledge_of(options.knowledge)
    practice = Practice.of(knowledge, options.knowledge_share, with_prior=options.network == ANY_TABLE) if options.knowledge else None
    training = MetaTraining.suggest(
        options.learner,
        cohort,
        split=split,
        network=options.network,
        start=options.start,
        budget={name: getattr(options, name) for name in BUDGET},
        n_way=options.n_way,
        shots=options.shots,
        practice=practice,
    )
    if cohort is not None and split is not None and compute.is_main_process:
        _write_split(cohort, split)
    # Not named after the table, whose name may identify a person or a hospital.
    out = options.out or (shipped(options.learner) if cohort is None else Path(f"{options.learner}_table.safetensors"))
    how = {"n_validations": options.validate, "save_every": options.save_every, "restart": options.restart}
    job = make_job(training, cohort, out, knowledge=knowledge, compute=compute, **how)
    if job.simulated and compute.is_main_process:
        sys.stderr.write(f"also simulated from {options.knowledge.name}: {', '.join(job.simulated)}\n")
    return job


_BEST_OF = "; the best of {n} looks at the same patients flatters, expect less on others"


def _write_split(cohort: Cohort, split: DiseaseSplit) -> None:
    for part, names in dataclasses.asdict(split).items():
        sys.stderr.write(f"{part}: {', '.join(f'{name} ({cohort.counts[name]})' for name in names)}\n")


def _close(options: argparse.Namespace, job: Job, last: Progress) -> None:
    """Keep the weights if requested, and report the file, its held-out accuracy beside the baselines, and how to test it."""
    kept = Library().save(job.out, options.keep).path if options.keep else None
    card = read_card(job.out)
    best = next(one for one in card["validation"] if one["step"] == card.get("step", last.step))
    if options.json:
        files: dict[str, Any] = {"weights": str(job.out), "kept": kept and str(kept)}
        about = {name: card[name] for name in ("sha256", "seconds", "run", "validation", "baselines")}
        sys.stdout.write(json.dumps({**files, **about, "best": best}) + "\n")
        return
    baselines = ", ".join(f"{name} {accuracy:.4f}" for name, accuracy in last.baselines.items())
    sys.stderr.write(
        f"{job.out}: held-out accuracy {best['accuracy']:.4f} (before adaptation {best['before']:.4f}), after step {best['step']}; {baselines}\n"
        f"{described(job.validation_tasks).words}{_BEST_OF.format(n=len(card['validation'])) if job.keeps_best else ''}\n"
    )
    if job.training.split is not None:
        sys.stderr.write(
            f"To test it on diseases never seen: python -m metamed_core evaluate {options.cohort} --weights {job.out} "
            f"--diagnoses '{','.join(job.training.split.novel)}'\n"
        )
