"""Baseline classifiers: no network and no meta-training, fitted to the labeled patients alone. They show what meta-learning is worth.

One file = one method. A new file with a `Baseline` in it is found here and needs no other line.

All see the same features: each cell's scaled value (0 where missing) and, for columns with gaps among the labeled patients, whether the
value was missing. Every diagnosis weighs the same where a method can weigh, as in `learners.cross_entropy`. The settings suit 2 to 100
patients; among a few for each method they were chosen on public tables at 1, 3, 5 and 10 shots, so that no rival of ours is a straw man.
They are not in `LEARNERS`: there is nothing to watch and nothing to meta-train.

- `BASELINES`: the baseline classifiers by name, in the order in which they are offered.
- `Baseline`: what they share.
- `BaselineClassifier`: a fitted one.
- `NoNetwork`: stands where others have a network.
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
