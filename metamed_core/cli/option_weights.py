"""Options that select weights: universal, none, a file of meta-training, or a name in the library."""

from __future__ import annotations

from pathlib import Path

from metamed_core.learners import LEARNERS, read_card
from metamed_core.meta_training import SUFFIX, Library
from metamed_core.words import UserError, Words


def path_of(named: str, learner: str | None = None) -> Path:
    """Return the file of the given weights.

    Parameters
    ----------
    named
        A path, or a name in the library. A path with the extension of weight files is not checked for existence.
    learner
        Restricts the library to the weights of this learner; None: all.

    Raises
    ------
    UserError
        If there is neither such a file nor such a name.
    """
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
