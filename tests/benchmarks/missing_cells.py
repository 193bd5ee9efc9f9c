"""What it costs when cells are missing: `python -m tests.benchmarks.missing_cells CHECK.py` (an accuracy check's script with its tables).

Accuracy at 5 shots on real tables as they are and with a share of all cells removed at random, in labelled and undiagnosed patients
alike; the same episodes for both. The tables are read by path and never copied.
"""

from __future__ import annotations

import argparse
import importlib.util
import warnings
import zlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import torch

from metamed_core.estimator import FewShotClassifier
from metamed_core.learners import LEARNERS

K_SHOT = 5


def check_of(path: Path) -> ModuleType:
    """The check as a module: its tables and episodes are used, its measuring is not."""
    spec = importlib.util.spec_from_file_location("few_shot", path)
    assert spec is not None
    assert spec.loader is not None
    check = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check)
    return check


def with_gaps(table: pd.DataFrame, share: float, seed: list[int]) -> pd.DataFrame:
    """The table with this share of its cells removed."""
    return table.mask(np.random.default_rng(seed).random(table.shape) < share)


def balanced_accuracy(algorithm: str, x_support: pd.DataFrame, y: np.ndarray, x_query: pd.DataFrame, truth: np.ndarray) -> float:
    """Of one episode."""
    named = FewShotClassifier(algorithm).fit(x_support, y, undiagnosed=x_query).predict(x_query)
    return float(np.mean([(named[truth == c] == c).mean() for c in np.unique(truth)]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("check", type=Path)
    parser.add_argument("--episodes", type=int, default=20)
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--algorithms", type=lambda text: text.split(","), default=list(LEARNERS))
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    check = check_of(options.check)
    means: dict[str, list[tuple[float, float]]] = {name: [] for name in options.algorithms}
    for table, x, y in check.load(check.TABLES):
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in options.algorithms}
        for i, (support, query) in enumerate(check.episodes(table, y, K_SHOT, options.episodes)):
            rows = np.concatenate([support, query])
            whole = x.iloc[rows].reset_index(drop=True)
            for name in options.algorithms:
                pair = [
                    balanced_accuracy(name, each.iloc[: len(support)], y[support], each.iloc[len(support) :], y[query])
                    for each in (whole, with_gaps(whole, options.share, [zlib.crc32(table.encode()), i]))
                ]
                found[name].append((pair[0], pair[1]))
        for name in options.algorithms:
            if found[name]:
                whole_mean, gaps_mean = np.mean(found[name], axis=0)
                means[name].append((float(whole_mean), float(gaps_mean)))
    print(f"{K_SHOT} shots, {options.episodes} episodes a table, mean over {len(next(iter(means.values())))} tables")
    for name in options.algorithms:
        pairs = np.array(means[name]) * 100
        cost = pairs[:, 0] - pairs[:, 1]
        rng = np.random.default_rng(0)
        low, high = np.quantile([rng.choice(cost, len(cost)).mean() for _ in range(2000)], [0.025, 0.975])
        print(f"{name:14}{pairs[:, 0].mean():6.1f} -> {pairs[:, 1].mean():5.1f} %, costs {cost.mean():.1f} points [{low:.1f}, {high:.1f}]")


if __name__ == "__main__":
    main()
