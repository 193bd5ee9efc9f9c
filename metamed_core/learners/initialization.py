"""Weights on disk: one file of numbers (safetensors, never code) and a card (JSON) beside it that says where they are from."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from metamed_core.data import LabelledSet, Panel
from metamed_core.learners.learner import Calibrated, Learner
from metamed_core.networks import Backbone, backbone_of
from metamed_core.statistics import Calibration
from metamed_core.words import UserError, Words

SHIPPED = Path(__file__).parent / "weights"
FORMAT = 1
"""Version of the pair (file, card); a reader refuses any other."""


@dataclass(frozen=True, slots=True)
class Initialization:
    """What to adapt from: a network, its initial weights, and the calibration that was learnt for them.

    panel: the columns that a network for a fixed panel reads; None: it reads any table.
    """

    backbone: Backbone
    weights: dict[str, Tensor]
    calibration: Calibration
    panel: Panel | None = None

    def adapt(self, learner: Learner, support: LabelledSet, n_way: int) -> Iterator[Calibrated]:
        """`Learner.adapt` from here: whoever asks these classifiers gets calibrated probabilities."""
        return (Calibrated(raw, self.calibration) for raw in learner.adapt(self.backbone, self.weights, support, n_way))


def load_weights(weights: str, learner: Learner, seed: int = 0) -> Initialization:
    """The backbone, the initial weights to adapt from, and their calibration (temperature 1 where the card has none).

    weights: "universal" (shipped with the package), "none" (random from `seed`: no meta-training) or the path of a
    `.safetensors` file with its card beside it. The numbers are stored in float32 and used in float64.
    Raises UserError if a file is missing, damaged, altered, or made for another learner.
    """
    if weights == "none":
        backbone = learner.default_backbone()
        return Initialization(backbone, _double(learner.init(backbone, torch.Generator().manual_seed(seed))), Calibration.none())
    return _load(SHIPPED / f"{learner.name}.safetensors" if weights == "universal" else Path(weights), learner)


def _load(path: Path, learner: Learner) -> Initialization:
    data, card = _read(path), read_card(path)
    if hashlib.sha256(data).hexdigest() != card.get("sha256"):
        raise UserError(
            Words(
                "The weights in {file} are not those its card describes (the hash differs): restore the original file.",
                "{file} 中的权重与其说明卡不符（哈希值不同）：请恢复原始文件。",
            ).format(file=path.name)
        )
    if card.get("learner") != learner.name:
        raise UserError(
            Words(
                "The weights in {file} belong to “{theirs}”, not to “{ours}”: choose that algorithm or other weights.",
                "{file} 中的权重属于“{theirs}”，而不是“{ours}”：请改选该算法或其他权重。",
            ).format(file=path.name, theirs=card.get("learner"), ours=learner.name)
        )
    try:
        backbone, weights = backbone_of(card["backbone"]), _double(load(data))
        expected = learner.init(backbone, torch.Generator())
    except (SafetensorError, RuntimeError, TypeError, KeyError, AttributeError) as error:
        raise _unreadable(path) from error
    if {name: weight.shape for name, weight in weights.items()} != {name: weight.shape for name, weight in expected.items()}:
        raise _unreadable(path)
    # In the learner's order: safetensors keeps none, and a sum over all weights rounds otherwise from one reading to the next.
    ordered = {name: weights[name] for name in expected}
    return Initialization(backbone, ordered, _calibration(path, card), _panel(path, card))


def _panel(path: Path, card: dict[str, Any]) -> Panel | None:
    """The columns that the weights are for, where they are not for any table."""
    if "panel" not in card:
        return None
    try:
        levels = {str(name): tuple(map(str, each)) for name, each in card["panel"]["levels"].items()}
        return Panel(tuple(map(str, card["panel"]["columns"])), levels)
    except (TypeError, KeyError, AttributeError) as error:
        raise _unreadable(path.with_suffix(".json")) from error


def _calibration(path: Path, card: dict[str, Any]) -> Calibration:
    """The calibration in a card; what else stands there says how it was made."""
    if "calibration" not in card:
        return Calibration.none()
    try:
        facts = {field.name: card["calibration"][field.name] for field in dataclasses.fields(Calibration)}
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
        return Calibration(**values)
    except (TypeError, KeyError, ValueError) as error:
        raise _unreadable(path.with_suffix(".json")) from error


def _double(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: weight.double() for name, weight in weights.items()}


def read_card(path: Path) -> dict[str, Any]:
    """The card beside a weight file. Raises UserError if it is missing, damaged or of another format version."""
    text = _read(path.with_suffix(".json"))
    try:
        card = json.loads(text)
    except ValueError as error:
        raise _unreadable(path.with_suffix(".json")) from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise UserError(
            Words(
                "The card of {file} is of another version than this program reads (version {version}): use weights made by this version.",
                "{file} 的说明卡版本与本程序（版本 {version}）不符：请使用本版本生成的权重。",
            ).format(file=path.name, version=FORMAT)
        )
    return card


def save_weights(path: Path, learner: Learner, backbone: Backbone, weights: dict[str, Tensor], facts: dict[str, Any]) -> None:
    """Write `path` (.safetensors) and its card; `facts` (command, seed, time, …) go into the card as they are.

    Raises UserError if the files cannot be written.
    """
    data = save({name: weight.detach().float().contiguous() for name, weight in weights.items()})
    card = {"format": FORMAT, "learner": learner.name, "backbone": backbone.card(), "settings": dataclasses.asdict(learner)}
    card |= {"sha256": hashlib.sha256(data).hexdigest(), "parameters": sum(w.numel() for w in weights.values()), **facts}
    write_whole(path, data)
    write_card(path, card)


def add_to_card(path: Path, facts: Mapping[str, Any]) -> None:
    """Write further `facts` into the card beside the weights `path`, or others in their place; the rest stays as it is."""
    write_card(path, read_card(path) | dict(facts))


def write_card(path: Path, card: dict[str, Any]) -> None:
    """Write the card beside the weight file `path`. Raises UserError if it cannot be written."""
    write_whole(path.with_suffix(".json"), (json.dumps(card, indent=1, ensure_ascii=False) + "\n").encode())


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that whoever reads it sees the old one or the new one, whole, however abruptly the writer ends."""
    aside = aside_of(path)
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        raise UserError(
            Words(
                "The file {file} cannot be written: check that its folder exists and may be written to.",
                "无法写入文件 {file}：请检查其所在文件夹是否存在且可写。",
            ).format(file=path)
        ) from error


def aside_of(path: Path) -> Path:
    """Where a file is written before it takes its place."""
    return path.with_name(path.name + ".part")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            Words(
                "The file {file} cannot be read: check the path, or choose the shipped weights.",
                "无法读取文件 {file}：请检查路径，或选择自带权重。",
            ).format(file=path)
        ) from error


def _unreadable(path: Path) -> UserError:
    return UserError(
        Words(
            "{file} is damaged or not made by MetaMed: restore it, or choose the shipped weights.",
            "{file} 已损坏或不是由 MetaMed 生成：请恢复该文件，或选择自带权重。",
        ).format(file=path.name)
    )
