"""The starting point of an adaptation: a network, its initial weights, their origin and their calibration; read from disk once."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from metamed_core.data import LabeledSet, Panel
from metamed_core.learners.learner import Calibrated, Learner
from metamed_core.learners.weight_files import damaged, read_bytes, read_card, shipped
from metamed_core.networks import Backbone, backbone_of
from metamed_core.statistics import Calibration
from metamed_core.words import UserError, Words

UNIVERSAL, RANDOM = "universal", "none"
"""Origins of weights that are not a path: shipped with the package, or random (no meta-training)."""


@dataclass(frozen=True, slots=True)
class Initialization:
    """Network, initial weights and calibration that an adaptation starts from.

    Parameters
    ----------
    backbone
        The network.
    weights
        Its initial weights by name, float64.
    calibration
        The calibration fitted for these weights; `Calibration.none()` if there is none.
    origin
        `UNIVERSAL`, `RANDOM`, or the path of a file made by meta-training.
    sha256
        SHA-256 of the weight file; empty for random weights.
    seed
        Seed of random weights.
    panel
        The columns that the network was meta-trained on if it reads only those; None if it reads any table.
    """

    backbone: Backbone
    weights: dict[str, Tensor]
    calibration: Calibration
    origin: str = RANDOM
    sha256: str = ""
    seed: int = 0
    panel: Panel | None = None

    @property
    def name(self) -> str:
        """The origin without folder and extension, as reports show it."""
        return Path(self.origin).stem

    def adapt(self, learner: Learner, support: LabeledSet, n_way: int) -> Iterator[Calibrated]:
        """`Learner.adapt` from these weights, with calibrated probabilities; parameters as there."""
        return (Calibrated(raw, self.calibration) for raw in learner.adapt(self.backbone, self.weights, support, n_way))


def weights_path(origin: str, learner: str) -> Path:
    """Path of a weight file: the shipped file of the learner named `learner` for `UNIVERSAL`, else `origin` itself."""
    return shipped(learner) if origin == UNIVERSAL else Path(origin)


def load_weights(weights: str, learner: Learner, seed: int = 0) -> Initialization:
    """Read weights from disk, or draw random ones.

    Parameters
    ----------
    weights
        "universal" (shipped with the package), "none" (random, no meta-training) or the path of a `.safetensors` file with its card
        beside it. Stored in float32, used in float64.
    learner
        The learner that will adapt from them.
    seed
        Seed of random weights.

    Returns
    -------
    Initialization
        Network, weights and calibration.

    Raises
    ------
    UserError
        If a file is missing, damaged, altered, or made for another learner.
    """
    if weights == RANDOM:
        backbone = learner.default_backbone()
        drawn = _double(learner.init(backbone, torch.Generator().manual_seed(seed)))
        return Initialization(backbone, drawn, Calibration.none(), seed=seed)
    return dataclasses.replace(_load(weights_path(weights, learner.name), learner), origin=weights, seed=seed)


def _load(path: Path, learner: Learner) -> Initialization:
    data, card = read_bytes(path), read_card(path)
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
        raise damaged(path) from error
    if {name: weight.shape for name, weight in weights.items()} != {name: weight.shape for name, weight in expected.items()}:
        raise damaged(path)
    # In the order of the learner: safetensors keeps none, and the rounding of a sum over all weights depends on the order.
    ordered = {name: weights[name] for name in expected}
    return Initialization(backbone, ordered, _calibration(path, card), str(path), str(card["sha256"]), panel=_panel(path, card))


def _panel(path: Path, card: dict[str, Any]) -> Panel | None:
    """The columns that the weights were meta-trained on; None if they serve any table."""
    if "panel" not in card:
        return None
    try:
        return Panel(tuple(map(str, card["panel"]["columns"])), {}, frozenset(map(str, card["panel"]["coded"])))
    except (TypeError, KeyError, AttributeError) as error:
        raise damaged(path.with_suffix(".json")) from error


def _calibration(path: Path, card: dict[str, Any]) -> Calibration:
    """The calibration in a card; further entries beside its fields record how it was fitted and are ignored."""
    if "calibration" not in card:
        return Calibration.none()
    try:
        facts = {field.name: card["calibration"][field.name] for field in dataclasses.fields(Calibration)}
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
        return Calibration(**values)
    except (TypeError, KeyError, ValueError) as error:
        raise damaged(path.with_suffix(".json")) from error


def _double(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: weight.double() for name, weight in weights.items()}
