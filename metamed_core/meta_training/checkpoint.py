"""A checkpoint: everything from which a stopped meta-training goes on to the same bits, in one file of numbers (safetensors).

Beside the numbers its header names columns and diagnoses, never anything that stands in a patient's cell.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from metamed_core.data import from_json, parse_json
from metamed_core.learners import Learner, asides_of, write_whole
from metamed_core.meta_training.library_files import remove_files
from metamed_core.meta_training.outer_loop import MetaState
from metamed_core.meta_training.progress import Progress
from metamed_core.networks import Backbone
from metamed_core.words import UserError, Words

FORMAT = 2
"""Version of the file, a part of what must agree."""
KEY = "metamed"
"""The entry of the safetensors header that holds everything that is not a tensor, as JSON."""
MOST_HEADER = 10_000_000
"""Bytes of a header that are read; one has some ten thousand."""
PARTS = ("weights", "mean", "square")
"""The mappings of tensors in a `MetaState`, each a prefix of the tensors' names."""


def state_path(out: Path) -> Path:
    """The state's place beside the weights that it will become."""
    return out.with_name(out.name + ".state")


def identity(learner: Learner, backbone: Backbone, training: Mapping[str, Any]) -> dict[str, Any]:
    """What must be the same for a checkpoint to be resumed: another value anywhere makes other weights.

    training: the card of the meta-training, see `MetaTraining.card`.
    """
    return {**training, "format": FORMAT, "settings": dataclasses.asdict(learner), "backbone": backbone.card()}


def write_state(path: Path, state: MetaState, progress: Progress, about: Mapping[str, Any]) -> None:
    """Write a checkpoint so that the file is whole at every moment, also if the process is killed.

    Parameters
    ----------
    path
        See `state_path`.
    state, progress
        Where meta-training stands.
    about
        See `identity`.

    Raises
    ------
    UserError
        If the file cannot be written.
    """
    tensors = {f"{part}.{name}": tensor.cpu() for part in PARTS for name, tensor in getattr(state, part).items()}
    # The names in their order, which safetensors does not keep: a sum over the weights rounds otherwise in another order.
    where = {"step": state.step, "names": list(state.weights), "seconds": progress.seconds}
    found = {"validation": list(progress.validation), "baselines": dict(progress.baselines)}
    facts = json.dumps({"identity": about, **where, **found})
    header = {KEY: facts, "sha256": _digest(facts, tensors)}
    write_whole(path, save(tensors, metadata=header))


def read_state(path: Path) -> bytes | None:
    """The file as it is, or None where there is none. Raises UserError if it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _damaged(path) from error


def read_header(path: Path) -> Progress:
    """How far a checkpoint is, without reading its weights. Raises UserError if it is damaged; who resumes from it checks the rest."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            facts = parse_json(parse_json(file.read(min(length, MOST_HEADER)))["__metadata__"][KEY])
        return _progress(facts)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error


def parse_state(data: bytes, path: Path, about: Mapping[str, Any]) -> tuple[MetaState, Progress]:
    """Where meta-training was stopped.

    Parameters
    ----------
    data
        Content of the file, as `read_state` gives it.
    path
        Names it in an error.
    about
        The identity of the meta-training that is to go on.

    Raises
    ------
    UserError
        If the checkpoint is damaged or of another meta-training.
    """
    try:
        tensors = load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
        facts = json.loads(header[KEY])
        sound = header["sha256"] == _digest(header[KEY], tensors)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error
    if not sound:
        raise _damaged(path)
    if differences := list(_differences(facts["identity"], json.loads(json.dumps(about)))):
        raise UserError(
            Words(
                "{file} is the state of another meta-training ({differences}): give the same options to go on with that one, or --restart to "
                "begin anew.",
                "{file} 是另一次元训练的状态（{differences}）：请使用相同选项以继续该次训练，或加 --restart 重新开始。",
            ).format(file=path.name, differences=_listed(differences))
        )
    weights, mean, square = ({name: tensors[f"{part}.{name}"] for name in facts["names"] if f"{part}.{name}" in tensors} for part in PARTS)
    return MetaState(facts["step"], weights, mean=mean, square=square), _progress(facts)


@dataclass(frozen=True)
class _Facts:
    """What a header says of the way to its step; see `Progress`."""

    step: int
    seconds: float
    validation: tuple[Mapping[str, Any], ...]
    baselines: Mapping[str, Any]


def _progress(facts: object) -> Progress:
    """How far a checkpoint is. Raises ValueError if its header does not say it."""
    known = from_json(_Facts, facts)
    return Progress(known.step, validation=known.validation, baselines=known.baselines, seconds=known.seconds)


def remove_state(path: Path) -> None:
    """Forget a state: meta-training has finished, or begins anew. Raises UserError if it cannot be removed."""
    remove_files((path, *asides_of(path)))


def _digest(facts: str, tensors: Mapping[str, Tensor]) -> str:
    """One hash over everything in the file, so that no altered byte passes for a state."""
    digest = hashlib.sha256(facts.encode())
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {tuple(tensors[name].shape)}".encode())
        digest.update(tensors[name].numpy().tobytes())
    return digest.hexdigest()


def _differences(stored: Mapping[str, Any], now: Mapping[str, Any], under: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Dotted name, value in the file, value now, of everything that is not the same."""
    for key in [*stored, *(key for key in now if key not in stored)]:
        # An option that came after the state was written was off when it was.
        before_it_came = now.get(key) if now.get(key) == 0 else None
        one, other, name = stored.get(key, before_it_came), now.get(key), f"{under}{key}"
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from _differences(one, other, f"{name}.")
        elif one != other:
            yield name, one, other


def _listed(differences: list[tuple[str, Any, Any]]) -> Words:
    each = [
        Words("{name} {one} there, {other} here", "{name} 文件中为 {one}，现为 {other}").format(name=n, one=a, other=b)
        for n, a, b in differences
    ]
    return Words("; ".join(words.en for words in each), "；".join(words.zh for words in each))


def _damaged(path: Path) -> UserError:
    return UserError(
        Words(
            "{file} is damaged, so that meta-training cannot go on from it: restore it, or add --restart to begin anew.",
            "{file} 已损坏，无法从中继续元训练：请恢复该文件，或加 --restart 重新开始。",
        ).format(file=path.name)
    )
