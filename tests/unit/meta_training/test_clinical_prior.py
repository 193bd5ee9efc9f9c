"""The synthetic tasks of meta-training: made from a seed alone, of the promised shapes, neither hopeless nor trivial."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist

from metamed_core.data.encoding import CHANNELS
from metamed_core.data.episode import Episode
from metamed_core.meta_training.tasks.clinical_prior.prior import ClinicalPrior

MISSING, REFERENCED, STATED = (CHANNELS.index(name) for name in ("missing", "referenced", "stated"))
N_TASKS = 4
PRIOR = ClinicalPrior(cells_a_task=4_000)


def batches(n: int, seed: int = 0) -> list[Episode]:
    rng = torch.Generator().manual_seed(seed)
    return [PRIOR.sample_batch(N_TASKS, rng) for _ in range(n)]


@pytest.fixture(scope="module")
def many() -> list[Episode]:
    return batches(60)


def tensors(batch: Episode) -> list[torch.Tensor]:
    return [batch.support.x, batch.support.y, batch.query.x, batch.query.y]


def test_the_same_seed_draws_the_same_tasks_and_another_seed_others() -> None:
    for one, same in zip(batches(5), batches(5), strict=True):
        assert all(torch.equal(a, b) for a, b in zip(tensors(one), tensors(same), strict=True))
    one, other = batches(1)[0].support.x, batches(1, seed=1)[0].support.x
    assert one.shape != other.shape or not torch.equal(one, other)


def test_the_tasks_of_a_batch_differ() -> None:
    assert not torch.equal(batches(1)[0].support.x[0], batches(1)[0].support.x[1])


def test_randomness_comes_from_the_generator_only() -> None:
    before = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002 - it is what is checked
    batches(10)
    assert torch.equal(torch.random.get_rng_state(), before[0])
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002


def test_shapes_and_ranges(many: list[Episode]) -> None:
    prior = PRIOR
    for batch in many:
        n_tasks, n_support, n_columns = batch.support.x.shape[:3]
        n_query = batch.query.y.shape[1]
        cells = n_tasks * (n_support + n_query) * n_columns
        assert n_tasks == N_TASKS or cells <= prior.cells_a_task * N_TASKS or n_tasks == 1
        assert batch.support.x.shape == (n_tasks, n_support, n_columns, len(CHANNELS))
        assert batch.query.x.shape == (n_tasks, n_query, n_columns, len(CHANNELS))
        assert 2 <= batch.n_way <= prior.max_way
        assert batch.n_way <= n_support <= batch.n_way * prior.max_shot
        assert 2 <= n_columns <= prior.max_columns
        assert all(bool(each.isfinite().all()) for each in tensors(batch))
    ways, shots = {batch.n_way for batch in many}, {batch.support.y.shape[1] // batch.n_way for batch in many}
    assert {2, 3} <= ways
    assert max(ways) > 5
    assert 1 in shots
    assert max(shots) >= 15
    assert {len(batch.support.x) for batch in many} > {N_TASKS}, "large tasks come in smaller groups"


def test_every_diagnosis_is_labeled_at_least_once_and_the_query_is_balanced(many: list[Episode]) -> None:
    uneven = 0
    for batch in many:
        for y, asked in zip(batch.support.y, batch.query.y, strict=True):
            counts = torch.bincount(y, minlength=batch.n_way)
            assert int(counts.min()) >= 1
            uneven += int(counts.max() > counts.min())
            assert len(set(torch.bincount(asked, minlength=batch.n_way).tolist())) == 1
    assert 0 < uneven < sum(len(batch.support.y) for batch in many)


def test_half_of_the_tasks_have_gaps_and_a_third_reference_ranges(many: list[Episode]) -> None:
    gaps = [float((x[..., MISSING] == 1).any()) for batch in many for x in batch.query.x]
    ranges = [float((x[..., REFERENCED] == 1).any()) for batch in many for x in batch.query.x]
    # 240 tasks: four standard errors of a share are at most 0.13.
    assert np.mean(gaps) == pytest.approx(0.5, abs=0.13)
    assert np.mean(ranges) == pytest.approx(0.33, abs=0.13)


def test_a_nearest_centroid_is_above_chance_and_far_from_perfect(many: list[Episode]) -> None:
    gain, accuracy = [], []
    for batch in many:
        for x, y, xq, yq in zip(*tensors(batch), strict=True):
            centroids = np.stack([x[y == label, :, 0].numpy().mean(0) for label in range(batch.n_way)])
            accuracy.append(float((cdist(xq[..., 0].numpy(), centroids).argmin(1) == yq.numpy()).mean()))
            gain.append(accuracy[-1] - 1 / batch.n_way)
    assert np.mean(gain) > 0.1
    assert np.mean(accuracy) < 0.9


def test_with_statements_each_diagnosis_has_a_row_that_says_few_or_many_things_of_it() -> None:
    prior, rng = ClinicalPrior(max_way=30, statements=1.0), torch.Generator().manual_seed(3)
    shots, ways, said = set(), set(), []
    for _ in range(60):
        batch = prior.sample_batch(N_TASKS, rng)
        x, y = batch.support.x, batch.support.y
        rows, patients = x[:, -batch.n_way :], x[:, : -batch.n_way]
        assert torch.equal(y[:, -batch.n_way :], torch.arange(batch.n_way).expand(len(y), -1))
        assert torch.equal(rows[..., STATED] == 0, rows[..., MISSING] == 1), "what is not said is missing"
        assert float(rows[..., STATED].max()) <= 1
        assert not patients[..., STATED].any()
        assert not batch.query.x[..., STATED].any()
        assert bool(x.isfinite().all())
        shots.add(patients.shape[1])
        ways.add(batch.n_way)
        said.append(float((rows[..., STATED] > 0).float().mean()))
    assert 0 in shots, "some have no patient at all"
    assert max(ways) > 10
    assert 0.1 < np.mean(said) < 0.7


def test_statements_point_to_the_truth_more_often_than_not() -> None:
    """Without any patient: the diagnosis whose statements lie nearest is right more often than by chance, and not always."""
    rng, right, chance = torch.Generator().manual_seed(4), [], []
    while len(right) < 60:
        batch = ClinicalPrior(statements=1.0, cells_a_task=4_000).sample_batch(N_TASKS, rng)
        rows = batch.support.x[:, -batch.n_way :]
        apart = (batch.query.x.unsqueeze(2) - rows.unsqueeze(1))[..., 0].square() * rows[..., STATED].unsqueeze(1)
        nearest = (apart.sum(-1) / (rows[..., STATED] > 0).sum(-1).clamp_min(1).unsqueeze(1)).argmin(-1)
        right.append(float((nearest == batch.query.y).float().mean()))
        chance.append(1 / batch.n_way)
    assert np.mean(chance) + 0.05 < np.mean(right) < 0.9
