"""Does practice on patients simulated from a knowledge table help with diagnoses that were never trained on? On a bundled table, paired.

    python -m tests.benchmarks.practiced blood_panel --learners prototypical,prior_fitted --shots 0,1,3 --episodes 40

For each of the three splits the learner is meta-trained twice from the shipped weights, without and with practice; what the table says of the
held-out diagnoses is left out of it. Both, and the shipped weights, are then asked for the novel diagnoses without and with what is known of
them, on the same episodes. Each line is a mean over the episodes of all splits and its difference with a 95% interval.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import torch

from metamed_core.data import Cohort, open_upload, read_columns, read_table, set_aside
from metamed_core.evaluation import NO_PATIENT, Comparison, Method, Plan, compare, with_twins
from metamed_core.knowledge import Knowledge, knowledge_of
from metamed_core.learners import LEARNERS
from metamed_core.meta_training import MetaTraining, Practice, make_job, train
from metamed_core.meta_training.tasks import FOLDS, split_by_disease
from metamed_core.statistics.intervals import mean_interval

DATA = Path(__file__).parents[2] / "sample_data"
WAYS = ("shipped", "plain", "practiced")


def bundled(name: str) -> tuple[Cohort, Knowledge]:
    """A bundled table with the diagnoses that Diagnose hides, and what ships of its diagnoses."""
    columns = f"{name}.columns.csv"
    _, records = open_upload(f"{name}.csv", (DATA / f"{name}.csv").read_bytes(), None, read_columns(columns, (DATA / columns).read_bytes()))
    truth = set_aside(records, read_table("truth.csv", (DATA / f"{name}.truth.csv").read_bytes()))
    return Cohort.of_records(records, truth), knowledge_of(DATA / f"{name}.knowledge.csv")


def of_one_split(name: str, learner: str, fold: int, shots: tuple[int, ...], n_episodes: int, seed: int) -> pd.DataFrame:
    """One row for each way of meta-training, with or without knowledge in use, number of shots and episode."""
    cohort, knowledge = bundled(name)
    split = split_by_disease(cohort.counts, fold)
    with TemporaryDirectory() as folder:
        who = [Method(LEARNERS[learner]())]
        for way, practice in (("plain", None), ("practiced", Practice.of(knowledge))):
            training = MetaTraining.suggest(learner, cohort, split=split, budget={"seed": seed}, practice=practice)
            out = Path(folder) / f"{way}.safetensors"
            for _ in train(make_job(training, cohort, out, knowledge=knowledge)):
                continue
            who.append(Method(LEARNERS[learner](), str(out)))
        plan = Plan(cohort.only(split.novel), with_twins(who, knowledge), shots, n_episodes, seed)
        table = Comparison.of(plan).plus(compare(plan)).table()
    named = {
        one.key: (way, one.knowledge is not None) for one, way in zip(plan.methods, [way for way in WAYS for _ in range(2)], strict=True)
    }
    ways, knows = zip(*table["method"].map(named), strict=True)
    return table.assign(way=ways, knows=knows, fold=fold, seed=seed)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--learners", default="prototypical,prior_fitted")
    parser.add_argument("--shots", default="0,1,3")
    parser.add_argument("--episodes", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    shots = tuple(int(k) or NO_PATIENT for k in options.shots.split(","))
    for learner in options.learners.split(","):
        parts = [
            of_one_split(options.name, learner, fold, shots, options.episodes, seed)
            for seed in range(options.seeds)
            for fold in range(FOLDS)
        ]
        measured = pd.concat(parts)
        for k, knows in [(k, knows) for k in shots for knows in (False, True) if knows or k != NO_PATIENT]:
            rows = measured[(measured["k_shot"] == k) & (measured["knows"] == knows)]
            scores = rows.pivot_table(index=["seed", "fold", "episode"], columns="way", values="balanced_accuracy")
            gain = mean_interval((scores["practiced"] - scores["plain"]).groupby(["seed", "fold"]).mean().to_numpy())
            means = ", ".join(f"{way} {100 * scores[way].mean():.1f}" for way in WAYS)
            print(
                f"{options.name} {learner} {max(k, 0)} labeled, {'with' if knows else 'without'} knowledge: {means}; "
                f"practiced - plain {100 * gain.mean:+.1f} [{100 * gain.low:+.1f}, {100 * gain.high:+.1f}]",
                flush=True,
            )


if __name__ == "__main__":
    main()
