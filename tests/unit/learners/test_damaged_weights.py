"""Weights on disk: what was altered, is damaged or belongs to another learner is refused in one sentence, and never run."""

from __future__ import annotations

import dataclasses
import math
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.weight_files import FORMAT, save_weights
from metamed_core.networks import Backbone, CellTransformer, ColumnEncoder, Perceptron, shapes_of
from metamed_core.words import UserError
from tests.helpers.weight_files import BACKBONE, CALIBRATION, LEARNER, Trap, alter_card, fresh


def refused(path: Path | str, sentence: str, name: str = "prototypical") -> None:
    """The whole English sentence, and a Chinese one beside it."""
    with pytest.raises(UserError) as caught:
        load_weights(str(path), LEARNERS[name]())
    assert caught.value.words.en == sentence
    assert re.search("[一-龥]", caught.value.words.zh)


def test_an_altered_byte_is_refused(saved: Path) -> None:
    data = bytearray(saved.read_bytes())
    data[-1] ^= 1
    saved.write_bytes(data)
    refused(saved, "The weights in ours.safetensors are not those its card describes (the hash differs): restore the original file.")


def test_a_missing_file_is_named(saved: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.safetensors"
    refused(nowhere, f"The file {nowhere} cannot be read: check the path, or choose the shipped weights.")
    refused(tmp_path, f"The file {tmp_path} cannot be read: check the path, or choose the shipped weights.")
    refused("", "The file . cannot be read: check the path, or choose the shipped weights.")
    card = saved.with_suffix(".json")
    card.unlink()
    refused(saved, f"The file {card} cannot be read: check the path, or choose the shipped weights.")


def test_another_learners_weights_are_refused(saved: Path) -> None:
    refused(
        saved, "The weights in ours.safetensors belong to “prototypical”, not to “maml”: choose that algorithm or other weights.", "maml"
    )


def test_another_format_version_is_refused(saved: Path) -> None:
    alter_card(saved, format=FORMAT + 1)
    refused(
        saved,
        f"The card of ours.safetensors is of another version than this program reads (version {FORMAT}): use weights made by this version.",
    )


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"not json", b"[" * 100_000])
def test_a_damaged_card_is_refused(saved: Path, text: bytes) -> None:
    saved.with_suffix(".json").write_bytes(text)
    refused(saved, "ours.json is damaged or not made by MetaMed: restore it, or choose the shipped weights.")


SIZES = {"name": "column_encoder", "width": 8, "latents": 3, "layers": 1, "features": 2}
PRIOR_FITTED = LEARNERS["prior_fitted"].default_backbone().card()


@pytest.mark.parametrize(
    "backbone",
    [
        *({}, {"width": 16}, {"width": -1}, {"depth": 3}, {"name": "net"}, {"name": []}, {"name": "perceptron"}, PRIOR_FITTED),
        *(
            {**SIZES, name: size}
            for name, size in [("layers", 100_000), ("width", 10**9), ("layers", True), ("width", 8.0), ("features", "2")]
        ),
        {**SIZES, "width": 16_384, "layers": 64},
    ],
    ids=str,
)
def test_a_card_that_does_not_describe_these_tensors_is_refused(saved: Path, backbone: object) -> None:
    alter_card(saved, backbone=backbone)
    refused(saved, "ours.safetensors is damaged or not made by MetaMed: restore it, or choose the shipped weights.")


