"""Weights named on the command line: universal, none, a file that meta-training has made, or a name in the library."""

from __future__ import annotations

from pathlib import Path

from metamed_core.learners import LEARNERS, read_card
from metamed_core.meta_training import SUFFIX, Library
from metamed_core.words import UserError, Words


def path_of(named: str, learner: str | None = None) -> Path:
    """The file of these weights: a path, or else a name in the library. Raises UserError if there is neither."""
    path = Path(named)
    if path.exists() or path.suffix == SUFFIX:
        return path.resolve()
    kept = {one.name: one for one in Library().list_weights(learner)}
    if named in kept:
        return kept[named].path
    raise UserError(
        Words(
            "There are no weights “{name}”: give universal, none, a file of meta-training ({suffix}), or a name in the library ({kept}).",
            "没有权重“{name}”：请给出 universal、none、元训练得到的文件（{suffix}），或权重库中的名称（{kept}）。",
        ).format(name=named, suffix=SUFFIX, kept=", ".join(kept) or "-")
    )


def learner_of(path: Path) -> str:
    """The learner that these weights were meta-trained for. Raises UserError if their card names none that is known here."""
    name = str(read_card(path).get("learner"))
    if name not in LEARNERS:
        raise UserError(
            Words(
                "The card of {file} names the learner “{name}”, which is unknown here: use weights of this version.",
                "{file} 的说明卡所写的学习器“{name}”在此未知：请使用本版本的权重。",
            ).format(file=path.name, name=name)
        )
    return name
