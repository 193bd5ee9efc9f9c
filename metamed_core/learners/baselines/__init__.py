"""Baseline classifiers without a network or meta-training, fitted to the support set only, to measure the benefit of meta-learning.

One file per method. A new file that defines a `Baseline` subclass is registered automatically.

All use the same features: the standardized value of each cell (0 if missing) and, for columns with missing values in the support set,
a missingness indicator. Classes are balanced where the method supports class weights, as in `learners.cross_entropy`. Hyperparameters
were tuned for 2 to 100 patients, on public tables at 1, 3, 5 and 10 shots, so that the baselines are strong. Baselines are not in
`LEARNERS`: they have no adaptation steps and cannot be meta-trained.

- `BASELINES`: the baseline classifiers by name, in the order in which they are offered.
- `Baseline`: their base class.
- `BaselineClassifier`: a fitted baseline.
- `NoNetwork`: the backbone of the baselines; the embedding is the row of values.
"""

from __future__ import annotations

from metamed_core.learners import Learner, found_in
from metamed_core.learners.baselines.base import Baseline, BaselineClassifier, NoNetwork

BASELINES: dict[str, type[Learner]] = found_in(__name__, __path__)
"""The baseline classifiers by name, in the order in which they are offered."""

__all__ = [
    "BASELINES",
    "Baseline",
    "BaselineClassifier",
    "NoNetwork",
]
