"""Matching networks (Vinyals, Blundell, Lillicrap, Kavukcuoglu and Wierstra 2016), https://arxiv.org/abs/1606.04080.

A new patient attends to every labeled patient; the attention each diagnosis receives is its probability.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear, normalize

from metamed_core.data import Episode, LabeledSet, one_hot
from metamed_core.learners.learner import Classifier, Learner, cross_entropy, setting
from metamed_core.learners.recipe import Recipe
from metamed_core.learners.support_schedule import n_schedule_steps, support_schedule
from metamed_core.networks import Backbone, Weights
from metamed_core.words import Words

SHARPNESS = "match.log_sharpness"
TINY = 1e-12
"""Keeps the logarithm finite where no attention is left for a class."""
WITHOUT_CONTEXT = 0.1
"""Share of the meta-loss without readings of the context; with half of it both were worse on real tables (docs/explanation/evaluation.md)."""


def attention(queries: Tensor, support: Tensor, sharpness: Tensor | float) -> Tensor:
    """a(x, x_i) of eq. 1, how much each query looks at each labeled patient: `(n, e)`, `(n_support, e)` -> `(n, n_support)`, sums to 1.

    The cosine is multiplied by a (meta-learned) sharpness, for between -1 and 1 alone attention over 50 patients is almost even.
    """
    cosine = normalize(queries, dim=-1) @ normalize(support, dim=-1).transpose(-1, -2)
    return (sharpness * cosine).softmax(-1)


def matching_posterior(queries: Tensor, support: Tensor, y: Tensor, n_way: int, sharpness: Tensor | float) -> Tensor:
    """Eq. 1: y = sum_i a(x, x_i) y_i; `(n, e)`, `(n_support, e)` -> `(n, n_way)`.

    With two changes: the sharpness of `attention`, and every class has the same weight. With sharpness 1 and classes of one size
    it is eq. 1.
    """
    attended = attention(queries, support, sharpness)
    # Divided by the class's share of the support: a diagnosis with more labeled patients is not thereby more likely.
    members = one_hot(y, n_way, attended.dtype)
    mass = attended @ (members / members.sum(-2).clamp_min(1.0))
    return mass / mass.sum(-1, keepdim=True)


def full_context(weights: Weights, queries: Tensor, support: Tensor, width: int, reads: int) -> Tensor:
    """Full-context embedding of the queries: an LSTM that reads the support by attention `reads` times (appendix A.1, eq. 3-6).

    It runs over each token of `width` numbers with the same weights, so that it serves any number of columns. The paper
    also runs a bidirectional LSTM over the support; it depends on the patients' order, so it is left out.
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
    """Cells `(n, ...)` -> `(n, n_way)`: embed both, put the queries in context if asked, attend."""
    queries, known = backbone.embed(weights, x), backbone.embed(weights, support.x)
    if reads:
        queries = full_context(weights, queries, known, backbone.features, reads)
    return matching_posterior(queries, known, support.y, n_way, weights[SHARPNESS].exp())


class AttentionClassifier(Classifier):
    """Attends to the support seen so far."""

    def __init__(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int, reads: int) -> None:
        super().__init__(backbone, weights, support, n_way)
        self.reads = reads

    def log_proba(self, x: Tensor) -> Tensor:
        """See `Classifier.log_proba`."""
        return posterior(self.backbone, self.weights, x, self.support, self.n_way, self.reads).clamp_min(TINY).log()


@dataclass(frozen=True)
class Matching(Learner):
    """Matching networks; a step of adaptation reads one more patient of every diagnosis into the support."""

    name: ClassVar[str] = "matching"
    title: ClassVar[Words] = Words("Matching", "匹配网络")
    summary: ClassVar[Words] = Words(
        "Finds the most similar labeled patients and lets them vote. Choose it when one diagnosis can look quite different from patient to patient.",
        "寻找最相似的已确诊患者并让其投票。当同一诊断在不同患者身上表现差异较大时选它。",
    )
    paper: ClassVar[str] = "Vinyals, Blundell, Lillicrap, Kavukcuoglu, Wierstra: Matching Networks for One Shot Learning, NeurIPS 2016"
    link: ClassVar[str] = "https://arxiv.org/abs/1606.04080"
    order: ClassVar[int] = 1
    recipe: ClassVar[Recipe] = Recipe(meta_steps=4000, hidden_lr=4e-3, steps_on_a_table=300)

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

    def steps(self, support: LabeledSet, n_way: int) -> int:
        """See `Learner.steps`: the first patient of each diagnosis is there from the start."""
        return n_schedule_steps(support) - 1

    def init(self, backbone: Backbone, rng: torch.Generator) -> dict[str, Tensor]:
        """The backbone's weights, the sharpness, and the reading LSTM, which starts near doing nothing."""
        w = backbone.features
        lstm = {
            "match.lstm_in": 0.1 * torch.randn(4 * w, w, generator=rng),
            "match.lstm_state": 0.1 * torch.randn(4 * w, 2 * w, generator=rng),
        }
        return {**backbone.init(rng), SHARPNESS: torch.tensor(2.0), **lstm, "match.lstm_bias": torch.zeros(4 * w)}

    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[AttentionClassifier]:
        """See `Learner.adapt`."""
        for seen in support_schedule(support):
            yield AttentionClassifier(backbone, weights, seen, n_way, self.context_reads)

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """Eq. 2: negative log probability of the query patients given the support.

        With `context_reads` a tenth of it is the loss without them, so that 0 can be chosen too.
        """

        def loss(reads: int) -> Tensor:
            proba = posterior(backbone, weights, episode.query.x, episode.support, episode.n_way, reads)
            return cross_entropy(proba.clamp_min(TINY).log(), episode.query.y)

        if not self.context_reads:
            return loss(0)
        return (1 - WITHOUT_CONTEXT) * loss(self.context_reads) + WITHOUT_CONTEXT * loss(0)
