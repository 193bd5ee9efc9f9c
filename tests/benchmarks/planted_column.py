"""How often a column that decides comes first among the reasons, for every learner: `python -m tests.benchmarks.planted_column`.

The tables are those of `tests/unit/diagnosis/test_evidence.py`: five columns of noise and one in which the diagnoses, with five labeled
patients each, stand eight standard deviations apart.
"""

from __future__ import annotations

import argparse
import sys

from metamed_core.diagnosis import Case, evidence, start
from metamed_core.learners import LEARNERS
from tests.unit.diagnosis.test_evidence import planted


def first_places(name: str, n_patients: int, n_way: int) -> tuple[int, int]:
    """Of how many patients the column comes first, and how many patients were tried."""
    first = tried = seed = 0
    while tried < n_patients:
        records, seed = planted(seed, "abcdefgh"[:n_way]), seed + 1
        trace = start(records, LEARNERS[name]()).run()
        for position in range(len(trace.task.query)):
            first += evidence(Case.of(trace, len(trace.steps) - 1, position, records)).columns[0].column.name == "decides"
            tried += 1
    return first, tried


def main() -> None:
    """Print one line for each learner."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=200)
    parser.add_argument("--diagnoses", type=int, choices=range(2, 9), default=2)
    asked = parser.parse_args()
    for name in LEARNERS:
        first, tried = first_places(name, asked.patients, asked.diagnoses)
        sys.stdout.write(f"{name:14} {first} of {tried} ({first / tried:.1%})\n")


if __name__ == "__main__":
    main()
