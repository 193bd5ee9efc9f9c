"""The library: weights that were meta-trained on this computer, kept under a name in a folder of the user's.

Only numbers are read (safetensors) and text (the card, JSON): nothing that is read is ever run.

Floor 8 of the house.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from metamed_core.learners import LEARNERS, add_to_card, load_weights, read_card, write_whole
from metamed_core.words import UserError, Words

HOME = "METAMED_HOME"
"""Environment variable that names another folder than `~/.metamed`."""
SUFFIX = ".safetensors"
MAX_BYTES = 50_000_000
"""Largest file that is taken in; the shipped weights have 3 MB."""


def folder(part: str) -> Path:
    """A folder of the library ("weights" or "runs"), made if it is not there. Raises UserError if it cannot be made."""
    place = Path(os.environ.get(HOME) or Path.home() / ".metamed") / part
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            Words(
                "The folder {folder} cannot be made: set {variable} to a folder that may be written to.",
                "无法建立文件夹 {folder}：请将环境变量 {variable} 设为可写的文件夹。",
            ).format(folder=place, variable=HOME)
        ) from error
    return place


@dataclass(frozen=True, slots=True)
class StoredWeights:
    """Weights in the library: their name, the learner's, their file, and what their card says."""

    name: str
    learner: str
    path: Path
    card: dict[str, Any]


def list_weights(learner: str | None = None) -> tuple[StoredWeights, ...]:
    """What is in the library and sound, of one learner or of all, by name; a file that is not as its card says is left out."""
    return tuple(one for one in _all(folder("weights"), listing()) if learner in {None, one.learner})


@lru_cache(maxsize=2)
def _all(place: Path, _: object) -> tuple[StoredWeights, ...]:
    """Read anew only when a file has changed."""
    return tuple(_sound(place))


def listing() -> tuple[tuple[str, int], ...]:
    """Name and time of every file in the library: equal as long as nothing has changed."""
    return tuple((path.name, path.stat().st_mtime_ns) for path in sorted(folder("weights").iterdir()))


def _sound(place: Path) -> Iterator[StoredWeights]:
    for path in sorted(place.glob(f"*{SUFFIX}")):
        try:
            yield _read(path)
        except UserError:
            continue


def _read(path: Path) -> StoredWeights:
    """One file of the library, wholly checked. Raises UserError."""
    card = read_card(path)
    learner = str(card.get("learner"))
    if learner not in LEARNERS:
        raise UserError(_NOT_WEIGHTS)
    load_weights(str(path), LEARNERS[learner]())
    return StoredWeights(str(card.get("name") or path.stem), learner, path, card)


def save(weights: Path, name: str) -> StoredWeights:
    """Put a copy of these weights and their card into the library under a name. Raises UserError if the name is taken or empty."""
    return _put(weights.read_bytes(), json.dumps(read_card(weights)).encode(), name)


def remove(one: StoredWeights) -> None:
    """Take weights out of the library for good."""
    for path in (one.path, one.path.with_suffix(".json")):
        path.unlink(missing_ok=True)


def export_zip(path: Path) -> bytes:
    """Weights and card as one .zip, to take to another computer."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in (path, path.with_suffix(".json")):
            archive.writestr(each.name, each.read_bytes())
    return content.getvalue()


def import_zip(data: bytes, name: str = "") -> StoredWeights:
    """Put weights from a .zip that `packed` has made into the library; name: another than they had there.

    Raises UserError where it is no such file, damaged, altered, of another version, or the name is taken.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {Path(one.filename).suffix: one for one in archive.infolist()}
            if set(members) != {SUFFIX, ".json"} or len(archive.infolist()) != 2 or any(m.file_size > MAX_BYTES for m in members.values()):
                raise UserError(_NOT_WEIGHTS)
            weights, card = (archive.read(members[ending]) for ending in (SUFFIX, ".json"))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise UserError(_NOT_WEIGHTS) from error
    return _put(weights, card, name or Path(members[SUFFIX].filename).stem)


def _put(weights: bytes, card: bytes, name: str) -> StoredWeights:
    """Write both aside, check them as a reader would, and only then let them in."""
    name = " ".join(name.split())
    stem = re.sub(r"[^\w.-]+", "_", name).strip("._")[:80]
    if not stem:
        raise UserError(Words("The weights need a name: give them one of letters or digits.", "权重需要名称：请用字母、汉字或数字命名。"))
    path = folder("weights") / f"{stem}{SUFFIX}"
    if path.exists():
        raise UserError(
            Words("There are weights named “{name}” already: choose another name.", "已有名为“{name}”的权重：请另取名称。").format(
                name=name
            )
        )
    trial = folder("incoming") / path.name
    try:
        write_whole(trial, weights)
        write_whole(trial.with_suffix(".json"), card)
        _read(trial)
        add_to_card(trial, {"name": name})
        trial.with_suffix(".json").replace(path.with_suffix(".json"))
        trial.replace(path)
    finally:
        trial.unlink(missing_ok=True)
        trial.with_suffix(".json").unlink(missing_ok=True)
    return _read(path)


_NOT_WEIGHTS = Words(
    "The file does not hold weights of MetaMed: choose the .zip that “Download weights” gave.",
    "该文件中没有 MetaMed 的权重：请选择由“下载权重”得到的 .zip 文件。",
)
