"""Weights on disk: what was saved comes back, what was altered is refused in a sentence, and nothing in a file is run."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from torch import Tensor

from metamed_core.learners import LEARNERS, initialization
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.weight_files import add_to_card, read_card, save_weights
from metamed_core.networks.backbones import BACKBONES, Backbone, Weights, random_linear
from metamed_core.statistics.calibration import Calibration
from tests.helpers.weight_files import BACKBONE, CALIBRATION, LEARNER, alter_card, fresh


def test_what_was_saved_comes_back(saved: Path) -> None:
    start = load_weights(str(saved), LEARNER)
    backbone, weights = start.backbone, start.weights
    assert backbone == BACKBONE
    assert start.calibration == Calibration.none()
    assert set(weights) == set(fresh())
    assert all(torch.equal(weights[name], weight.double()) for name, weight in fresh().items())
    card = read_card(saved)
    assert (card["learner"], card["command"], card["seed"]) == ("prototypical", "a test", 0)
    assert card["parameters"] == sum(weight.numel() for weight in fresh().values())
    assert sorted(each.name for each in saved.parent.iterdir()) == ["ours.json", "ours.safetensors"]


def test_a_file_written_anew_is_read_anew(saved: Path) -> None:
    load_weights(str(saved), LEARNER)
    doubled = {name: 2 * weight for name, weight in fresh().items()}
    save_weights(saved, LEARNER, BACKBONE, doubled, {})
    assert torch.equal(load_weights(str(saved), LEARNER).weights["cell.weight"], doubled["cell.weight"].double())


def test_callers_do_not_share_tensors(saved: Path) -> None:
    load_weights(str(saved), LEARNER).weights["cell.weight"].zero_()
    assert float(load_weights(str(saved), LEARNER).weights["cell.weight"].abs().sum()) > 0


def test_shipped_weights_are_read_once_and_shared_with_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_weights("universal", LEARNER)
    kept = {name: weight.clone() for name, weight in first.weights.items()}
    for weight in first.weights.values():
        weight.zero_()
    monkeypatch.setattr(initialization, "read_bytes", lambda _: pytest.fail("the file is read again"))
    again = load_weights("universal", dataclasses.replace(LEARNER))
    assert all(torch.equal(again.weights[name], weight) and weight.dtype == torch.float64 for name, weight in kept.items())
    assert (again.origin, again.backbone) == ("universal", first.backbone)


def test_none_is_random_from_the_seed() -> None:
    first, again, other = (load_weights("none", LEARNER, seed).weights for seed in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["cell.weight"], other["cell.weight"])


def test_a_card_names_its_backbone_and_an_old_card_without_a_name_means_the_column_encoder(saved: Path) -> None:
    assert read_card(saved)["backbone"] == {"name": "column_encoder", "width": 8, "latents": 3, "layers": 1, "features": 2}
    alter_card(saved, backbone={"width": 8, "latents": 3, "layers": 1, "features": 2})
    assert load_weights(str(saved), LEARNER).backbone == BACKBONE


@dataclass(frozen=True)
class Totals(Backbone):
    """A backbone of another class, defined in no file of the core."""

    features: int = 3
    name: ClassVar[str] = "totals"

    def init(self, rng: torch.Generator) -> dict[str, Tensor]:
        return {"totals": random_linear(self.features, 1, rng)}

    def embed(self, weights: Weights, x: Tensor) -> Tensor:
        return x[..., 0].sum(-1, keepdim=True) @ weights["totals"].T


@dataclass(frozen=True)
class Totalling(LEARNERS["prototypical"]):  # type: ignore[misc]
    """A learner with a backbone of its own."""

    name: ClassVar[str] = "totalling"

    @classmethod
    def default_backbone(cls) -> Backbone:
        return Totals()


def test_a_learner_may_come_with_a_backbone_of_its_own_class(tmp_path: Path) -> None:
    learner, path = Totalling(), tmp_path / "own.safetensors"
    assert BACKBONES["totals"] is Totals
    start = load_weights("none", learner)
    assert start.backbone == Totals()
    save_weights(path, learner, Totals(features=5), Totals(features=5).init(torch.Generator()), {})
    assert read_card(path)["backbone"] == {"name": "totals", "features": 5}
    assert load_weights(str(path), learner).backbone == Totals(features=5)
    assert list(start.weights) == ["totals"]


def test_a_calibration_in_the_card_comes_back_and_all_else_stays(saved: Path) -> None:
    before = read_card(saved)
    add_to_card(saved, {"calibration": {**dataclasses.asdict(CALIBRATION), "ece_before": [0.1, None]}})
    assert load_weights(str(saved), LEARNER).calibration == CALIBRATION
    after = read_card(saved)
    assert {key: value for key, value in after.items() if key != "calibration"} == before
    assert list(after) == [*before, "calibration"]
    assert sorted(each.name for each in saved.parent.iterdir()) == ["ours.json", "ours.safetensors"]
    add_to_card(saved, {"calibration": dataclasses.asdict(dataclasses.replace(CALIBRATION, temperature=(3.0, 0.5)))})
    assert load_weights(str(saved), LEARNER).calibration.temperature == (3.0, 0.5), "a second one takes its place"


def test_weights_made_anew_have_no_calibration_of_others(saved: Path) -> None:
    add_to_card(saved, {"calibration": dataclasses.asdict(CALIBRATION)})
    save_weights(saved, LEARNER, BACKBONE, fresh(), {})
    assert load_weights(str(saved), LEARNER).calibration == Calibration.none()
