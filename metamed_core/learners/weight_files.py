"""Weights on disk: one file of numbers (safetensors, never code) and a card (JSON) beside it that says where they come from."""

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
    """The file of the shipped weights of a learner, by its name; it need not exist."""
    return SHIPPED / f"{learner}{SUFFIX}"


def read_card(path: Path) -> dict[str, Any]:
    """The card beside a weight file. Raises UserError if it is missing, damaged or of another format version."""
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
        What the weights are for, and the weights by name.
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


def read_bytes(path: Path) -> bytes:
    """All of a file. Raises UserError if it cannot be read."""
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
    """The error to raise for a file of weights, or a card, that holds something else."""
    return UserError(
        Words(
            "{file} is damaged or not made by MetaMed: restore it, or choose the shipped weights.",
            "{file} 已损坏或不是由 MetaMed 生成：请恢复该文件，或选择自带权重。",
        ).format(file=path.name)
    )
