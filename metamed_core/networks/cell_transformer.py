"""The in-context network: a transformer over the cells of a small table, some of whose patients have a diagnosis.

Two stages. In the first every cell of the table is a token, beside a few tokens for each patient; in each layer a cell
attends to the same column of the labeled patients, then to the other cells of its own patient ("two-way attention"). In
the second a patient is one wide token and attends to the labeled patients. Labeled patients attend to one another and
never to the query patients, so an answer does not depend on who else is asked, and what was read of the labeled ones
(`Memory`) serves any number of queries.

A diagnosis is given to the network as one of `slots` learned vectors, a column by a random code: neither has a meaning of
its own, both only tell things apart. The caller draws them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import gelu, layer_norm, linear

from metamed_core.data import CHANNELS, one_hot
from metamed_core.networks.backbones import Backbone, Weights, random_linear


@dataclass(frozen=True, slots=True)
class Memory:
    """What was read of the labeled patients of b tables.

    Parameters
    ----------
    attended
        Keys and values of each attention over patients, in the order of the layers.
    codes
        The codes of the columns, `(b, n_columns, code)`.
    keys
        Mean over the patients of each slot, `(b, slots, row_width)`.
    """

    attended: tuple[tuple[Tensor, Tensor], ...]
    codes: Tensor
    keys: Tensor

    def first(self) -> Memory:
        """That of the first table alone."""
        return Memory(tuple((key[:1], value[:1]) for key, value in self.attended), self.codes[:1], self.keys[:1])


def joined(memories: Iterable[Memory]) -> Memory:
    """One memory of all these tables."""
    parts = list(memories)
    pairs = zip(*(part.attended for part in parts), strict=True)
    attended = tuple((torch.cat([key for key, _ in layer]), torch.cat([value for _, value in layer])) for layer in pairs)
    return Memory(attended, torch.cat([part.codes for part in parts]), torch.cat([part.keys for part in parts]))


@dataclass(frozen=True)
class CellTransformer(Backbone):
    """A transformer over the cells of labeled and query patients; every table has a leading dimension b: tasks, or draws of codes.

    Parameters
    ----------
    width, heads, cell_layers
        The first stage, whose tokens are cells.
    tokens
        Tokens for each patient beside their cells.
    row_width, row_heads, row_layers
        The second stage, whose tokens are patients.
    slots
        Diagnoses that it can tell apart.
    code
        Numbers that mark a column.
    expansion
        Width of the hidden layer of a feed-forward block, as a multiple of the width of its stage.

    References
    ----------
    Hollmann et al. 2025, Accurate predictions on small data with a tabular foundation model, https://doi.org/10.1038/s41586-024-08328-6
    Kossen et al. 2021, Self-attention between datapoints, https://arxiv.org/abs/2106.02584
    """

    width: int = 64
    heads: int = 4
    cell_layers: int = 4
    tokens: int = 4
    row_width: int = 128
    row_heads: int = 4
    row_layers: int = 4
    slots: int = 10
    code: int = 8
    expansion: int = 2
    name: ClassVar[str] = "cell_transformer"

    @property
    def features(self) -> int:  # type: ignore[override]  # follows from another size
        """A patient's embedding is one token of the second stage."""
        return self.row_width

    def init(self, rng: torch.Generator) -> dict[str, Tensor]:
        """Random weights, see `Backbone.init`; each layer adds little at first."""
        w, r = self.width, self.row_width
        weights = {"cell.in": random_linear(w, len(CHANNELS), rng, 2**0.5), "cell.bias": 0.5 * torch.randn(w, generator=rng)}
        weights |= {"cell.hidden": random_linear(w, w, rng), "cell.code": random_linear(w, self.code, rng, 0.5)}
        weights |= {"cell.slot": torch.randn(self.slots, w, generator=rng)}
        weights |= {name: torch.randn(n, w, generator=rng) for name, n in (("token.start", self.tokens), ("token.slot", self.slots))}
        for i in range(self.cell_layers):
            weights |= self._layer(f"cell.{i}", ("patients", "columns"), w, rng)
        weights |= {"row.hidden": random_linear(r, self.tokens * w, rng), "row.slot": 0.5 * torch.randn(self.slots, r, generator=rng)}
        for i in range(self.row_layers):
            weights |= self._layer(f"row.{i}", ("patients",), r, rng)
        weights |= {"out.gain": torch.ones(r), "out.slot": random_linear(self.slots, r, rng, 0.1), "out.bias": torch.zeros(self.slots)}
        return weights | {"out.hidden_key": random_linear(r, r, rng), "out.hidden_query": random_linear(r, r, rng)}

    def _layer(self, name: str, attentions: tuple[str, ...], width: int, rng: torch.Generator) -> dict[str, Tensor]:
        weights: dict[str, Tensor] = {}
        for attention in attentions:
            part = f"{name}.{attention}"
            weights |= {
                f"{part}.hidden_in": random_linear(3 * width, width, rng),
                f"{part}.hidden_out": random_linear(width, width, rng, 0.3),
            }
            weights |= {f"{part}.gain": torch.ones(width)}
        up, down = random_linear(self.expansion * width, width, rng, 2**0.5), random_linear(width, self.expansion * width, rng, 0.3)
        biases = {f"{name}.bias": torch.zeros(self.expansion * width), f"{name}.gain": torch.ones(width)}
        return weights | {f"{name}.hidden_up": up, f"{name}.hidden_down": down} | biases

    def hidden_matrices(self, weights: Weights) -> frozenset[str]:
        """See `Backbone.hidden_matrices`: not what reads cells, codes and slots, nor what gives scores."""
        return frozenset(name for name in weights if ".hidden" in name)

    def embed(self, weights: Weights, x: Tensor) -> Tensor:
        """A patient on their own is their scaled values: the network reads patients only beside labeled ones. See `Backbone.embed`."""
        return x[..., 0]

    def read(self, weights: Weights, x: Tensor, slot: Tensor, codes: Tensor) -> Memory:
        """Read the labeled patients.

        Parameters
        ----------
        weights
            The parameters by name.
        x
            Cells of the labeled patients, `(b, n, n_columns, n_channels)`.
        slot
            The slot of each patient's diagnosis, `(b, n)`.
        codes
            The codes of the columns, `(b, n_columns, code)`.
        """
        attended: list[tuple[Tensor, Tensor]] = []
        rows = self._rows(weights, x, codes, slot, attended, None)
        members = one_hot(slot, self.slots, rows.dtype)
        keys = members.transpose(-1, -2) @ linear(rows, weights["out.hidden_key"]) / members.sum(-2).clamp_min(1.0).unsqueeze(-1)
        return Memory(tuple(attended), codes, keys)

    def ask(self, weights: Weights, memory: Memory, x: Tensor) -> Tensor:
        """Patients `(b, n, n_columns, n_channels)` -> their embeddings beside the labeled ones, `(b, n, row_width)`."""
        return self._rows(weights, x, memory.codes, None, None, iter(memory.attended))

    def logits(self, weights: Weights, memory: Memory, rows: Tensor) -> Tensor:
        """Embeddings `(b, n, row_width)` -> a score of every slot, `(b, n, slots)`: its own, and likeness to its patients."""
        likeness: Tensor = linear(rows, weights["out.hidden_query"]) @ memory.keys.transpose(-1, -2)
        own: Tensor = linear(rows, weights["out.slot"], weights["out.bias"])
        return own + likeness / math.sqrt(self.row_width)

    def _rows(
        self,
        weights: Weights,
        x: Tensor,
        codes: Tensor,
        slot: Tensor | None,
        store: list[tuple[Tensor, Tensor]] | None,
        memory: Iterator[tuple[Tensor, Tensor]] | None,
    ) -> Tensor:
        """Both stages; labeled patients `store` what they attend to, the others attend to `memory`."""
        cells = linear(gelu(linear(x, weights["cell.in"], weights["cell.bias"]), approximate="tanh"), weights["cell.hidden"])
        cells = cells + linear(codes, weights["cell.code"]).unsqueeze(1)
        tokens = weights["token.start"].expand(*x.shape[:2], -1, -1)
        if slot is not None:
            cells, tokens = cells + weights["cell.slot"][slot].unsqueeze(2), tokens + weights["token.slot"][slot].unsqueeze(2)
        table = torch.cat([tokens, cells], 2)
        for i in range(self.cell_layers):
            # Over patients, each column (or token) by itself: columns take the place of the batch.
            over = _attend(weights, f"cell.{i}.patients", self.heads, table.transpose(1, 2), store, memory).transpose(1, 2)
            table = table + over
            table = table + _attend(weights, f"cell.{i}.columns", self.heads, table, None, None)
            table = table + _dense(weights, f"cell.{i}", table)
        rows = linear(_normal(table[:, :, : self.tokens]).flatten(-2), weights["row.hidden"])
        if slot is not None:
            rows = rows + weights["row.slot"][slot]
        for i in range(self.row_layers):
            rows = rows + _attend(weights, f"row.{i}.patients", self.row_heads, rows, store, memory)
            rows = rows + _dense(weights, f"row.{i}", rows)
        return _normal(rows) * weights["out.gain"]


