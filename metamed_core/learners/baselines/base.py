"""What the plain classifiers share: no network, the same features, one fit, one classifier, every class weighing the same."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import softmax
from torch import Tensor

from metamed_core.data import Episode, LabeledSet
from metamed_core.learners import Classifier, Learner
from metamed_core.networks import Backbone, Weights
from metamed_core.words import UserError, Words

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
# One patient of each diagnosis is what few shots are, not a regression in disguise. Once and for the whole process: a switch
# about each fit would also reach what other threads do meanwhile.
warnings.filterwarnings("ignore", "The number of unique classes is greater than 50%")

MISSING = 2
"""Position in `encoding.CHANNELS`."""


@dataclass(frozen=True)
class NoNetwork(Backbone):
    """The cells themselves: an embedding is the row of scaled values."""

    features: int = 1
    name: ClassVar[str] = "no_network"

    def init(self, rng: torch.Generator) -> dict[str, Tensor]:
        """No weights at all."""
        return {}

    def embed(self, weights: Weights, x: Tensor) -> Tensor:
        """`(n, n_columns, n_channels)` -> `(n, n_columns)`, channel 0 (value; 0 where missing)."""
        return x[..., 0]


class Fitted(Protocol):
    """A fitted model, scikit-learn's or ours."""

    @property
    def classes_(self) -> Labels:
        """The class numbers of its columns."""

    def predict_proba(self, X: Array) -> Array:
        """Probabilities `(n, len(classes_))` for features `(n, p)`."""


class BaselineClassifier(Classifier):
    """A fitted plain classifier; `gaps` are the columns whose missingness it looks at."""

    def __init__(self, support: LabeledSet, n_way: int, model: Fitted, gaps: Tensor) -> None:
        super().__init__(NoNetwork(), {}, support, n_way)
        self.model, self.gaps = model, gaps

    def log_proba(self, x: Tensor) -> Tensor:
        """See `Classifier.log_proba`; -inf where a method is certain that it is not."""
        proba = np.zeros((len(x), self.n_way))
        proba[:, self.model.classes_] = self.model.predict_proba(features(x, self.gaps))
        return torch.from_numpy(proba).log()


def features(x: Tensor, gaps: Tensor) -> Array:
    """Cells `(n, n_columns, n_channels)` -> `(n, n_columns + gaps)`: every value, and the missingness of the columns `gaps` (bool)."""
    return torch.cat([x[..., 0], x[:, gaps, MISSING]], 1).double().numpy()


@dataclass(frozen=True)
class Baseline(Learner):
    """What the plain classifiers share: one fit, one classifier."""

    def steps(self, support: LabeledSet, n_way: int) -> int:
        """See `Learner.steps`: fitted at once."""
        return 0

    @classmethod
    def default_backbone(cls) -> Backbone:
        """See `Learner.default_backbone`: none."""
        return NoNetwork()

    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[BaselineClassifier]:
        """Yield exactly one classifier; `backbone` and `weights` play no part."""
        gaps = (support.x[..., MISSING] > 0).any(0)
        X, y = features(support.x, gaps), support.y.numpy()
        # Patients who are all alike teach nothing, and not every method can say so.
        model = self.fit(X, y) if np.ptp(X, axis=0).any() else LinearRule.undecided(X, y)
        yield BaselineClassifier(support, n_way, model, gaps)

    @abstractmethod
    def fit(self, X: Array, y: Labels) -> Fitted:
        """Fit to features `(n, p)` and class numbers `(n,)`."""

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """There is none. Raises UserError."""
        raise UserError(
            Words(
                "{title} is not meta-trained: it is fitted to the labeled patients alone. Choose another algorithm to meta-train.",
                "{title}不做元训练：它只用已确诊患者拟合。请选择其他算法进行元训练。",
            ).format(title=self.title)
        )


def balanced(y: Labels) -> Array:
    """Weights `(n,)` with mean 1 that give every class the same sum."""
    classes, where, counts = np.unique(y, return_inverse=True, return_counts=True)
    return np.asarray(len(y) / (len(classes) * counts[where]), dtype=np.float64)


@dataclass(frozen=True)
class LinearRule:
    """Gaussian classes of one covariance and equal prevalence: softmax of linear scores; coef `(n_classes, p)`, intercept `(n_classes,)`."""

    classes_: Labels
    coef: Array
    intercept: Array

    @classmethod
    def of(cls, classes: Labels, centers: Array, precise: Array) -> LinearRule:
        """From class means and these times the inverse covariance, `(n_classes, p)` both (Hastie, Tibshirani, Friedman 2009, eq. 4.10)."""
        return cls(classes, precise, -(centers * precise).sum(1) / 2)

    @classmethod
    def undecided(cls, X: Array, y: Labels) -> LinearRule:
        """Equal probabilities for every class, whoever is asked about."""
        classes, means = centers(X, y)
        return cls.of(classes, means, np.zeros_like(means))

    def predict_proba(self, X: Array) -> Array:
        """Probabilities `(n, n_classes)`."""
        return np.asarray(softmax(X @ self.coef.T + self.intercept, axis=1), dtype=np.float64)


def centers(X: Array, y: Labels) -> tuple[Labels, Array]:
    """The classes and their means `(n_classes, p)`."""
    classes = np.unique(y)
    return classes, np.stack([X[y == c].mean(0) for c in classes])
