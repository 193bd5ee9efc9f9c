"""Prototypes of findings without any training: a patient is compared by the terms that are present, the rarer the more they tell.

The usual way to compare patients by terms of an ontology: each term weighs as much as it is rare (its information content), and the similarity is
the cosine. Knowledge enters as everywhere: as rows among the labeled patients.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import normalize

from metamed_core.data import Episode, LabeledSet, PatientEncoder
from metamed_core.learners import Classifier, Initialization, Learner
from metamed_core.networks import Backbone, Weights
from metamed_core.statistics import Calibration
from metamed_core.words import Words

SHARPNESS = 20.0
"""Probabilities are a softmax of so many times the cosine: only how far a row is trusted depends on it."""


@dataclass(frozen=True)
class Terms(Backbone):
    """Which terms are present, 0..1, times what each of them tells."""

    name: ClassVar[str] = "terms"
    by_column: ClassVar[bool] = True
    features: int = 1

    def init(self, rng: torch.Generator) -> dict[str, Tensor]:
        """Nothing is drawn: see `untrained`."""
        return {}

    def embed(self, weights: Weights, x: Tensor) -> Tensor:
        """See `Backbone.embed`."""
        return (x[..., 0] - weights["absent"]) * weights["tells"]


class CosineClassifier(Classifier):
    """The cosine between a patient and each prototype."""

    def log_proba(self, x: Tensor) -> Tensor:
        """See `Classifier.log_proba`."""
        return (SHARPNESS * normalize(self.embed(x), dim=1) @ self._centers.T).log_softmax(-1)

    @cached_property
    def _centers(self) -> Tensor:
        return normalize(self.prototypes(), dim=1)


@dataclass(frozen=True)
class TermPrototypes(Learner):
    """Compares with the mean of the labeled patients of each diagnosis, term by term."""

    name: ClassVar[str] = "term_prototypes"
    title: ClassVar[Words] = Words("Untrained prototypes of terms", "未经训练的术语原型")
    summary: ClassVar[Words] = title
    paper: ClassVar[str] = (
        "Köhler et al.: Clinical Diagnostics in Human Genetics with Semantic Similarity Searches in Ontologies, AJHG 2009"
    )
    link: ClassVar[str] = "https://doi.org/10.1016/j.ajhg.2009.09.003"

    def steps(self, support: LabeledSet, n_way: int) -> int:
        """See `Learner.steps`."""
        return 0

    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[Classifier]:
        """See `Learner.adapt`."""
        yield CosineClassifier(backbone, weights, support, n_way)

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """Raises TypeError: there is nothing to be trained."""
        raise TypeError("Untrained prototypes of terms are not meta-trained: they have no weights.")


def untrained(encoder: PatientEncoder, information: Sequence[float]) -> Initialization:
    """What the prototypes start from: what an absent term's cell is, and what each of the terms tells, `(n_columns,)`."""
    absent, present = encoder.encode_values(torch.tensor([[0.0], [1.0]], dtype=torch.float64).expand(2, encoder.n_cells))[..., 0]
    tells = torch.tensor(information, dtype=torch.float64) / (present - absent)
    return Initialization(Terms(), {"absent": absent, "tells": tells}, Calibration.none())
