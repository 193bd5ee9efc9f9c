"""The library: weights that were meta-trained here and runs that were stopped, in a folder of their owner's.

Only numbers are read (safetensors) and text (the card, JSON): nothing that is read is ever run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from metamed_core.learners import LEARNERS, MOST_NAME, add_to_card, load_weights, read_bytes, read_card, write_whole
from metamed_core.meta_training.library_files import (
    HOME,
    check_number,
    check_quota,
    file_stem,
    files_in,
    home,
    read_only,
    remove_abandoned,
    remove_files,
)
from metamed_core.meta_training.weights_zip import SUFFIX, not_weights, unzipped
from metamed_core.words import UserError, Words, cut, without_controls

SINGLE_USER = "METAMED_SINGLE_USER"
"""Environment variable: "1" says that everybody who reaches the server is one person, with one library."""
OWNER = re.compile(r"[A-Za-z0-9_-]{22}")
"""An owner's token: 128 random bits."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{12}")
"""The name of a run."""


@dataclass(frozen=True, slots=True)
class StoredWeights:
    """Weights in a library: their name, the learner's, their file and its time, and what their card says."""

    name: str
    learner: str
    path: Path
    card: dict[str, Any]
    made: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class DamagedWeights:
    """A file of a library that is left out, and why."""

    path: Path
    problem: Words


