"""The inner loop of the gradient-based learners: a head initialized from prototypes, and gradient descent on the support loss.

The number of classes varies between tasks, so the weights of the head cannot be meta-learned as one matrix. The head is
initialized from the class means of the support embeddings (Proto-MAML, Triantafillou et al. 2020, sec. 3.2,
https://arxiv.org/abs/1903.03096): a linear layer whose softmax equals the prototypical posterior. Step 0 is therefore
already a prototypical network, and the head adds no meta-learned weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.func import grad, grad_and_value

from metamed_core.data import LabeledSet, class_means
from metamed_core.learners.learner import Classifier, counted_cells, cross_entropy, setting
from metamed_core.learners.score_parts import Additive, ScoreParts, distance_parts
from metamed_core.networks import COLUMN_SCALE, Backbone, Weights
from metamed_core.words import Words

HEAD_WEIGHT, HEAD_BIAS = "head.weight", "head.bias"
MAX_HALVINGS = 12


def step_size(default: float) -> Any:
    """The dataclass field `inner_lr` of a gradient-based learner."""
    return setting(
        default,
        Words("Step size", "步长"),
        Words(
            "The learning rate of a gradient step. If it is too large the loss jumps, if it is too small little is learned.",
            "每步梯度下降的学习率：太大则损失来回跳动，太小则学得很慢。",
        ),
        low=0.001,
        high=1.0,
        step=0.001,
    )


def step_count(default: int) -> Any:
    """The dataclass field `inner_steps` of a gradient-based learner."""
    return setting(
        default,
        Words("Steps", "步数"),
        Words("How many gradient steps to take on the labeled patients.", "在已确诊患者上走多少步梯度下降。"),
        low=0,
        high=200,
        step=1,
    )


def prototype_head(embeddings: Tensor, y: Tensor, n_way: int, counted: Tensor | None = None) -> dict[str, Tensor]:
    """Linear layer whose softmax equals the prototypical posterior (Snell et al. 2017, eq. 8).

    Parameters
    ----------
    embeddings
        Support embeddings, `(n_support, n_embedding)`.
    y
        Class numbers, `(n_support,)`.
    n_way
        Number of classes.
    counted
        Which cells count, see `class_means`.

    Returns
    -------
    dict
        Weight `(n_way, n_embedding)` with rows 2 c_k, and bias `(n_way,)` with entries -c_k . c_k, where c_k is the mean of class k.
    """
    centers = class_means(embeddings, y, n_way, counted)
    return {HEAD_WEIGHT: 2 * centers, HEAD_BIAS: -centers.square().sum(-1)}


def log_proba(backbone: Backbone, weights: Weights, x: Tensor) -> Tensor:
    """Log-probabilities of embedding and linear head, cells `(n, n_columns, n_channels)` -> `(n, n_way)`."""
    return head_log_proba(weights, backbone.embed(weights, x))


def head_log_proba(head: Weights, embeddings: Tensor) -> Tensor:
    """Log-probabilities of the linear head alone, embeddings `(n, n_embedding)` -> `(n, n_way)`."""
    return (embeddings @ head[HEAD_WEIGHT].transpose(-1, -2) + head[HEAD_BIAS]).log_softmax(-1)


def with_head(backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> dict[str, Tensor]:
    """The backbone weights together with the prototype head of this task."""
    counted = counted_cells(backbone, support)
    return {**weights, **prototype_head(backbone.embed(weights, support.x), support.y, n_way, counted)}


def support_loss(backbone: Backbone, support: LabeledSet) -> Callable[[Weights], Tensor]:
    """The inner loss, class-balanced cross-entropy on the support set, as a function of the weights."""
    return lambda weights: cross_entropy(log_proba(backbone, weights, support.x), support.y)


def moving(
    backbone: Backbone, initial: Weights, support: LabeledSet, *, head_only: bool
) -> tuple[Weights, Weights, Callable[[Weights], Tensor]]:
    """Split the initial weights into frozen and trainable ones.

    Parameters
    ----------
    backbone, initial, support
        The network, its weights with a head (from `with_head`), and the support set.
    head_only
        Train only the head (ANIL, Raghu et al. 2020); the backbone is frozen, so the support is embedded once. Else all but the column scale.

    Returns
    -------
    frozen, trainable, loss
        The two groups of weights, and the inner loss as a function of the trainable ones.
    """
    if not head_only:
        fixed = {name: weight for name, weight in initial.items() if name == COLUMN_SCALE}
        moved = {name: weight for name, weight in initial.items() if name not in fixed}
        of_all = support_loss(backbone, support)
        return fixed, moved, lambda moved: of_all({**fixed, **moved})
    head = {name: initial[name] for name in (HEAD_WEIGHT, HEAD_BIAS)}
    held = {name: weight for name, weight in initial.items() if name not in head}
    embeddings = backbone.embed(held, support.x)
    return held, head, lambda head: cross_entropy(head_log_proba(head, embeddings), support.y)


def descend(loss: Callable[[Weights], Tensor], weights: Weights, lr: float, *, first_order: bool = False) -> dict[str, Tensor]:
    """One step of gradient descent, theta' = theta - lr * grad loss(theta) (Finn et al. 2017, sec. 2.2).

    Parameters
    ----------
    loss
        Scalar loss as a function of the weights.
    weights, lr
        Weights by name, and the learning rate.
    first_order
        Treat the inner gradient as a constant, so that an outer gradient has no second derivatives.

    Returns
    -------
    dict
        New weights; differentiable with respect to `weights`.
    """
    gradient = grad(loss)(dict(weights))
    return {name: weight - lr * (gradient[name].detach() if first_order else gradient[name]) for name, weight in weights.items()}


def descended(loss: Callable[[Weights], Tensor], weights: Weights, lr: float, n_steps: int, *, first_order: bool = False) -> Weights:
    """The weights after `n_steps` steps of `descend`, differentiable through all of them; parameters as there."""
    for _ in range(n_steps):
        weights = descend(loss, weights, lr, first_order=first_order)
    return weights


def backtracking_step(loss: Callable[[Weights], Tensor], weights: Weights, lr: float) -> dict[str, Tensor]:
    """`descend` with backtracking: the step size is halved, at most 12 times, until the loss does not increase.

    Returns the weights unchanged if no step size helps. Not used in meta-training. On real tables with strongly correlated columns
    the loss can be steeper than on any simulated task, and a full step would diverge.
    """
    gradient, before = grad_and_value(loss)(dict(weights))
    for halvings in range(MAX_HALVINGS):
        ahead = {name: weight - lr / 2**halvings * gradient[name] for name, weight in weights.items()}
        if float(loss(ahead)) <= float(before):
            return ahead
    return dict(weights)


class LinearHeadClassifier(Classifier, Additive):
    """The network with its linear head after one step of the inner loop."""

    def log_proba(self, x: Tensor) -> Tensor:
        """See `Classifier.log_proba`."""
        return log_proba(self.backbone, self.weights, x)

    @torch.no_grad()
    def score_parts(self, x: Tensor, first: int, second: int) -> ScoreParts | None:
        """See `Additive.score_parts`: a linear head measures distances to the points w_k / 2, and adds a constant to each class."""
        if not self.backbone.by_column:
            return None
        points, bias = self.weights[HEAD_WEIGHT] / 2, self.weights[HEAD_BIAS]
        constant = bias + points.square().sum(-1)  # zero for the head that `prototype_head` starts from
        cells = distance_parts(self.embed(x), points[first], points[second], x.shape[-2])
        return ScoreParts(cells, float(constant[first] - constant[second]))


def adapt_by_gradient(
    backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int, *, lr: float, n_steps: int, head_only: bool = False
) -> Iterator[LinearHeadClassifier]:
    """Gradient descent with backtracking on the whole support set.

    Parameters
    ----------
    backbone, weights, support, n_way
        As in `Learner.adapt`.
    lr, n_steps
        Learning rate and number of steps.
    head_only
        Train only the head (ANIL).

    Yields
    ------
    LinearHeadClassifier
        The classifier before the first step and after each step; the support loss never increases.
    """
    with torch.no_grad():
        initial = with_head(backbone, weights, support, n_way)
        held, now, loss = moving(backbone, initial, support, head_only=head_only)
    yield LinearHeadClassifier(backbone, initial, support, n_way)
    for _ in range(n_steps):
        with torch.no_grad():
            now = backtracking_step(loss, now, lr)
        yield LinearHeadClassifier(backbone, {**held, **now}, support, n_way)
