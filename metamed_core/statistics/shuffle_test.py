"""Whether held-out patients are named better than chance: a permutation test of labels against predictions, with its power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from metamed_core.statistics.metrics import Labels

SIGNIFICANT = 0.05
MOST_SHUFFLES, CELLS = 2000, 2_000_000
"""Shuffles at most, and labels drawn at most over all of them: for thousands of patients a few hundred shuffles tell as much."""
SEED = 17


@dataclass(frozen=True, slots=True)
class ShuffleTest:
    """The result of `shuffle_test`.

    Parameters
    ----------
    n_right, n
        How many of the patients were named rightly.
    chance
        Mean share named rightly once the labels are shuffled, 0..1.
    needed
        The fewest right that shuffled labels reach at most once in 20; more than `n` if no number does.
    p_value
        Share of shuffles with at least `n_right` right, the true labels counted as one of them.
    true_accuracy, power
        Were the true accuracy midway between chance and 1, this would be it, and the test would notice it with this probability.
    """

    n_right: int
    n: int
    chance: float
    needed: int
    p_value: float
    true_accuracy: float
    power: float

    @property
    def above_chance(self) -> bool:
        """Whether shuffled labels do as well in at most 1 of 20 cases."""
        return self.p_value <= SIGNIFICANT


def shuffle_test(y: Labels, named: Labels) -> ShuffleTest:
    """Compare how many predictions are right with how many would be if the labels were shuffled among the patients.

    The predictions stay, so it costs no adaptation. It asks whether predictions and labels belong together, given how often each class was
    predicted and occurs: shuffling before adapting would ask the same of the whole procedure, at hundreds of times the cost. Held-out
    predictions lean away from the own label (the own class has one patient less), so the test is cautious.

    Parameters
    ----------
    y, named
        Right and predicted classes of held-out patients, `(n,)`, n of at least 1.

    References
    ----------
    Ojala and Garriga 2010, Permutation tests for studying classifier performance, https://jmlr.org/papers/v11/ojala10a.html, test 1
    """
    n, n_right = len(y), int((y == named).sum())
    shuffles = max(200, min(MOST_SHUFFLES, CELLS // n))
    drawn = np.random.default_rng(SEED).permuted(np.tile(y, (shuffles, 1)), axis=1)
    counts = (drawn == named).sum(1)
    p_value = float(((counts >= n_right).sum() + 1) / (shuffles + 1))
    chance = float(counts.mean() / n)
    needed = next((c for c in range(n + 1) if ((counts >= c).sum() + 1) / (shuffles + 1) <= SIGNIFICANT), n + 1)
    true_accuracy = (1 + chance) / 2
    return ShuffleTest(n_right, n, chance, needed, p_value, true_accuracy, float(binom.sf(needed - 1, n, true_accuracy)))
