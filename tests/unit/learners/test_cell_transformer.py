"""The in-context network: its answers against a calculation by hand, its gradient against finite differences."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy.special import softmax

from metamed_core.data.episode import Episode
from metamed_core.learners import readings
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.prior_fitted import PriorFitted
from metamed_core.networks.backbones import Weights
from metamed_core.networks.cell_transformer import CellTransformer
from metamed_core.networks.class_marks import class_marks
from tests.helpers.cell_transformers import SMALL, table, weights_of
from tests.helpers.tasks import small_episode, stacked

Array = npt.NDArray[np.float64]


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


def by_hand(net: CellTransformer, w: dict[str, Array], x: Array, y: list[int], marks: Array, asked: Array, codes: Array) -> Array:
    """Shares of the labeled patients `(n, n_labeled)`; labeled patients first, then the others, token by token."""
    people, labels = [*x, *asked], [*(marks[k] for k in y), *([None] * len(asked))]
    labeled = range(len(x))
    tokens: list[list[Array]] = []
    for cells, label in zip(people, labels, strict=True):
        own = [w["token.start"][t] + (0 if label is None else w["token.mark"] @ label + w["token.labeled"]) for t in range(net.tokens)]
        for cell, code in zip(cells, codes, strict=True):
            token = w["cell.hidden"] @ gelu(w["cell.in"] @ cell + w["cell.bias"]) + w["cell.code"] @ code
            own.append(token + (0 if label is None else w["cell.mark"] @ label + w["cell.labeled"]))
        tokens.append(own)
    for i in range(net.cell_layers):
        name = f"cell.{i}"
        over = [
            [t + attention(w, f"{name}.patients", net.heads, t, [tokens[s][j] for s in labeled]) for j, t in enumerate(own)]
            for own in tokens
        ]
        across = [[t + attention(w, f"{name}.columns", net.heads, t, own) for t in own] for own in over]
        tokens = [[t + dense(w, name, t) for t in own] for own in across]
    rows = []
    for own, label in zip(tokens, labels, strict=True):
        row = w["row.hidden"] @ np.concatenate([norm(t) for t in own[: net.tokens]])
        rows.append(row + (0 if label is None else w["row.mark"] @ label + w["row.labeled"]))
    for i in range(net.row_layers):
        rows = [r + attention(w, f"row.{i}.patients", net.row_heads, r, [rows[s] for s in labeled]) for r in rows]
        rows = [r + dense(w, f"row.{i}", r) for r in rows]
    rows = [norm(r) * w["out.gain"] for r in rows]
    shares = []
    for r in rows[len(x) :]:
        score = [(w["out.hidden_key"] @ rows[i]) @ (w["out.hidden_query"] @ r) / np.sqrt(net.row_width) for i in labeled]
        weight = np.exp(np.exp(w["out.sharpness"]) * np.array(score)) / np.array([y.count(y[i]) for i in labeled])
        shares.append(weight / weight.sum())
    return np.array(shares)


def test_the_network_equals_a_calculation_by_hand() -> None:
    weights, y = weights_of(SMALL), torch.tensor([[0, 3, 0, 1, 3], [2, 2, 1, 0, 2]])
    weights["out.sharpness"] = torch.tensor(0.7, dtype=torch.float64)
    support, query = table(2, 5, 3, 1), table(2, 4, 3, 2)
    rng = torch.Generator().manual_seed(3)
    codes, marks = torch.randn(2, 3, SMALL.code, generator=rng, dtype=torch.float64), class_marks(2, 4, SMALL.mark, rng).double()
    memory = SMALL.read(weights, support, y, marks, codes)
    votes = SMALL.log_votes(weights, memory, SMALL.ask(weights, memory, query)).exp()
    plain = {name: weight.numpy() for name, weight in weights.items()}
    for i in range(2):
        expected = by_hand(SMALL, plain, support[i].numpy(), y[i].tolist(), marks[i].numpy(), query[i].numpy(), codes[i].numpy())
        np.testing.assert_allclose(votes[i].numpy(), expected, rtol=1e-9, atol=1e-11)


def test_what_is_read_does_not_depend_on_who_is_asked_nor_one_answer_on_another() -> None:
    weights, rng = weights_of(SMALL), torch.Generator().manual_seed(3)
    codes, marks = torch.randn(1, 3, SMALL.code, dtype=torch.float64, generator=rng), class_marks(1, 2, SMALL.mark, rng).double()
    memory, query = SMALL.read(weights, table(1, 5, 3, 1), torch.tensor([[0, 1, 0, 1, 1]]), marks, codes), table(1, 6, 3, 2)
    together = SMALL.ask(weights, memory, query)
    alone = torch.cat([SMALL.ask(weights, memory, query[:, i : i + 1]) for i in range(6)], 1)
    torch.testing.assert_close(together, alone, rtol=1e-10, atol=1e-12)
    at_once, rows = SMALL.read_and_ask(weights, table(1, 5, 3, 1), torch.tensor([[0, 1, 0, 1, 1]]), marks, codes, query)
    torch.testing.assert_close(rows, together, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(at_once.keys, memory.keys, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("n_way", [1, 3, 4, 11])
def test_marks_are_signs_and_at_right_angles_as_far_as_there_is_room(n_way: int) -> None:
    marks = class_marks(5, n_way, 4, torch.Generator().manual_seed(1))
    assert marks.shape == (5, n_way, 4)
    assert set(marks.flatten().tolist()) == {-1.0, 1.0}
    first = marks[:, :4]
    assert torch.equal(first @ first.transpose(1, 2), 4 * torch.eye(min(n_way, 4)).expand(5, -1, -1))
    assert not torch.equal(marks[0], marks[1]), "drawn anew for each table"


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
    batch, _ = PriorFitted().meta_gradient(SMALL, weights, stacked([task]), torch.Generator().manual_seed(readings.SEED))
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


def test_the_sizes_of_the_network_are_on_its_card() -> None:
    backbone = load_weights("universal", PriorFitted()).backbone
    assert isinstance(backbone, CellTransformer)
    assert backbone == PriorFitted.default_backbone()
    assert backbone.card() == {"name": "cell_transformer", **dataclasses.asdict(backbone)}
