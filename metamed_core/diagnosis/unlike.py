"""None of these: whether a patient is unlike every labeled patient of the table, judged in the learner's embedding.

A learner can only choose among the diagnoses it was shown. A patient with another one lies, as a rule, farther from the class means and the
nearest labeled patients of the very diagnoses that are answered than labeled patients do when they are left out; how far is too far is told
by those.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from scipy.stats import t
from torch import Tensor

from metamed_core.data import class_means
from metamed_core.learners import Classifier, SupportCrossValidator

FALSE_ALARMS = 0.1
"""Share of patients who do have one of the diagnoses and are called unlike all the same."""
FEWEST = 5
"""With fewer labeled patients left out their spread says too little: nobody is called unlike."""
BELIEVED = 0.5
"""The answers' probabilities to this power say which diagnoses count: to a patient with none of them they are too sure of one."""
TINY = 1e-6
"""Added before a logarithm: two patients may be the same."""
SHRINKAGE = 2.0
"""How many patients of each class half the total variance counts as, where the variance within the classes is estimated."""


@dataclass(frozen=True, eq=False, slots=True)
class Likeness:
    """How like the labeled patients others are, fitted in one embedding.

    Parameters
    ----------
    support
        Embeddings of the labeled patients of each class, `(n_of_class, n_embedding)` each; of a class without any, no rows.
    variance
        The shrunk variance within the classes, `(n_embedding,)`.
    """

    support: tuple[Tensor, ...]
    variance: Tensor

    @classmethod
    def fit(cls, support: Tensor, y: Tensor, n_way: int) -> Likeness:
        """Fit on labeled patients: their embeddings and classes."""
        within = (support - class_means(support, y, n_way)[y]).square().sum(0)
        # Half of the total variance: what a column of no use would have, and a useful one less.
        prior, total = SHRINKAGE * n_way, support.var(0, correction=0).clamp_min(1e-9)
        variance = (within + prior * 0.5 * total) / (len(y) - n_way + prior)
        return cls(tuple(support[y == c] for c in range(n_way)), variance)

    @classmethod
    def of(cls, classifier: Classifier) -> Likeness:
        """Fit on the patients that a classifier was adapted to."""
        return cls.fit(classifier.embed(classifier.support.x), classifier.support.y, classifier.n_way)

    def distance(self, query: Tensor, log_proba: Tensor) -> Tensor:
        """How far patients lie from the labeled patients of the diagnoses that they are answered, `(n_query,)`, without a unit.

        log(squared distance to the class means, in within-class variances, beside its mean over the classes) + log(distance to the nearest
        labeled patient of a class); squares are averaged over the classes, weighted by their probabilities.

        Parameters
        ----------
        query, log_proba
            Embeddings of the patients, `(n_query, n_embedding)`, and what they are answered before this table's own patients correct it,
            `(n_query, n_way)`.
        """
        # A diagnosis that is known by what is said of it alone has no patient whom anybody could be like.
        seen = [c for c, patients in enumerate(self.support) if len(patients)]
        counts, scale = (BELIEVED * log_proba[:, seen]).softmax(-1), self.variance.sqrt()
        means = torch.stack([self.support[c].mean(0) for c in seen])
        to_means = _apart(query / scale, means / scale).square() / len(scale)
        to_nearest = torch.stack([_apart(query, self.support[c]).amin(1) for c in seen], 1).square() / self.variance.sum()
        to_own_mean, to_own_nearest = ((counts * each).sum(-1) + TINY for each in (to_means, to_nearest))
        return to_own_mean.log() - (to_means.mean(-1) + TINY).log() + to_own_nearest.log() / 2


def _apart(a: Tensor, b: Tensor) -> Tensor:
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


@torch.no_grad()
def threshold(held_out: SupportCrossValidator, false_alarms: float = FALSE_ALARMS) -> float:
    """The distance beyond which a patient is called unlike: what labeled patients, each held out, pass with this probability at most.

    Parameters
    ----------
    held_out
        The cross-validation after its last step: each fold has an embedding of its own, to which its patients have not contributed.
    false_alarms
        Share of patients with one of the diagnoses who may be called unlike.

    Returns
    -------
    float
        NaN with fewer than `FEWEST` held-out patients.

    References
    ----------
    Vovk, Gammerman and Shafer 2005, Algorithmic learning in a random world, https://doi.org/10.1007/b106715, ch. 2
    """
    told = [Likeness.of(made).distance(*made.embed_and_log_proba(asked)) for made, asked in held_out.folds()]
    return beyond(torch.cat(told), false_alarms) if told else math.nan


def beyond(distance: Tensor, false_alarms: float) -> float:
    """The value that one more distance like these passes with this probability at most; NaN if there are fewer than `FEWEST`."""
    n = len(distance)
    place = math.ceil((n + 1) * (1 - false_alarms))
    if place <= n:  # exact if the patients are exchangeable
        return float(distance.sort().values[place - 1])
    if n < FEWEST:
        return math.nan
    return float(distance.mean() + t.ppf(1 - false_alarms, n - 1) * distance.std() * math.sqrt(1 + 1 / n))
