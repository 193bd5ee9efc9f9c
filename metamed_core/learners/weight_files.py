"""Weights on disk: a safetensors file (numbers only, no code) and beside it a JSON card that records how they were made."""

from __future__ import annotations

import dataclasses
import errno
import glob
import hashlib
import json
import math
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from safetensors.torch import save
from torch import Tensor

from metamed_core.data import from_json, parse_json
from metamed_core.learners.card import Card
from metamed_core.learners.learner import Learner
from metamed_core.networks import Backbone
from metamed_core.words import UserError, Words

SUFFIX = ".safetensors"
ASIDE = ".part"
"""Ending of the temporary file that is renamed once it is whole."""
SHIPPED = Path(__file__).parent / "weights"
"""The folder of the weights that come with the package."""
FORMAT = 1
"""Version of the pair (file, card); a reader refuses any other."""
MAX_BYTES = 50_000_000
"""Largest weight file that is read; the shipped weights have 3 MB."""
MAX_CARD_BYTES = 2_000_000
"""Largest card that is read; the shipped ones have 10 kB, that of a panel of a thousand columns perhaps 200."""
MAX_HEADER_BYTES = 1_000_000
"""Largest header of a weight file that is read; one has some ten thousand."""


@dataclass(frozen=True)
class _Header:
    """The header of a safetensors file."""

    entries: Mapping[str, Any]


@dataclass(frozen=True)
class _Tensor:
    """An entry of the header."""

    dtype: Literal["F16", "BF16", "F32", "F64"]
    shape: tuple[int, ...]


def shipped(learner: str) -> Path:
    """Path of the shipped weights of the learner with this name; the file may not exist."""
    return SHIPPED / f"{learner}{SUFFIX}"


def read_card(path: Path) -> dict[str, Any]:
    """Read the card beside a weight file.

    Parameters
    ----------
    path
        The weight file; the card has the same name with `.json`.

    Returns
    -------
    dict
        The entries of the card.

    Raises
    ------
    UserError
        If the card is missing, damaged, of another format version, or an entry is of another type than `Card` names.
    """
    place = path.with_suffix(".json")
    text = read_bytes(place, MAX_CARD_BYTES)
    try:
        card = parse_json(text)
    except ValueError as error:
        raise damaged(place) from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise UserError(
            Words(
                "The card of {file} is of another version than this program reads (version {version}): use weights made by this version.",
                "{file} 的说明卡版本与本程序（版本 {version}）不符：请使用本版本生成的权重。",
            ).format(file=path.name, version=FORMAT)
        )
    try:
        from_json(Card, card)
    except ValueError as error:
        raise damaged(place) from error
    return card


def shapes_in(data: bytes) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor as the header of a safetensors file states it; no tensor is read. Raises ValueError."""
    length = int.from_bytes(data[:8], "little")
    if length > min(MAX_HEADER_BYTES, len(data)):
        raise ValueError("the header is longer than the file, or than any of ours")
    header = from_json(_Header, {"entries": parse_json(data[8 : 8 + length])}).entries
    shapes = {name: from_json(_Tensor, one).shape for name, one in header.items() if name != "__metadata__"}
    if min(map(min, filter(None, shapes.values())), default=0) < 0 or 2 * sum(map(math.prod, shapes.values())) > len(data):
        raise ValueError("the header names more numbers than there are")
    return shapes


def save_weights(path: Path, learner: Learner, backbone: Backbone, weights: dict[str, Tensor], facts: dict[str, Any]) -> None:
    """Write weights in float32 and the card beside them.

    Parameters
    ----------
    path
        The file of the weights, ending in `.safetensors`; the card has the same name with `.json`.
    learner, backbone, weights
        The learner and network that the weights belong to, and the weights by name.
    facts
        Further entries of the card: command, seed, seconds, hardware, ...

    Raises
    ------
    UserError
        If a file cannot be written.
    """
    data = save({name: weight.detach().float().contiguous() for name, weight in weights.items()})
    card = {"format": FORMAT, "learner": learner.name, "backbone": backbone.card(), "settings": dataclasses.asdict(learner)}
    card |= {"sha256": hashlib.sha256(data).hexdigest(), "parameters": sum(w.numel() for w in weights.values()), **facts}
    write_whole(path, data)
    write_card(path, card)


def add_to_card(path: Path, facts: Mapping[str, Any]) -> None:
    """Add or replace the entries `facts` in the card beside the weight file `path`. Raises UserError if it cannot be written."""
    write_card(path, read_card(path) | dict(facts))


def write_card(path: Path, card: dict[str, Any]) -> None:
    """Write the card beside the weight file `path`. Raises UserError if it cannot be written."""
    write_whole(path.with_suffix(".json"), (json.dumps(card, indent=1, ensure_ascii=False) + "\n").encode())


def write_whole(path: Path, data: bytes) -> None:
    """Write a file atomically (temporary file, fsync, rename): readers see the old or the new content, even after a crash.

    Only its owner can read a new file; one that is replaced keeps its permissions. Raises UserError, and then leaves nothing behind.
    """
    try:
        # A name of its own, so that several may write the same file at once; the mode is 0600.
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.", suffix=ASIDE, delete=False) as file:
            aside = Path(file.name)
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                if path.exists():
                    aside.chmod(path.stat().st_mode & 0o777)
                file.close()
                aside.replace(path)
            finally:
                aside.unlink(missing_ok=True)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise UserError((_FULL if full else _NOT_WRITTEN).format(file=path)) from error


def asides_of(path: Path) -> Iterator[Path]:
    """The temporary files of `path` that a killed process has left behind."""
    return path.parent.glob(f"{glob.escape(path.name)}*{ASIDE}")


def read_bytes(path: Path, most: int = MAX_BYTES) -> bytes:
    """The content of a file of at most `most` bytes. Raises UserError if it cannot be read or is larger."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:  # ValueError: no path can be so named
        raise UserError(
            Words(
                "The file {file} cannot be read: check the path, or choose the shipped weights.",
                "无法读取文件 {file}：请检查路径，或选择自带权重。",
            ).format(file=path)
        ) from error
    if len(data) > most:
        raise damaged(path)
    return data


def damaged(path: Path) -> UserError:
    """The UserError to raise for a weight file or card with invalid content."""
    return UserError(
        Words(
            "{file} is damaged or not made by MetaMed: restore it, or choose the shipped weights.",
            "{file} 已损坏或不是由 MetaMed 生成：请恢复该文件，或选择自带权重。",
        ).format(file=path.name)
    )


_NOT_WRITTEN = Words(
    "The file {file} cannot be written: check that its folder exists and may be written to.",
    "无法写入文件 {file}：请检查其所在文件夹是否存在且可写。",
)
_FULL = Words(
    "The file {file} cannot be written because the disk is full: free some space and try again; what was there before is kept.",
    "磁盘已满，无法写入文件 {file}：请释放空间后重试；原有内容未受影响。",
)
