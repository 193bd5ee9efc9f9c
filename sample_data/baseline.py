"""How hard the cohorts are for the plainest few-shot method: the nearest class mean of z-scores.

    python sample_data/baseline.py             # the cohorts beside this file
    python sample_data/baseline.py --folder x  # those of them that the folder x holds, e.g. from another seed

It learns from the labeled patients only and is judged on the diagnoses that were set aside.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent


def numbers(column: pd.Series[str]) -> pd.Series[float]:
    """A column of text as numbers: `<0.01` as its limit, each of two words as 0 or 1, an empty cell as NaN."""
    read = pd.to_numeric(column.str.lstrip("<>"), errors="coerce")
    if read.notna().any():
        return read
    words = sorted(column.dropna().unique())
    return column.map({word: float(at) for at, word in enumerate(words)})


def accuracy(folder: Path, key: str) -> tuple[float, int]:
    """(share of undiagnosed patients named correctly, number of undiagnosed patients) of one cohort."""
    table = pd.read_csv(folder / f"{key}.csv", dtype=str)
    truth = pd.read_csv(folder / f"{key}.truth.csv", dtype=str)["diagnosis"].to_numpy()
    labeled = table["diagnosis"].notna()
    features = table.drop(columns=["patient", "diagnosis"]).apply(numbers)
    spread = features[labeled].std().replace(0, 1)
    scores = ((features - features[labeled].mean()) / spread).fillna(0)
    means = scores[labeled].groupby(table["diagnosis"][labeled]).mean()
    # (n_undiagnosed, n_classes): squared distances to the class means
    distances = ((scores[~labeled].to_numpy()[:, None] - means.to_numpy()[None]) ** 2).sum(axis=2)
    return float(np.mean(means.index.to_numpy()[distances.argmin(axis=1)] == truth)), len(truth)


def main() -> None:
    """Write one line for each cohort that the folder holds."""
    parser = argparse.ArgumentParser(description="Measure the nearest class mean on the bundled cohorts.")
    parser.add_argument("--folder", type=Path, default=HERE, help="folder with the cohorts (default: beside this file)")
    folder: Path = parser.parse_args().folder
    for cohort in json.loads((HERE / "cohorts.json").read_text(encoding="utf-8")):
        if (folder / cohort["file"]).exists():
            share, patients = accuracy(folder, cohort["key"])
            sys.stdout.write(f"{cohort['key']:<16} {share:6.1%} of {patients} undiagnosed patients\n")


if __name__ == "__main__":
    main()
