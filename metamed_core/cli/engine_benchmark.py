"""How fast meta-training is: our meta-steps beside those of good teaching code (`teaching_loops`), and beside the machine's own limit.

Reference work: a perceptron 30-64-64 with a head for 5 ways; 5-way 5-shot, 15 query patients of each class, 5 inner steps of
SGD, 32 tasks a meta-step, Adam outside, float32, one thread. Both sides start from the same weights and the same tasks and are
measured whole: from the tasks to the weights after Adam's step.

Interleaved: a round gives every method a short slice, whoever was second goes first in the next, and a ratio is taken
within a round. So what else the machine does meets both sides alike. Times are the process's processor time.

The limit (`matmul_limit_share`): multiplications and additions in the matrix products of a second-order MAML step written layer by
layer (`layer_by_layer_flops`), divided by the time that our step takes, over what the best of some square float32 products reaches on the
same thread in the same round. It says how our tasks a second compare with a machine that does nothing but the products of the usual
algorithm at full speed. Our engine needs fewer products (`by_hand_flops`; embedding and head are multiplied into one small
matrix first): counted by those that it does, the share is `matmul_limit_share_executed`.
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
"""Processor seconds that a method gets in a round, at least; a meta-step is never cut short."""
FEWEST_ROUNDS = 3
SIDES = (256, 384, 512, 768)
"""Of the square products among which the machine's limit is the best."""

Act = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Contest:
    """Two ways to take the same meta-step. bar: how many times as fast ours must be."""

    key: str
    title: str
    bar: float
    ours: Act
    plain: Act


@dataclass(frozen=True, slots=True)
class Round:
    """One round. ours, plain: tasks a second by the contest's key. limit: matmul GFLOP/s. adapt: ms to adapt to a task and answer 75 patients."""

    ours: dict[str, float]
    plain: dict[str, float]
    limit: float
    adapt: float

    def ratio(self, key: str) -> float:
        """How many times as fast ours was."""
        return self.ours[key] / self.plain[key]

    def share(self, flops: int) -> float:
        """The share of the machine's limit that second-order MAML reached, `flops` counted a task."""
        return self.ours["maml_second_order"] * flops / 1e9 / self.limit


def reference_tasks(seed: int = 0) -> Episode:
    """The reference meta-batch: Gaussian classes, values `(n_tasks, n, 30, 1)` in float32."""
    rng = torch.Generator().manual_seed(seed)
    means = torch.randn(N_TASKS, N_WAY, BACKBONE.n_columns, generator=rng)

    def some(n_each: int) -> LabeledSet:
        y = torch.arange(N_WAY).repeat(n_each).expand(N_TASKS, -1).contiguous()
        own = means.take_along_dim(y.unsqueeze(-1), 1)
        return LabeledSet((own + torch.randn(own.shape, generator=rng)).unsqueeze(-1), y)

    return Episode(some(K_SHOT), some(N_QUERY), N_WAY)


def minibatches(seed: int) -> Tensor:
    """The minibatches that Reptile draws from this seed, `(n_tasks, INNER_STEPS, MINIBATCH)`."""
    rng = torch.Generator().manual_seed(seed)
    return torch.rand(N_TASKS, INNER_STEPS, N_WAY * N_QUERY, generator=rng).argsort(-1)[..., :MINIBATCH]


class OurStep:
    """A learner's whole meta-step: meta-gradient and Adam; `weights` are moved."""

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
    """The same by one of the teaching loops; the module `net` is moved."""

    def __init__(self, loop: Callable[..., None], weights: Weights, tasks: Episode, **options: object) -> None:
        self.loop, self.options, self.net = loop, options, teaching_loops.Net(weights)
        self.optimizer = torch.optim.Adam(self.net.parameters(), META_LR)
        self.tasks = (tasks.support.x[..., 0], tasks.support.y, tasks.query.x[..., 0], tasks.query.y)

    def __call__(self) -> None:
        """Take one step."""
        self.loop(self.net, self.optimizer, self.tasks, N_WAY, **self.options)


def start() -> dict[str, Tensor]:
    """The weights from which everyone starts."""
    return BACKBONE.init(torch.Generator().manual_seed(0))


def contenders() -> tuple[Contest, ...]:
    """Ours and plain of each algorithm, from the same weights on the same tasks."""
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
    """Mean processor seconds of an act, repeated for at least `least` seconds."""
    began, n = time.process_time(), 0
    while not n or time.process_time() - began < least:
        act()
        n += 1
    return (time.process_time() - began) / n


def best_side() -> int:
    """The side of the square product that this machine does fastest per multiplication."""
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
    """Yield one round after another for about `seconds` of the clock, at least FEWEST_ROUNDS; one before them, to warm up, is not told."""
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
    """Multiplications and additions in the matrix products of one task's second-order MAML gradient, layer by layer, for d-h-e-w.

    A forward pass has d h + h e + e w multiplications a patient; the gradient as many again and h e + e w for the way back; the
    Hessian-vector product (Pearlmutter 1994) the double of all these, less 2 d h, as the patients' values do not move. The head costs its
    class means and the way back through them. Elementwise work, Adam and the steps themselves are not counted.
    """
    d, h, e, w = BACKBONE.n_columns, BACKBONE.hidden, BACKBONE.features, N_WAY
    n_support, n_query = N_WAY * K_SHOT, N_WAY * N_QUERY
    gradient = 2 * d * h + 3 * h * e + 3 * e * w
    hessian = 2 * d * h + 6 * h * e + 6 * e * w
    head = d * h + 2 * h * e + 2 * w * e
    return 2 * (INNER_STEPS * n_support * (gradient + hessian) + n_query * gradient + n_support * head)


def by_hand_flops() -> int:
    """The same for the products that `perceptron_gradients` does: A is (d+1) x (h+1), B (h+1) x e, and M = V B^T comes before the patients."""
    d, h, e, w = BACKBONE.n_columns + 1, BACKBONE.hidden + 1, BACKBONE.features, N_WAY
    n_support, n_query = N_WAY * K_SHOT, N_WAY * N_QUERY

    def gradient(n: int, times: int = 1) -> int:
        return 2 * n * d * h + 3 * times * (w * e * h + w * n * h)

    head = n_support * (d * h + 3 * w * h) + 3 * w * h * e
    return 2 * (INNER_STEPS * (gradient(n_support) + gradient(n_support, 2)) + gradient(n_query) + head)
