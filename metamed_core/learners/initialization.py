"""The starting point of an adaptation: a network, its initial weights, their origin and their calibration; read from disk once."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from metamed_core.data import CHANNELS, LabeledSet, Panel, from_json
from metamed_core.learners.calibrated import Calibrated
from metamed_core.learners.card import Card
from metamed_core.learners.learner import Learner
from metamed_core.learners.weight_files import SHIPPED, damaged, read_bytes, read_card, shapes_in, shipped
from metamed_core.networks import Backbone, backbone_of, shapes_of
from metamed_core.statistics import WIDE, WIDTH, Calibration
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

    @property
    def reads_any_columns(self) -> bool:
        """Whether a table with some of its columns left out can be read just as well."""
        return self.panel is None

    def sharpness_width(self, learner: Learner) -> float:
        """How far a table's held-out patients may move the probabilities: less where these weights and settings were calibrated."""
        return WIDTH if self.calibration.fitted_with(dataclasses.asdict(learner)) else WIDE

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
    path = weights_path(weights, learner.name)
    start = _shipped(path, type(learner)) if weights == UNIVERSAL else _load(path, learner)
    return dataclasses.replace(start, weights=_double(start.weights), origin=weights, seed=seed)


@cache
def _shipped(path: Path, kind: type[Learner]) -> Initialization:
    """Shipped weights, read and checked once: that takes an eighth of the time of a small answer, and they change with the program alone."""
    return _load(path, kind())


def _load(path: Path, learner: Learner) -> Initialization:
    """Weights as they are stored. Raises UserError as `load_weights` does."""
    data, card = read_bytes(path), from_json(Card, read_card(path))
    if hashlib.sha256(data).hexdigest() != card.sha256:
        raise UserError(
            Words(
                "The weights in {file} are not those its card describes (the hash differs): restore the original file.",
                "{file} 中的权重与其说明卡不符（哈希值不同）：请恢复原始文件。",
            ).format(file=path.name)
        )
    if card.learner != learner.name:
        raise UserError(
            Words(
                "The weights in {file} belong to “{theirs}”, not to “{ours}”: choose that algorithm or other weights.",
                "{file} 中的权重属于“{theirs}”，而不是“{ours}”：请改选该算法或其他权重。",
            ).format(file=path.name, theirs=card.learner, ours=learner.name)
        )
    panel = None if card.panel is None else Panel(card.panel.columns, {}, frozenset(card.panel.coded))
    try:
        backbone, names = _network(card, data, learner)
        weights = load(data)
        # In the order of the learner: safetensors keeps none, and the rounding of a sum over all weights depends on the order.
        start = Initialization(backbone, {name: weights[name] for name in names}, card.fitted, str(path), card.sha256, panel=panel)
        if path.parent != SHIPPED:
            _try(dataclasses.replace(start, weights=_double(start.weights)), learner)
    except (SafetensorError, RuntimeError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
        raise damaged(path) from error
    return start


def _network(card: Card, data: bytes, learner: Learner) -> tuple[Backbone, tuple[str, ...]]:
    """The network on a card and the names of its weights in their order. Raises ValueError if the file's header names other weights."""
    backbone, header = backbone_of(card.backbone), shapes_in(data)
    # A card may claim a network of any size: it is made only as far as the file has weights.
    shapes = shapes_of(lambda rng: learner.init(backbone, rng), sum(map(math.prod, header.values())))
    if header != shapes:
        raise ValueError("the network on the card has other weights")
    return backbone, tuple(shapes)


def _try(start: Initialization, learner: Learner) -> None:
    """Ask for the diagnosis of two patients, so that weights that cannot answer are refused before anybody relies on them.

    Sizes may be at odds with one another or with the panel, and numbers be infinite. Raises ValueError or whatever the network does.
    """
    if not all(weight.isfinite().all() for weight in start.weights.values()):
        raise ValueError("a weight is no finite number")
    for n_columns in (2, 3) if start.panel is None else (start.panel.n_cells,):
        x = torch.linspace(-1, 1, 2 * n_columns * len(CHANNELS), dtype=torch.float64).reshape(2, n_columns, len(CHANNELS))
        first = next(start.adapt(learner, LabeledSet(x, torch.arange(2)), 2))
        if not first.log_proba(x).isfinite().all():
            raise ValueError("its answer is no finite number")


def _double(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: weight.to(torch.float64, copy=True) for name, weight in weights.items()}
