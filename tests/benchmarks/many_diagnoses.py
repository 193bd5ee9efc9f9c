"""Answers among many diagnoses: log-loss and calibration on simulated tasks with 10, 14, 20, 30 and 50 of them.

    python -m tests.benchmarks.many_diagnoses --tasks 60

The tasks are those of the clinical prior (no task of meta-training or of calibration has their seed), with a fixed number of diagnoses. Each
learner answers with its shipped weights and calibration, without the table's held-out patients, on the same tasks.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import torch

from metamed_core.data import LabeledSet
from metamed_core.learners import LEARNERS, load_weights
from metamed_core.meta_training.tasks import ClinicalPrior
from metamed_core.statistics import Answers, expected_calibration_error, task_log_loss

SEED = 60_000_000
WAYS = (10, 14, 20, 30, 50)
SHOTS = (1, 2, 3, 5)


@dataclass(frozen=True)
class ManyDiagnoses(ClinicalPrior):
    """Tasks with exactly `n_way` diagnoses and `k_shot` labeled patients of each."""

    n_way: int = 20
    k_shot: int = 1

    def _shape(self, rng: torch.Generator) -> tuple[int, int, int]:
        return self.n_way, self.k_shot, super()._shape(rng)[2]


def judged(name: str, n_way: int, k_shot: int, n_tasks: int) -> Answers:
    """What a learner answers to `n_tasks` tasks of this size."""
    learner, rng = LEARNERS[name](), torch.Generator().manual_seed(SEED + 100 * n_way + k_shot)
    start, prior, found = load_weights("universal", learner), ManyDiagnoses(n_way=n_way, k_shot=k_shot, n_query=2 * n_way), []
    for _ in range(n_tasks):
        task = prior.sample_batch(1, rng)
        support, x, y = LabeledSet(task.support.x[0].double(), task.support.y[0]), task.query.x[0].double(), task.query.y[0]
        *_, last = start.adapt(learner, support, n_way)
        proba = last.predict_proba(x).clamp_min(1e-12)
        found.append(Answers.of_task(proba.log(), y, len(support), x.shape[-2]))
    return Answers.joined(found)


def main() -> None:
    """Print one line for each learner, number of diagnoses and number of labeled patients of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--algorithms", default="prior_fitted,prototypical")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for n_way in WAYS:
        for k_shot in SHOTS:
            for name in options.algorithms.split(","):
                found = judged(name, n_way, k_shot, options.tasks)
                y, proba = found.y_and_proba()
                top = proba.argmax(1)
                print(
                    f"{n_way:3d} diagnoses, {k_shot} of each, {name:14s} log-loss {task_log_loss(found):.3f}  right {100 * (top == y).mean():5.1f}%  "
                    f"sure {100 * proba.max(1).mean():5.1f}%  ECE {100 * expected_calibration_error(y, proba):5.1f}%",
                    flush=True,
                )


if __name__ == "__main__":
    main()
