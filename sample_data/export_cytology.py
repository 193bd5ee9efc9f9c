"""Export the Wisconsin diagnostic breast cytology records (real data) from scikit-learn.

    python sample_data/export_cytology.py            # rewrites the files beside this one, byte for byte
    python sample_data/export_cytology.py --out x    # writes them into the folder x instead

All 569 records and 30 measurements, unaltered. A random 6 of each diagnosis keep their label; the label of the others
is set aside in `breast_cytology.truth.csv`. The order, and with it the patient codes, is shuffled.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from simulate import HERE, SEED, Row, save_cohort
from sklearn.datasets import load_breast_cancer

LABELED_PER_DIAGNOSIS = 6


def records(rng: np.random.RandomState) -> list[tuple[bool, Row]]:
    """(labeled?, patient) for all 569 records, as text by column."""
    source = load_breast_cancer()
    labeled = {
        at
        for diagnosis in range(len(source.target_names))
        for at in rng.choice(np.flatnonzero(source.target == diagnosis), LABELED_PER_DIAGNOSIS, replace=False)
    }
    rows = []
    for at, (values, target) in enumerate(zip(source.data.tolist(), source.target, strict=True)):
        # repr is the shortest text that reads back as the same number: nothing is rounded.
        row = {str(name): repr(value) for name, value in zip(source.feature_names, values, strict=True)}
        rows.append((at in labeled, row | {"diagnosis": str(source.target_names[target])}))
    return rows


def main() -> None:
    """Export the cohort into the folder that `--out` names."""
    parser = argparse.ArgumentParser(description="Export the breast cytology records from scikit-learn.")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into (default: beside this file)")
    rng = np.random.RandomState(SEED)
    save_cohort(parser.parse_args().out, "breast_cytology", records(rng), rng)


if __name__ == "__main__":
    main()
