"""A metric scaled by the labeled patients: what scatters within the diagnoses counts less, columns that tell them apart count more.

A distance between embeddings sums over columns, as if each told as much as any other. From a few labeled patients of each diagnosis
one sees which do not: the variance within a diagnosis and the F ratio of each number of the embedding are estimated from the support
set, and shrunk towards their means as far as meta-training found good. With one patient of each diagnosis there is no variance within,
and the metric stays as it was. The scale enters as one more weight of the network, so that prototypes, neighbors and contributions are
those of the metric that answers.

Diagonal covariance shrunk towards a common one: Friedman 1989, Regularized discriminant analysis, doi:10.1080/01621459.1989.10478752
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from metamed_core.data import LabeledSet, class_means, one_hot
from metamed_core.learners.learner import Learner, setting
from metamed_core.networks import COLUMN_SCALE, Backbone, ColumnEncoder, Weights
from metamed_core.words import Words

METRIC_STRENGTHS = "metric.strengths"
"""The meta-learned weight: log of the patients that the common variance and the common F ratio count for, and the two exponents."""
INITIAL = (math.log(20), math.log(20), 1.0, 0.5)


def metric_option() -> Any:
    """The dataclass field `scaled_metric` of a learner with this metric."""
    return setting(
        1,
        Words("Scaled distances", "按患者调整距离"),
        Words(
            "1: columns that tell your labeled patients' diagnoses apart count more. 0: every column counts alike, as in the paper.",
            "1：更能区分已确诊患者各诊断的列权重更大；0：各列权重相同，与原论文一致。",
        ),
        0,
        1,
        1,
    )


@dataclass(frozen=True)
class MetricLearner(Learner):
    """A learner whose distances the labeled patients scale, where its network reads column by column."""

    def init(self, backbone: Backbone, rng: torch.Generator) -> dict[str, Tensor]:
        """The weights of the backbone, and the strengths of the metric."""
        strengths = {METRIC_STRENGTHS: torch.tensor(INITIAL)} if isinstance(backbone, ColumnEncoder) else {}
        return {**backbone.init(rng), **strengths}


def scaled(on: int, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Weights:
    """The weights with the scale of this support set; unchanged where the metric is off or the weights have no strengths.

    Parameters
    ----------
    on
        The learner's `scaled_metric`.
    backbone, weights
        The network and its weights.
    support
        The support set, cells `(n_support, n_columns, n_channels)` and class numbers.
    n_way
        Number of classes.
    """
    if not on or METRIC_STRENGTHS not in weights:
        return weights
    if support.counted is not None:
        support = support.take(support.are_patients)  # a row of what is known has cells of which nothing is said
    tokens = torch.unflatten(backbone.embed(weights, support.x), -1, (-1, backbone.features))
    return {**weights, COLUMN_SCALE: column_scale(tokens, support.y, n_way, weights[METRIC_STRENGTHS])}


def column_scale(tokens: Tensor, y: Tensor, n_way: int, strengths: Tensor) -> Tensor:
    """What each number of an embedding is multiplied by.

    Parameters
    ----------
    tokens
        Embeddings of the support set, `(n_support, n_columns, features)`.
    y, n_way
        Class numbers, `(n_support,)`, and number of classes.
    strengths
        See `METRIC_STRENGTHS`, `(4,)`.

    Returns
    -------
    Tensor
        `(n_columns, features)`, positive; ones if no class has two patients. The mean squared distance within a class stays as it was.
    """
    members = one_hot(y, n_way, tokens.dtype)
    counts = members.sum(-2)
    present = (counts > 0).to(tokens.dtype)
    freedom = counts.sum() - present.sum()  # n_support - classes, 0 at one shot
    centers = torch.unflatten(class_means(tokens.flatten(-2), y, n_way), -1, tokens.shape[-2:])
    apart = tokens - torch.tensordot(members, centers, 1)
    within = apart.square().sum(-3) / freedom.clamp_min(1.0)
    middle = (present[:, None, None] * centers).sum(-3) / present.sum()
    between = (present[:, None, None] * (centers - middle).square()).sum(-3) / (present.sum() - 1).clamp_min(1.0)
    per_class = present.sum() / (present / counts.clamp_min(1.0)).sum()  # harmonic mean of the class sizes
    for_variance, for_ratio = freedom / (freedom + strengths[0].exp()), freedom / (freedom + strengths[1].exp())
    variance = _shrunk(within, for_variance)
    ratio = _shrunk(per_class * between / variance.clamp_min(TINY), for_ratio)
    log_scale = -0.5 * strengths[2] * (variance + TINY).log() + 0.5 * strengths[3] * (ratio + TINY).log()
    scale = (log_scale - log_scale.mean()).exp()
    kept = (variance.sum() + TINY) / ((variance * scale.square()).sum() + TINY)
    return torch.where(freedom > 0, scale * kept.sqrt(), torch.ones_like(scale))


TINY = 1e-6
"""Lower bound of a variance and of a ratio, so that a constant column has a finite logarithm."""


def _shrunk(values: Tensor, share: Tensor) -> Tensor:
    """Values drawn towards their mean: `share` is what the values themselves count for, 0..1."""
    return share * values + (1 - share) * values.mean()
