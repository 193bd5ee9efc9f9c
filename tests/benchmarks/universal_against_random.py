"""What meta-training is worth: `python -m tests.benchmarks.universal_against_random FOLDER` (of public tables).

Each learner with the universal weights and with none, on the same episodes, measured as by `accuracy_on_public_tables`: accuracy and gain
over the best baseline classifier of both, and their difference with its 95% bootstrap interval over tables.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import torch

from tests.benchmarks.accuracy_on_public_tables import (
    SHOTS,
    Score,
    baseline_methods,
    bootstrap_interval,
    learner_methods,
    measure,
    summary,
    told,
)
from tests.benchmarks.public_tables import add_folder, tables_in

LEARNERS = ("prototypical", "matching", "maml", "reptile")


def difference(found: dict[str, dict[str, dict[int, list[Score]]]], k: int) -> str:
    """Universal minus none at `k` shots: the mean over tables, and the interval of that mean."""
    mean = {
        weights: np.array([np.mean([each.accuracy for each in of_table[k]]) for of_table in result.values() if k in of_table])
        for weights, result in found.items()
    }
    gain = 100 * (mean["universal"] - mean["none"])
    low, high = bootstrap_interval(gain, np.random.default_rng(0))
    return f"{gain.mean():+.1f} [{low:+.1f}, {high:+.1f}]"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_folder(parser)
    parser.add_argument("--episodes", type=int, default=20)
    parser.add_argument("--algorithms", type=lambda text: text.split(","), default=list(LEARNERS))
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    tables, n = list(tables_in(options.folder, options.tables)), options.episodes
    baselines = measure(iter(tables), SHOTS, n, baseline_methods)
    print(f"{n} episodes a table; accuracy %, gain over the best baseline classifier, expected calibration error %")
    for name in options.algorithms:
        found = {weights: measure(iter(tables), SHOTS, n, learner_methods([name], weights))[name] for weights in ("universal", "none")}
        for weights, result in found.items():
            row = summary({name: result}, baselines, SHOTS)[name]
            print(f"{name:14}{weights:11}" + " | ".join(told(row[k]) for k in SHOTS), flush=True)
        print(f"{name:14}{'difference':11}" + " | ".join(difference(found, k) for k in SHOTS), flush=True)


if __name__ == "__main__":
    main()
