"""What typed knowledge is worth: each learner without and with it on the same episodes, and with wrong knowledge.

    python -m tests.benchmarks.knowledge FOLDER --episodes 50 --out measured.jsonl

FOLDER holds public tables (`NAME.csv`, the label in the column `diagnosis`; docs/how-to/repeat-the-figures.md). Every table that has a knowledge file
and reference ranges in `tests/benchmarks/knowledge_tables` takes part, read and drawn as `python -m metamed_core evaluate` does. Each episode is
answered without knowledge, with the rows of its diagnoses, with all these rows exchanged among its diagnoses, and with two of them exchanged.

Printed: balanced accuracy in percent. An interval is Student's over episode numbers: the mean over the tables of the episodes of one number is
one observation. It holds for other draws from these tables, not for other tables. "Flagged": the share of wrong rows in conflict, and of
episodes with at least one; "false alarms": the same of right rows. With --out, results are kept line by line and not measured again.

A FOLDER of case reports of rare diseases is measured as `tests/benchmarks/case_reports.py` says.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from metamed_core.cli.option_tables import add_table_options, cohort_of
from metamed_core.data import Cohort, Task
from metamed_core.evaluation import NO_PATIENT
from metamed_core.evaluation.episode_draws import draw, task_of
from metamed_core.knowledge import Knowledge, fold, known_diagnoses, read_knowledge, with_knowledge
from metamed_core.knowledge.informed_classifier import InformedClassifier
from metamed_core.learners import LEARNERS, Initialization, load_weights
from metamed_core.words import UserError, Words
from tests.benchmarks import case_reports
from tests.benchmarks.kept_rows import Row, interval, keep, kept

FILES = Path(__file__).with_name("knowledge_tables")
SHOTS = (0, 1, 3, 5, 10)
WITHOUT, RIGHT, EXCHANGED, PAIR = "without", "right", "exchanged", "pair"
WHERE = ["table", "learner", "shots", "episode"]


@dataclass(frozen=True, eq=False, slots=True)
class KnownTable:
    """A table with its knowledge."""

    name: str
    cohort: Cohort
    knowledge: Knowledge

    @property
    def known(self) -> frozenset[str]:
        """The diagnoses of which something is said."""
        said = known_diagnoses(self.knowledge, self.cohort.features.columns)
        return frozenset(name for name in self.cohort.counts if fold(name) in said)


Judge = Callable[[KnownTable, str, Initialization, int, int], Iterator[Row]]
"""A table, a learner, what it starts from, a number of shots, the number of an episode -> the rows of that episode."""


def known_tables(folder: Path, names: Sequence[str] | None = None, files: Path | None = None) -> Iterator[KnownTable]:
    """The tables of a folder that have a knowledge file. Raises UserError where there is none."""
    found = [
        path for path in sorted((files or FILES).glob("*.csv")) if not path.stem.endswith(".columns") and (not names or path.stem in names)
    ]
    found = [path for path in found if (folder / path.name).exists()]
    if not found:
        raise UserError(
            Words(
                "The folder {folder} holds none of the tables that have a knowledge file: docs/how-to/repeat-the-figures.md says how to get them.",
                "文件夹 {folder} 中没有任何带知识文件的数据表：获取方法见 docs/how-to/repeat-the-figures.md。",
            ).format(folder=folder)
        )
    parser = argparse.ArgumentParser()
    add_table_options(parser)
    for path in found:
        options = parser.parse_args(["--label", "diagnosis", "--columns", str(path.with_suffix(".columns.csv"))])
        yield KnownTable(path.stem, cohort_of(folder / path.name, options), read_knowledge(path.name, path.read_bytes()))


def versions(knowledge: Knowledge, classes: Sequence[str]) -> dict[str, Knowledge]:
    """What is told in an episode, by name: nothing, the rows of its diagnoses, all of them exchanged in a circle, the first two exchanged."""
    spelled = {fold(name): name for name in knowledge.diagnoses}
    rows = [spelled[fold(name)] for name in classes if fold(name) in spelled]
    told = {WITHOUT: Knowledge(), RIGHT: knowledge.only(set(rows))}
    if len(rows) > 1:
        told[EXCHANGED] = told[RIGHT].renamed(dict(zip(rows, [*rows[1:], rows[0]], strict=True)))
        told[PAIR] = told[RIGHT].renamed({rows[0]: rows[1], rows[1]: rows[0]})
    return told


def judged(table: KnownTable, learner: str, start: Initialization, shots: int, index: int) -> Iterator[Row]:
    """One episode: a row for each version of what is told."""
    episode = draw(table.cohort, shots or NO_PATIENT, index, known=table.known)
    plain = task_of(table.cohort, episode)
    told = versions(table.knowledge, episode.classes)
    for name, knowledge in told.items():
        where = {"table": table.name, "learner": learner, "shots": shots, "episode": index, "told": name}
        if name == WITHOUT and not shots:
            yield where | {"accuracy": 1 / len(episode.classes), "flags": []}
        else:
            yield where | answer(table, learner, start, plain, knowledge)


def answer(table: KnownTable, learner: str, start: Initialization, plain: Task, knowledge: Knowledge) -> Row:
    """Balanced accuracy with some knowledge, and of each row in the order of the diagnoses whether it is in conflict."""
    method = LEARNERS[learner]()
    task, informed = with_knowledge(plain, knowledge, table.cohort.features, start, table.cohort.ranges)
    *_, last = informed.adapt(method, task.support, task.n_way)
    named, y = last.predict_proba(task.query.x).argmax(1), task.query.y
    accuracy = float(np.mean([float((named[y == k] == k).double().mean()) for k in sorted(set(y.tolist()))]))
    if not isinstance(last, InformedClassifier):
        return {"accuracy": accuracy, "flags": []}
    rows = (~last.trust.right.isnan()).nonzero().squeeze(1).tolist()
    return {"accuracy": accuracy, "flags": [k in last.trust.in_conflict for k in rows]}


def measured(
    tables: Sequence[KnownTable], learners: Sequence[str], shots: Sequence[int], n: int, out: Path | None, judge: Judge = judged
) -> pd.DataFrame:
    """All rows; episode 0 of every table first, so that a run that is stopped has measured all of them alike."""
    rows = kept(out)
    done = {tuple(row[key] for key in WHERE) for row in rows}
    starts = {name: load_weights("universal", LEARNERS[name]()) for name in learners}
    for index in range(n):
        for table in tables:
            for place in ((table.name, name, k, index) for name in learners for k in shots):
                if place not in done:
                    new = list(judge(table, place[1], starts[place[1]], place[2], index))
                    rows += new
                    keep(out, new)
        found = _asked(rows, tables, learners, shots, index + 1)
        sys.stderr.write(f"episode {index + 1} of {n}: {_gains(found)}\n")
    return found


def _asked(rows: list[Row], tables: Sequence[KnownTable], learners: Sequence[str], shots: Sequence[int], n: int) -> pd.DataFrame:
    """Those of the rows that were asked for: a file may hold more."""
    found, names = pd.DataFrame(rows), [table.name for table in tables]
    return found[found["table"].isin(names) & found["learner"].isin(learners) & found["shots"].isin(shots) & (found["episode"] < n)]


def _gains(rows: pd.DataFrame) -> str:
    """What right rows have been worth so far, at each number of shots."""
    means = 100 * rows.pivot_table(index=["learner", "shots"], columns="told", values="accuracy")
    gain = (means[RIGHT] - means[WITHOUT]).unstack("shots")
    return "; ".join(f"{name} " + " ".join(f"{one:+.1f}" for one in of_learner) for name, of_learner in gain.iterrows())


def over_tables(rows: pd.DataFrame) -> pd.DataFrame:
    """The mean over tables in percent, by episode number and by what is told."""
    return 100 * rows.pivot_table(index=["episode", "table"], columns="told", values="accuracy").groupby("episode").mean()


def told(rows: pd.DataFrame) -> str:
    """A cell of accuracies in percent: without, with, and in brackets with exchanged rows."""
    mean = 100 * rows.groupby("told")["accuracy"].mean()
    wrong = f" ({mean[EXCHANGED]:.1f}; {mean[PAIR]:.1f})" if rows["shots"].iloc[0] else ""
    return (f"{mean[WITHOUT]:.1f} → " if rows["shots"].iloc[0] else "") + f"{mean[RIGHT]:.1f}{wrong}"


def alarms(rows: pd.DataFrame, name: str) -> str:
    """The share of rows in conflict, and of episodes with at least one, in percent. Of two exchanged rows, only these two count."""
    flags = [row[:2] if name == PAIR else row for row in rows.loc[rows["told"] == name, "flags"] if len(row)]
    each = [one for row in flags for one in row]
    return f"{100 * sum(each) / len(each):.0f} ({100 * sum(map(any, flags)) / len(flags):.0f})" if each else "–"


def report(rows: pd.DataFrame) -> Iterator[str]:
    """The tables in Markdown, one for each learner."""
    shots = sorted(rows["shots"].unique())
    for learner, of_learner in rows.groupby("learner", sort=False):
        yield f"\n| {learner} | " + " | ".join(map(str, shots)) + " |\n|---" + "|---" * len(shots) + "|"
        by_shots = {k: of_learner[of_learner["shots"] == k] for k in shots}
        for table in sorted(of_learner["table"].unique()):
            yield f"| {table} | " + " | ".join(told(at[at["table"] == table]) for at in by_shots.values()) + " |"
        yield "| mean | " + " | ".join(map(told, by_shots.values())) + " |"
        means = {k: over_tables(at) for k, at in by_shots.items()}
        for name, sign in ((RIGHT, "gain"), (EXCHANGED, "all rows exchanged"), (PAIR, "two rows exchanged")):
            yield f"| {sign} | " + " | ".join(interval(at[name] - at[WITHOUT]) if k else "" for k, at in means.items()) + " |"
        for name, sign in ((EXCHANGED, "flagged, all exchanged"), (PAIR, "flagged, two exchanged"), (RIGHT, "false alarms")):
            yield f"| {sign} | " + " | ".join(alarms(at, name) for at in by_shots.values()) + " |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder of tables")
    parser.add_argument("--tables", type=lambda text: text.split(","), help="names, separated by commas (all that have a knowledge file)")
    parser.add_argument("--episodes", type=int, default=50, help="of each table and number of shots (%(default)s)")
    parser.add_argument("--shots", type=lambda text: tuple(map(int, text.split(","))), default=SHOTS)
    parser.add_argument("--learners", type=lambda text: list(filter(None, text.split(","))), default=list(LEARNERS))
    parser.add_argument("--out", type=Path, help="keep every episode here, and go on from what stands there")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    if (chosen.folder / case_reports.CASES).exists():
        for line in case_reports.report(chosen.folder, chosen.learners, chosen.episodes, chosen.out):
            print(line)
        return
    try:
        tables = list(known_tables(chosen.folder, chosen.tables))
    except UserError as error:
        sys.exit(error.words.en)
    for line in report(measured(tables, chosen.learners, chosen.shots, chosen.episodes, chosen.out)):
        print(line)


if __name__ == "__main__":
    main()
