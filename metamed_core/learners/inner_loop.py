"""The inner loop that the gradient learners share: a head made from prototypes, and steps down the support loss.

The head must serve any number of classes, so it cannot be meta-learned as a matrix. It is made from the class means of
the support's embeddings (Proto-MAML, Triantafillou et al. 2020, sec. 3.2): a linear layer whose softmax is the
prototypical posterior. Adaptation then starts from a sensible answer at one shot, where a zero head would start from
none, and the choice of head needs no learned weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.func import grad, grad_and_value

from metamed_core.data import LabeledSet, class_means
from metamed_core.learners.learner import Classifier, cross_entropy, setting
from metamed_core.networks import Backbone, Weights
from metamed_core.words import Words

HEAD_WEIGHT, HEAD_BIAS = "head.weight", "head.bias"
MAX_HALVINGS = 12


def step_size(default: float) -> Any:
    """The field `inner_lr` of a gradient learner."""
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
    """The field `inner_steps` of a gradient learner."""
    return setting(
        default,
        Words("Steps", "步数"),
        Words("How many gradient steps to take on the labeled patients.", "在已确诊患者上走多少步梯度下降。"),
        low=0,
        high=200,
        step=1,
    )


def prototype_head(embeddings: Tensor, y: Tensor, n_way: int) -> dict[str, Tensor]:
    """Linear layer equal to the prototypical posterior: w_k = 2 c_k, b_k = -|c_k|^2 (Snell et al. 2017, eq. 8).

    embeddings `(n, e)`, y `(n,)` -> weight `(n_way, e)`, bias `(n_way,)`.
    """
    centers = class_means(embeddings, y, n_way)
    return {HEAD_WEIGHT: 2 * centers, HEAD_BIAS: -centers.square().sum(-1)}


def log_proba(backbone: Backbone, weights: Weights, x: Tensor) -> Tensor:
    """Log softmax of the linear head on the embedding, `(n, ...)` -> `(n, n_way)`."""
    return head_log_proba(weights, backbone.embed(weights, x))


def head_log_proba(head: Weights, embeddings: Tensor) -> Tensor:
    """Log softmax of the linear head alone, `(n, e)` -> `(n, n_way)`."""
    return (embeddings @ head[HEAD_WEIGHT].transpose(-1, -2) + head[HEAD_BIAS]).log_softmax(-1)


def with_head(backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> dict[str, Tensor]:
    """The initial weights with a head made for this task."""
    return {**weights, **prototype_head(backbone.embed(weights, support.x), support.y, n_way)}


def support_loss(backbone: Backbone, support: LabeledSet) -> Callable[[Weights], Tensor]:
    """The inner loss as a function of the weights."""
    return lambda weights: cross_entropy(log_proba(backbone, weights, support.x), support.y)


def moving(
    backbone: Backbone, initial: Weights, support: LabeledSet, *, head_only: bool
) -> tuple[Weights, Weights, Callable[[Weights], Tensor]]:
    """What the inner loop holds still, what it moves, and the inner loss as a function of the latter; `initial` from `with_head`.

    `head_only` moves the head alone (ANIL, Raghu et al. 2020): the body is meta-learned but does not adapt, so it embeds once.
    """
    if not head_only:
        return {}, initial, support_loss(backbone, support)
    head = {name: initial[name] for name in (HEAD_WEIGHT, HEAD_BIAS)}
    held = {name: weight for name, weight in initial.items() if name not in head}
    embeddings = backbone.embed(held, support.x)
    return held, head, lambda head: cross_entropy(head_log_proba(head, embeddings), support.y)


def descend(loss: Callable[[Weights], Tensor], weights: Weights, lr: float, *, first_order: bool = False) -> dict[str, Tensor]:
    """One step of gradient descent, theta' = theta - lr * grad loss(theta) (Finn et al. 2017, sec. 2.2), as new weights.

    An outer gradient goes through the step, unless `first_order` holds the inner gradient constant.
    """
    gradient = grad(loss)(dict(weights))
    return {name: weight - lr * (gradient[name].detach() if first_order else gradient[name]) for name, weight in weights.items()}


def descended(loss: Callable[[Weights], Tensor], weights: Weights, lr: float, n_steps: int, *, first_order: bool = False) -> Weights:
    """The weights after `n_steps` steps of `descend`; an outer gradient goes through all of them."""
    for _ in range(n_steps):
        weights = descend(loss, weights, lr, first_order=first_order)
    return weights


def backtracking_step(loss: Callable[[Weights], Tensor], weights: Weights, lr: float) -> dict[str, Tensor]:
    """A step of `descend` whose size is halved until the loss does not rise; the weights as they were if nothing helps.

    For use, not for meta-training: a real table can be stiffer than every task of the prior (30 columns that measure
    nearly the same), and a step that overshoots there would throw away a good start.
    """
    gradient, before = grad_and_value(loss)(dict(weights))
    for halvings in range(MAX_HALVINGS):
        ahead = {name: weight - lr / 2**halvings * gradient[name] for name, weight in weights.items()}
        if float(loss(ahead)) <= float(before):
            return ahead
    return dict(weights)


class LinearHeadClassifier(Classifier):
    """The network and its linear head at one moment of the inner loop."""

    def log_proba(self, x: Tensor) -> Tensor:
        """See `Classifier.log_proba`."""
        return log_proba(self.backbone, self.weights, x)


def adapt_by_gradient(
    backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int, *, lr: float, n_steps: int, head_only: bool = False
) -> Iterator[LinearHeadClassifier]:
    """Yield the classifier at the start and after each of `n_steps` steps on the whole support, none of which raises its loss."""
    with torch.no_grad():
        initial = with_head(backbone, weights, support, n_way)
        held, now, loss = moving(backbone, initial, support, head_only=head_only)
    yield LinearHeadClassifier(backbone, initial, support, n_way)
    for _ in range(n_steps):
        with torch.no_grad():
            now = backtracking_step(loss, now, lr)
        yield LinearHeadClassifier(backbone, {**held, **now}, support, n_way)
