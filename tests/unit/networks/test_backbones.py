"""The networks as pure functions: each patient on their own, no column before another, any number of columns."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import gelu

from metamed_core.data.encoding import CHANNELS
from metamed_core.networks.backbones import Backbone, ColumnEncoder, Perceptron

ANY_WIDTH = ColumnEncoder(width=8, latents=3, features=2)
BACKBONES: list[Backbone] = [Perceptron(5, hidden=7, features=4), ANY_WIDTH, ColumnEncoder(width=8, latents=3, layers=2, features=2)]
on_each = pytest.mark.parametrize("backbone", BACKBONES, ids=str)


def initial(backbone: Backbone, seed: int = 0) -> dict[str, Tensor]:
    return {name: weight.double() for name, weight in backbone.init(torch.Generator().manual_seed(seed)).items()}


def cells(n: int = 6, n_columns: int = 5, seed: int = 1) -> Tensor:
    return torch.randn(n, n_columns, len(CHANNELS), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@on_each
def test_each_patient_is_embedded_alone(backbone: Backbone) -> None:
    weights, x = initial(backbone), cells()
    alone = torch.cat([backbone.embed(weights, x[i : i + 1]) for i in range(len(x))])
    torch.testing.assert_close(backbone.embed(weights, x), alone, rtol=1e-12, atol=1e-12)


@on_each
def test_the_seed_decides_the_weights_and_embedding_leaves_them_alone(backbone: Backbone) -> None:
    weights, again, other = initial(backbone, 3), initial(backbone, 3), initial(backbone, 4)
    assert all(torch.equal(weights[name], again[name]) for name in weights)
    assert any(not torch.equal(weights[name], other[name]) for name in weights)
    first = backbone.embed(weights, cells())
    assert torch.equal(first, backbone.embed(weights, cells()))
    assert all(torch.equal(weights[name], again[name]) for name in weights)


def test_initializing_uses_its_own_generator_only() -> None:
    before = torch.random.get_rng_state()
    for backbone in BACKBONES:
        initial(backbone)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("layers", [1, 2])
def test_the_embedding_follows_the_columns_order(layers: int) -> None:
    backbone = ColumnEncoder(width=8, latents=3, layers=layers, features=2)
    weights, x, order = initial(backbone), cells(), torch.tensor([3, 0, 4, 2, 1])
    straight = backbone.embed(weights, x).unflatten(-1, (5, 2))
    shuffled = backbone.embed(weights, x[:, order]).unflatten(-1, (5, 2))
    torch.testing.assert_close(shuffled, straight[:, order], rtol=1e-10, atol=1e-12)


def test_a_patients_cells_hear_of_each_other() -> None:
    weights, x = initial(ANY_WIDTH), cells()
    changed = x.clone()
    changed[:, 0] += 1
    before, after = (ANY_WIDTH.embed(weights, each).unflatten(-1, (5, 2)) for each in (x, changed))
    assert float((before[:, 1:] - after[:, 1:]).abs().min()) > 0


@pytest.mark.parametrize("n_columns", [1, 2, 30, 1000])
def test_any_number_of_columns(n_columns: int) -> None:
    got = ANY_WIDTH.embed(initial(ANY_WIDTH), cells(3, n_columns))
    assert got.shape == (3, n_columns * ANY_WIDTH.features)
    assert bool(got.isfinite().all())


def test_squared_distances_grow_with_the_root_of_the_number_of_columns_at_the_start() -> None:
    """Repeated columns: the same tokens n times, scaled by n^-1/4, so n * n^-1/2 times the squared distance."""
    weights, x = initial(ANY_WIDTH), cells(2)
    one, many = (ANY_WIDTH.embed(weights, x.repeat(1, times, 1)) for times in (1, 16))
    assert float((many[0] - many[1]).square().sum() / (one[0] - one[1]).square().sum()) == pytest.approx(4.0, rel=1e-9)


def test_column_encoder_equals_its_formulas_written_out_cell_by_cell() -> None:
    weights, x = initial(ANY_WIDTH), cells(2)
    got = ANY_WIDTH.embed(weights, x)
    for patient, expected in zip(x, got, strict=True):
        np.testing.assert_allclose(
            by_hand(weights, patient[:, : ColumnEncoder.channels], ANY_WIDTH.width), expected.numpy(), rtol=1e-10, atol=1e-12
        )


def by_hand(weights: dict[str, Tensor], patient: Tensor, width: int) -> np.ndarray:
    """One patient `(n_columns, n_channels)` -> its row, with loops instead of batched products."""

    def normal(v: Tensor) -> Tensor:
        return (v - v.mean()) / (v.var(unbiased=False) + 1e-5).sqrt()

    tokens = [gelu(weights["cell.weight"] @ cell + weights["cell.bias"]) for cell in patient]
    latents = []
    for latent in weights["0.latents"]:
        attention = torch.stack([normal(token) @ latent / width**0.5 for token in tokens]).softmax(0)
        latents.append(sum(a * (weights["0.collect"] @ normal(token)) for a, token in zip(attention, tokens, strict=True)))
    out = []
    for cell, token in zip(patient, tokens, strict=True):
        asked = torch.stack([weights["0.ask"] @ normal(token) @ normal(latent) / width**0.5 for latent in latents]).softmax(0)
        heard = sum(a * (weights["0.share"] @ latent) for a, latent in zip(asked, latents, strict=True))
        mixed = token + weights["0.answer"] @ heard
        mixed = mixed + weights["0.down"] @ gelu(weights["0.up"] @ normal(mixed))
        out.append(weights["out.weight"] @ normal(mixed) + weights["out.skip"] @ cell)
    scale = weights["out.log_gain"].exp() * len(patient) ** -weights["out.exponent"]
    return (torch.cat(out) * scale).numpy()


def test_perceptron_equals_its_formula_on_the_values() -> None:
    backbone = Perceptron(5, hidden=7, features=4)
    w, x = {name: weight.numpy() for name, weight in initial(backbone).items()}, cells()
    hidden = np.maximum(x[..., 0].numpy() @ w["in.weight"].T + w["in.bias"], 0)
    np.testing.assert_allclose(backbone.embed(initial(backbone), x).numpy(), hidden @ w["out.weight"].T + w["out.bias"], rtol=1e-12)
