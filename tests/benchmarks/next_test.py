"""Does the recommended missing test tell more than a random one? `python -m tests.benchmarks.next_test FOLDER`.

Every patient starts without any value. One value after another is "bought": the one that `next_tests` recommends, or a random one. Printed for each
table: the share of patients whose first diagnosis is right after each number of bought values, for both ways.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
import numpy.typing as npt
import pandas as pd

from metamed_core.data import Column, PatientRecords, Role, Task
from metamed_core.diagnosis import AdaptationTrace, Case, next_tests
from metamed_core.learners import LEARNERS, UNIVERSAL, load_weights
from tests.benchmarks.public_tables import PublicEpisode, PublicTable, add_folder, episodes, tables_in

SHOTS, BOUGHT = (5, 3, 1), 4  # a table too small for five labeled patients of two diagnoses is measured with fewer
Counts = npt.NDArray[np.float64]


def records_of(table: PublicTable, episode: PublicEpisode) -> PatientRecords:
    """The patients of an episode as a table, those to be judged without a diagnosis."""
    rows = np.concatenate([episode.support, episode.query])
    x = table.x.iloc[rows].reset_index(drop=True)
    words = {str(name): not pd.api.types.is_numeric_dtype(x[name]) for name in x}
    text = {str(name): [None if pd.isna(cell) else str(cell) for cell in x[name]] for name in x}
    labels = [*table.y[episode.support], *[None] * len(episode.query)]
    columns = [Column(name, Role.CATEGORY if is_words else Role.NUMBER) for name, is_words in words.items()]
    return PatientRecords.from_table(pd.DataFrame(text | {"diagnosis": labels}, dtype=object), (*columns, Column("diagnosis", Role.LABEL)))


def bought(case: Case, truth: object, rng: np.random.Generator | None) -> Counts:
    """Whether the first diagnosis is right after each value that is bought; rng: at random, else as recommended."""
    known = {name: case.value(name) for name in case.cells_of if name not in case.missing}
    now, right = case.with_values(dict.fromkeys(known)), []
    for _ in range(BOUGHT):
        left = [name for name in known if name in now.missing]
        if left:
            ranked = [test.column.name for test in next_tests(now)] if rng is None else [str(name) for name in rng.permutation(left)]
            name = next((name for name in ranked if name in left), left[0])
            now = now.with_values({name: known[name]})
        right.append(float(now.ranked[0][0] == truth))
    return np.array(right)


def curves(table: PublicTable, name: str, n_episodes: int, n_patients: int) -> tuple[Counts, Counts]:
    """The share that is right after each value, as recommended and at random."""
    learner, recommended, random = LEARNERS[name](), [], []
    start = load_weights(UNIVERSAL, learner)
    shots = next(k for k in SHOTS if any(True for _ in episodes(table, k, 1)))
    for index, episode in enumerate(episodes(table, shots, n_episodes)):
        records = records_of(table, episode)
        trace = AdaptationTrace(learner, start, Task.of_records(records), held_out=False).run()
        for position in range(min(n_patients, len(episode.query))):
            case, truth = Case.of(trace, len(trace.steps) - 1, position, records), table.y[episode.query[position]]
            recommended.append(bought(case, truth, None))
            random.append(bought(case, truth, np.random.default_rng([index, position])))
    return np.mean(recommended, axis=0), np.mean(random, axis=0)


def main() -> None:
    """Print one line for each table, and on how many the recommended values are right more often over the whole curve."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_folder(parser)
    parser.add_argument("--algorithm", choices=list(LEARNERS), default=next(iter(LEARNERS)))
    parser.add_argument("--episodes", type=int, default=4)
    parser.add_argument("--patients", type=int, default=15, help="of an episode")
    asked, better, tables = parser.parse_args(), 0, 0
    for table in tables_in(asked.folder, asked.tables):
        recommended, random = curves(table, asked.algorithm, asked.episodes, asked.patients)
        tables, better = tables + 1, better + int(recommended.mean() > random.mean())
        told = ["  ".join(f"{share:.0%}".rjust(4) for share in curve) for curve in (recommended, random)]
        sys.stdout.write(f"{table.name:24} recommended {told[0]}   random {told[1]}\n")
        sys.stdout.flush()
    sys.stdout.write(f"better on {better} of {tables} tables\n")


if __name__ == "__main__":
    main()
