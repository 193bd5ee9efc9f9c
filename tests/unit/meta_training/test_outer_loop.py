"""The outer loop: reproducible from its plan, moved by AdamW as the formula says, and better after a little of it."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from metamed_core.data.encoding import CHANNELS
from metamed_core.data.episode import Episode, LabeledSet
from metamed_core.learners import LEARNERS
from metamed_core.learners.learner import cross_entropy
from metamed_core.meta_training.devices_and_processes import Compute
from metamed_core.meta_training.group_seeds import group_rng
from metamed_core.meta_training.outer_loop import Budget, meta_train
from metamed_core.meta_training.tasks.clinical_prior.prior import ClinicalPrior
from metamed_core.networks.cell_transformer import CellTransformer
from metamed_core.words import UserError
from tests.helpers.meta_training import BACKBONE, PRIOR, gradient_of_step, mean_accuracy, on_each, quick, states
from tests.helpers.tasks import small_backbone, small_episode, stacked

pytestmark = pytest.mark.usefixtures("one_thread")


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


@on_each
def test_the_same_plan_gives_the_same_weights_and_another_seed_others(name: str) -> None:
    first, again, other = (states(name, Budget(meta_steps=3, meta_batch=2, seed=seed))[-1] for seed in (5, 5, 6))
    assert same(first.weights, again.weights)
    assert first.loss == again.loss
    assert not same(first.weights, other.weights)


@on_each
def test_the_untrained_start_comes_first_and_states_are_snapshots(name: str) -> None:
    start, *rest = walk = states(name, Budget(meta_steps=3, meta_batch=2, seed=5))
    assert [state.step for state in walk] == [0, 1, 2, 3]
    assert start.loss != start.loss, "no loss is known before the first step"
    assert same(start.weights, LEARNERS[name]().init(small_backbone(name), torch.Generator().manual_seed(5)))
    assert all(not same(a.weights, b.weights) for a, b in itertools.pairwise(walk))
    assert all(state.loss > 0 for state in rest)


class Noted:
    """The prior, keeping what it has drawn."""

    def __init__(self) -> None:
        self.prior, self.drawn = ClinicalPrior(max_way=5, max_shot=4, max_columns=30, n_query=12), list[Episode]()

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        self.drawn.append(self.prior.sample_batch(n_tasks, rng))
        return self.drawn[-1]


def test_a_step_draws_its_groups_each_with_a_shape_of_its_own() -> None:
    tasks, plan = Noted(), Budget(meta_steps=3, meta_batch=6, groups=3)
    list(meta_train(quick("prototypical"), BACKBONE, tasks, plan))
    assert [len(each.support.x) for each in tasks.drawn] == [2] * 9
    assert len({each.support.x.shape for each in tasks.drawn}) > 5, "two of nine may agree by chance"


@on_each
def test_the_gradient_of_a_step_is_the_mean_over_its_groups(name: str) -> None:
    learner, backbone, plan = quick(name), small_backbone(name), Budget(meta_batch=6, groups=3, seed=4)
    weights = learner.init(backbone, torch.Generator().manual_seed(0))
    loss, gradient = gradient_of_step(learner, backbone, weights, PRIOR, plan, step=7)
    alone = []
    for group in range(3):
        rng = group_rng(4, 7, group)
        alone.append(learner.meta_gradient(backbone, weights, PRIOR.sample_batch(2, rng), rng))
    torch.testing.assert_close(loss, torch.stack([each[0] for each in alone]).mean())
    for key, value in gradient.items():
        torch.testing.assert_close(value, torch.stack([each[1][key] for each in alone]).mean(0))


def test_every_seed_step_and_group_has_a_stream_of_its_own() -> None:
    """Also at seeds that take more than one word of 32 bits, where careless seeding runs into the step."""
    keys = itertools.product([0, 1, 2**32, 2**63 - 1], range(1, 21), range(8))
    assert len({float(torch.rand(1, generator=group_rng(*key), dtype=torch.float64)) for key in keys}) == 4 * 20 * 8
    assert torch.equal(torch.rand(9, generator=group_rng(3, 2, 1)), torch.rand(9, generator=group_rng(3, 2, 1)))


def test_processes_that_draw_ahead_change_nothing() -> None:
    plan, learner = Budget(meta_steps=3, meta_batch=4, groups=2, seed=5), quick("prototypical")
    *_, ahead = meta_train(learner, BACKBONE, PRIOR, plan, compute=Compute(drawers=1))
    here = states("prototypical", plan)[-1]
    assert ahead.loss == here.loss
    assert all(torch.equal(ahead.weights[name], weight) for name, weight in here.weights.items())


@on_each
def test_from_any_state_it_goes_on_to_the_same_bits(name: str) -> None:
    plan = Budget(meta_steps=6, meta_batch=4, groups=2, seed=5, hidden_lr=0.01)
    walk = states(name, plan)
    assert set(walk[-1].mean) > set(walk[-1].square), "Muon keeps no squares"
    for start in walk:
        rest = list(meta_train(quick(name), small_backbone(name), PRIOR, plan, start=start))
        first, last = rest[0], rest[-1]
        assert first.step == start.step
        assert same(first.weights, start.weights)
        for part in ("weights", "mean", "square"):
            assert same(getattr(last, part), getattr(walk[-1], part))


@pytest.mark.parametrize(("batch", "groups"), [(16, 3), (2, 4), (4, 0)])
def test_tasks_that_the_groups_cannot_share_are_refused(batch: int, groups: int) -> None:
    with pytest.raises(UserError) as caught:
        Budget(meta_batch=batch, groups=groups)
    assert caught.value.words.en == (
        f"{batch} tasks cannot be divided evenly among {groups} groups: choose --meta-batch or --groups so that the first is a multiple of the second."
    )


@pytest.mark.parametrize("name", [name for name in LEARNERS if name != "prior_fitted"])
def test_a_little_meta_training_helps_on_tasks_never_trained_on(name: str) -> None:
    rng = torch.Generator().manual_seed(10_000)
    held_out = [PRIOR.sample_batch(8, rng) for _ in range(4)]
    walk = states(name, Budget(meta_steps=40, meta_batch=4, meta_lr=0.02))
    before, after = (mean_accuracy(quick(name), small_backbone(name), state.weights, held_out) for state in (walk[0], walk[-1]))
    assert after[1] < before[1] - 0.02, "held-out log-loss"
    assert after[0] > before[0] - 0.05, "held-out accuracy"


def test_an_in_context_network_learns_to_read_labels_from_nothing() -> None:
    """Tasks of one column and two diagnoses that it tells apart: far better than the chance from which it starts."""
    network, learner = CellTransformer(16, 2, 2, 2, 16, 2, 1, mark=2), LEARNERS["prior_fitted"]()
    start, *_, last = meta_train(learner, network, Apart(), Budget(150, 16, 0.01, seed=1, hidden_lr=0.01))
    rng = torch.Generator().manual_seed(10_000)
    before, after = (mean_accuracy(learner, network, state.weights, [Apart().sample_batch(40, rng)]) for state in (start, last))
    assert before[0] < 0.65
    assert after[0] > 0.9
    assert after[1] < 0.35


class Apart:
    """Two diagnoses, three labeled patients each, one column; which of them is high is drawn for each task."""

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        y = torch.arange(12).remainder(2).expand(n_tasks, -1)
        high = torch.where(torch.rand(n_tasks, 1, generator=rng) < 0.5, 1.0, -1.0) * (2.0 * y - 1)
        cells = torch.zeros(n_tasks, 12, 1, len(CHANNELS))
        cells[..., 0, 0] = high + 0.3 * torch.randn(n_tasks, 12, generator=rng)
        return Episode(LabeledSet(cells[:, :6], y[:, :6]), LabeledSet(cells[:, 6:], y[:, 6:]), 2)


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
        states(name, Budget(meta_steps=1, meta_batch=2))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_balanced_loss_does_not_favor_the_common_diagnosis() -> None:
    """cross_entropy of a prediction that always says the common class: each class counts once, whatever its patients."""
    log_p = torch.tensor([[0.9, 0.1]], dtype=torch.float64).log().expand(10, 2)
    rare, even = (cross_entropy(log_p, torch.tensor(y)) for y in ([0] * 9 + [1], [0] * 5 + [1] * 5))
    torch.testing.assert_close(rare, even)