def test_a_network_larger_than_its_file_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    one, sizes = LEARNERS["prior_fitted"](), []
    network = one.default_backbone()
    real = {name: tuple(weight.shape) for name, weight in one.init(network, torch.Generator()).items()}
    n = sum(map(math.prod, real.values()))
    assert shapes_of(lambda rng: one.init(network, rng), n) == real
    monkeypatch.setattr(torch.Tensor, "__mul__", lambda self, _: sizes.append(self.numel()) or self)
    with pytest.raises(ValueError, match="more weights"):
        shapes_of(lambda rng: one.init(network, rng), n // 2)
    assert sum(sizes) <= n // 2


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_finite_numbers_are_refused(tmp_path: Path, value: float) -> None:
    weights, path = fresh(), tmp_path / "ours.safetensors"
    weights["cell.bias"][0] = value
    save_weights(path, LEARNER, BACKBONE, weights, {})
    refused(path, "ours.safetensors is damaged or not made by MetaMed: restore it, or choose the shipped weights.")


@pytest.mark.parametrize(
    ("learner", "backbone", "facts"),
    [
        ("prior_fitted", ColumnEncoder(), {}),
        ("prior_fitted", CellTransformer(width=8, heads=3, row_width=8), {}),
        ("prototypical", Perceptron(3), {}),
        ("prototypical", Perceptron(3), {"panel": {"columns": ["a", "b"], "coded": []}}),
    ],
    ids=["of another kind", "heads that do not divide the width", "a panel without names", "a panel of other columns"],
)
def test_a_network_that_cannot_answer_is_refused(tmp_path: Path, learner: str, backbone: Backbone, facts: dict[str, Any]) -> None:
    one, path = LEARNERS[learner](), tmp_path / "ours.safetensors"
    save_weights(path, one, backbone, one.init(backbone, torch.Generator()), facts)
    refused(path, "ours.safetensors is damaged or not made by MetaMed: restore it, or choose the shipped weights.", learner)


@pytest.mark.parametrize(
    "change",
    [
        {"validation": 3},
        {"validation": [{"step": 1}]},
        {"validation": [{"step": 1, "accuracy": "1", "log_loss": 1}]},
        {"baselines": {"x": []}},
        {"name": "\ud800"},
        {"name": "a" * 201},
        {"name": None},
        {"sha256": 3},
        {"learner": ["maml"]},
        {"backbone": None},
        {"backbone": "net"},
        {"settings": {"x": "y"}},
        {"seconds": float("inf")},
        {"seconds": "long"},
        {"step": 1.5},
        {"run": 3},
        {"plan": []},
        {"panel": 3},
        {"panel": {"columns": [1], "coded": []}},
        {"note": "x" * 2_000_001},
    ],
    ids=lambda change: str(change)[:60],
)
def test_an_entry_of_another_type_is_refused(saved: Path, change: dict[str, Any]) -> None:
    alter_card(saved, **change)
    refused(saved, "ours.json is damaged or not made by MetaMed: restore it, or choose the shipped weights.")


@pytest.mark.parametrize(
    "changes",
    [
        {"temperature": [1.0]},
        {"temperature": [1.0, 0.0]},
        {"temperature": [1.0, float("nan")]},
        {"temperature": ["1", "2"]},
        {"shots": [5, 1]},
        {"shots": []},
        {"n_way": [2]},
        {"n_columns": None},
        {"column_exponent": float("inf")},
        {"settings": [1]},
    ],
    ids=str,
)
def test_a_damaged_calibration_is_refused(saved: Path, changes: dict[str, Any]) -> None:
    alter_card(saved, calibration={**dataclasses.asdict(CALIBRATION), **changes})
    refused(saved, "ours.json is damaged or not made by MetaMed: restore it, or choose the shipped weights.")


@pytest.mark.parametrize("calibration", [None, [], {}, {"shots": [1], "temperature": [1]}], ids=str)
def test_a_calibration_that_is_none_is_refused(saved: Path, calibration: object) -> None:
    alter_card(saved, calibration=calibration)
    refused(saved, "ours.json is damaged or not made by MetaMed: restore it, or choose the shipped weights.")


def test_a_pickle_in_disguise_is_refused_and_not_run(saved: Path, tmp_path: Path) -> None:
    import hashlib

    mark = tmp_path / "was run"
    data = pickle.dumps(Trap(mark))
    pickle.loads(data)  # noqa: S301 - the trap works ...
    assert mark.exists()
    mark.unlink()
    saved.write_bytes(data)
    alter_card(saved, sha256=hashlib.sha256(data).hexdigest())
    refused(saved, "ours.safetensors is damaged or not made by MetaMed: restore it, or choose the shipped weights.")
    assert not mark.exists(), "... and reading weights does not spring it"


def test_a_folder_that_does_not_exist_is_said_when_writing(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "ours.safetensors"
    with pytest.raises(UserError, match="cannot be written: check that its folder exists"):
        save_weights(path, LEARNER, BACKBONE, fresh(), {})
