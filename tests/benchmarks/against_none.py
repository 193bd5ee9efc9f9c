"""What meta-training is worth: `python -m tests.benchmarks.against_none CHECK.py` (an accuracy check's script with its tables).

Each learner with the universal weights and with none, on the same episodes, measured by the check's own functions: accuracy and gain
over the best plain classifier of both, and their difference with its 95 % bootstrap interval over tables. The tables are read by path
and never copied.
"""

from __future__ import annotations

import argparse
import gzip
import json
import warnings
from pathlib import Path

import numpy as np
import torch

from tests.benchmarks.missing_cells import check_of

LEARNERS = ("prototypical", "matching", "maml", "reptile")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("check", type=Path)
    parser.add_argument("--episodes", type=int, default=20)
    parser.add_argument("--algorithms", type=lambda text: text.split(","), default=list(LEARNERS))
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    check, n = check_of(options.check), options.episodes
    plain = json.loads(gzip.decompress((check.TABLES / "baselines.json.gz").read_bytes()))
    print(f"{n} episodes a table; accuracy %, gain over the best plain classifier, expected calibration error %")
    for name in options.algorithms:
        found = {
            weights: check.run(check.TABLES, check.SHOTS, n, check.metamed_methods([name], weights))[name]
            for weights in ("universal", "none")
        }
        for weights, result in found.items():
            row = check.summary({name: result}, plain, check.SHOTS, n)[name]
            told = (
                f"{100 * at['accuracy']:.1f}, {100 * at['gain']:+.1f} [{100 * at['low']:+.1f}, {100 * at['high']:+.1f}], {100 * at['ece']:.0f}"
                for at in (row[str(k)] for k in check.SHOTS)
            )
            print(f"{name:14}{weights:11}" + " | ".join(told), flush=True)
        print(f"{name:14}{'difference':11}" + " | ".join(difference(found, str(k)) for k in check.SHOTS), flush=True)


def difference(found: dict[str, dict[str, dict[str, list[dict[str, float]]]]], k: str) -> str:
    """Universal minus none at `k` shots: the mean over tables, and the interval of that mean."""
    mean = {
        weights: np.array([np.mean([each["accuracy"] for each in of_table[k]]) for of_table in result.values() if k in of_table])
        for weights, result in found.items()
    }
    gain = 100 * (mean["universal"] - mean["none"])
    rng = np.random.default_rng(0)
    low, high = np.quantile([rng.choice(gain, len(gain)).mean() for _ in range(2000)], [0.025, 0.975])
    return f"{gain.mean():+.1f} [{low:+.1f}, {high:+.1f}]"


if __name__ == "__main__":
    main()
