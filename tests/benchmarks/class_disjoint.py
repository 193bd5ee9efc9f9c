"""Class-disjoint accuracy on real tables of many diagnoses: meta-trained on some, judged on others that were never seen.

    python -m tests.benchmarks.class_disjoint FOLDER thyroid0387 primary_tumor cbc_anemia --episodes 100 --jobs 2

FOLDER holds the tables (`NAME.csv`, the label in the column `diagnosis`, kinds of columns in `schema.json`). Each table is split by disease three
times, so that every diagnosis is novel once; each learner is meta-trained on the base diseases, watched on the validation diseases, and
judged on the novel ones, on the same episodes as the shipped weights, the untrained prototype and the plain classifiers.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import joblib
import pandas as pd
import torch

from metamed_core.data.cohort import Cohort
from metamed_core.evaluation import Comparison, Method, Plan, compare, shots_allowed
from metamed_core.learners import LEARNERS
from metamed_core.learners.baselines import BASELINES
from metamed_core.meta_training.job import make_job
from metamed_core.meta_training.run_job import train
from metamed_core.meta_training.tasks.cohort_tasks import FOLDS, DiseaseSplit, split_by_disease
from metamed_core.meta_training.training import MetaTraining
from metamed_core.statistics.intervals import mean_interval

SHOTS = (1, 5)
STEPS = {"prototypical": 100, "matching": 100, "maml": 80, "reptile": 100, "prior_fitted": 40}
"""Enough to learn a few diseases by heart: the best validated weights, which are kept, come earlier on most tables."""
UNTRAINED = "nearest_centroid"


def cohort_of(folder: Path, name: str) -> Cohort:
    """The table as a cohort: words as words, numbers as numbers."""
    kinds = json.loads((folder / "schema.json").read_text("utf-8"))[name]["kinds"]
    words = {column: str for column, kind in kinds.items() if kind in {"cat", "group"}}
    table = pd.read_csv(folder / f"{name}.csv", dtype=words, low_memory=False)
    table = table.drop(columns=[column for column, kind in kinds.items() if kind == "group" and column in table])
    return Cohort.of_table(table.drop(columns="diagnosis"), table["diagnosis"].tolist())


def meta_trained(cohort: Cohort, split: DiseaseSplit, learner: str, start: str, folder: Path) -> Method:
    """The learner meta-trained on the base diseases, as a method."""
    training = MetaTraining.suggest(learner, cohort, split=split, start=start, budget={"meta_steps": STEPS[learner]})
    out = folder / f"{start}.safetensors"
    for _ in train(make_job(training, cohort, out, n_validations=8)):
        continue
    return Method(LEARNERS[learner](), str(out))


def judge(folder: Path, name: str, fold: int, n_episodes: int, starts: tuple[str, ...]) -> list[dict[str, Any]]:
    """One table and split: a row for each method, number of shots and episode."""
    torch.set_num_threads(1)
    cohort = cohort_of(folder, name)
    split = split_by_disease(cohort.counts, fold)
    novel = cohort.only(split.novel)
    began = time.perf_counter()
    rows = []
    with TemporaryDirectory() as place:
        ours = {}
        for learner in LEARNERS:
            for start in starts:
                (aside := Path(place) / learner).mkdir(exist_ok=True)
                ours[f"{learner}, base diseases from {start}"] = meta_trained(cohort, split, learner, start, aside)
        seconds = time.perf_counter() - began
        ours |= {f"{learner}, universal": Method(LEARNERS[learner]()) for learner in LEARNERS}
        ours |= {f"{plain}, plain": Method(BASELINES[plain]()) for plain in BASELINES}
        titles = {one.key: title for title, one in ours.items()}
        plan = Plan(novel, tuple(ours.values()), shots_allowed(novel, SHOTS), n_episodes)
        comparison = Comparison.of(plan).plus(compare(plan))
    for row in comparison.table().to_dict("records"):
        about = {"table": name, "fold": fold, "method": titles[row["method"]], "seconds": seconds}
        rows.append(about | {key: row[key] for key in ("k_shot", "episode", "n_way", "balanced_accuracy", "log_loss")})
    return rows


def measured(path: Path, *about: Any) -> None:
    """Judge and write."""
    pd.DataFrame(judge(*about)).to_csv(path, index=False)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Balanced accuracy of each method at each number of shots: by table, and the mean over tables with its 95 % interval over episodes.

    An episode number is one draw in every table and split: its mean over these is one observation. gain: over the plain classifier with
    the best mean over tables at that number of shots, paired by episode.
    """
    found = []
    for k, at in rows.groupby("k_shot"):
        by_episode = at.pivot_table(index="episode", columns=["method", "table"], values="balanced_accuracy").dropna(axis=1)
        mean = by_episode.T.groupby("method").mean().T
        plain = max((name for name in map(str, mean) if name.endswith("plain")), key=lambda name: mean[name].mean())
        for name in map(str, mean):
            own, gain = (mean_interval(100 * values.to_numpy()) for values in (mean[name], mean[name] - mean[plain]))
            tables = {table: 100 * float(by_episode[name, table].mean()) for table in by_episode[name].columns}
            found.append(
                {
                    "k_shot": k,
                    "method": name,
                    **tables,
                    "mean": own.mean,
                    "gain": gain.mean,
                    "low": gain.low,
                    "high": gain.high,
                    "best": plain,
                }
            )
    return pd.DataFrame(found)


def main() -> None:
    """Measure and print a table in Markdown."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("tables", nargs="+")
    options.add_argument("--episodes", type=int, default=100)
    options.add_argument("--folds", type=int, default=FOLDS)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--starts", default="universal", help="universal, none, or both with a comma")
    options.add_argument(
        "--out", type=Path, help="folder for every single result, one .csv a table and split; what lies there is not measured again"
    )
    chosen = options.parse_args()
    due = [(name, fold) for fold in range(chosen.folds) for name in chosen.tables]
    starts = tuple(chosen.starts.split(","))
    with TemporaryDirectory() as aside:
        place = chosen.out or Path(aside)
        place.mkdir(exist_ok=True, parents=True)
        parts = [(place / f"{name}_{fold}.csv", name, fold) for name, fold in due]
        joblib.Parallel(chosen.jobs)(
            joblib.delayed(measured)(path, chosen.folder, name, fold, chosen.episodes, starts)
            for path, name, fold in parts
            if not path.exists()
        )
        rows = pd.concat([pd.read_csv(path) for path, _, _ in parts])
    result = summary(rows)
    for group, at in result.groupby("k_shot"):
        k = int(str(group))
        names = [name for name in chosen.tables if name in at]
        print(f"\n{k} shot{'s' if k > 1 else ''}; gain over {at['best'].iloc[0]}\n| method | {' | '.join(names)} | mean | gain |")
        print("|---" * (len(names) + 3) + "|")
        for row in at.sort_values("mean", ascending=False).to_dict("records"):
            cells = [f"{row[name]:.1f}" for name in names]
            print(
                f"| {row['method']} | {' | '.join(cells)} | {row['mean']:.1f} | {row['gain']:+.1f} [{row['low']:+.1f}, {row['high']:+.1f}] |"
            )
    print(f"\nmeta-training of all learners: {rows['seconds'].mean():.0f} s a table and split")


if __name__ == "__main__":
    main()
