"""Plain classifiers as learners: no network, no meta-training, fitted to the labelled patients alone; they judge what ours are worth.

All see the same features: each cell's scaled value (0 where missing) and, for columns with gaps among the labelled patients,
whether the value was missing. Every diagnosis weighs the same where a method can weigh, as in `learner.cross_entropy`. The settings
suit 2 to 100 patients; among a few for each method they were chosen on public tables at 1, 3, 5 and 10 shots, so that no
rival of ours is a straw man. They are not in `LEARNERS`: there is nothing to watch and nothing to meta-train.

Floor 6 of the house.
"""

from __future__ import annotations

from metamed_core.learners.baselines.base import Baseline, BaselineClassifier, NoNetwork
from metamed_core.learners.baselines.classifiers import BASELINES

__all__ = [
    "BASELINES",
    "Baseline",
    "BaselineClassifier",
    "NoNetwork",
]
