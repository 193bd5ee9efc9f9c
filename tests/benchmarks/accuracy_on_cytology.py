"""Few-shot accuracy on the bundled breast cytology: `python -m tests.benchmarks.accuracy_on_cytology [--episodes 50] [--k-shot 5]`.

An episode draws k_shot labeled patients of each diagnosis; all other patients are the undiagnosed: they set the scale
of the columns and are then judged. Balanced accuracy, mean and 95 % interval over episodes (1.96 standard errors).
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
import numpy.typing as npt
import torch
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import balanced_accuracy_score

from metamed_core.estimator import FewShotClassifier
from metamed_core.learners import LEARNERS


def episode_accuracies(algorithm: str, weights: str = "universal", k_shot: int = 5, n_episodes: int = 50) -> npt.NDArray[np.float64]:
    """Balanced accuracy of each episode, `(n_episodes,)`; the same episodes for every algorithm."""
    X, y = load_breast_cancer(return_X_y=True)
    scores = []
    for episode in range(n_episodes):
        rng = np.random.default_rng([k_shot, episode])
        support = np.concatenate([rng.choice(np.flatnonzero(y == label), k_shot, replace=False) for label in (0, 1)])
        rest = np.setdiff1d(np.arange(len(y)), support)
        model = FewShotClassifier(algorithm, weights, random_state=0).fit(X[support], y[support], undiagnosed=X[rest])
        scores.append(balanced_accuracy_score(y[rest], model.predict(X[rest])))
    return np.array(scores)


def main() -> None:
    """Print one line a learner and start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=50)
    parser.add_argument("--k-shot", type=int, default=5)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    for algorithm in LEARNERS:
        for weights in ("universal", "none"):
            scores = 100 * episode_accuracies(algorithm, weights, chosen.k_shot, chosen.episodes)
            half = 1.96 * scores.std(ddof=1) / len(scores) ** 0.5
            sys.stdout.write(
                f"{algorithm:<14}{weights:<11}{scores.mean():6.1f} % [{scores.mean() - half:.1f}, {scores.mean() + half:.1f}]\n"
            )


if __name__ == "__main__":
    main()
