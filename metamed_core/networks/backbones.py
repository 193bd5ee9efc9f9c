"""The shared networks, as pure functions of (weights, cells). Weights are values: passed in, handed back, never changed."""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn.functional import gelu, layer_norm, linear, relu

from metamed_core.data import CHANNELS, typed_entries

Weights = Mapping[str, Tensor]
"""A network's parameters by name. Treat as immutable: an update makes a new mapping of new tensors."""


COLUMN_SCALE = "column_scale"
"""A weight that a network by columns may be given for one task: what the embedding is multiplied by, `(n_columns, features)`."""

BACKBONES: dict[str, type[Backbone]] = {}
"""The classes of backbones by name. A class enters when it is defined, so that one in a file of its own needs no line here."""

MAX_SIZE = 16_384
"""Largest size on a card. The cells of a panel of 1,000 columns are at most 12,000."""


class Backbone(ABC):
    """A network from the cells of a patient to an embedding; a subclass is a frozen dataclass of its sizes.

    Examples
    --------
    >>> network = Perceptron(n_columns=3, hidden=4, features=2)
    >>> weights = network.init(torch.Generator().manual_seed(0))
    >>> network.embed(weights, torch.zeros(5, 3, len(CHANNELS))).shape
    torch.Size([5, 2])
    """

    name: ClassVar[str]
    by_column: ClassVar[bool] = False
    """Whether each cell of a patient has tokens of its own in the embedding, in the order of the cells."""
    features: int
    """Width of one token of the embedding; the embedding is a row of `n_embedding / features` tokens."""

    def __init_subclass__(cls) -> None:
        BACKBONES[cls.name] = cls

    def card(self) -> dict[str, Any]:
        """Name and sizes, as the card of a weight file states them; `backbone_of` reads them."""
        sizes: Any = self
        return {"name": self.name, **dataclasses.asdict(sizes)}

    @abstractmethod
    def init(self, rng: torch.Generator) -> dict[str, Tensor]:
        """Fresh random weights, without meta-training.

        Parameters
        ----------
        rng
            Where all randomness comes from.

        Returns
        -------
        dict of str to Tensor
            The parameters by name.
        """

    def hidden_matrices(self, weights: Weights) -> frozenset[str]:
        """Names of the matrices between hidden states, which Muon may move in meta-training; none unless a network says so."""
        return frozenset()

    @abstractmethod
    def embed(self, weights: Weights, x: Tensor) -> Tensor:
        """The embedding of each patient on their own.

        Parameters
        ----------
        weights
            The parameters by name; not changed.
        x
            Cells, `(n, n_columns, n_channels)`; the channels are `data.CHANNELS`.

        Returns
        -------
        Tensor
            Embeddings, `(n, n_embedding)`, without unit.
        """


def backbone_of(card: Mapping[str, Any]) -> Backbone:
    """The backbone that `Backbone.card` described.

    Parameters
    ----------
    card
        Name and sizes. A card without a name is from before there were two backbones and means a `ColumnEncoder`.

    Raises
    ------
    ValueError
        No backbone has this name, or not such a size, or the size is beyond `MAX_SIZE`.
    """
    sizes = {**card}
    name = sizes.pop("name", ColumnEncoder.name)
    if not isinstance(name, str) or name not in BACKBONES:
        raise ValueError("there is no such backbone")
    kind: Any = BACKBONES[name]
    for size, value in typed_entries(kind, sizes).items():
        if type(value) is int and not 1 <= value <= MAX_SIZE:
            raise ValueError(f"{size} is out of bounds")
    try:
        made: Backbone = kind(**sizes)
    except TypeError as error:  # a size is missing
        raise ValueError(str(error)) from error
    return made


def random_linear(n_out: int, n_in: int, rng: torch.Generator, gain: float = 1.0) -> Tensor:
    """A weight matrix `(n_out, n_in)` that keeps the variance of its input (times `gain` squared)."""
    return torch.randn(n_out, n_in, generator=rng) * gain / math.sqrt(n_in)


@dataclass(frozen=True)
class Perceptron(Backbone):
    """Linear-ReLU-Linear over the scaled values of a fixed panel of columns: the kind of network of the first papers on meta-learning.

    Parameters
    ----------
    n_columns
        Columns of the panel.
    hidden, features
        Width of the hidden layer and of the embedding.
    """

    n_columns: int
    hidden: int = 64
    features: int = 64
    name: ClassVar[str] = "perceptron"

    def init(self, rng: torch.Generator) -> dict[str, Tensor]:
        """Random weights, see `Backbone.init`."""
        return {
            "in.weight": random_linear(self.hidden, self.n_columns, rng, 2**0.5),
            "in.bias": torch.zeros(self.hidden),
            "out.weight": random_linear(self.features, self.hidden, rng),
            "out.bias": torch.zeros(self.features),
        }

    def embed(self, weights: Weights, x: Tensor) -> Tensor:
        """`(n, n_columns, n_channels)` -> `(n, features)`, from channel 0 (value; 0 where missing)."""
        hidden = relu(linear(x[..., 0], weights["in.weight"], weights["in.bias"]))
        return linear(hidden, weights["out.weight"], weights["out.bias"])