def _attend(
    weights: Weights,
    name: str,
    heads: int,
    x: Tensor,
    store: list[tuple[Tensor, Tensor]] | None,
    memory: Iterator[tuple[Tensor, Tensor]] | None,
) -> Tensor:
    """Multi-head attention along the last but one dimension of x `(..., n, width)`, to itself or to what `memory` holds."""
    normal, inward = _normal(x) * weights[f"{name}.gain"], weights[f"{name}.hidden_in"]
    if memory is None:
        query, key, value = (_split(part, heads) for part in linear(normal, inward).chunk(3, -1))
        if store is not None:
            store.append((key, value))
    else:
        query, (key, value) = _split(linear(normal, inward[: x.shape[-1]]), heads), next(memory)
    # Written out: for such small sets it is faster than the fused kernels, and works in every precision.
    weight = (query * query.shape[-1] ** -0.5 @ key.transpose(-1, -2)).softmax(-1)
    return linear((weight @ value).transpose(-2, -3).flatten(-2), weights[f"{name}.hidden_out"])


def _split(x: Tensor, heads: int) -> Tensor:
    """`(..., n, width)` -> `(..., heads, n, width / heads)`."""
    split: Tensor = x.reshape(*x.shape[:-1], heads, x.shape[-1] // heads)
    return split.transpose(-2, -3)


def _dense(weights: Weights, name: str, x: Tensor) -> Tensor:
    normal = _normal(x) * weights[f"{name}.gain"]
    return linear(
        gelu(linear(normal, weights[f"{name}.hidden_up"], weights[f"{name}.bias"]), approximate="tanh"), weights[f"{name}.hidden_down"]
    )


def _normal(x: Tensor) -> Tensor:
    return layer_norm(x, x.shape[-1:])
