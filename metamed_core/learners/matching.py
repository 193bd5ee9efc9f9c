"""Matching networks (Vinyals, Blundell, Lillicrap, Kavukcuoglu and Wierstra 2016), https://arxiv.org/abs/1606.04080.

A query patient attends to every labeled patient; the probability of a class is the sum of the attention on its patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import linear, normalize

from metamed_core.data import Episode, LabeledSet, one_hot
from metamed_core.learners.learner import Classifier, cross_entropy, setting
from metamed_core.learners.measured import Measured
from metamed_core.learners.recipe import Recipe
from metamed_core.learners.score_parts import Additive, ScoreParts, Voting, by_cell
from metamed_core.learners.support_metric import MetricLearner, metric_option, scaled
from metamed_core.learners.support_schedule import n_schedule_steps, support_schedule
from metamed_core.networks import Backbone, Weights
from metamed_core.words import Words

SHARPNESS = "match.log_sharpness"
TINY = 1e-12
"""Lower bound of probabilities, so that their logarithm is finite."""
QUADRATURE = 64
"""Points of the Gauss-Legendre rule by which the parts of a score are integrated; 64 leave an error below 1e-9."""
WITHOUT_CONTEXT = 0.1
"""Weight of the meta-loss without context steps; a weight of 0.5 was less accurate on real tables (docs/explanation/evaluation.md)."""


def attention(queries: Tensor, support: Tensor, sharpness: Tensor | float) -> Tensor:
    """Attention a(x, x_i) of eq. 1: softmax over the support of cosine similarity times a sharpness.

    The paper has no sharpness; without it the logits lie in -1..1 and attention over 50 patients is nearly uniform.

    Parameters
    ----------
    queries, support
        Embeddings, `(n_query, n_embedding)` and `(n_support, n_embedding)`.
    sharpness
        Inverse temperature; meta-learned.

    Returns
    -------
    Tensor
        `(n_query, n_support)`; rows sum to 1.
    """
    cosine = normalize(queries, dim=-1) @ normalize(support, dim=-1).transpose(-1, -2)
    return (sharpness * cosine).softmax(-1)


def matching_posterior(queries: Tensor, support: Tensor, y: Tensor, n_way: int, sharpness: Tensor | float) -> Tensor:
    """Class probabilities, eq. 1: y = sum_i a(x, x_i) y_i.

    Differs from the paper by the sharpness of `attention` and by balancing the classes; with sharpness 1 and classes of equal
    size it is eq. 1.

    Parameters
    ----------
    queries, support, sharpness
        See `attention`.
    y, n_way
        Class numbers of the support, `(n_support,)`, and number of classes.

    Returns
    -------
    Tensor
        `(n_query, n_way)`; rows sum to 1.
    """
    attended = attention(queries, support, sharpness)
    # Divided by the class sizes: a diagnosis with more labeled patients must not become more probable for that reason.
    members = one_hot(y, n_way, attended.dtype)
    mass = attended @ (members / members.sum(-2).clamp_min(1.0))
    return mass / mass.sum(-1, keepdim=True)


def full_context(weights: Weights, queries: Tensor, support: Tensor, width: int, reads: int) -> Tensor:
    """Full-context embedding of the queries: an LSTM with `reads` attention steps over the support (appendix A.1, eq. 3-6).

    The embedding is split into tokens of `width` numbers that share the LSTM weights, so that any number of columns works.
    The bidirectional LSTM over the support is omitted, because it depends on the order of the patients.
    """
    own = torch.unflatten(queries, -1, (-1, width))
    hidden, memory = own, torch.zeros_like(own)
    for _ in range(reads):
        attended = (torch.flatten(hidden, -2) @ support.transpose(-1, -2)).softmax(-1)  # eq. 6
        read = torch.unflatten(attended @ support, -1, (-1, width))  # eq. 5
        state = torch.cat([hidden, read], -1)
        gates = linear(own, weights["match.lstm_in"], weights["match.lstm_bias"]) + linear(state, weights["match.lstm_state"])
        keep, write, show, new = gates.chunk(4, -1)
        memory = keep.sigmoid() * memory + write.sigmoid() * new.tanh()
        hidden = show.sigmoid() * memory.tanh() + own  # eq. 3-4
    return torch.flatten(hidden, -2)


def posterior(backbone: Backbone, weights: Weights, x: Tensor, support: LabeledSet, n_way: int, reads: int) -> Tensor:
    """Class probabilities `(n, n_way)` of cells `(n, n_columns, n_channels)`: embed, `reads` context steps (0: none), attend."""
    return posterior_of(backbone, weights, x, LabeledSet(backbone.embed(weights, support.x), support.y), n_way, reads)


def posterior_of(backbone: Backbone, weights: Weights, x: Tensor, known: LabeledSet, n_way: int, reads: int) -> Tensor:
    """The same, where the support set is embedded: `known.x` is `(n_support, n_embedding)`."""
    queries = backbone.embed(weights, x)
    if reads:
        queries = full_context(weights, queries, known.x, backbone.features, reads)
    return matching_posterior(queries, known.x, known.y, n_way, weights[SHARPNESS].exp())


class AttentionClassifier(Classifier, Additive, Voting):
    """Matching network on the part of the support set used so far; `reads` is the number of context steps."""

    def __init__(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int, reads: int) -> None:
        super().__init__(backbone, weights, support, n_way)
        self.reads = reads

    def log_proba(self, x: Tensor) -> Tensor:
        """See `Classifier.log_proba`."""
        return posterior_of(self.backbone, self.weights, x, self._known, self.n_way, self.reads).clamp_min(TINY).log()

    @torch.no_grad()
    def votes(self, x: Tensor) -> Tensor:
        """See `Voting.votes`: the attention on each labeled patient, divided by the size of their class."""
        attended = attention(self._queries(x), self._known.x, self.weights[SHARPNESS].exp())
        balanced = attended / torch.bincount(self._known.y, minlength=self.n_way)[self._known.y]
        return balanced / balanced.sum(-1, keepdim=True)

    @torch.no_grad()
    def score_parts(self, x: Tensor, first: int, second: int) -> ScoreParts | None:
        """See `Additive.score_parts`: integrated gradients from no similarity to the similarity that is there (Sundararajan et al. 2017).

        log p(first) - log p(second) is a difference of two log-mean-exps of the similarities; these are sums over the cells. Scaled from
        0 to 1, the difference grows from 0, and what each cell adds on the way sums to the whole.
        """
        if not self.backbone.by_column:
            return None
        n_cells, y = x.shape[-2], self._known.y
        similar = self.weights[SHARPNESS].exp() * by_cell(normalize(self._queries(x), dim=-1), n_cells).unsqueeze(1)
        similar = (similar * by_cell(normalize(self._known.x, dim=-1), n_cells)).sum(-1)  # (n, n_support, n_cells)
        at, width = (torch.from_numpy(each).to(similar) for each in np.polynomial.legendre.leggauss(QUADRATURE))
        parts = torch.zeros_like(similar[:, 0])
        for scale, share in zip((at + 1) / 2, width / 2, strict=True):
            for sign, members in ((1, similar[:, y == first]), (-1, similar[:, y == second])):
                attended = (scale * members.sum(-1)).softmax(-1)
                parts += sign * share * (attended.unsqueeze(-1) * members).sum(1)
        return ScoreParts(parts)

    def _queries(self, x: Tensor) -> Tensor:
        queries = self.embed(x)
        return full_context(self.weights, queries, self._known.x, self.backbone.features, self.reads) if self.reads else queries

    @cached_property
    def _known(self) -> LabeledSet:
        """The support set, embedded; computed once, because many patients are predicted in parts."""
        with torch.no_grad():
            return LabeledSet(self.backbone.embed(self.weights, self.support.x), self.support.y)


@dataclass(frozen=True)
class Matching(MetricLearner):
    """Matching networks; each adaptation step adds one more patient per class to the support set.

    Parameters
    ----------
    context_reads
        Number of attention steps of the full-context embedding (K in appendix A.1); 0 turns it off.
    scaled_metric
        1: distances are scaled by the labeled patients (`support_metric`); 0: every number counts alike, as in the paper.
    """

    name: ClassVar[str] = "matching"
    title: ClassVar[Words] = Words("Matching", "匹配网络")
    summary: ClassVar[Words] = Words(
        "Finds the most similar labeled patients and lets them vote. Choose it to see whose vote and which finding counts how much, both exactly.",
        "寻找最相似的已确诊患者并让其投票。希望精确看到每位患者的票数和每项依据的贡献时选它。",
    )
    paper: ClassVar[str] = "Vinyals, Blundell, Lillicrap, Kavukcuoglu, Wierstra: Matching Networks for One Shot Learning, NeurIPS 2016"
    link: ClassVar[str] = "https://arxiv.org/abs/1606.04080"
    order: ClassVar[int] = 2
    measured: ClassVar[Measured | None] = Measured((64.9, 72.4, 73.9, 75.7), (6.0, 2.0, 0.5, 0.3), 0.054)
    recipe: ClassVar[Recipe] = Recipe(meta_steps=4000, hidden_lr=4e-3, prior={"cells_a_task": 2_000}, steps_on_a_table=300)

    context_reads: int = setting(
        2,
        Words("Context steps", "上下文步数"),
        Words(
            "How many times a patient's embedding is refined by attention to the labeled patients (full-context embedding); 0 turns it off.",
            "借助对已确诊患者的注意力修正患者嵌入的次数（全上下文嵌入）；0 表示不使用。",
        ),
        0,
        10,
        1,
    )
    scaled_metric: int = metric_option()

    def steps(self, support: LabeledSet, n_way: int) -> int:
        """See `Learner.steps`; step 0 already uses one patient per class."""
        return n_schedule_steps(support) - 1

    def init(self, backbone: Backbone, rng: torch.Generator) -> dict[str, Tensor]:
        """The weights of the backbone, the log-sharpness, and the context LSTM with small weights, so that it starts near the identity."""
        w = backbone.features
        lstm = {
            "match.lstm_in": 0.1 * torch.randn(4 * w, w, generator=rng),
            "match.lstm_state": 0.1 * torch.randn(4 * w, 2 * w, generator=rng),
        }
        return {**super().init(backbone, rng), SHARPNESS: torch.tensor(2.0), **lstm, "match.lstm_bias": torch.zeros(4 * w)}

    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[AttentionClassifier]:
        """See `Learner.adapt`."""
        for seen in support_schedule(support):
            yield AttentionClassifier(backbone, scaled(self.scaled_metric, backbone, weights, seen, n_way), seen, n_way, self.context_reads)

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """Eq. 2: negative log-probability of the query labels given the support set.

        With context steps, a tenth of the loss is computed without them, so that the weights also serve `context_reads=0`.
        """
        weights = scaled(self.scaled_metric, backbone, weights, episode.support, episode.n_way)

        def loss(reads: int) -> Tensor:
            proba = posterior(backbone, weights, episode.query.x, episode.support, episode.n_way, reads)
            return cross_entropy(proba.clamp_min(TINY).log(), episode.query.y)

        if not self.context_reads:
            return loss(0)
        return (1 - WITHOUT_CONTEXT) * loss(self.context_reads) + WITHOUT_CONTEXT * loss(0)
