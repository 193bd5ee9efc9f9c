"""Weights as a person names them: a file of meta-training, or a name in the library."""

from __future__ import annotations

from pathlib import Path

from metamed_core.learners import RANDOM, UNIVERSAL, Initialization, Learner, load_weights
from metamed_core.meta_training.weights_library import Library
from metamed_core.meta_training.weights_zip import SUFFIX
from metamed_core.words import UserError, Words


def load_named_weights(named: str | Path, learner: Learner, seed: int = 0) -> Initialization:
    """`load_weights`, by a name in the library too. Raises UserError as both do."""
    origin = str(named)
    return load_weights(origin if origin in {UNIVERSAL, RANDOM} else str(find_weights(named, learner.name)), learner, seed)


def find_weights(named: str | Path, learner: str | None = None) -> Path:
    """Return the file of the given weights.

    Parameters
    ----------
    named
        A path, or a name in the library of the computer's single user. A path with the ending of weight files is not checked for existence.
    learner
        Whose weights they must be if they are named; None: anyone's. `load_weights` checks those of a path.

    Raises
    ------
    UserError
        If there is neither such a file nor such a name, or the weights of this name are damaged or another learner's.
    """
    path = Path(named)
    if path.is_file() or path.suffix == SUFFIX:
        return path.resolve()
    library, name = Library(), str(named)
    kept = {one.name: one for one in library.list_weights()}
    if name not in kept:
        damaged = next((one for one in library.damaged() if name in {one.path.stem, one.path.name}), None)
        known = ", ".join(f"{one.name} ({one.learner})" for one in kept.values())
        raise UserError(damaged.problem if damaged else _NONE.format(name=name, suffix=SUFFIX, kept=known or "-"))
    if learner not in {None, kept[name].learner}:
        raise UserError(_ANOTHERS.format(name=name, theirs=kept[name].learner, ours=learner))
    return kept[name].path


_NONE = Words(
    "There are no weights “{name}”: give universal, none, a file of meta-training ({suffix}), or a name in the library ({kept}).",
    "没有权重“{name}”：请给出 universal、none、元训练得到的文件（{suffix}），或权重库中的名称（{kept}）。",
)
_ANOTHERS = Words(
    "The weights “{name}” belong to “{theirs}”, not to “{ours}”: choose that algorithm or other weights.",
    "权重“{name}”属于“{theirs}”，而不是“{ours}”：请改选该算法或其他权重。",
)
