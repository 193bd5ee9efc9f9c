"""The in-context network and its learner: against a calculation by hand, and what must never depend on what."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy.special import softmax
from torch import Tensor

from metamed_core.data.encoding import CHANNELS
from metamed_core.data.episode import Episode, LabelledSet
from metamed_core.learners import prior_fitted
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.prior_fitted import PriorFitted, draw_readings
from metamed_core.networks.backbones import Weights
from metamed_core.networks.canonical import class_ranks, column_ranks, patient_order
from metamed_core.networks.cell_transformer import CellTransformer
from tests.helpers.tasks import small_episode, stacked

SMALL = CellTransformer(width=8, heads=2, cell_layers=2, tokens=2, row_width=12, row_heads=3, row_layers=1, slots=4, code=3)
Array = npt.NDArray[np.float64]


def weights_of(network: CellTransformer, seed: int = 0) -> dict[str, Tensor]:
    """Random weights, the gains and biases too, so that a forgotten one shows."""
    rng = torch.Generator().manual_seed(seed)
    start = {name: weight.double() for name, weight in network.init(rng).items()}
    return {
        name: weight + 0.1 * torch.randn(weight.shape, generator=rng, dtype=torch.float64) if weight.dim() == 1 else weight
        for name, weight in start.items()
    }


def table(b: int, n: int, n_columns: int, seed: int) -> Tensor:
    return torch.randn(b, n, n_columns, len(CHANNELS), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# ---- by hand: one patient, one token, one head at a time


def norm(x: Array) -> Array:
    return (x - x.mean()) / np.sqrt(x.var() + 1e-5)


def gelu(x: Array) -> Array:
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def attention(w: dict[str, Array], name: str, heads: int, asking: Array, asked: list[Array]) -> Array:
    width = len(asking)
    size, inward = width // heads, w[f"{name}.hidden_in"]
    query = inward[:width] @ (norm(asking) * w[f"{name}.gain"])
    seen = [norm(each) * w[f"{name}.gain"] for each in asked]
    keys, values = [inward[width : 2 * width] @ each for each in seen], [inward[2 * width :] @ each for each in seen]
    parts = []
    for h in range(heads):
        part = slice(h * size, (h + 1) * size)
        weight = softmax([query[part] @ key[part] / np.sqrt(size) for key in keys])
        parts.append(sum(a * value[part] for a, value in zip(weight, values, strict=True)))
    return np.asarray(w[f"{name}.hidden_out"] @ np.concatenate(parts))


def dense(w: dict[str, Array], name: str, x: Array) -> Array:
    return np.asarray(w[f"{name}.hidden_down"] @ gelu(w[f"{name}.hidden_up"] @ (norm(x) * w[f"{name}.gain"]) + w[f"{name}.bias"]))


def by_hand(net: CellTransformer, w: dict[str, Array], x: Array, slot: list[int], asked: Array, codes: Array) -> Array:
    """Scores of the asked patients `(n, slots)`; labelled patients first, then the others, token by token."""
    people, labels = [*x, *asked], [*slot, *([None] * len(asked))]
    labelled = range(len(x))
    tokens: list[list[Array]] = []
    for cells, label in zip(people, labels, strict=True):
        own = [w["token.start"][t] + (0 if label is None else w["token.slot"][label]) for t in range(net.tokens)]
        for cell, code in zip(cells, codes, strict=True):
            token = w["cell.hidden"] @ gelu(w["cell.in"] @ cell + w["cell.bias"]) + w["cell.code"] @ code
            own.append(token + (0 if label is None else w["cell.slot"][label]))
        tokens.append(own)
    for i in range(net.cell_layers):
        name = f"cell.{i}"
        over = [
            [t + attention(w, f"{name}.patients", net.heads, t, [tokens[s][j] for s in labelled]) for j, t in enumerate(own)]
            for own in tokens
        ]
        across = [[t + attention(w, f"{name}.columns", net.heads, t, own) for t in own] for own in over]
        tokens = [[t + dense(w, name, t) for t in own] for own in across]
    rows = []
    for own, label in zip(tokens, labels, strict=True):
        row = w["row.hidden"] @ np.concatenate([norm(t) for t in own[: net.tokens]])
        rows.append(row + (0 if label is None else w["row.slot"][label]))
    for i in range(net.row_layers):
        rows = [r + attention(w, f"row.{i}.patients", net.row_heads, r, [rows[s] for s in labelled]) for r in rows]
        rows = [r + dense(w, f"row.{i}", r) for r in rows]
    rows = [norm(r) * w["out.gain"] for r in rows]
    keys = np.zeros((net.slots, net.row_width))
    for s in range(net.slots):
        mine = [w["out.hidden_key"] @ rows[i] for i in labelled if slot[i] == s]
        keys[s] = np.mean(mine, axis=0) if mine else 0
    return np.array(
        [w["out.slot"] @ r + w["out.bias"] + keys @ (w["out.hidden_query"] @ r) / np.sqrt(net.row_width) for r in rows[len(x) :]]
    )


def test_the_network_equals_a_calculation_by_hand() -> None:
    weights, slot = weights_of(SMALL), torch.tensor([[0, 3, 0, 1, 3], [2, 2, 1, 0, 2]])
    support, query = table(2, 5, 3, 1), table(2, 4, 3, 2)
    codes = torch.randn(2, 3, SMALL.code, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    memory = SMALL.read(weights, support, slot, codes)
    scores = SMALL.logits(weights, memory, SMALL.ask(weights, memory, query))
    plain = {name: weight.numpy() for name, weight in weights.items()}
    for i in range(2):
        expected = by_hand(SMALL, plain, support[i].numpy(), slot[i].tolist(), query[i].numpy(), codes[i].numpy())
        np.testing.assert_allclose(scores[i].numpy(), expected, rtol=1e-9, atol=1e-11)


def test_what_is_read_does_not_depend_on_who_is_asked_nor_one_answer_on_another() -> None:
    weights, codes = weights_of(SMALL), torch.randn(1, 3, SMALL.code, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    memory, query = SMALL.read(weights, table(1, 5, 3, 1), torch.tensor([[0, 1, 0, 1, 1]]), codes), table(1, 6, 3, 2)
    together = SMALL.ask(weights, memory, query)
    alone = torch.cat([SMALL.ask(weights, memory, query[:, i : i + 1]) for i in range(6)], 1)
    torch.testing.assert_close(together, alone, rtol=1e-10, atol=1e-12)


# ---- meta-training


def meta_batch(n_way: int = 3) -> Episode:
    return stacked([small_episode(n_way=n_way, seed=seed) for seed in (0, 1)])


def test_the_meta_gradient_is_that_of_finite_differences() -> None:
    weights, learner, tasks = weights_of(SMALL), PriorFitted(), meta_batch()
    loss, gradient = learner.meta_gradient(SMALL, weights, tasks, torch.Generator().manual_seed(5))
    assert set(gradient) == set(weights)
    for seed in range(3):
        rng = torch.Generator().manual_seed(seed)
        way = {name: torch.randn(weight.shape, generator=rng, dtype=torch.float64) for name, weight in weights.items()}

        def at(step: float, way: Weights = way) -> float:
            moved = {name: weight + step * way[name] for name, weight in weights.items()}
            return float(learner.meta_gradient(SMALL, moved, tasks, torch.Generator().manual_seed(5))[0])

        slope = (at(1e-5) - at(-1e-5)) / 2e-5
        torch.testing.assert_close(float(sum((gradient[name] * way[name]).sum() for name in weights)), slope, rtol=1e-5, atol=1e-7)
    assert float(loss) == pytest.approx(at(0.0), rel=1e-12)


def test_the_meta_loss_of_one_task_is_that_of_a_meta_batch_of_one() -> None:
    weights, task = weights_of(SMALL), small_episode()
    alone = PriorFitted().meta_loss(SMALL, weights, task)
    batch, _ = PriorFitted().meta_gradient(SMALL, weights, stacked([task]), torch.Generator().manual_seed(prior_fitted.SEED))
    torch.testing.assert_close(alone.detach(), batch, rtol=1e-12, atol=0)


def test_half_precision_gives_nearly_the_same_gradient_and_keeps_the_weights_kind() -> None:
    weights, tasks = {name: weight.float() for name, weight in weights_of(SMALL).items()}, meta_batch()
    _, plain = PriorFitted().meta_gradient(SMALL, weights, tasks, torch.Generator().manual_seed(5))
    with torch.autocast("cpu", torch.bfloat16, cache_enabled=False):
        _, half = PriorFitted().meta_gradient(SMALL, weights, tasks, torch.Generator().manual_seed(5))
    one, other = (torch.cat([each[name].flatten() for name in weights]) for each in (plain, half))
    assert other.dtype == torch.float32
    assert not torch.equal(one, other)
    assert float(torch.cosine_similarity(one, other, dim=0)) > 0.98


# ---- how a table is shown


def rearranged(support: LabelledSet, rows: Tensor, columns: Tensor, number: Tensor) -> LabelledSet:
    return LabelledSet(support.x[rows][:, columns], number[support.y[rows]])


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
    ranks = column_ranks(LabelledSet(x, torch.arange(6) % 2), 2)
    assert int(ranks[0]) == int(ranks[1]) != int(ranks[2])


def test_the_readings_of_a_table_differ_and_are_drawn_again_the_same() -> None:
    support = small_episode().support
    one, same = draw_readings(SMALL, support, 3, 5), draw_readings(SMALL, support, 3, 5)
    for name in ("patients", "columns", "codes", "slot"):
        assert torch.equal(getattr(one, name), getattr(same, name))
    assert not torch.equal(one.codes[0], one.codes[1])
    assert len({tuple(each) for each in one.slot.tolist()}) > 1
    assert all(len(set(each)) == 3 for each in one.slot.tolist()), "each diagnosis has a slot of its own"


def test_more_diagnoses_than_slots_share_them_evenly_and_otherwise_in_each_reading() -> None:
    y = torch.arange(22) % 11
    readings = draw_readings(SMALL, LabelledSet(table(1, 22, 3, 0)[0], y), 11, 40)
    for slot in readings.slot.tolist():
        assert max(slot.count(each) for each in range(SMALL.slots)) == 3
    together = [tuple(slot) for slot in readings.slot.T.tolist()]
    assert len(set(together)) == 11, "no two diagnoses share a slot in every reading"


def test_of_a_large_table_each_reading_has_its_own_part_with_every_diagnosis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prior_fitted, "MAX_PATIENTS", 8)
    monkeypatch.setattr(prior_fitted, "MAX_COLUMNS", 4)
    support = LabelledSet(table(1, 30, 9, 0)[0], torch.arange(30) % 3)
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


def test_reading_in_parts_is_reading_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    task, weights = small_episode(), weights_of(SMALL)
    whole = list(PriorFitted().adapt(SMALL, weights, task.support, 3))[-1].predict_proba(task.query.x)
    monkeypatch.setattr(prior_fitted, "CELLS_AT_ONCE", 1)
    parts = list(PriorFitted().adapt(SMALL, weights, task.support, 3))[-1].predict_proba(task.query.x)
    torch.testing.assert_close(whole, parts, rtol=1e-9, atol=1e-12)


# ---- the shipped network


def test_many_diagnoses_are_told_apart() -> None:
    """Thirty diagnoses, three times as many as slots, each with two patients near a corner of its own."""
    rng = torch.Generator().manual_seed(0)
    centres = 3 * torch.randn(30, 8, generator=rng, dtype=torch.float64)
    values = (centres.unsqueeze(1) + 0.2 * torch.randn(30, 3, 8, generator=rng, dtype=torch.float64)).flatten(0, 1)
    from metamed_core.data.encoding import ColumnScale

    cells, y = ColumnScale.fit(values).cells(values), torch.arange(90) // 3
    known, learner = torch.arange(90) % 3 < 2, PriorFitted()
    *_, last = load_weights("universal", learner).adapt(learner, LabelledSet(cells[known], y[known]), 30)
    assert float((last.predict_proba(cells[~known]).argmax(1) == y[~known]).double().mean()) > 0.8


def test_a_hundred_columns_and_ten_diagnoses_work() -> None:
    task, learner = small_episode(n_way=10, k_shot=2, n_columns=100), PriorFitted()
    *_, last = load_weights("universal", learner).adapt(learner, task.support, 10)
    assert float((last.predict_proba(task.query.x).argmax(1) == task.query.y).double().mean()) > 0.5, "chance is 0.1"


def test_answering_is_quick_enough_to_watch() -> None:
    """5 diagnoses x 5 patients x 20 columns, 50 asked: under 100 ms on an idle computer (tests/benchmarks/bench.py measures); here under load."""
    task, learner = small_episode(n_way=5, k_shot=5, n_query=10, n_columns=20), PriorFitted()
    start, seconds = load_weights("universal", learner), []
    for _ in range(5):
        began = time.perf_counter()
        *_, last = start.adapt(learner, task.support, 5)
        last.predict_proba(task.query.x)
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 1.0


def test_the_sizes_of_the_network_are_on_its_card() -> None:
    backbone = load_weights("universal", PriorFitted()).backbone
    assert isinstance(backbone, CellTransformer)
    assert backbone == PriorFitted.default_backbone()
    assert backbone.card() == {"name": "cell_transformer", **dataclasses.asdict(backbone)}


def test_another_network_is_refused() -> None:
    from metamed_core.networks.backbones import ColumnEncoder

    with pytest.raises(TypeError, match="CellTransformer"):
        next(PriorFitted().adapt(ColumnEncoder(), {}, small_episode().support, 3))
