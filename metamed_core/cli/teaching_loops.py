"""The outer steps of the original papers as good teaching code: one task after another, with torch's autograd and optimizers.

`bench` measures the engine of this package against them, so they are as fast as such loops allow: functional where a module is not
needed, fused losses, nothing computed twice. They perform the same arithmetic as the learners of this package on a `Perceptron`, on tasks
whose query sets are balanced. Each function processes a whole meta-batch, x `(n_tasks, n, n_columns)` and y `(n_tasks, n)`, and
updates the module by one step of its optimizer.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, linear, one_hot, relu

from metamed_core.networks import Weights

Batch = tuple[Tensor, Tensor, Tensor, Tensor]
"""Support x and y, query x and y of a meta-batch."""


class Net(nn.Module):
    """Linear-ReLU-Linear as a module.

    Parameters
    ----------
    weights
        Initial weights of a `Perceptron`.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.inner, self.outer = (nn.Linear(*weights[f"{name}.weight"].T.shape) for name in ("in", "out"))
        self.load_state_dict(
            {f"{own}.{part}": weights[f"{name}.{part}"] for own, name in (("inner", "in"), ("outer", "out")) for part in ("weight", "bias")}
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the embeddings of `x`, `(n, n_columns)` -> `(n, features)`."""
        out: Tensor = self.outer(relu(self.inner(x)))
        return out


def _head(embeddings: Tensor, y: Tensor, n_way: int) -> tuple[Tensor, Tensor]:
    """Weight and bias of a linear layer equivalent to the prototypical posterior."""
    members = one_hot(y, n_way).to(embeddings.dtype)
    centers = members.T @ embeddings / members.sum(0).unsqueeze(1)
    return 2 * centers, -centers.square().sum(1)


def _each(tasks: Batch) -> Iterator[tuple[Tensor, ...]]:
    return zip(*tasks, strict=True)


def maml(net: Net, optimizer: torch.optim.Optimizer, tasks: Batch, n_way: int, lr: float, n_steps: int, *, first_order: bool) -> None:
    """Take one outer step of MAML with a head initialized from prototypes.

    Parameters
    ----------
    net, optimizer
        The module, updated in place, and its optimizer.
    tasks
        The meta-batch.
    n_way
        Number of classes.
    lr, n_steps
        Inner step size and number of inner steps.
    first_order
        Whether to omit the second-order terms.

    References
    ----------
    Finn et al. 2017, algorithm 2.
    """
    optimizer.zero_grad()
    for xs, ys, xq, yq in _each(tasks):
        # Views: the inner gradient is with respect to the current parameters, not through the head into the network.
        fast = [weight.view_as(weight) for weight in (*net.parameters(), *_head(net(xs), ys, n_way))]
        for _ in range(n_steps):
            gradients = torch.autograd.grad(cross_entropy(_logits(fast, xs), ys), fast, create_graph=not first_order)
            fast = [weight - lr * gradient for weight, gradient in zip(fast, gradients, strict=True)]
        (cross_entropy(_logits(fast, xq), yq) / len(tasks[0])).backward()  # type: ignore[no-untyped-call]
    optimizer.step()


def _logits(layers: Sequence[Tensor], x: Tensor) -> Tensor:
    """Apply alternating weights and biases, with ReLU after the first layer."""
    x = relu(linear(x, layers[0], layers[1]))
    for weight, bias in zip(layers[2::2], layers[3::2], strict=True):
        x = linear(x, weight, bias)
    return x


def reptile(net: Net, optimizer: torch.optim.Optimizer, tasks: Batch, n_way: int, lr: float, draws: Tensor) -> None:
    """Take one outer step of Reptile: per task, a copy of the net is trained by SGD.

    Parameters
    ----------
    net, optimizer
        The module, updated in place, and its optimizer.
    tasks
        The meta-batch.
    n_way
        Number of classes.
    lr
        Inner step size.
    draws
        Positions of the minibatches in the query set, `(n_tasks, n_steps, size)`.

    References
    ----------
    Nichol et al. 2018, algorithm 2.
    """
    moved = [torch.zeros_like(weight) for weight in net.parameters()]
    for (xs, ys, xq, yq), minibatches in zip(_each(tasks), draws, strict=True):
        fast = copy.deepcopy(net)
        descent = torch.optim.SGD(fast.parameters(), lr)
        for rows in minibatches:
            descent.zero_grad()
            x, y = xq[rows], yq[rows]
            balanced = 1 / torch.bincount(y, minlength=n_way).clamp_min(1)
            cross_entropy(linear(fast(x), *_head(fast(xs), ys, n_way)), y, balanced).backward()  # type: ignore[no-untyped-call]
            descent.step()
        with torch.no_grad():
            for total, weight, adapted in zip(moved, net.parameters(), fast.parameters(), strict=True):
                total.add_(weight - adapted)
    for total, weight in zip(moved, net.parameters(), strict=True):
        weight.grad = total / len(draws)
    optimizer.step()


def prototypical(net: Net, optimizer: torch.optim.Optimizer, tasks: Batch, n_way: int) -> None:
    """Take one outer step of prototypical networks, one episode at a time (Snell et al. 2017, algorithm 1)."""
    optimizer.zero_grad()
    for xs, ys, xq, yq in _each(tasks):
        logits = linear(net(xq), *_head(net(xs), ys, n_way))
        (cross_entropy(logits, yq) / len(tasks[0])).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
