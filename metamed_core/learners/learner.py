"""The interface of every algorithm: a learner turns a support set into a sequence of classifiers, one per adaptation step.

The app draws this sequence, the evaluation scores its last element, and the lessons step through it with `next()`.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.func import grad_and_value, vmap

from metamed_core.data import Episode, LabeledSet, class_means, one_hot
from metamed_core.learners.measured import Measured
from metamed_core.learners.recipe import Recipe
from metamed_core.networks import Backbone, ColumnEncoder, Weights
from metamed_core.words import UserError, Words


class Classifier(ABC):
    """The classifier after one step of adaptation. Immutable: predicting changes nothing.

    Parameters
    ----------
    backbone, weights
        The network and its weights after this step.
    support
        The support set, cells `(n_support, n_columns, n_channels)` and class numbers `(n_support,)`.
    n_way
        Number of classes.
    """

    passes: int = 1
    """How many times as long a prediction takes as an embedding."""

    def __init__(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> None:
        self.backbone, self.weights, self.support, self.n_way = backbone, weights, support, n_way

    @abstractmethod
    def log_proba(self, x: Tensor) -> Tensor:
        """Natural log-probabilities, cells `(n, n_columns, n_channels)` -> `(n, n_way)`; rows are independent of each other."""

    @torch.no_grad()
    def predict_proba(self, x: Tensor) -> Tensor:
        """Probability of each class, `(n, n_columns, n_channels)` -> `(n, n_way)`; rows sum to 1."""
        return torch.cat([self.log_proba(part).exp() for part in in_blocks(x)])

    @torch.no_grad()
    def embed(self, x: Tensor) -> Tensor:
        """Embeddings of cells `(n, n_columns, n_channels)` with the weights of this step, `(n, n_embedding)`."""
        return torch.cat([self.backbone.embed(self.weights, part) for part in in_blocks(x)])

    @torch.no_grad()
    def embed_and_log_proba(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """`embed` and `log_proba` of the same patients: of a network that gives both at once, in the time of one."""
        return self.embed(x), torch.cat([self.log_proba(part) for part in in_blocks(x)])

    def prototypes(self, embedded: Tensor | None = None) -> Tensor:
        """Class means of the support embeddings, `(n_way, n_embedding)`; zeros for a class without patients.

        `embedded`, the embeddings of the support set, are computed where they are not given.
        """
        embedded = self.embed(self.support.x) if embedded is None else embedded
        return class_means(embedded, self.support.y, self.n_way, counted_cells(self.backbone, self.support))


def counted_cells(backbone: Backbone, support: LabeledSet) -> Tensor | None:
    """Which cells of the support set count in a class mean; None where all do, or where an embedding is not one of cells."""
    return support.counted if backbone.by_column else None


def in_blocks(x: Tensor) -> tuple[Tensor, ...]:
    """Split patients `(n, n_columns, n_channels)` into blocks of at most 100,000 cells to bound memory; at least one block."""
    return torch.split(x, max(1, 100_000 // max(x.shape[-2], 1)))


@dataclass(frozen=True, slots=True)
class Setting:
    """One hyperparameter as a form offers it: field name, label, help text, range `low`..`high`, increment `step`, default."""

    name: str
    label: Words
    help: Words
    low: float
    high: float
    step: float
    default: float | int


def setting(default: float, label: Words, help: Words, low: float, high: float, step: float) -> Any:
    """A dataclass field with the metadata of a `Setting`; an int `default` makes it integer, a float real."""
    return dataclasses.field(default=default, metadata={"label": label, "help": help, "low": low, "high": high, "step": step})


@dataclass(frozen=True)
class Learner(ABC):
    """Base class of all algorithms: hyperparameters as frozen fields, the inner loop (`adapt`) and the outer loss (`meta_loss`).

    Subclasses set the class attributes `name` (identifier), `title` and `summary` (shown to users), `paper` and `link` (the
    publication), and `recipe` (hyperparameters of the shipped weights). Invalid hyperparameters raise UserError.
    """

    name: ClassVar[str]
    title: ClassVar[Words]
    summary: ClassVar[Words]
    paper: ClassVar[str]
    link: ClassVar[str]
    order: ClassVar[int] = 100
    """Position in lists of learners, smallest first; ties by name. Diagnose opens with the first."""
    recipe: ClassVar[Recipe] = Recipe()
    measured: ClassVar[Measured | None] = None
    """What was measured with its shipped weights; None if nothing was."""
    has_own_network: ClassVar[bool] = False
    """Whether it needs its own network, which reads any table; if so, it cannot be meta-trained for one panel of columns."""

    def __post_init__(self) -> None:
        for known in settings(type(self)):
            value = getattr(self, known.name)
            if isinstance(known.default, int) and not isinstance(value, Integral):
                raise UserError(
                    Words(
                        "{label} is {value}; it must be a whole number: choose one between {low} and {high}.",
                        "“{label}”为 {value}，应为整数：请改用 {low} 到 {high} 之间的整数。",
                    ).format(label=known.label, value=value, low=known.low, high=known.high)
                )
            if not known.low <= value <= known.high:
                raise UserError(
                    Words(
                        "{label} is {value}; it must lie between {low} and {high}: choose a value in this range.",
                        "“{label}”为 {value}，应在 {low} 到 {high} 之间：请改用此范围内的值。",
                    ).format(label=known.label, value=value, low=known.low, high=known.high)
                )

    @abstractmethod
    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[Classifier]:
        """Adapt to a support set.

        Parameters
        ----------
        backbone, weights
            The network and its initial weights, which are not modified.
        support
            Cells `(n_support, n_columns, n_channels)` and class numbers 0..n_way-1, `(n_support,)`.
        n_way
            Number of classes.

        Yields
        ------
        Classifier
            The classifier before the first step, and after each of the `steps` steps.
        """

    @abstractmethod
    def steps(self, support: LabeledSet, n_way: int) -> int:
        """Number of adaptation steps; `adapt` yields one more classifier than this."""

    @classmethod
    def default_backbone(cls) -> Backbone:
        """The network to use with this learner; a subclass with its own network overrides this."""
        return ColumnEncoder()

    def lighter(self) -> Learner:
        """A cheaper variant with nearly the same predictions, used for the folds of cross-validation; by default the learner itself."""
        return self

    def init(self, backbone: Backbone, rng: torch.Generator) -> dict[str, Tensor]:
        """Random initial weights: those of the backbone and those that the learner adds."""
        return backbone.init(rng)

    @abstractmethod
    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """The loss of one task that meta-training minimizes, a scalar.

        Parameters
        ----------
        backbone, weights
            The network and the initial weights; the loss is differentiable with respect to the weights.
        episode
            One task, without a leading task dimension.
        """

    def meta_gradient(self, backbone: Backbone, weights: Weights, tasks: Episode, rng: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Mean meta-loss over a meta-batch, and its gradient with respect to the initial weights.

        Parameters
        ----------
        backbone, weights
            The network and the initial weights.
        tasks
            Tasks of equal shape, stacked: `(n_tasks, ...)`.
        rng
            Random generator, used by learners whose update draws minibatches.
        """

        def mean_loss(weights: Weights) -> Tensor:
            one = lambda xs, ys, xq, yq: self.meta_loss(backbone, weights, Episode(LabeledSet(xs, ys), LabeledSet(xq, yq), tasks.n_way))  # noqa: E731
            return vmap(one)(tasks.support.x, tasks.support.y, tasks.query.x, tasks.query.y).mean()

        gradient, loss = grad_and_value(mean_loss)(dict(weights))
        return loss, gradient


def settings(learner: type[Learner]) -> tuple[Setting, ...]:
    """The hyperparameters of a learner class that a form offers, in order of definition."""
    offered = [field for field in dataclasses.fields(learner) if "label" in field.metadata]
    return tuple(Setting(field.name, default=getattr(learner, field.name), **field.metadata) for field in offered)


def cross_entropy(log_proba: Tensor, y: Tensor) -> Tensor:
    """Class-balanced cross-entropy (natural logarithm): mean of -log p(true class) per class, averaged over the classes present.

    Classes weigh equally, because class frequencies in a small support set say little about prevalence.

    Parameters
    ----------
    log_proba
        Log-probabilities, `(n, n_way)`.
    y
        Class numbers, `(n,)`.
    """
    n_way = log_proba.shape[-1]
    members = one_hot(y, n_way, log_proba.dtype)
    counts = members.sum(-2)
    per_class = -(members * log_proba).sum(-2) / counts.clamp_min(1.0)
    return per_class.sum(-1) / (counts > 0).sum(-1)
