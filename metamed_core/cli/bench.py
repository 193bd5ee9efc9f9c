"""`python -m metamed_core bench`: meta-training speed against plain training loops; see `metamed_core.cli.engine_benchmark`."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Sequence

import torch

from metamed_core.cli.engine_benchmark import N_TASKS, Contest, Round, bench, by_hand_flops, contenders, layer_by_layer_flops
from metamed_core.cli.option_numbers import seconds

EXAMPLES = """example:
  %(prog)s --seconds 20 --json"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `bench` to `parser`."""
    parser.set_defaults(run=run)
    parser.add_argument("--seconds", type=seconds, default=40.0, help="about how long to measure (default %(default)g)")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON: the medians")


def run(options: argparse.Namespace) -> None:
    """Measure on one thread, and print the table and, with `--json`, the medians."""
    torch.set_num_threads(1)
    pairs = contenders()
    rounds = list(_told(bench(pairs, options.seconds), options.seconds))
    sys.stdout.write(table(pairs, rounds))
    if options.json:
        sys.stdout.write(json.dumps(medians(pairs, rounds)) + "\n")


def _told(rounds: Iterable[Round], length: float) -> Iterable[Round]:
    sys.stderr.write(f"Measuring for about {length:g} s on one thread; the less else this computer does, the better.\n")
    for n, each in enumerate(rounds, 1):
        if sys.stderr.isatty():
            sys.stderr.write(f"\rround {n}")
        yield each
    sys.stderr.write("\n" if sys.stderr.isatty() else "")


def medians(pairs: Sequence[Contest], rounds: Sequence[Round]) -> dict[str, float]:
    """Return the medians over all rounds.

    Returns
    -------
    dict
        By name: speed ratios by algorithm, shares of the matmul limit (0 to 1), the limit (GFLOP/s) and the adaptation time (ms).
    """
    found = {pair.key: [each.ratio(pair.key) for each in rounds] for pair in pairs}
    found["matmul_limit_share"] = [each.share(layer_by_layer_flops()) for each in rounds]
    found["matmul_limit_share_executed"] = [each.share(by_hand_flops()) for each in rounds]
    found["matmul_gflops"] = [each.limit for each in rounds]
    found["adapt_and_predict_ms"] = [each.adapt for each in rounds]
    return {name: float(f"{statistics.median(values):.4g}") for name, values in found.items()}


def table(pairs: Sequence[Contest], rounds: Sequence[Round]) -> str:
    """Return the results as a text table: medians over rounds, with quartiles in brackets."""
    lines = [
        f"5-way 5-shot, 15 asked of each; perceptron 30-64-64; 5 inner steps; {N_TASKS} tasks a meta-step; float32, one thread",
        f"median (quartiles) of {len(rounds)} interleaved rounds, processor time",
        f"{'':<20}{'ours, tasks/s':>24}{'plain loop, tasks/s':>24}{'times as fast':>22}{'bar':>6}",
    ]
    for pair in pairs:
        columns = ([each.ours[pair.key] for each in rounds], [each.plain[pair.key] for each in rounds])
        speeds = "".join(f"{_spread(column, ',.0f'):>24}" for column in columns)
        lines.append(f"{pair.title:<20}{speeds}{_spread([each.ratio(pair.key) for each in rounds], '.1f'):>22}{pair.bar:>6g}")
    for words, flops in (("layer by layer", layer_by_layer_flops()), ("as multiplied here", by_hand_flops())):
        share = _spread([100 * each.share(flops) for each in rounds], ".0f")
        lines.append(f"share of the matmul limit, MAML second order, {flops / 1e6:.1f} MFLOP a task counted {words}: {share} %")
    lines.append(f"the limit: a square matrix product at {_spread([each.limit for each in rounds], '.0f')} GFLOP/s")
    lines.append(f"adapting to one task by MAML and answering 75 patients: {_spread([each.adapt for each in rounds], '.2f')} ms")
    return "\n".join(lines) + "\n"


def _spread(values: Sequence[float], form: str) -> str:
    """Median and quartiles, as in `3.1 (2.9-3.3)`."""
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:{form}} ({low:{form}}-{high:{form}})"
