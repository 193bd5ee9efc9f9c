"""The derivatives of a `Perceptron` with a linear head, written out by hand and for a whole meta-batch of tasks at once.

A meta-training step needs the same few products again and again; autograd would build and walk a graph for each. Here they
stand as formulas. Every tensor has a leading dimension of tasks, left out below; rows are patients except where classes are named.

    x~ = [x 1]  (n, d+1)          A = first   (d+1, h+1)      hidden layer    H = relu(x~ A)        (n, h+1)
                                  B = second  (h+1, e)        embedding       E = H B               (n, e)
    V  = head   (n_way, e)        c = offset  (n_way,)        logits          L = M H^T             (n_way, n)
    M  = V B^T + [0 c]            (n_way, h+1)                probabilities   P = softmax over classes

A holds the biases as its last row, and as its last column a unit that always says 1: so the last row of B is a bias too.
Embedding and head are both linear, so between hidden layer and logits stands the one small matrix M: no patient is multiplied
by a matrix of h x e. Loss (`learner.cross_entropy`): -sum_ik Y_ki log P_ki, where Y_ki = 1 / (patients of class k * classes
present) for a patient i of class k. With u_i = sum_k Y_ki and the gate S = [x~ A > 0], zero for the constant unit:

    D = u P - Y     (n_way, n)      G = D H          (n_way, h+1)      F = S (D^T M)     (n, h+1)
    dA = x~^T F                     dB = G^T V       dV = G B          dc = last column of G

Pearlmutter 1994 (Fast exact multiplication by the Hessian): what a small move (A', B', V', c') of the parameters does to each
line above is the product of the Hessian with that move; the product rule is all that is used (`pulled_back`).

Nothing here is differentiable again: call it without gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeGuard

import torch
from torch import Tensor, bmm

from metamed_core.data import Episode, LabeledSet
from metamed_core.networks.backbones import Backbone, Perceptron, Weights

BLOCK = 32
"""Tasks that go through the passes together."""


class Patients(NamedTuple):
    """Labeled patients of many tasks, made ready once for all passes.

    x: `(n_tasks, n, n_columns + 1)`, the last column 1. means: `(n_tasks, n_way, n)`, times values gives class means (zeros for a
    class without patients). targets: Y, `(n_tasks, n_way, n)`. share: u, `(n_tasks, 1, n)`, what each patient counts in the loss.
    """

    x: Tensor
    means: Tensor
    targets: Tensor
    share: Tensor


class Network(NamedTuple):
    """The parameters of many tasks, or a direction among them.

    first: A, `(n_tasks, d+1, h+1)`. second: B, `(n_tasks, h+1, e)`. head: V, `(n_tasks, n_way, e)`. offset: c, `(n_tasks, n_way)`.
    """

    first: Tensor
    second: Tensor
    head: Tensor
    offset: Tensor


Product = tuple[Tensor, Tensor]
"""A gradient as the two thin factors of which it is the product, left^T right: multiplied out where it is used."""


class Pass(NamedTuple):
    """What a pass over some patients leaves behind for its derivatives: H, M, L, P, D and G, by the shapes at the top of this file."""

    hidden: Tensor
    classes: Tensor
    logits: Tensor
    proba: Tensor
    error: Tensor
    outcome: Tensor


def by_hand(backbone: Backbone, x: Tensor) -> TypeGuard[Perceptron]:
    """Whether these formulas are the network's, and are to be computed in the precision of cells `x` (no autocast)."""
    return isinstance(backbone, Perceptron) and not torch.is_autocast_enabled(x.device.type)


def body(weights: Weights) -> tuple[Tensor, Tensor]:
    """A `(d+1, h+1)` and B `(h+1, e)` of `Perceptron` weights; `prototypical` takes them so, one for all tasks."""
    unit = weights["in.weight"].new_zeros(weights["in.weight"].shape[1] + 1, 1)
    unit[-1] = 1.0
    first = torch.cat([torch.cat([weights["in.weight"].mT, weights["in.bias"].unsqueeze(0)]), unit], 1)
    return first, torch.cat([weights["out.weight"].mT, weights["out.bias"].unsqueeze(0)])


