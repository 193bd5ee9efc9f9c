"""The in-context network and its learner: against a calculation by hand, and what must never depend on what."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from metamed_core.data.encoding import ColumnScale
from metamed_core.data.episode import LabeledSet
from metamed_core.learners import prior_fitted
from metamed_core.learners import readings as shown
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.prior_fitted import PriorFitted
from metamed_core.learners.readings import draw_readings
from metamed_core.networks.canonical_order import class_ranks, column_ranks, patient_order
from tests.helpers.cell_transformers import SMALL, table, weights_of
from tests.helpers.tasks import small_episode

# ---- how a table is shown


def rearranged(support: LabeledSet, rows: Tensor, columns: Tensor, number: Tensor) -> LabeledSet:
    return LabeledSet(support.x[rows][:, columns], number[support.y[rows]])


def test_ranks_travel_with_what_they_rank() -> None:
    support, rng = small_episode(k_shot=4, n_columns=6).support, torch.Generator().manual_seed(4)
    rows, columns, number = torch.randperm(12, generator=rng), torch.randperm(6, generator=rng), torch.tensor([1, 2, 0])
    other = rearranged(support, rows, columns, number)
    ranks, others = column_ranks(support, 3), column_ranks(other, 3)
    assert torch.equal(others, ranks[columns])
    assert sorted(ranks.tolist()) == list(range(6))
    classes = class_ranks(support, 3, ranks)
    assert torch.equal(class_ranks(other, 3, others)[number], classes)
    order, others_order = patient_order(support, ranks, classes), patient_order(other, others, class_ranks(other, 3, others))
    assert torch.equal(rows[others_order], order)


def test_columns_that_nothing_tells_apart_share_a_rank() -> None:
    x = table(1, 6, 3, 0)[0]
    x[:, 1] = x[:, 0]
    ranks = column_ranks(LabeledSet(x, torch.arange(6) % 2), 2)
    assert int(ranks[0]) == int(ranks[1]) != int(ranks[2])


def test_the_readings_of_a_table_differ_and_are_drawn_again_the_same() -> None:
    support = small_episode().support
    one, same = draw_readings(SMALL, support, 3, 5), draw_readings(SMALL, support, 3, 5)
    for name in ("patients", "columns", "codes", "marks"):
        assert torch.equal(getattr(one, name), getattr(same, name))
    assert not torch.equal(one.codes[0], one.codes[1])
    assert len({tuple(each.flatten().tolist()) for each in one.marks}) > 1
    assert all(len(each.unique(dim=0)) == 3 for each in one.marks), "each diagnosis has a mark of its own"


def test_the_votes_of_the_labeled_patients_are_the_answer() -> None:
    task, weights = small_episode(k_shot=4), weights_of(SMALL)
    *_, last = PriorFitted().adapt(SMALL, weights, task.support, 3)
    votes = last.votes(task.query.x)
    assert votes.shape == (len(task.query.x), len(task.support))
    assert float(votes.min()) > 0
    torch.testing.assert_close(votes.sum(1), torch.ones(len(votes), dtype=votes.dtype), rtol=0, atol=1e-12)
    by_class = torch.stack([votes[:, task.support.y == k].sum(1) for k in range(3)], 1)
    torch.testing.assert_close(by_class, last.predict_proba(task.query.x), rtol=0, atol=1e-10)


def test_of_a_large_table_each_reading_has_its_own_part_with_every_diagnosis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "MAX_PATIENTS", 8)
    monkeypatch.setattr(shown, "MAX_COLUMNS", 4)
    support = LabeledSet(table(1, 30, 9, 0)[0], torch.arange(30) % 3)
    readings = draw_readings(SMALL, support, 3, 6)
    assert readings.patients.shape == (6, 8)
    assert readings.columns.shape == (6, 4)
    for patients, columns in zip(readings.patients, readings.columns, strict=True):
        assert set(support.y[patients].tolist()) == {0, 1, 2}
        assert len(set(patients.tolist())) == 8
        assert len(set(columns.tolist())) == 4
    assert len(set(readings.columns.flatten().tolist())) == 9, "together they see every column"
    rng = torch.Generator().manual_seed(1)
    other = rearranged(support, torch.randperm(30, generator=rng), torch.randperm(9, generator=rng), torch.tensor([2, 0, 1]))
    weights, query = weights_of(SMALL), table(1, 5, 9, 7)[0]
    answers = [list(PriorFitted().adapt(SMALL, weights, each, 3))[-1] for each in (support, other)]
    order = torch.tensor([int((other.x[0, j] == support.x[:, :, :]).all(-1).any(0).nonzero()[0]) for j in range(9)])
    torch.testing.assert_close(
        answers[0].predict_proba(query), answers[1].predict_proba(query[:, order])[:, torch.tensor([2, 0, 1])], rtol=1e-4, atol=1e-6
    )


def test_every_second_reading_sees_no_reference_range() -> None:
    values = torch.randn(12, 4, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    values[2, 0] = values[7, 1] = torch.nan
    plain = ColumnScale.fit(values)
    ranged = plain.with_reference(plain.center + 1, 3 * plain.spread, torch.tensor([[True, False, True, True]]))
    cells, without = ranged.cells(values), plain.cells(values)
    support = LabeledSet(cells[:9], torch.arange(9) % 3)
    readings = draw_readings(SMALL, support, 3, 4)
    for seen, labeled, columns, is_ranged in zip(
        readings.cells(cells[9:]), readings.labeled_cells(cells), readings.columns, (True, False, True, False), strict=True
    ):
        expected = (cells if is_ranged else without)[:, columns]
        torch.testing.assert_close(seen, expected[9:], rtol=0, atol=0)
        torch.testing.assert_close(labeled, expected[:9], rtol=0, atol=0)
    assert not torch.equal(cells, without)
    torch.testing.assert_close(cells, ranged.cells(values), rtol=0, atol=0, msg="the caller's cells stay as they are")


def test_reading_in_parts_is_reading_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    task, weights = small_episode(), weights_of(SMALL)
    whole = list(PriorFitted().adapt(SMALL, weights, task.support, 3))[-1].predict_proba(task.query.x)
    monkeypatch.setattr(prior_fitted, "CELLS_AT_ONCE", 1)
    parts = list(PriorFitted().adapt(SMALL, weights, task.support, 3))[-1].predict_proba(task.query.x)
    torch.testing.assert_close(whole, parts, rtol=1e-9, atol=1e-12)


# ---- the shipped network


def test_many_diagnoses_are_told_apart() -> None:
    """Thirty diagnoses, each with two patients near a corner of its own."""
    rng = torch.Generator().manual_seed(0)
    centers = 3 * torch.randn(30, 8, generator=rng, dtype=torch.float64)
    values = (centers.unsqueeze(1) + 0.2 * torch.randn(30, 3, 8, generator=rng, dtype=torch.float64)).flatten(0, 1)
    cells, y = ColumnScale.fit(values).cells(values), torch.arange(90) // 3
    known, learner = torch.arange(90) % 3 < 2, PriorFitted()
    *_, last = load_weights("universal", learner).adapt(learner, LabeledSet(cells[known], y[known]), 30)
    assert float((last.predict_proba(cells[~known]).argmax(1) == y[~known]).double().mean()) > 0.8


@pytest.mark.parametrize("n_way", [14, 25])
def test_among_many_diagnoses_it_is_about_as_sure_as_it_is_right(n_way: int) -> None:
    """It said 70 to 90% where 35% were right: readings of the same patients were counted as independent evidence."""
    rng, learner, right, sure = torch.Generator().manual_seed(1), PriorFitted(), 0.0, 0.0
    for _ in range(3):
        centers, y = torch.randn(n_way, 6, generator=rng, dtype=torch.float64), torch.arange(4 * n_way) // 4
        values = centers[y] + torch.randn(4 * n_way, 6, generator=rng, dtype=torch.float64)
        cells, known = ColumnScale.fit(values).cells(values), torch.arange(4 * n_way) % 4 < 2
        *_, last = load_weights("universal", learner).adapt(learner, LabeledSet(cells[known], y[known]), n_way)
        top = last.predict_proba(cells[~known]).max(1)
        right, sure = right + float((top.indices == y[~known]).double().mean()) / 3, sure + float(top.values.mean()) / 3
    assert right > 2 / n_way
    assert abs(sure - right) < 0.12, f"{sure:.2f} said, {right:.2f} right"


def test_a_hundred_columns_and_ten_diagnoses_work() -> None:
    task, learner = small_episode(n_way=10, k_shot=2, n_columns=100), PriorFitted()
    *_, last = load_weights("universal", learner).adapt(learner, task.support, 10)
    assert float((last.predict_proba(task.query.x).argmax(1) == task.query.y).double().mean()) > 0.5, "chance is 0.1"


def test_another_network_is_refused() -> None:
    from metamed_core.networks.backbones import ColumnEncoder

    with pytest.raises(TypeError, match="CellTransformer"):
        next(PriorFitted().adapt(ColumnEncoder(), {}, small_episode().support, 3))
