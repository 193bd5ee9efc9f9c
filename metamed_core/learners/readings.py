"""How a table is shown to a prior-fitted network: random codings, drawn from a seed, that depend on what the table holds alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from metamed_core.data import CHANNELS, LabeledSet, one_hot
from metamed_core.networks import CellTransformer, class_marks, class_ranks, column_ranks, patient_order

SEED = 0
"""Seed of marks, codes and subsets, so that the same table gets the same predictions."""

MAX_PATIENTS, MAX_COLUMNS, MAX_CELLS = 256, 256, 20_000
"""Limits of one reading, above those of meta-training (100, 100 and 10,000); each reading draws its own subset of a larger table."""


VALUE, REFERENCED, OWN = (CHANNELS.index(name) for name in ("value", "referenced", "own"))


@dataclass(frozen=True, slots=True)
class Readings:
    """The random codings of all readings of one table.

    Parameters
    ----------
    patients, columns
        Positions of the patients and columns used, `(n_readings, n_patients)` and `(n_readings, n_columns)`.
    codes
        Random codes of the columns, `(n_readings, n_columns, n_code)`.
    marks
        Random marks of the classes, `(n_readings, n_way, n_mark)`.
    ranged
        Which readings see the reference ranges: every second one reads as if there were none, bool, `(n_readings,)`.
    """

    patients: Tensor
    columns: Tensor
    codes: Tensor
    marks: Tensor
    ranged: Tensor

    def split(self, at_once: int) -> Iterator[Readings]:
        """These readings, at most so many at a time."""
        parts = (torch.split(getattr(self, field.name), at_once) for field in fields(self))
        return (Readings(*part) for part in zip(*parts, strict=True))

    def cells(self, x: Tensor) -> Tensor:
        """What each reading sees of patients asked about, `(n, all_columns, n_channels)` -> `(n_readings, n, n_columns, n_channels)`."""
        return self._as_seen(x[:, self.columns].transpose(0, 1))

    def labeled_cells(self, x: Tensor) -> Tensor:
        """What each reading sees of its labeled patients, from the cells of all of them; shapes as in `cells`."""
        return self._as_seen(x[self.patients.unsqueeze(2), self.columns.unsqueeze(1)])

    def _as_seen(self, cells: Tensor) -> Tensor:
        hidden = ~self.ranged.view(-1, 1, 1) & (cells[..., REFERENCED] != 0)
        cells[..., VALUE] = torch.where(hidden, cells[..., OWN], cells[..., VALUE])
        cells[..., REFERENCED] = torch.where(hidden, 0.0, cells[..., REFERENCED])
        return cells


def draw_readings(network: CellTransformer, support: LabeledSet, n_way: int, n: int) -> Readings:
    """`n` seeded random codings of a support set, invariant to the order of its patients, columns and classes."""
    columns = column_ranks(support, n_way)
    classes = class_ranks(support, n_way, columns)
    order = columns.argsort(stable=True)
    most = max(n_way, min(MAX_PATIENTS, MAX_CELLS // min(len(order), MAX_COLUMNS)))
    patients = patient_order(support, columns, classes) if len(support) > most else torch.arange(len(support))
    rng = torch.Generator().manual_seed(SEED)
    drawn: list[tuple[Tensor, ...]] = []
    if len(order) > MAX_COLUMNS:
        order = order[torch.randperm(len(order), generator=rng)]
    for i in range(n):
        # Consecutive blocks of columns, so that the readings together cover as many columns as possible.
        read = order.roll(-i * MAX_COLUMNS)[:MAX_COLUMNS]
        codes = torch.randn(len(order), network.code, generator=rng)[columns[read]]
        marks = class_marks(1, n_way, network.mark, rng)[0, classes]
        drawn.append((_some_of_each(patients, support.y, most, rng), read, codes, marks, torch.tensor(i % 2 == 0)))
    return Readings(*(torch.stack(part) for part in zip(*drawn, strict=True)))


def _some_of_each(positions: Tensor, y: Tensor, most: int, rng: torch.Generator) -> Tensor:
    """A random subset of at most `most` patients that contains every class."""
    if len(positions) <= most:
        return positions
    drawn = positions[torch.randperm(len(positions), generator=rng)]
    first = (torch.cumsum(one_hot(y[drawn], int(y.max()) + 1, torch.int64), 0).gather(1, y[drawn].unsqueeze(1)) == 1).squeeze(1)
    return torch.cat([drawn[first], drawn[~first]])[:most]
