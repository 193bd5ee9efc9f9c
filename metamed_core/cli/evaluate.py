"""`python -m metamed_core evaluate TABLE`: compares learners and baselines on the same episodes, in parallel processes or on a cluster."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from metamed_core import __version__
from metamed_core.cli.option_numbers import at_least, jobs, seed, shots_name, shots_or_left_out
from metamed_core.cli.option_tables import add_table_options, checked_ending, cohort_of
from metamed_core.cli.option_weights import learner_of
from metamed_core.cli.progress import time_left
from metamed_core.data import Cohort
from metamed_core.evaluation import (
    BACKENDS,
    DEFAULTS,
    SHOTS,
    About,
    Comparison,
    EpisodeResult,
    Leaderboard,
    Method,
    Plan,
    all_methods,
    comparison_csv,
    comparison_html,
    comparison_parquet,
    knowledge_gains,
    knowledge_text,
    leaderboard,
    leaderboard_text,
    left_out,
    methods,
    plan_for,
    sweep,
    training_warnings,
    verdict,
    with_twins,
    workers,
)
from metamed_core.knowledge import knowledge_of
from metamed_core.learners import LEARNERS, write_whole
from metamed_core.meta_training import Library, find_weights
from metamed_core.statistics import Interval
from metamed_core.words import INTENDED_USE, UserError, Words

EXAMPLES = """examples:
  %(prog)s table.csv --shots 1,5 --episodes 30 --jobs 2
  %(prog)s table.csv --weights mine.safetensors --diagnoses 'disease A,disease B,disease C' --json
  %(prog)s table.csv --group hospital --backend dask --scheduler tcp://cluster:8786 --out result.html"""
FURTHER = ("log_loss", "brier", "auroc", "macro_f1", "mcc", "top3", "ece", "coverage", "set_size")
TELL_EVERY = 2.0
"""Seconds between two lines of progress in a log."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `evaluate` to `parser`."""
    parser.set_defaults(run=run, stopped="")
    parser.add_argument("table", type=Path, metavar="TABLE", help="CSV, Excel, SPSS, Stata, JSON, Parquet and more")
    add_table_options(parser)
    parser.add_argument(
        "--diagnoses", metavar="A,B,C", help="these only, such as those that weights were not meta-trained on (default: all)"
    )
    parser.add_argument("--shots", type=shots_or_left_out, default=SHOTS, metavar="K,...",
        help="labeled patients of each diagnosis; 0: none at all, with --knowledge; loo: leave one patient out at a time (default 1,3,5,10)")  # fmt: skip
    parser.add_argument("--episodes", type=at_least(1), default=30, help="at each number of shots (default %(default)s)")
    parser.add_argument("--seed", type=seed, default=0, help="of the episodes (default %(default)s)")
    parser.add_argument("--methods", "--contestants", metavar="KEYS",
        help=f"with commas, or all: {', '.join(all_methods())} and those of the library (default {','.join(DEFAULTS)})")  # fmt: skip
    parser.add_argument("--knowledge", type=Path, metavar="FILE.csv",
        help="what is known of diagnoses, columns diagnosis,column,statement,weight,source: each learner takes part without and with it (default: nothing)")  # fmt: skip
    parser.add_argument("--weights", action="append", default=[], metavar="FILE",
        help="weights made by meta-train, or their name in the library, as a further method; may be repeated (default: none)")  # fmt: skip
    parser.add_argument("--jobs", type=jobs, default=1, help="workers; -1: one a core (default %(default)s)")
    parser.add_argument("--backend", choices=BACKENDS, default="loky", help="of joblib (default %(default)s: processes of this computer)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask or Ray cluster (default: one on this computer)")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="the comparison as .json (all of it), .csv or .html (a report; default: no file)"
    )
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="of sentences and report (default %(default)s)")


def run(options: argparse.Namespace) -> None:
    """Run the comparison, print and write the results; after Ctrl-C, those of all completed episodes. Raises UserError."""
    checked_ending(options.out, (".json", ".csv", ".parquet", ".html"))
    cohort, who = _cohort(options), _methods(options)
    if options.knowledge:
        who = with_twins(who, knowledge_of(options.knowledge))
    plan, remark = plan_for(cohort, who, options.shots, options.episodes, options.seed)
    planned = Comparison.of(plan)
    # Before the first episode: whoever compares weights on what they have learned can stop here.
    for said in (*([remark] if remark else []), *training_warnings(planned), *left_out(planned), *plan.remarks):
        sys.stderr.write(said.into(options.language) + "\n")
    results: list[EpisodeResult] = []
    try:
        with workers(options.backend, options.jobs, options.scheduler):
            results.extend(_told(sweep(plan), plan))
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped: this is what was measured until now.\n")
        _close(options, plan, Comparison.of(plan).plus(results))
        raise
    _close(options, plan, Comparison.of(plan).plus(results))


def _close(options: argparse.Namespace, plan: Plan, comparison: Comparison) -> None:
    """Write the output file, and print the leaderboards or JSON."""
    if options.out:
        write_whole(options.out, _file(options, plan, comparison))
    boards = [leaderboard(comparison, k) for k in comparison.shots_with_results]
    if options.json:
        sys.stdout.write(json.dumps(_summary(options, plan, comparison, boards), ensure_ascii=False) + "\n")
    else:
        told = [*(leaderboard_text(board, options.language) for board in boards), knowledge_text(comparison, options.language)]
        sys.stdout.write("".join(text + "\n\n" for text in told if text))


