"""The sinusoid regression of the MAML paper (Finn et al. 2017, sec. 5.1), meta-trained by our own inner and outer loop.

    python -m tests.benchmarks.sinusoid            # several minutes; prints the mean squared error after 0, 1, 5, 10 steps

Amplitude 0.1-5, phase 0-pi, x in -5..5, a 1-40-40-1 ReLU net, K = 10. A published net measured 3.19, 0.38, 0.15, 0.13.
The rival is the same net trained on all tasks together ("pretrained"), which has nothing to adapt with.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.func import grad_and_value, vmap
from torch.nn.functional import linear, mse_loss, relu

from metamed_core.data.episode import Episode, LabeledSet
from metamed_core.learners.inner_loop import descended
from metamed_core.meta_training.outer_loop import Budget, meta_train
from metamed_core.networks.backbones import Weights, random_linear

K_SHOT, INNER_LR = 10, 0.01


class Sinusoids:
    """Tasks: a sine of random amplitude and phase, K_SHOT points to adapt on and as many to be judged on."""

    def sample_batch(self, n_tasks: int, rng: torch.Generator, n_query: int = K_SHOT) -> Episode:
        """See `TaskDistribution`; x and y are `(n_tasks, n, 1)`."""
        amplitude, phase = 0.1 + 4.9 * torch.rand(n_tasks, 1, 1, generator=rng), math.pi * torch.rand(n_tasks, 1, 1, generator=rng)
        x = 10 * torch.rand(n_tasks, K_SHOT + n_query, 1, generator=rng) - 5
        y = amplitude * (x - phase).sin()
        return Episode(LabeledSet(x[:, :K_SHOT], y[:, :K_SHOT]), LabeledSet(x[:, K_SHOT:], y[:, K_SHOT:]), 0)


def net(weights: Weights, x: Tensor) -> Tensor:
    """1-40-40-1 with ReLU, `(n, 1)` -> `(n, 1)`."""
    for layer in ("in", "hidden"):
        x = relu(linear(x, weights[f"{layer}.weight"], weights[f"{layer}.bias"]))
    return linear(x, weights["out.weight"], weights["out.bias"])


def error(x: Tensor, y: Tensor) -> Callable[[Weights], Tensor]:
    """Mean squared error on these points as a function of the weights."""
    return lambda weights: mse_loss(net(weights, x), y)


class SinusoidMaml:
    """MAML for this net: `inner_steps` steps on the support, loss on the query; 0 steps is plain pretraining."""

    def __init__(self, inner_steps: int) -> None:
        self.inner_steps = inner_steps

    def init(self, backbone: object, rng: torch.Generator) -> dict[str, Tensor]:
        """Random weights."""
        shapes = {"in": (40, 1), "hidden": (40, 40), "out": (1, 40)}
        weights = {f"{name}.weight": random_linear(*shape, rng, 2**0.5) for name, shape in shapes.items()}
        return weights | {f"{name}.bias": torch.zeros(shape[0]) for name, shape in shapes.items()}

    def meta_gradient(self, backbone: object, weights: Weights, tasks: Episode, rng: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Mean query error after adaptation and its gradient, through the inner steps."""

        def loss(weights: Weights) -> Tensor:
            one = lambda xs, ys, xq, yq: error(xq, yq)(descended(error(xs, ys), weights, INNER_LR, self.inner_steps))  # noqa: E731
            return vmap(one)(tasks.support.x, tasks.support.y, tasks.query.x, tasks.query.y).mean()

        gradient, value = grad_and_value(loss)(dict(weights))
        return value, gradient


def trained(inner_steps: int, meta_steps: int, seed: int = 0) -> dict[str, Tensor]:
    """The weights after the project's own outer loop."""
    learner: Any = SinusoidMaml(inner_steps)
    backbone: Any = None
    plan = Budget(meta_steps=meta_steps, meta_batch=25, meta_lr=2e-3, weight_decay=0.0, seed=seed)
    *_, last = meta_train(learner, backbone, Sinusoids(), plan)
    return last.weights


def errors(weights: Weights, steps: tuple[int, ...] = (0, 1, 5, 10), n_tasks: int = 600) -> list[float]:
    """Mean squared error on 100 new points after so many steps on K_SHOT points, mean over tasks never trained on."""
    tasks = Sinusoids().sample_batch(n_tasks, torch.Generator().manual_seed(10_000), n_query=100)

    def after(n: int) -> Tensor:
        one = lambda xs, ys, xq, yq: error(xq, yq)(descended(error(xs, ys), weights, INNER_LR, n))  # noqa: E731
        return vmap(one)(tasks.support.x, tasks.support.y, tasks.query.x, tasks.query.y).mean()

    return [float(after(n)) for n in steps]


def main() -> None:
    """Meta-train, pretrain, print both curves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meta-steps", type=int, default=30_000)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    for name, inner_steps in (("MAML", 1), ("pretrained", 0)):
        values = errors(trained(inner_steps, chosen.meta_steps))
        sys.stdout.write(f"{name:<12}" + "".join(f"{value:8.3f}" for value in values) + "   MSE after 0, 1, 5, 10 steps\n")


if __name__ == "__main__":
    main()
