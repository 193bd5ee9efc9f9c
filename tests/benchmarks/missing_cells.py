"""What it costs when cells are missing: `python -m tests.benchmarks.missing_cells FOLDER` (of public tables).

Accuracy at 5 shots on real tables as they are and with a share of all cells removed at random, in labeled and undiagnosed patients
alike; the same episodes for both, drawn as in `accuracy_on_public_tables`.
"""

from __future__ import annotations

import argparse
import warnings
import zlib

import numpy as np
import pandas as pd
import torch

from metamed_core.estimator import FewShotClassifier
from metamed_core.learners import LEARNERS
from tests.benchmarks.accuracy_on_public_tables import bootstrap_interval
from tests.benchmarks.public_tables import PublicTable, add_folder, episodes, tables_in

K_SHOT = 5


def with_gaps(table: pd.DataFrame, share: float, seed: list[int]) -> pd.DataFrame:
    """The table with this share of its cells removed."""
    return table.mask(np.random.default_rng(seed).random(table.shape) < share)


def balanced_accuracy(algorithm: str, x_support: pd.DataFrame, y: np.ndarray, x_query: pd.DataFrame, truth: np.ndarray) -> float:
    """Of one episode."""
    named = FewShotClassifier(algorithm).fit(x_support, y, undiagnosed=x_query).predict(x_query)
    return float(np.mean([(named[truth == c] == c).mean() for c in np.unique(truth)]))


def accuracies(table: PublicTable, algorithm: str, n: int, share: float) -> list[tuple[float, float]]:
    """Of each episode of a table: with all cells, and with gaps."""
    found = []
    for index, episode in enumerate(episodes(table, K_SHOT, n)):
        whole = table.x.iloc[np.concatenate([episode.support, episode.query])].reset_index(drop=True)
        known, y, truth = len(episode.support), table.y[episode.support], table.y[episode.query]
        full, gaps = (
            balanced_accuracy(algorithm, cells.iloc[:known], y, cells.iloc[known:], truth)
            for cells in (whole, with_gaps(whole, share, [zlib.crc32(table.name.encode()), index]))
        )
        found.append((full, gaps))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_folder(parser)
    parser.add_argument("--episodes", type=int, default=20)
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--algorithms", type=lambda text: text.split(","), default=list(LEARNERS))
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    tables = list(tables_in(options.folder, options.tables))
    print(f"{K_SHOT} shots, {options.episodes} episodes a table, mean over tables")
    for name in options.algorithms:
        each = [accuracies(table, name, options.episodes, options.share) for table in tables]
        pairs = np.array([np.mean(found, axis=0) for found in each if found]) * 100
        cost = pairs[:, 0] - pairs[:, 1]
        low, high = bootstrap_interval(cost, np.random.default_rng(0))
        print(f"{name:14}{pairs[:, 0].mean():6.1f} -> {pairs[:, 1].mean():5.1f} %, costs {cost.mean():.1f} points [{low:.1f}, {high:.1f}]")


if __name__ == "__main__":
    main()
