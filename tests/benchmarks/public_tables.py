"""The public tables that the accuracy figures rest on, and the episodes drawn from them. No table is part of this project.

A folder holds one CSV file a table (`NAME.csv`, the label in the column `diagnosis`, an empty cell is missing) and, where codes are
written as numbers, `schema.json`: `{NAME: {"kinds": {COLUMN: "cat" | "group" | ...}}}`. A column of kind "cat" holds categories; one of
kind "group" (a hospital, a paper) is left out. docs/how-to/repeat-the-figures.md lists the tables, their licenses and where to get them.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from metamed_core.words import UserError, Words

Rows = npt.NDArray[np.int64]
MOST_CLASSES, MOST_QUERIES, FEWEST_QUERIES = 5, 15, 3
"""An episode has at most so many classes, and of each class at most and at least so many patients to be judged."""
WORDS = ("cat", "group")


@dataclass(frozen=True, eq=False, slots=True)
class PublicTable:
    """One table: patients `(n, n_columns)` and the diagnosis of each `(n,)`."""

    name: str
    x: pd.DataFrame
    y: npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False, slots=True)
class PublicEpisode:
    """Row numbers of the labeled patients and of those to be judged."""

    support: Rows
    query: Rows


def add_folder(parser: argparse.ArgumentParser) -> None:
    """The options that say where the tables lie, and which are asked for."""
    parser.add_argument("folder", type=Path, help="the folder of tables; docs/how-to/repeat-the-figures.md says how to get them")
    parser.add_argument("--tables", type=lambda text: text.split(","), help="names, separated by commas (all)")


def tables_in(folder: Path, names: Sequence[str] | None = None) -> Iterator[PublicTable]:
    """Yield the tables of a folder by name. Raises UserError where the folder, or a table that was asked for, is absent."""
    found = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    if not found:
        raise UserError(
            Words(
                "The folder {folder} holds no CSV files: put the public tables there; docs/how-to/repeat-the-figures.md says how to get them.",
                "文件夹 {folder} 中没有 CSV 文件：请将公开数据表放入其中，获取方法见 docs/how-to/repeat-the-figures.md。",
            ).format(folder=folder)
        )
    if missing := [name for name in names or () if name not in found]:
        raise UserError(
            Words(
                "The folder {folder} holds no table {names}: choose among {found}.",
                "文件夹 {folder} 中没有数据表 {names}：请从 {found} 中选择。",
            ).format(folder=folder, names=", ".join(missing), found=", ".join(found))
        )
    schema = folder / "schema.json"
    kinds = json.loads(schema.read_text("utf-8")) if schema.exists() else {}
    return (_read(found[name], kinds.get(name, {}).get("kinds", {})) for name in found if not names or name in names)


def _read(path: Path, kinds: dict[str, str]) -> PublicTable:
    text: dict[str, type[str]] = {column: str for column, kind in kinds.items() if kind in WORDS}
    table = pd.read_csv(path, low_memory=False, dtype=text)
    groups = [column for column, kind in kinds.items() if kind == "group" and column in table]
    return PublicTable(path.stem, table.drop(columns=[*groups, "diagnosis"]), table["diagnosis"].astype(str).to_numpy(dtype=object))


def episodes(table: PublicTable, k_shot: int, n: int) -> Iterator[PublicEpisode]:
    """Yield `n` episodes of a table, none where fewer than two classes are large enough; episode i does not depend on n."""
    counts = pd.Series(table.y).value_counts()
    classes = sorted(counts[counts >= k_shot + FEWEST_QUERIES].index)
    for index in range(n if len(classes) > 1 else 0):
        rng = np.random.default_rng([zlib.crc32(table.name.encode()), k_shot, index])
        drawn = [
            rng.permutation(np.flatnonzero(table.y == name)) for name in rng.choice(classes, min(MOST_CLASSES, len(classes)), replace=False)
        ]
        support = rng.permutation(np.concatenate([rows[:k_shot] for rows in drawn]))
        yield PublicEpisode(support, rng.permutation(np.concatenate([rows[k_shot : k_shot + MOST_QUERIES] for rows in drawn])))
