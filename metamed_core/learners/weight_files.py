"""Weights on disk: a safetensors file (numbers only, no code) and beside it a JSON card that records how they were made."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save
from torch import Tensor

from metamed_core.learners.learner import Learner
from metamed_core.networks import Backbone
from metamed_core.words import UserError, Words

SUFFIX = ".safetensors"
SHIPPED = Path(__file__).parent / "weights"
"""The folder of the weights that come with the package."""
FORMAT = 1
"""Version of the pair (file, card); a reader refuses any other."""


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
        If the card is missing, damaged or of another format version.
    """
    text = read_bytes(path.with_suffix(".json"))
    try:
        card = json.loads(text)
    except ValueError as error:
        raise damaged(path.with_suffix(".json")) from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise UserError(
            Words(
                "The card of {file} is of another version than this program reads (version {version}): use weights made by this version.",
                "{file} 的说明卡版本与本程序（版本 {version}）不符：请使用本版本生成的权重。",
            ).format(file=path.name, version=FORMAT)
        )
    return card


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
    """Write a file atomically (temporary file, fsync, rename): readers see the old or the new content, even after a crash. Raises UserError."""
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
    """The temporary path that a file is written to before it is renamed to `path`."""
    return path.with_name(path.name + ".part")


def read_bytes(path: Path) -> bytes:
    """The content of a file. Raises UserError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            Words(
                "The file {file} cannot be read: check the path, or choose the shipped weights.",
                "无法读取文件 {file}：请检查路径，或选择自带权重。",
            ).format(file=path)
        ) from error


def damaged(path: Path) -> UserError:
    """The UserError to raise for a weight file or card with invalid content."""
    return UserError(
        Words(
            "{file} is damaged or not made by MetaMed: restore it, or choose the shipped weights.",
            "{file} 已损坏或不是由 MetaMed 生成：请恢复该文件，或选择自带权重。",
        ).format(file=path.name)
    )