@dataclass(frozen=True, slots=True)
class Library:
    """The kept weights and stopped runs of one owner, who sees no other's.

    Parameters
    ----------
    owner
        Secret token of a visitor of a server (see `new_owner`); empty for the single user of a computer, as on the command line.

    Raises
    ------
    UserError
        If the owner is neither empty nor a token.

    Notes
    -----
    The single user's files lie in `~/.metamed` (or `METAMED_HOME`), those of a visitor in `visitors/` below it, in a folder named by a
    hash of the token: who can list the folders still cannot open the page of a visitor.
    """

    owner: str = ""

    def __post_init__(self) -> None:
        if self.owner and not OWNER.fullmatch(self.owner):
            raise UserError(
                Words("The address names no library: open the page by its menu instead.", "该网址未指向任何权重库：请改从菜单打开页面。")
            )

    def place(self, part: str) -> Path:
        """The folder of a part of the library, "weights", "runs" or "incoming"; it may not exist yet."""
        return self._root / part

    @property
    def _root(self) -> Path:
        return home() / "visitors" / hashlib.sha256(self.owner.encode()).hexdigest()[:32] if self.owner else home()

    @property
    def problem(self) -> Words | None:
        """Why nothing can be kept here, None if it can: where the folder is read-only, the library is what it was, or empty."""
        return read_only(self.place("weights"))

    @property
    def is_empty(self) -> bool:
        """Whether there are neither weights nor runs in it."""
        return not (files_in(self.place("weights")) or files_in(self.place("runs")))

    def check_room(self, more: int) -> None:
        """Check that there is room for `more` bytes. Raises UserError if a visitor has none; the single user's disk is their own."""
        if self.owner:
            check_quota(self._root, self._root.parent, more)

    def folder(self, part: str) -> Path:
        """The same, made if it is not there. Raises UserError if it cannot be made."""
        place = self.place(part)
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (OSError, ValueError) as error:  # ValueError: no path can be so named
            raise UserError(_NOT_MADE.format(folder=place, variable=HOME)) from error
        return place

    def run_path(self, token: str) -> Path:
        """Where the weights of a run lie. Raises UserError for what is not a token."""
        if not TOKEN.fullmatch(token):
            raise no_such_run()
        return self.place("runs") / f"{token}{SUFFIX}"

    def list_weights(self, learner: str | None = None) -> tuple[StoredWeights, ...]:
        """The weights that are sound, of one learner or of all, by name."""
        found = _all(self.place("weights"), self.listing())
        return tuple(one for one in found if isinstance(one, StoredWeights) and learner in {None, one.learner})

    def damaged(self) -> tuple[DamagedWeights, ...]:
        """The files that are left out of `list_weights`, by name."""
        return tuple(one for one in _all(self.place("weights"), self.listing()) if isinstance(one, DamagedWeights))

    def listing(self) -> tuple[tuple[str, int], ...]:
        """Name and time of every file of kept weights: equal as long as nothing has changed; empty if the folder cannot be read."""
        return tuple((path.name, changed) for path, changed in files_in(self.place("weights")))

    def save(self, weights: Path, name: str) -> StoredWeights:
        """Put a copy of these weights and their card into the library. Raises UserError if the name is taken or empty, or there is no room."""
        return self._put(read_bytes(weights), json.dumps(read_card(weights)).encode(), name, named=True)

    def import_zip(self, data: bytes, name: str = "") -> StoredWeights:
        """Put weights from a .zip of `export_zip` into the library.

        Parameters
        ----------
        data
            Content of the .zip file.
        name
            Another name than on the card. The names of the file and of its members are not used.

        Raises
        ------
        UserError
            If it is no such file, damaged, altered or of another version, if the name is taken, or if there is no room.
        """
        return self._put(*unzipped(data), name, named=False)

    def remove(self, name: str) -> None:
        """Take the weights of this name, or the damaged file, out of the library for good; nothing happens where there are none."""
        for one in _all(self.place("weights"), self.listing()):
            if name == (one.name if isinstance(one, StoredWeights) else one.path.name):
                remove_files((one.path, one.path.with_suffix(".json")))

    def _put(self, weights: bytes, card: bytes, name: str, *, named: bool) -> StoredWeights:
        """Write both aside, check them as a reader would, and only then let them in."""
        if self.owner:
            check_number(len(self.listing()) // 2)
        self.check_room(len(weights) + len(card))
        incoming = self.folder("incoming")
        remove_abandoned(incoming)
        try:
            return self._checked_aside(incoming, weights, card, name, named=named)
        except OSError as error:
            raise UserError(_NOT_MADE.format(folder=incoming, variable=HOME)) from error

    def _checked_aside(self, incoming: Path, weights: bytes, card: bytes, name: str, *, named: bool) -> StoredWeights:
        with tempfile.TemporaryDirectory(dir=incoming, ignore_cleanup_errors=True) as aside:
            trial = Path(aside, f"{file_stem(name) or 'weights'}{SUFFIX}")
            write_whole(trial, weights)
            write_whole(trial.with_suffix(".json"), card)
            found = _read(trial)
            name = name if named or name.strip() else str(found.card.get("name") or found.learner)
            name = cut(" ".join(without_controls(name).split()), 60)[:MOST_NAME]
            if not file_stem(name):
                raise UserError(_NO_NAME)
            add_to_card(trial, {"name": name})
            return _let_in(trial, self.folder("weights") / f"{file_stem(name)}{SUFFIX}", name)


def new_owner() -> str:
    """A token for a new visitor: whoever does not know it does not find their library."""
    return secrets.token_urlsafe(16)


def is_single_user() -> bool:
    """Whether the server was started for one person, whose library everybody who reaches it sees."""
    return os.environ.get(SINGLE_USER) == "1"


def no_such_run() -> UserError:
    """What is said of a token of which there is no run in the library."""
    return UserError(Words("There is no meta-training under this address any more: begin a new one.", "该地址下已没有元训练：请新建一次。"))


@lru_cache(maxsize=64)  # read anew only when a file has changed
def _all(place: Path, _: object) -> tuple[StoredWeights | DamagedWeights, ...]:
    return tuple(_sound(path) for path, _ in files_in(place) if path.suffix == SUFFIX)


def _sound(path: Path) -> StoredWeights | DamagedWeights:
    try:
        return _read(path)
    except UserError as error:
        return DamagedWeights(path, error.words)


def _read(path: Path) -> StoredWeights:
    """One file of the library, wholly checked. Raises UserError."""
    card = read_card(path)
    if (learner := card["learner"]) not in LEARNERS:
        raise not_weights()
    load_weights(str(path), LEARNERS[learner]())
    made = dict(files_in(path.parent)).get(path, 0) / 1e9
    return StoredWeights(str(card.get("name") or path.stem), learner, path, card, made)


def _let_in(trial: Path, path: Path, name: str) -> StoredWeights:
    """Move weights that were checked to their place. Raises UserError if there are others, also if those come at the same moment."""
    try:
        path.open("xb").close()  # only one can make this file
    except FileExistsError as error:
        raise UserError(_TAKEN.format(name=name)) from error
    try:
        trial.with_suffix(".json").replace(path.with_suffix(".json"))
        trial.replace(path)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return _read(path)


_NO_NAME = Words("The weights need a name: give them one of letters or digits.", "权重需要名称：请用字母、汉字或数字命名。")
_TAKEN = Words("There are weights named “{name}” already: choose another name.", "已有名为“{name}”的权重：请另取名称。")
_NOT_MADE = Words(
    "The folder {folder} cannot be made: set {variable} to a folder that may be written to.",
    "无法建立文件夹 {folder}：请将环境变量 {variable} 设为可写的文件夹。",
)
