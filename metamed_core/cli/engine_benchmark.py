"""Meta-training speed: the meta-steps of this package (`ours`), of teaching code (`plain`, `teaching_loops`), and the hardware limit.

Reference workload: a perceptron 30-64-64 with a head for 5 ways; 5-way 5-shot, 15 query patients of each class, 5 inner steps of
SGD, 32 tasks per meta-step, outer optimizer Adam, float32, one thread. Both implementations start from the same weights and tasks;
the measured step extends from the tasks to the weights after Adam's update.

Measurements are interleaved: each round gives every implementation a short slice, the order alternates between rounds, and ratios are
computed within a round, so other load on the machine affects both alike. Times are processor times of the process.

`matmul_limit_share` is the matmul throughput of a second-order MAML step, with its operations counted layer by layer
(`layer_by_layer_flops`), relative to the fastest of several square float32 matrix products on the same thread in the same round. It
compares the engine with hardware that performs only the products of the standard algorithm at full speed. The engine needs fewer products
(`by_hand_flops`; embedding and head are first multiplied into one small matrix): `matmul_limit_share_executed` counts only those.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from metamed_core.cli import teaching_loops
from metamed_core.data import Episode, LabeledSet
from metamed_core.learners import Learner, Maml, Prototypical, Reptile
from metamed_core.networks import Perceptron, Weights

N_WAY, K_SHOT, N_QUERY, N_TASKS = 5, 5, 15, 32
BACKBONE = Perceptron(n_columns=30, hidden=64, features=64)
INNER_LR, INNER_STEPS, MINIBATCH, META_LR = 0.01, 5, 16, 1e-4
SLICE = 0.1
"""Least processor seconds of an implementation in a round; a meta-step is never interrupted."""
FEWEST_ROUNDS = 3
SIDES = (256, 384, 512, 768)
"""Sides of the square matrix products that are tried for the hardware limit."""

Act = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Contest:
    """Two implementations of the same meta-step.

    Parameters
    ----------
    key, title
        Identifier and display name of the algorithm.
    bar
        Required speed ratio.
    ours, plain
        One meta-step by this package, and by the teaching loop.
    """

    key: str
    title: str
    bar: float
    ours: Act
    plain: Act


@dataclass(frozen=True, slots=True)
class Round:
    """The measurements of one round.

    Parameters
    ----------
    ours, plain
        Tasks per second, by `Contest.key`.
    limit
        Matmul throughput in GFLOP/s.
    adapt
        Time to adapt to a task and predict 75 patients, in ms.
    """

    ours: dict[str, float]
    plain: dict[str, float]
    limit: float
    adapt: float

    def ratio(self, key: str) -> float:
        """Return the speed of this package relative to the teaching loop."""
        return self.ours[key] / self.plain[key]

    def share(self, flops: int) -> float:
        """Return the throughput of second-order MAML, at `flops` operations per task, as a share of the limit."""
        return self.ours["maml_second_order"] * flops / 1e9 / self.limit


def reference_tasks(seed: int = 0) -> Episode:
    """Draw the reference meta-batch: Gaussian classes, values `(n_tasks, n, 30, 1)` in float32."""
    rng = torch.Generator().manual_seed(seed)
    means = torch.randn(N_TASKS, N_WAY, BACKBONE.n_columns, generator=rng)

    def some(n_each: int) -> LabeledSet:
        y = torch.arange(N_WAY).repeat(n_each).expand(N_TASKS, -1).contiguous()
        own = means.take_along_dim(y.unsqueeze(-1), 1)
        return LabeledSet((own + torch.randn(own.shape, generator=rng)).unsqueeze(-1), y)

    return Episode(some(K_SHOT), some(N_QUERY), N_WAY)


def minibatches(seed: int) -> Tensor:
    """Draw the minibatches of Reptile, `(n_tasks, INNER_STEPS, MINIBATCH)`."""
    rng = torch.Generator().manual_seed(seed)
    return torch.rand(N_TASKS, INNER_STEPS, N_WAY * N_QUERY, generator=rng).argsort(-1)[..., :MINIBATCH]


class OurStep:
    """One meta-step by this package: meta-gradient and Adam; updates `weights` in place."""

    def __init__(self, learner: Learner, weights: Weights, tasks: Episode) -> None:
        self.learner, self.tasks, self.rng = learner, tasks, torch.Generator().manual_seed(1)
        self.weights = {name: weight.clone() for name, weight in weights.items()}
        self.optimizer = torch.optim.Adam(self.weights.values(), META_LR)

    def __call__(self) -> None:
        """Take one step."""
        _, gradient = self.learner.meta_gradient(BACKBONE, self.weights, self.tasks, self.rng)
        for name, weight in self.weights.items():
            weight.grad = gradient[name]
        self.optimizer.step()


class PlainStep:
    """One meta-step by a teaching loop; updates the module `net` in place."""

    def __init__(self, loop: Callable[..., None], weights: Weights, tasks: Episode, **options: object) -> None:
        self.loop, self.options, self.net = loop, options, teaching_loops.Net(weights)
        self.optimizer = torch.optim.Adam(self.net.parameters(), META_LR)
        self.tasks = (tasks.support.x[..., 0], tasks.support.y, tasks.query.x[..., 0], tasks.query.y)

    def __call__(self) -> None:
        """Take one step."""
        self.loop(self.net, self.optimizer, self.tasks, N_WAY, **self.options)


def start() -> dict[str, Tensor]:
    """Return the initial weights of all implementations."""
    return BACKBONE.init(torch.Generator().manual_seed(0))


def contenders() -> tuple[Contest, ...]:
    """Return both implementations of each algorithm, with the same weights and tasks."""
    weights, tasks = start(), reference_tasks()

    def of(learner: Learner, loop: Callable[..., None], **options: object) -> tuple[OurStep, PlainStep]:
        return OurStep(learner, weights, tasks), PlainStep(loop, weights, tasks, **options)

    inner = {"lr": INNER_LR, "n_steps": INNER_STEPS}
    second = of(Maml(INNER_LR, INNER_STEPS), teaching_loops.maml, **inner, first_order=False)
    first = of(Maml(INNER_LR, INNER_STEPS, first_order=True), teaching_loops.maml, **inner, first_order=True)
    reptile = of(Reptile(INNER_LR, INNER_STEPS, MINIBATCH), teaching_loops.reptile, lr=INNER_LR, draws=minibatches(1))
    return (
        Contest("maml_second_order", "MAML, second order", 6, *second),
        Contest("maml_first_order", "MAML, first order", 6, *first),
        Contest("reptile", "Reptile", 10, *reptile),
        Contest("prototypical", "Prototypical", 6, *of(Prototypical(), teaching_loops.prototypical)),
    )


def seconds_of(act: Act, least: float = SLICE) -> float:
    """Return the mean processor time of `act` in seconds, repeated for at least `least` seconds."""
    began, n = time.process_time(), 0
    while not n or time.process_time() - began < least:
        act()
        n += 1
    return (time.process_time() - began) / n


def best_side() -> int:
    """Return the side of the square matrix product with the highest throughput on this machine."""
    speed = {side: side**3 / seconds_of(_product(side), SLICE / 5) for side in SIDES for _ in range(2)}
    return max(speed, key=lambda side: speed[side])


def _product(side: int) -> Act:
    one, other, out = (torch.ones(side, side) for _ in range(3))
    return lambda: torch.mm(one, other, out=out)


def _adapting(weights: Weights, tasks: Episode) -> Act:
    learner, support = Maml(INNER_LR, INNER_STEPS), LabeledSet(tasks.support.x[0], tasks.support.y[0])

    def act() -> Tensor:
        *_, last = learner.adapt(BACKBONE, weights, support, N_WAY)
        return last.predict_proba(tasks.query.x[0])

    return act


def bench(pairs: Sequence[Contest], seconds: float) -> Iterator[Round]:
    """Yield rounds for about `seconds` of wall time, at least `FEWEST_ROUNDS`, after an unreported warm-up round."""
    side, adapting, began = best_side(), _adapting(start(), reference_tasks()), time.monotonic()
    product = _product(side)
    for n in itertools.count():
        if n > FEWEST_ROUNDS and time.monotonic() - began > seconds:
            return
        took: dict[str, dict[str, float]] = {"ours": {}, "plain": {}}
        for pair in pairs:
            for whose in ("ours", "plain") if n % 2 else ("plain", "ours"):
                took[whose][pair.key] = N_TASKS / seconds_of(getattr(pair, whose))
        limit, adapt = 2 * side**3 / seconds_of(product) / 1e9, 1000 * seconds_of(adapting)
        if n:
            yield Round(took["ours"], took["plain"], limit, adapt)


def layer_by_layer_flops() -> int:
    """Return the multiplications and additions in the matrix products of one task's second-order MAML gradient, layer by layer.

    For layers d-h-e-w, a forward pass has d h + h e + e w multiplications per patient. The gradient adds as many, and h e + e w for
    backpropagation. The Hessian-vector product (Pearlmutter 1994) doubles the sum, less 2 d h, as the input is constant. The head costs
    its class means and their backpropagation. Elementwise operations, Adam and weight updates are not counted.
    """
    d, h, e, w = BACKBONE.n_columns, BACKBONE.hidden, BACKBONE.features, N_WAY
    n_support, n_query = N_WAY * K_SHOT, N_WAY * N_QUERY
    gradient = 2 * d * h + 3 * h * e + 3 * e * w
    hessian = 2 * d * h + 6 * h * e + 6 * e * w
    head = d * h + 2 * h * e + 2 * w * e
    return 2 * (INNER_STEPS * n_support * (gradient + hessian) + n_query * gradient + n_support * head)


def by_hand_flops() -> int:
    """Return the same for `perceptron_gradients`: A is (d+1) x (h+1), B (h+1) x e, and M = V B^T is computed before the patients."""
    d, h, e, w = BACKBONE.n_columns + 1, BACKBONE.hidden + 1, BACKBONE.features, N_WAY
    n_support, n_query = N_WAY * K_SHOT, N_WAY * N_QUERY

    def gradient(n: int, times: int = 1) -> int:
        return 2 * n * d * h + 3 * times * (w * e * h + w * n * h)

    head = n_support * (d * h + 3 * w * h) + 3 * w * h * e
    return 2 * (INNER_STEPS * (gradient(n_support) + gradient(n_support, 2)) + gradient(n_query) + head)
