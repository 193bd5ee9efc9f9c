"""Base class of the baseline classifiers: the same features for all, a single fit, balanced classes."""

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
"""Index of the missingness channel in `encoding.CHANNELS`."""


@dataclass(frozen=True)
class NoNetwork(Backbone):
    """A backbone without weights: the embedding is the row of standardized values."""

    features: int = 1
    name: ClassVar[str] = "no_network"

    def init(self, rng: torch.Generator) -> dict[str, Tensor]:
        """No weights."""
        return {}

    def embed(self, weights: Weights, x: Tensor) -> Tensor:
        """`(n, n_columns, n_channels)` -> `(n, n_columns)`, channel 0 (value; 0 where missing)."""
        return x[..., 0]


class Fitted(Protocol):
    """Interface of a fitted model, of scikit-learn or of this package."""

    @property
    def classes_(self) -> Labels:
        """Class numbers of the columns of `predict_proba`, `(n_classes,)`."""

    def predict_proba(self, X: Array) -> Array:
        """Probabilities `(n, n_classes)` for features `(n, n_features)`."""


class BaselineClassifier(Classifier):
    """A fitted baseline classifier.

    Parameters
    ----------
    support, n_way
        The support set and the number of classes.
    model
        The fitted model.
    gaps
        Columns with a missingness indicator, bool `(n_columns,)`.
    """

    def __init__(self, support: LabeledSet, n_way: int, model: Fitted, gaps: Tensor) -> None:
        super().__init__(NoNetwork(), {}, support, n_way)
        self.model, self.gaps = model, gaps

    def log_proba(self, x: Tensor) -> Tensor:
        """See `Classifier.log_proba`; -inf where the probability is 0."""
        proba = np.zeros((len(x), self.n_way))
        proba[:, self.model.classes_] = self.model.predict_proba(features(x, self.gaps))
        return torch.from_numpy(proba).log()


def features(x: Tensor, gaps: Tensor) -> Array:
    """Features `(n, n_columns + gaps.sum())` of cells `(n, n_columns, n_channels)`: values, and missingness indicators of columns `gaps`."""
    return torch.cat([x[..., 0], x[:, gaps, MISSING]], 1).double().numpy()


def folds(y: Labels, most: int = 5) -> int:
    """How many folds a cross-validation within the support set can have, each with every class: at most `most`; 1 if none is possible."""
    return min(most, int(np.unique(y, return_counts=True)[1].min()))


@dataclass(frozen=True)
class Baseline(Learner):
    """Base class of the baseline classifiers: a subclass implements `fit`."""

    def steps(self, support: LabeledSet, n_way: int) -> int:
        """See `Learner.steps`; 0, because there is a single fit."""
        return 0

    @classmethod
    def default_backbone(cls) -> Backbone:
        """See `Learner.default_backbone`; no network."""
        return NoNetwork()

    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[BaselineClassifier]:
        """Yield exactly one classifier; `backbone` and `weights` are ignored. See `Learner.adapt`."""
        gaps = (support.x[..., MISSING] > 0).any(0)
        X, y = features(support.x, gaps), support.y.numpy()
        # Identical patients carry no information, and some methods fail on them.
        model = self.fit(X, y) if np.ptp(X, axis=0).any() else LinearRule.undecided(X, y)
        yield BaselineClassifier(support, n_way, model, gaps)

    @abstractmethod
    def fit(self, X: Array, y: Labels) -> Fitted:
        """Fit to features `(n_support, n_features)` and class numbers `(n_support,)`; returns the fitted model."""

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """Raises UserError: a baseline cannot be meta-trained."""
        raise UserError(
            Words(
                "{title} is not meta-trained: it is fitted to the labeled patients alone. Choose another algorithm to meta-train.",
                "{title}不做元训练：它只用已确诊患者拟合。请选择其他算法进行元训练。",
            ).format(title=self.title)
        )


def balanced(y: Labels) -> Array:
    """Sample weights `(n,)` with mean 1 and equal sum per class, as `class_weight="balanced"` of scikit-learn."""
    classes, where, counts = np.unique(y, return_inverse=True, return_counts=True)
    return np.asarray(len(y) / (len(classes) * counts[where]), dtype=np.float64)


@dataclass(frozen=True)
class LinearRule:
    """Linear discriminant: Gaussian classes with a common covariance and equal prevalence; softmax of linear scores.

    Parameters
    ----------
    classes_
        Class numbers, `(n_classes,)`.
    coef, intercept
        Coefficients `(n_classes, n_features)` and intercepts `(n_classes,)` of the scores.

    References
    ----------
    Hastie, Tibshirani, Friedman (2009), "The elements of statistical learning", 2nd edition, eq. 4.10.
    """

    classes_: Labels
    coef: Array
    intercept: Array

    @classmethod
    def of(cls, classes: Labels, centers: Array, precise: Array) -> LinearRule:
        """From class means and `precise`, the means times the inverse covariance, both `(n_classes, n_features)` (eq. 4.10)."""
        return cls(classes, precise, -(centers * precise).sum(1) / 2)

    @classmethod
    def undecided(cls, X: Array, y: Labels) -> LinearRule:
        """A model that predicts equal probabilities for every patient."""
        classes, means = centers(X, y)
        return cls.of(classes, means, np.zeros_like(means))

    def predict_proba(self, X: Array) -> Array:
        """Probabilities `(n, n_classes)` for features `(n, n_features)`."""
        return np.asarray(softmax(X @ self.coef.T + self.intercept, axis=1), dtype=np.float64)


def centers(X: Array, y: Labels) -> tuple[Labels, Array]:
    """The class numbers `(n_classes,)` and the class means `(n_classes, n_features)`."""
    classes = np.unique(y)
    return classes, np.stack([X[y == c].mean(0) for c in classes])
