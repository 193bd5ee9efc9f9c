"""Weights on disk: what was saved comes back, what was altered is refused in a sentence, and nothing in a file is run."""

from __future__ import annotations

import dataclasses
import json
import pickle
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor

from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import FORMAT, SHIPPED, add_to_card, load_weights, read_card, save_weights
from metamed_core.meta_training.tasks.clinical_prior import prior as clinical_prior
from metamed_core.networks.backbones import BACKBONES, Backbone, ColumnEncoder, Weights, random_linear
from metamed_core.statistics.calibration import Calibration
from metamed_core.words import UserError

LEARNER = LEARNERS["prototypical"]()
BACKBONE = ColumnEncoder(width=8, latents=3, features=2)


def fresh() -> dict[str, Tensor]:
    return LEARNER.init(BACKBONE, torch.Generator().manual_seed(0))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "ours.safetensors"
    save_weights(path, LEARNER, BACKBONE, fresh(), {"command": "a test", "seed": 0})
    return path


def refused(path: Path | str, sentence: str, name: str = "prototypical") -> None:
    """The whole English sentence, and a Chinese one beside it."""
    with pytest.raises(UserError) as caught:
        load_weights(str(path), LEARNERS[name]())
    assert caught.value.words.en == sentence
    assert re.search("[一-龥]", caught.value.words.zh)


def alter_card(path: Path, **changes: Any) -> None:
    card = path.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | changes))


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


def test_none_is_random_from_the_seed() -> None:
    first, again, other = (load_weights("none", LEARNER, seed).weights for seed in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["cell.weight"], other["cell.weight"])


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


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"not json"])
def test_a_damaged_card_is_refused(saved: Path, text: bytes) -> None:
    saved.with_suffix(".json").write_bytes(text)
    refused(saved, "ours.json is damaged or not made by MetaMed: restore it, or choose the shipped weights.")


@pytest.mark.parametrize(
    "backbone", [None, {}, {"width": 16}, {"width": -1}, {"depth": 3}, "net", {"name": "net"}, {"name": []}, {"name": "perceptron"}]
)
def test_a_card_that_does_not_describe_these_tensors_is_refused(saved: Path, backbone: object) -> None:
    alter_card(saved, backbone=backbone)
    refused(saved, "ours.safetensors is damaged or not made by MetaMed: restore it, or choose the shipped weights.")


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


CALIBRATION = Calibration((1.0, 5.0), (2.0, 0.5), 0.25, -0.125, (2.0, 8.0), (3.0, 30.0), {})


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


class Trap:
    """What unpickling would run."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


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


def test_the_shipped_weights_are_small_and_nothing_else_lies_there() -> None:
    files = [path.name for path in SHIPPED.iterdir()]
    assert sorted(files) == sorted(f"{name}.{end}" for name in LEARNERS for end in ("json", "safetensors"))
    assert sum((SHIPPED / name).stat().st_size for name in files) < 20_000_000


@pytest.mark.parametrize("name", list(LEARNERS))
def test_each_learner_is_shipped_with_a_filled_card(name: str) -> None:
    load_weights("universal", LEARNERS[name]())
    card = read_card(SHIPPED / f"{name}.safetensors")
    start = (
        rf"(python|torchrun --nproc-per-node \d+) -m metamed_core meta-train --learner {name} --meta-steps {card['plan']['meta_steps']} "
    )
    assert re.match(start, card["command"])
    assert card["prior"] == {"name": "clinical_prior", "version": clinical_prior.VERSION}
    assert re.fullmatch("[0-9a-f]{40}", card["commit"])
    assert re.fullmatch("[0-9a-f]{64}", card["sha256"])
    assert "torch" in card["hardware"]
    assert card["seconds"] > 0


@pytest.mark.parametrize("name", list(LEARNERS))
def test_each_learner_is_shipped_truly_meta_trained(name: str) -> None:
    card = read_card(SHIPPED / f"{name}.safetensors")
    assert card["plan"]["meta_steps"] >= 500
    first, last = card["validation"][0], card["validation"][-1]
    assert (first["step"], last["step"]) == (0, card["plan"]["meta_steps"]), "meta-training was stopped early"
    assert last["log_loss"] < first["log_loss"]
    assert last["accuracy"] > first["accuracy"]


def test_shipped_weights_may_be_copied_and_used_from_anywhere(tmp_path: Path) -> None:
    for end in ("json", "safetensors"):
        shutil.copy(SHIPPED / f"prototypical.{end}", tmp_path / f"mine.{end}")
    shipped, copied = (load_weights(which, LEARNER).weights for which in ("universal", str(tmp_path / "mine.safetensors")))
    assert all(torch.equal(shipped[name], copied[name]) for name in shipped)