def _file(options: argparse.Namespace, plan: Plan, comparison: Comparison) -> bytes:
    if options.out.suffix == ".json":
        return comparison.to_json().encode()
    if options.out.suffix == ".csv":
        return comparison_csv(comparison)
    if options.out.suffix == ".parquet":
        return comparison_parquet(comparison)
    name = options.table.name
    return comparison_html(comparison, About(Words(name, name), _fingerprints(plan)), options.language)


def _cohort(options: argparse.Namespace) -> Cohort:
    cohort = cohort_of(options.table, options)
    return cohort if options.diagnoses is None else cohort.only(_named(options.diagnoses, tuple(cohort.counts)))


def _named(text: str, known: tuple[str, ...]) -> list[str]:
    """Split a comma-separated list of diagnoses, whose names may contain commas. Raises UserError for an unknown one."""
    parts, found = [part.strip() for part in text.split(",")], []
    while parts:
        # The longest known name at the start of the rest: “anaemia, chronic” before “anaemia”.
        n = next((n for n in range(len(parts), 0, -1) if ", ".join(parts[:n]) in known or ",".join(parts[:n]) in known), 0)
        if not n:
            said = Words("The table has no diagnosis “{name}”: choose from {known}.", "表中没有诊断“{name}”：请从 {known} 中选择。")
            raise UserError(said.format(name=parts[0], known=", ".join(known)))
        found.append(next(name for name in (", ".join(parts[:n]), ",".join(parts[:n])) if name in known))
        parts = parts[n:]
    return found


def _methods(options: argparse.Namespace) -> tuple[Method, ...]:
    own, paths = Library().list_weights(), [find_weights(named) for named in options.weights]
    further = [Method(LEARNERS[learner_of(path)](), str(path)) for path in paths]
    if options.methods == "all":
        kept = {one.key for one in further}
        return (*further, *(one for key, one in all_methods(own).items() if key not in kept))
    keys = DEFAULTS if options.methods is None else tuple(key.strip() for key in options.methods.split(","))
    return (*further, *methods(keys, own))


def _told(results: Iterator[EpisodeResult], plan: Plan) -> Iterator[EpisodeResult]:
    """Yield the results unchanged, with progress on standard error: on a terminal, a single line that is rewritten."""
    live, began, shown = sys.stderr.isatty(), time.perf_counter(), 0.0
    for n, result in enumerate(results, start=1):
        yield result
        now, last = time.perf_counter(), n == plan.n_results
        if last or now - shown >= (0.2 if live else TELL_EVERY):
            episode, planned = n // len(plan.methods), plan.n_results // len(plan.methods)
            line = f"episode {episode} of {planned}, {time_left(episode, planned, now - began)} left"
            sys.stderr.write(f"\r{line:<60}" + "\n" * last if live else line + "\n")
            sys.stderr.flush()
            shown = now


def _fingerprints(plan: Plan) -> dict[str, str]:
    """SHA-256 of the weights, by method; methods without weights are left out."""
    return {one.key: str(card["sha256"]) for one in plan.methods if (card := one.card())}


def _summary(options: argparse.Namespace, plan: Plan, comparison: Comparison, boards: list[Leaderboard]) -> dict[str, Any]:
    """JSON summary: the setup and, for each number of shots, all methods from best to worst; shares are 0 to 1, undefined values null."""
    return {
        "file": options.table.name,
        "cohort": comparison.cohort,
        "counts": dict(comparison.counts),
        "seed": comparison.seed,
        "episodes": comparison.n_episodes,
        "weights_sha256": _fingerprints(plan),
        "warnings": [said.into(options.language) for said in training_warnings(comparison)],
        "left_out": [said.into(options.language) for said in left_out(comparison)],
        "remarks": [said.into(options.language) for said in plan.remarks],
        "shots": {shots_name(board.k_shot): _standings(board) for board in boards},
        **({"knowledge": _gains(comparison)} if options.knowledge else {}),
        "verdicts": {shots_name(board.k_shot): [said.into(options.language) for said in verdict(board)] for board in boards},
        "version": __version__,
        "intended_use": INTENDED_USE.en,
    }


def _gains(comparison: Comparison) -> dict[str, dict[str, Any]]:
    """What knowledge adds to the balanced accuracy of each method, on the same episodes; by number of shots and method without it."""
    found: dict[str, dict[str, Any]] = {}
    for one in knowledge_gains(comparison):
        found.setdefault(shots_name(one.k_shot), {})[one.entry.key] = {"mean": _number(one.gain.mean), **_ends(one.gain)}
    return found


def _standings(board: Leaderboard) -> list[dict[str, Any]]:
    return [
        {
            "method": one.entry.key,
            board.metric: _number(one.score.mean),
            **_ends(one.score),
            "behind": one.behind and {"mean": _number(one.behind.mean), **_ends(one.behind), "p": _number(one.p)},
            "apart": one.apart,
            "ece_low": _number(one.ece.low),
            "ece_high": _number(one.ece.high),
            **{name: _number(one.also[name]) for name in FURTHER if name in one.also},
        }
        for one in board.rows
    ]


def _ends(interval: Interval) -> dict[str, float | None]:
    return {"low": _number(interval.low), "high": _number(interval.high)}


def _number(value: float | None) -> float | None:
    """Replace NaN, which JSON lacks, by None."""
    return None if value is None or math.isnan(value) else value
