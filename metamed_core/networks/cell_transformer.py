"""The in-context network: a transformer over the cells of a small table, some of whose patients have a diagnosis.

Two stages. In the first every cell of the table is a token, beside a few tokens for each patient; in each layer a cell
attends to the same column of the labeled patients, then to the other cells of its own patient ("two-way attention"). In
the second a patient is one wide token and attends to the labeled patients. Labeled patients attend to one another and
never to the query patients, so an answer does not depend on who else is asked, and what was read of the labeled ones
(`Memory`) serves any number of queries.

A diagnosis is given to the network as a random mark, a column as a random code: neither has
a meaning of its own, both only tell things apart, and there may be any number of them. The caller draws them.

The answer is a vote of the labeled patients: each one's share is positive, and the shares sum to 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import gelu, linear, pad

from metamed_core.data import CHANNELS, one_hot
from metamed_core.networks.backbones import Backbone, Weights, random_linear
from metamed_core.networks.transformer_blocks import attend, feed_forward, normalized


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
        What the votes of the labeled patients are compared by, `(b, n, row_width)`.
    members
        Which diagnosis each of them has, as 0 and 1, `(b, n, n_way)`.
    """

    attended: tuple[tuple[Tensor, Tensor], ...]
    codes: Tensor
    keys: Tensor
    members: Tensor

    def first(self) -> Memory:
        """That of the first table alone."""
        attended = tuple((key[:1], value[:1]) for key, value in self.attended)
        return Memory(attended, self.codes[:1], self.keys[:1], self.members[:1])