@dataclass(frozen=True)
class ColumnEncoder(Backbone):
    """One shared network for the cells of any table: any number, order and names of columns.

    Each cell is embedded by the same small network; the cells of one patient then exchange information through a few learned
    latents that attend to all cells and are attended by them (induced set attention: the cost grows with the number of
    columns, not with its square). The result is `features` numbers a cell, and the embedding of a patient is the row of the
    features of all cells. It is not summed over the cells, because a sum cannot tell high glucose and low sodium from the
    reverse; a distance between two embeddings is what sums over columns. So the embedding follows the order of the columns,
    and no distance depends on it.

    Parameters
    ----------
    width
        Width of a cell's hidden state.
    latents
        Latents of each layer.
    layers
        Exchanges between the cells of a patient.
    features
        Numbers that a cell adds to the embedding.

    References
    ----------
    Lee et al. 2019, Set transformer, https://arxiv.org/abs/1810.00825, eq. 9-10
    """

    width: int = 32
    latents: int = 8
    layers: int = 1
    features: int = 6
    name: ClassVar[str] = "column_encoder"
    by_column: ClassVar[bool] = True
    channels: ClassVar[int] = CHANNELS.index("referenced") + 1
    """It reads the cells up to this channel."""

    def init(self, rng: torch.Generator) -> dict[str, Tensor]:
        """Random weights, see `Backbone.init`; the last two are the gain of the embedding and its exponent in the columns."""
        w = self.width
        weights = {"cell.weight": random_linear(w, self.channels, rng, 2**0.5), "cell.bias": 0.3 * torch.randn(w, generator=rng)}
        for i in range(self.layers):
            weights |= {f"{i}.latents": torch.randn(self.latents, w, generator=rng)}
            weights |= {f"{i}.{name}": random_linear(w, w, rng) for name in ("collect", "share")}
            weights |= {f"{i}.ask": random_linear(w, w, rng), f"{i}.answer": random_linear(w, w, rng)}
            weights |= {f"{i}.up": random_linear(2 * w, w, rng, 2**0.5), f"{i}.down": random_linear(w, 2 * w, rng, 0.5)}
        return weights | {
            "out.weight": random_linear(self.features, w, rng),
            "out.skip": random_linear(self.features, self.channels, rng),
            "out.log_gain": torch.zeros(()),
            "out.exponent": torch.full((), 0.25),
        }

    def hidden_matrices(self, weights: Weights) -> frozenset[str]:
        """See `Backbone.hidden_matrices`: those of the exchange between cells."""
        parts = ("collect", "share", "ask", "answer", "up", "down")
        return frozenset(f"{i}.{part}" for i in range(self.layers) for part in parts)

    def embed(self, weights: Weights, x: Tensor) -> Tensor:
        """`(n, n_columns, n_channels)` -> `(n, n_columns * features)`."""
        x = x[..., : self.channels]
        cells = gelu(linear(x, weights["cell.weight"], weights["cell.bias"]))
        for i in range(self.layers):
            cells = self._exchange(weights, cells, i)
        tokens = linear(_normal(cells), weights["out.weight"]) + linear(x, weights["out.skip"])
        # Squared distances sum over columns; exponent 1/4 would make them grow with the square root of their number.
        scale = weights["out.log_gain"].exp() * x.shape[-2] ** -weights["out.exponent"]
        tokens = tokens * scale
        return (tokens * weights[COLUMN_SCALE] if COLUMN_SCALE in weights else tokens).flatten(-2)

    def _exchange(self, weights: Weights, cells: Tensor, i: int) -> Tensor:
        """One layer: latents collect from the cells, cells ask the latents, then a small net on each cell."""
        part = {name: weights[f"{i}.{name}"] for name in ("latents", "collect", "share", "ask", "answer", "up", "down")}
        normal = _normal(cells)
        attention = (normal @ part["latents"].T / self.width**0.5).softmax(-2)
        collected = attention.transpose(-1, -2) @ linear(normal, part["collect"])
        asked = (linear(normal, part["ask"]) @ _normal(collected).transpose(-1, -2) / self.width**0.5).softmax(-1)
        cells = cells + linear(asked @ linear(collected, part["share"]), part["answer"])
        return cells + linear(gelu(linear(_normal(cells), part["up"])), part["down"])


def _normal(cells: Tensor) -> Tensor:
    return layer_norm(cells, cells.shape[-1:])