def for_each(n_tasks: int, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """The same A and B for each task, `(n_tasks, ...)`: views, until a task moves its own."""
    return first.expand(n_tasks, -1, -1), second.expand(n_tasks, -1, -1)


def by_name(first: Tensor, second: Tensor) -> dict[str, Tensor]:
    """The inverse of `body` for one A and B, or a gradient in them, `(d+1, h+1)` and `(h+1, e)`."""
    parts = {"in.weight": first[:-1, :-1].mT, "in.bias": first[-1, :-1], "out.weight": second[:-1].mT, "out.bias": second[-1]}
    return {name: part.clone(memory_format=torch.contiguous_format) for name, part in parts.items()}


def mean_over_tasks(act: Callable[[Episode], tuple[Tensor, Tensor, Tensor]], tasks: Episode) -> tuple[Tensor, dict[str, Tensor]]:
    """The mean over a meta-batch of what `act` sums over a block of its tasks: loss, gradient in A, gradient in B.

    A bounded number of tasks at a time: what their passes touch then stays near the processor, however large the meta-batch.
    """
    split = (torch.split(part, BLOCK) for part in (tasks.support.x, tasks.support.y, tasks.query.x, tasks.query.y))
    blocks = (Episode(LabeledSet(xs, ys), LabeledSet(xq, yq), tasks.n_way) for xs, ys, xq, yq in zip(*split, strict=True))
    loss, first, second = (sum(part[1:], part[0]) / len(tasks.support.x) for part in zip(*map(act, blocks), strict=True))
    return loss, by_name(first, second)


def patients(known: LabeledSet, n_way: int) -> Patients:
    """Cells `(n_tasks, n, n_columns, n_channels)` and classes `(n_tasks, n)`, made ready; only channel 0 is read, as by `Perceptron`."""
    values = known.x[..., 0]
    x = torch.cat([values, values.new_ones(*values.shape[:-1], 1)], -1)
    members = x.new_zeros(len(x), n_way, len(known)).scatter_(1, known.y.unsqueeze(1), 1.0)
    counts = members.sum(-1, keepdim=True)
    means = members / counts.clamp_min(1.0)
    targets = means / (counts > 0).sum(-2, keepdim=True)
    return Patients(x, means, targets, targets.sum(-2, keepdim=True))


def hidden_layer(first: Tensor, of: Patients) -> Tensor:
    """H = relu(x~ A)."""
    return (of.x @ first).relu_()


def _gated(back: Tensor, hidden: Tensor) -> Tensor:
    """S back: as it is where a hidden unit is alive, 0 elsewhere and for the constant unit, which nothing moves."""
    alive: Tensor = torch.ops.aten.threshold_backward(back, hidden, 0)  # how torch differentiates relu: one pass, no mask
    alive[..., -1] = 0.0
    return alive


def _classes(head: Tensor, offset: Tensor, second: Tensor) -> Tensor:
    """M = V B^T + [0 c]."""
    classes = head @ second.mT
    classes[..., -1] += offset
    return classes


def forward(network: Network, of: Patients, hidden: Tensor) -> Pass:
    """From the hidden layer to the gradients of the logits and of M."""
    classes = _classes(network.head, network.offset, network.second)
    logits = bmm(classes, hidden.mT)
    proba = logits.softmax(-2)
    error = of.share * proba - of.targets
    return Pass(hidden, classes, logits, proba, error, bmm(error, hidden))


def loss(at: Pass, of: Patients) -> Tensor:
    """The class-balanced cross entropy of each task, `(n_tasks,)`; see `learner.cross_entropy`."""
    return -(of.targets * at.logits.log_softmax(-2)).sum((-2, -1))


def gradient(network: Network, of: Patients, at: Pass) -> Network:
    """The loss's gradient in all parameters."""
    back = _gated(bmm(at.error.mT, at.classes), at.hidden)
    return Network(bmm(of.x.mT, back), bmm(at.outcome.mT, network.head), bmm(at.outcome, network.second), at.outcome[..., -1])


def descended(network: Network, of: Patients, at: Pass, lr: float, *, head_only: bool = False) -> Network:
    """The parameters less lr times `gradient`, each product subtracted as it is made; `head_only`: of V and c alone."""
    head = network.head.baddbmm(at.outcome, network.second, alpha=-lr)
    offset = network.offset.sub(at.outcome[..., -1], alpha=lr)
    if head_only:
        return network._replace(head=head, offset=offset)
    back = _gated(bmm(at.error.mT, at.classes), at.hidden)
    first = network.first.baddbmm(of.x.mT, back, alpha=-lr)
    return Network(first, network.second.baddbmm(at.outcome.mT, network.head, alpha=-lr), head, offset)


def pulled_back(way: Network, network: Network, of: Patients, at: Pass, lr: float, *, head_only: bool = False) -> Network:
    """A gradient `way` in the parameters after `descended` as one in those before it: v - lr * Hessian v.

    Pearlmutter's rule: each line of `forward` and `gradient` is differentiated along v (along its V and c alone if only these
    have moved). A dash marks such a derivative.
    """
    first, second = (way.first, way.second) if not head_only else (torch.zeros_like(way.first), torch.zeros_like(way.second))
    hidden = _gated(bmm(of.x, first), at.hidden)  # H' = S (x~ A')
    classes = _classes(way.head, way.offset, network.second).baddbmm_(network.head, second.mT)  # M' = V' B^T + V B'^T + [0 c']
    logits = bmm(classes, at.hidden.mT).baddbmm_(at.classes, hidden.mT)  # L' = M' H^T + M H'^T
    tilted = at.proba * logits
    error = of.share * (tilted - at.proba * tilted.sum(-2, keepdim=True))  # D' = u P',  P' = P L' - P sum(P L')
    outcome = bmm(error, at.hidden).baddbmm_(at.error, hidden)  # G' = D' H + D H'
    back = _gated(bmm(error.mT, at.classes).baddbmm_(at.error.mT, classes), at.hidden)  # F' = S (D'^T M + D^T M')
    return Network(
        way.first.baddbmm(of.x.mT, back, alpha=-lr),  # A: x~^T F'
        way.second.baddbmm(outcome.mT, network.head, alpha=-lr).baddbmm_(at.outcome.mT, way.head, alpha=-lr),  # B: G'^T V + G^T V'
        way.head.baddbmm(outcome, network.second, alpha=-lr).baddbmm_(at.outcome, second, alpha=-lr),  # V: G' B + G B'
        way.offset.sub(outcome[..., -1], alpha=lr),
    )


def with_head(first: Tensor, second: Tensor, of: Patients, hidden: Tensor) -> Network:
    """The network with the head that its own prototypes make, V = 2 C and c = -|C|^2; see `inner_loop.prototype_head`."""
    centers = bmm(of.means, hidden) @ second
    return Network(first, second, 2 * centers, -centers.square().sum(-1))


def through_head(head: Tensor, offset: Tensor, network: Network, of: Patients, hidden: Tensor) -> tuple[Product, Product]:
    """A gradient in the V and c of `with_head` as one in the A and in the B that they were made of."""
    centers = 2 * head - offset.unsqueeze(-1) * network.head  # 2 dV - 2 dc C, and V is 2 C
    back = _gated(bmm(of.means.mT, centers @ network.second.mT), hidden)
    return (of.x, back), (bmm(of.means, hidden), centers)


def prototypical(first: Tensor, second: Tensor, support: Patients, query: Patients) -> tuple[Tensor, list[Product], list[Product]]:
    """The loss of `query` under the prototypes of `support`, `(n_tasks,)`, and its gradient in A and in B of each task.

    first, second: A and B of each task or, without a leading dimension, of all.
    The softmax of minus squared distances is that of the prototype head, since |f(x)|^2 is the same for every class.
    """
    hidden = hidden_layer(first, support)
    network = with_head(first, second, support, hidden)
    at = forward(network, query, hidden_layer(first, query))
    back = _gated(bmm(at.error.mT, at.classes), at.hidden)
    of_first, of_second = through_head(at.outcome @ second, at.outcome[..., -1], network, support, hidden)
    return loss(at, query), [(query.x, back), of_first], [(at.outcome, network.head), of_second]


def minus(own: Tensor, gradient: list[Product], lr: float) -> Tensor:
    """A parameter of each task, moved by -lr times its own gradient."""
    for left, right in gradient:
        own = own.baddbmm(left.mT, right, alpha=-lr)
    return own


def total(gradient: list[Product]) -> Tensor:
    """A gradient summed over tasks, whose patients or classes then are the rows of one product."""
    (left, right), *others = gradient
    summed = left.flatten(0, 1).mT @ right.flatten(0, 1)
    for left, right in others:
        summed.addmm_(left.flatten(0, 1).mT, right.flatten(0, 1))
    return summed
