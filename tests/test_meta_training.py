"""The outer loop: reproducible from its plan, moved by AdamW as the formula says, and better after a little of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from metamed_core.backbones import ColumnEncoder
from metamed_core.episode import Episode
from metamed_core.learner import Learner, cross_entropy
from metamed_core.learners import LEARNERS
from metamed_core.meta_training import MetaState, MetaTraining, mean_accuracy, meta_train
from metamed_core.tasks.clinical_prior import ClinicalPrior
from tests.tasks import small_episode, stacked

BACKBONE = ColumnEncoder(width=8, latents=3, features=2)
PRIOR = ClinicalPrior(max_way=3, max_shot=4, max_columns=8, n_query=12)
on_each = pytest.mark.parametrize("name", list(LEARNERS))


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """As the command does: on nets this small a second thread only waits for the first."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def quick(name: str) -> Learner:
    """The learner, with few inner steps where it has any."""
    return LEARNERS[name](**{"inner_steps": 2} if name in {"maml", "reptile"} else {})


def states(name: str, plan: MetaTraining, n: int | None = None) -> list[MetaState]:
    return list(itertools.islice(meta_train(quick(name), BACKBONE, PRIOR, plan), n))


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


@on_each
def test_the_same_plan_gives_the_same_weights_and_another_seed_others(name: str) -> None:
    first, again, other = (states(name, MetaTraining(meta_steps=3, meta_batch=2, seed=seed))[-1] for seed in (5, 5, 6))
    assert same(first.weights, again.weights)
    assert first.loss == again.loss
    assert not same(first.weights, other.weights)


@on_each
def test_the_untrained_start_comes_first_and_states_are_snapshots(name: str) -> None:
    start, *rest = walk = states(name, MetaTraining(meta_steps=3, meta_batch=2, seed=5))
    assert [state.step for state in walk] == [0, 1, 2, 3]
    assert start.loss != start.loss, "no loss is known before the first step"
    assert same(start.weights, LEARNERS[name]().init(BACKBONE, torch.Generator().manual_seed(5)))
    assert all(not same(a.weights, b.weights) for a, b in itertools.pairwise(walk))
    assert all(state.loss > 0 for state in rest)


def test_the_first_step_is_adamws_on_the_clipped_meta_gradient() -> None:
    """Loshchilov and Hutter 2019, alg. 2: at step 1 the corrected moments are g and g^2; the rate starts at its 25th (OneCycleLR)."""
    learner, plan = quick("prototypical"), MetaTraining(meta_steps=50, meta_batch=2, meta_lr=0.05, weight_decay=0.1, seed=5)
    start, first = states("prototypical", plan, 2)
    rng = torch.Generator().manual_seed(5)
    learner.init(BACKBONE, rng)
    loss, gradient = learner.meta_gradient(BACKBONE, start.weights, PRIOR.sample_batch(2, rng), rng)
    assert first.loss == pytest.approx(float(loss), rel=1e-6)
    length = torch.stack([g.square().sum() for g in gradient.values()]).sum().sqrt()
    lr = plan.meta_lr / 25
    for name, weight in start.weights.items():
        g = gradient[name] * min(1.0, 1 / (float(length) + 1e-6))
        expected = weight * (1 - lr * plan.weight_decay) - lr * g / (g.abs() + 1e-8)
        torch.testing.assert_close(first.weights[name], expected, rtol=1e-5, atol=1e-6)


@on_each
def test_a_little_meta_training_helps_on_tasks_never_trained_on(name: str) -> None:
    rng = torch.Generator().manual_seed(10_000)
    held_out = [PRIOR.sample_batch(8, rng) for _ in range(4)]
    walk = states(name, MetaTraining(meta_steps=40, meta_batch=4, meta_lr=0.02))
    before, after = (mean_accuracy(quick(name), BACKBONE, state.weights, held_out) for state in (walk[0], walk[-1]))
    assert after[1] < before[1] - 0.02, "held-out log-loss"
    assert after[0] > before[0] - 0.05, "held-out accuracy"


def test_accuracy_and_log_loss_equal_a_loop_over_patients() -> None:
    learner, tasks = LEARNERS["prototypical"](), [small_episode(seed=seed) for seed in range(2)]
    weights = {name: w.double() for name, w in learner.init(BACKBONE, torch.Generator().manual_seed(0)).items()}
    right, losses = [], []
    for task in tasks:
        *_, last = learner.adapt(BACKBONE, weights, task.support, task.n_way)
        for x, y in zip(task.query.x, task.query.y.tolist(), strict=True):
            proba = last.predict_proba(x.unsqueeze(0))[0]
            right.append(int(proba.argmax()) == y)
            losses.append(-float(proba[y].log()))
    accuracy, loss = mean_accuracy(learner, BACKBONE, weights, [stacked(tasks)])
    assert accuracy == pytest.approx(sum(right) / len(right), rel=1e-12)
    assert loss == pytest.approx(sum(losses) / len(losses), rel=1e-9)


@pytest.mark.parametrize("name", ["prototypical", "matching", "maml"])
def test_the_meta_gradient_of_a_batch_is_the_mean_over_its_tasks(name: str) -> None:
    learner, tasks = quick(name), [small_episode(seed=seed) for seed in range(3)]
    weights = {key: w.double() for key, w in learner.init(BACKBONE, torch.Generator().manual_seed(0)).items()}

    def gradient(batch: Episode) -> dict[str, Tensor]:
        return learner.meta_gradient(BACKBONE, weights, batch, torch.Generator())[1]

    together, alone = gradient(stacked(tasks)), [gradient(stacked([task])) for task in tasks]
    for key, value in together.items():
        torch.testing.assert_close(value, torch.stack([each[key] for each in alone]).mean(0), rtol=1e-9, atol=1e-12)


def test_meta_training_leaves_the_global_generator_alone() -> None:
    before = torch.random.get_rng_state()
    for name in LEARNERS:
        states(name, MetaTraining(meta_steps=1, meta_batch=2))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_balanced_loss_does_not_favour_the_common_diagnosis() -> None:
    """cross_entropy of a prediction that always says the common class: each class counts once, whatever its patients."""
    log_p = torch.tensor([[0.9, 0.1]], dtype=torch.float64).log().expand(10, 2)
    rare, even = (cross_entropy(log_p, torch.tensor(y)) for y in ([0] * 9 + [1], [0] * 5 + [1] * 5))
    torch.testing.assert_close(rare, even)
