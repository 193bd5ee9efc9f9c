"""What reference ranges are worth: each learner without and with them on the same episodes.

    python -m tests.benchmarks.reference_ranges FOLDER --episodes 20 --out measured.jsonl

FOLDER holds public tables. Those take part that have ranges in `tests/benchmarks/knowledge_tables`, and the bundled blood panel, read and drawn
as by `tests/benchmarks/knowledge.py`; a table whose diagnoses have too few patients for a number of shots is left out there (the panel at ten).

Printed: of each table the balanced accuracy in percent without → with ranges, and the paired difference with Student's 95% interval over
episodes. Of the mean over tables the same, the bootstrap interval over tables, the difference of log-loss and of the expected calibration
error of a table, both with the bootstrap interval over tables. With --out, results are kept line by line and not measured again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from metamed_core.data import Cohort
from metamed_core.evaluation.episode_draws import SHOTS, draw, shots_allowed, task_of
from metamed_core.knowledge import Knowledge
from metamed_core.learners import LEARNERS, Initialization
from metamed_core.words import UserError
from pages.parts.common.cohorts import records_of, truth_of
from tests.benchmarks.accuracy_on_public_tables import Score, bootstrap_interval, calibration_error, score
from tests.benchmarks.kept_rows import Row, interval
from tests.benchmarks.knowledge import RIGHT as WITH
from tests.benchmarks.knowledge import WITHOUT, KnownTable, measured, over_tables
from tests.benchmarks.knowledge import known_tables as with_knowledge_files
from tests.benchmarks.public_tables import add_folder

BUNDLED = "blood_panel"


def ranged_tables(folder: Path, names: Sequence[str] | None = None) -> Iterator[KnownTable]:
    """The tables that have reference ranges. Raises UserError where the folder has none of those asked for."""
    if not names or BUNDLED in names:
        yield KnownTable(BUNDLED, Cohort.of_records(records_of(BUNDLED), truth_of(BUNDLED)), Knowledge())
    others = [name for name in names or () if name != BUNDLED]
    if others or not names:
        yield from (table for table in with_knowledge_files(folder, others) if table.cohort.ranges)


def judged(table: KnownTable, learner: str, start: Initialization, shots: int, index: int) -> Iterator[Row]:
    """One episode: a row without ranges and one with them; none where diagnoses have too few patients."""
    if shots not in shots_allowed(table.cohort, [shots]):
        return
    episode = draw(table.cohort, shots, index)
    for told, cohort in ((WITHOUT, replace(table.cohort, ranges={})), (WITH, table.cohort)):
        task = task_of(cohort, episode)
        *_, last = start.adapt(LEARNERS[learner](), task.support, task.n_way)
        with torch.no_grad():
            proba = last.predict_proba(task.query.x).numpy()
        classes = np.array(task.classes, dtype=object)
        found = score(classes[task.query.y], proba, classes)
        where: Row = {"table": table.name, "learner": learner, "shots": shots, "episode": index, "told": told}
        yield where | asdict(found) | {"confidence": found.confidence.tolist(), "right": found.right.tolist()}


def changed(rows: pd.DataFrame, of_table: Callable[[pd.DataFrame], float]) -> str:
    """The mean over tables of a figure without → with ranges, and the difference with its bootstrap interval over tables."""
    found = pd.DataFrame({told: {name: of_table(each) for name, each in at.groupby("table")} for told, at in rows.groupby("told")})
    without, difference = found[WITHOUT].mean(), (found[WITH] - found[WITHOUT]).to_numpy()
    low, high = bootstrap_interval(difference, np.random.default_rng(0))
    return f"{without:.1f} → {without + difference.mean():.1f}, {difference.mean():+.1f} [{low:+.1f}, {high:+.1f}]"


FIGURES: dict[str, Callable[[pd.DataFrame], float]] = {
    "mean, over tables": lambda rows: 100 * float(rows["accuracy"].mean()),
    "log-loss × 100": lambda rows: 100 * float(rows["log_loss"].mean()),
    "calibration error": lambda rows: 100 * calibration_error(list(_scores(rows))),
}
"""What is told of the mean over tables, each as a figure of one table."""


def _scores(rows: pd.DataFrame) -> Iterator[Score]:
    kept = zip(*(rows[field.name] for field in fields(Score)), strict=True)
    return (Score(accuracy, log_loss, np.array(confidence), np.array(right)) for accuracy, log_loss, confidence, right in kept)


def of_episodes(rows: pd.DataFrame) -> str:
    """A cell of the printed table: accuracy without → with ranges, the difference with its interval over episodes."""
    if not len(rows):
        return "–"
    means = over_tables(rows)
    return f"{means[WITHOUT].mean():.1f} → {means[WITH].mean():.1f}, {interval(means[WITH] - means[WITHOUT])}"


def report(rows: pd.DataFrame) -> Iterator[str]:
    """The tables in Markdown, one for each learner."""
    shots = sorted(rows["shots"].unique())
    for learner, found in rows.groupby("learner", sort=False):
        yield f"\n| {learner} | " + " | ".join(map(str, shots)) + " |\n|---" + "|---" * len(shots) + "|"
        by_shots = [found[found["shots"] == k] for k in shots]
        for table in sorted(found["table"].unique()):
            yield f"| {table} | " + " | ".join(of_episodes(at[at["table"] == table]) for at in by_shots) + " |"
        yield "| mean, over episodes | " + " | ".join(map(of_episodes, by_shots)) + " |"
        for name, figure in FIGURES.items():
            yield f"| {name} | " + " | ".join(changed(at, figure) for at in by_shots) + " |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_folder(parser)
    parser.add_argument("--episodes", type=int, default=20, help="of each table and number of shots (%(default)s)")
    parser.add_argument("--shots", type=lambda text: tuple(map(int, text.split(","))), default=SHOTS)
    parser.add_argument("--learners", type=lambda text: text.split(","), default=["prior_fitted"])
    parser.add_argument("--out", type=Path, help="keep every episode here, and go on from what stands there")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    try:
        tables = list(ranged_tables(chosen.folder, chosen.tables))
    except UserError as error:
        sys.exit(error.words.en)
    for line in report(measured(tables, chosen.learners, chosen.shots, chosen.episodes, chosen.out, judged)):
        print(line)


if __name__ == "__main__":
    main()