def joined(memories: Iterable[Memory]) -> Memory:
    """One memory of all these tables."""
    parts = list(memories)
    pairs = zip(*(part.attended for part in parts), strict=True)
    attended = tuple((torch.cat([key for key, _ in layer]), torch.cat([value for _, value in layer])) for layer in pairs)
    codes, keys, members = (torch.cat([getattr(part, name) for part in parts]) for name in ("codes", "keys", "members"))
    return Memory(attended, codes, keys, members)


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
    mark
        Numbers that mark a diagnosis, a power of two.
    code
        Numbers that mark a column.
    expansion
        Width of the hidden layer of a feed-forward block, as a multiple of the width of its stage.

    References
    ----------
    Hollmann et al. 2025, Accurate predictions on small data with a tabular foundation model, https://doi.org/10.1038/s41586-024-08328-6
    Kossen et al. 2021, Self-attention between datapoints, https://arxiv.org/abs/2106.02584
    """

    width: int = 96
    heads: int = 3
    cell_layers: int = 4
    tokens: int = 4
    row_width: int = 192
    row_heads: int = 6
    row_layers: int = 4
    mark: int = 32
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
        weights |= {"cell.hidden": random_linear(w, w, rng), "cell.mark": random_linear(w, self.mark, rng)}
        weights |= {"cell.code": random_linear(w, self.code, rng, 0.5), "cell.labeled": torch.zeros(w)}
        weights |= {"token.start": torch.randn(self.tokens, w, generator=rng)}
        weights |= {"token.mark": random_linear(w, self.mark, rng), "token.labeled": torch.zeros(w)}
        for i in range(self.cell_layers):
            weights |= self._layer(f"cell.{i}", ("patients", "columns"), w, rng)
        weights |= {"row.hidden": random_linear(r, self.tokens * w, rng), "row.mark": random_linear(r, self.mark, rng, 0.5)}
        weights |= {"row.labeled": torch.zeros(r)}
        for i in range(self.row_layers):
            weights |= self._layer(f"row.{i}", ("patients",), r, rng)
        weights |= {"out.gain": torch.ones(r), "out.sharpness": torch.zeros(())}
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
        """See `Backbone.hidden_matrices`: not what reads cells, codes and marks."""
        return frozenset(name for name in weights if ".hidden" in name)

    def embed(self, weights: Weights, x: Tensor) -> Tensor:
        """A patient on their own is their scaled values: the network reads patients only beside labeled ones. See `Backbone.embed`."""
        return x[..., 0]

    def read(self, weights: Weights, x: Tensor, y: Tensor, marks: Tensor, codes: Tensor) -> Memory:
        """Read the labeled patients.

        Parameters
        ----------
        weights
            The parameters by name.
        x
            Cells of the labeled patients, `(b, n, n_columns, n_channels)`.
        y
            Class numbers of their diagnoses, `(b, n)`.
        marks
            The marks of the diagnoses, `(b, n_way, mark)`; see `class_marks`.
        codes
            The codes of the columns, `(b, n_columns, code)`.
        """
        return self.read_and_ask(weights, x, y, marks, codes, None)[0]

    def read_and_ask(
        self, weights: Weights, x: Tensor, y: Tensor, marks: Tensor, codes: Tensor, asked: Tensor | None
    ) -> tuple[Memory, Tensor]:
        """`read` and `ask` in one pass, with which a group of tasks costs half the operations; parameters as there.

        Returns the memory and the embeddings of the patients asked about, `(b, n, row_width)`.
        """
        attended: list[tuple[Tensor, Tensor]] = []
        members = one_hot(y, marks.shape[1], x.dtype)
        both = x if asked is None else torch.cat([x, asked], 1)
        rows = self._rows(weights, both, codes, members @ marks, attended, None)
        keys = linear(rows[:, : x.shape[1]], weights["out.hidden_key"])
        return Memory(tuple(attended), codes, keys, members), rows[:, x.shape[1] :]

    def ask(self, weights: Weights, memory: Memory, x: Tensor) -> Tensor:
        """Patients `(b, n, n_columns, n_channels)` -> their embeddings beside the labeled ones, `(b, n, row_width)`."""
        return self._rows(weights, x, memory.codes, None, None, iter(memory.attended))

    def log_votes(self, weights: Weights, memory: Memory, rows: Tensor) -> Tensor:
        """How much each labeled patient counts for embeddings `(b, n, row_width)`: log of shares that sum to 1, `(b, n, n_labeled)`.

        A diagnosis is not more likely for having more labeled patients: each one's weight is divided by their number.
        """
        sharpness = weights["out.sharpness"].exp() / math.sqrt(self.row_width)
        likeness = linear(rows, weights["out.hidden_query"]) @ memory.keys.transpose(-1, -2) * sharpness
        number = (memory.members @ memory.members.sum(1).unsqueeze(-1)).transpose(-1, -2)
        return (likeness - number.log()).log_softmax(-1)

    def _rows(
        self,
        weights: Weights,
        x: Tensor,
        codes: Tensor,
        marks: Tensor | None,
        store: list[tuple[Tensor, Tensor]] | None,
        memory: Iterator[tuple[Tensor, Tensor]] | None,
    ) -> Tensor:
        """Both stages; the first patients, those with marks, are labeled: all attend to them, or to `memory`, and what they are is stored."""
        n_labeled = 0 if marks is None else marks.shape[1]
        cells = linear(gelu(linear(x, weights["cell.in"], weights["cell.bias"]), approximate="tanh"), weights["cell.hidden"])
        cells = cells + linear(codes, weights["cell.code"]).unsqueeze(1)
        tokens = weights["token.start"].expand(*x.shape[:2], -1, -1)
        if marks is not None:
            cells = cells + _of_labeled(linear(marks, weights["cell.mark"], weights["cell.labeled"]), x).unsqueeze(2)
            tokens = tokens + _of_labeled(linear(marks, weights["token.mark"], weights["token.labeled"]), x).unsqueeze(2)
        table = torch.cat([tokens, cells], 2)
        for i in range(self.cell_layers):
            # Over patients, each column (or token) by itself.
            table = table + attend(weights, f"cell.{i}.patients", self.heads, table, n_labeled, store, memory, along=-3)
            # Of the last layer only the tokens are read.
            n_read = self.tokens if i == self.cell_layers - 1 else None
            table = table[:, :, :n_read] + attend(weights, f"cell.{i}.columns", self.heads, table, n_asking=n_read)
            table = table + feed_forward(weights, f"cell.{i}", table)
        rows = linear(normalized(table).flatten(-2), weights["row.hidden"])
        if marks is not None:
            rows = rows + _of_labeled(linear(marks, weights["row.mark"], weights["row.labeled"]), x)
        for i in range(self.row_layers):
            rows = rows + attend(weights, f"row.{i}.patients", self.row_heads, rows, n_labeled, store, memory)
            rows = rows + feed_forward(weights, f"row.{i}", rows)
        return normalized(rows, weights["out.gain"])


def _of_labeled(told: Tensor, x: Tensor) -> Tensor:
    """What the first patients are told `(b, n_labeled, width)`, and nothing for the others of x `(b, n, ...)`: `(b, n, width)`."""
    return pad(told, (0, 0, 0, x.shape[1] - told.shape[1]))
