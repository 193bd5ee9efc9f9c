"""The result of an accuracy check put into the card of the weights that it measured."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from metamed_core.learners import read_card, write_card
from metamed_core.words import UserError, Words

DIGITS = 4


def record_measurement(weights: Path, learner: str, table: Path, episodes: int, note: str = "") -> dict[str, Any]:
    """Write the learner's part of `table` into the card beside `weights` as "measured"; returns the card.

    table: JSON, `{algorithm: {k_shot: {accuracy, gain, low, high, log_loss, ece, tables, best_plain}}}`. A later
    measurement takes the place of an earlier one. Raises UserError if a file cannot be read, or does not hold this learner.
    """
    card = read_card(weights)
    if card.get("learner") != learner:
        raise UserError(
            Words(
                "The card of {file} is of “{theirs}”, not of “{ours}”: name that learner or another file.",
                "{file} 的说明卡属于“{theirs}”，而不是“{ours}”：请改选该学习器或其他文件。",
            ).format(file=weights.name, theirs=card.get("learner"), ours=learner)
        )
    shots = _read_table(table).get(learner)
    if not (isinstance(shots, dict) and shots and all(isinstance(cell, dict) and cell for cell in shots.values())):
        raise UserError(
            Words(
                "{file} holds no results of “{learner}”: measure this learner first, or choose the file that has it.",
                "{file} 中没有“{learner}”的结果：请先测量该学习器，或选择包含它的文件。",
            ).format(file=table.name, learner=learner)
        )
    results = {k: {name: _rounded(value) for name, value in cell.items()} for k, cell in shots.items()}
    card["measured"] = {"episodes": episodes, "note": note, "shots": results}
    write_card(weights, card)
    return card


def _read_table(path: Path) -> dict[str, Any]:
    try:
        table = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _no_table(path) from error
    if not isinstance(table, dict):
        raise _no_table(path)
    return table


def _rounded(value: object) -> object:
    """Numbers to DIGITS digits; what is not a finite number, for which JSON has no word, is null."""
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    return value


def _no_table(path: Path) -> UserError:
    return UserError(
        Words(
            "{file} is no table of results: give the JSON file that an accuracy check has written.",
            "{file} 不是结果表：请给出准确率检验所写的 JSON 文件。",
        ).format(file=path)
    )
