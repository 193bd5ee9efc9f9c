"""Options that select weights: universal, none, a file of meta-training, or a name in the library."""

from __future__ import annotations

from pathlib import Path

from metamed_core.learners import LEARNERS, UNIVERSAL, read_card, shipped
from metamed_core.meta_training import find_weights
from metamed_core.words import UserError, Words


def file_of(named: str, learner: str) -> Path:
    """Return the file of a learner's weights: the shipped one for universal, else that of `find_weights`. Raises UserError."""
    return shipped(learner) if named == UNIVERSAL else find_weights(named, learner)


def learner_of(path: Path) -> str:
    """Return the learner that the weights were meta-trained for. Raises UserError if their card names no known learner."""
    name = str(read_card(path).get("learner"))
    if name not in LEARNERS:
        raise UserError(
            Words(
                "The card of {file} names the learner “{name}”, which is unknown here: use weights of this version.",
                "{file} 的说明卡所写的学习器“{name}”在此未知：请使用本版本的权重。",
            ).format(file=path.name, name=name)
        )
    return name
