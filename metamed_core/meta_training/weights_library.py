"""The library: weights that were meta-trained here and runs that were stopped, in a folder of their owner's.

Only numbers are read (safetensors) and text (the card, JSON): nothing that is read is ever run.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
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
SINGLE_USER = "METAMED_SINGLE_USER"
"""Environment variable: "1" says that everybody who reaches the server is one person, with one library."""
SUFFIX = ".safetensors"
MAX_BYTES = 50_000_000
"""Largest file that is imported; the shipped weights have 3 MB."""
OWNER = re.compile(r"[A-Za-z0-9_-]{22}")
"""An owner's token: 128 random bits."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{12}")
"""The name of a run."""


@dataclass(frozen=True, slots=True)
class StoredWeights:
    """Weights in a library: their name, the learner's, their file, and what their card says."""

    name: str
    learner: str
    path: Path
    card: dict[str, Any]


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
        home = Path(os.environ.get(HOME) or Path.home() / ".metamed")
        if self.owner:
            home = home / "visitors" / hashlib.sha256(self.owner.encode()).hexdigest()[:32]
        return home / part

    def folder(self, part: str) -> Path:
        """The same, made if it is not there. Raises UserError if it cannot be made."""
        place = self.place(part)
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

    def run_path(self, token: str) -> Path:
        """Where the weights of a run lie. Raises UserError for what is not a token."""
        if not TOKEN.fullmatch(token):
            raise no_such_run()
        return self.place("runs") / f"{token}{SUFFIX}"

    def list_weights(self, learner: str | None = None) -> tuple[StoredWeights, ...]:
        """The weights that are sound, of one learner or of all, by name; a file that does not match its card is left out."""
        return tuple(one for one in _all(self.place("weights"), self.listing()) if learner in {None, one.learner})

    def listing(self) -> tuple[tuple[str, int], ...]:
        """Name and time of every file of kept weights: equal as long as nothing has changed."""
        place = self.place("weights")
        return tuple((path.name, path.stat().st_mtime_ns) for path in sorted(place.iterdir())) if place.is_dir() else ()

    def save(self, weights: Path, name: str) -> StoredWeights:
        """Put a copy of these weights and their card into the library under a name. Raises UserError if the name is taken or empty."""
        return self._put(weights.read_bytes(), json.dumps(read_card(weights)).encode(), name)

    def import_zip(self, data: bytes, name: str = "") -> StoredWeights:
        """Put weights from a .zip of `export_zip` into the library.

        Parameters
        ----------
        data
            Content of the .zip file.
        name
            Another name than in the file.

        Raises
        ------
        UserError
            If it is no such file, damaged, altered or of another version, or if the name is taken.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = {Path(one.filename).suffix: one for one in archive.infolist()}
                if (
                    set(members) != {SUFFIX, ".json"}
                    or len(archive.infolist()) != 2
                    or any(member.file_size > MAX_BYTES for member in members.values())
                ):
                    raise UserError(_NOT_WEIGHTS)
                weights, card = (archive.read(members[ending]) for ending in (SUFFIX, ".json"))
        # Of a member that is encrypted zipfile raises RuntimeError, of one compressed in an unknown way NotImplementedError.
        except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
            raise UserError(_NOT_WEIGHTS) from error
        return self._put(weights, card, name or Path(members[SUFFIX].filename).stem)

    def remove(self, name: str) -> None:
        """Take the weights of this name out of the library for good; nothing happens where there are none."""
        for one in self.list_weights():
            if one.name == name:
                for path in (one.path, one.path.with_suffix(".json")):
                    path.unlink(missing_ok=True)

    def _put(self, weights: bytes, card: bytes, name: str) -> StoredWeights:
        """Write both aside, check them as a reader would, and only then let them in."""
        name = " ".join(name.split())
        stem = re.sub(r"[^\w.-]+", "_", name).strip("._")[:80]
        if not stem:
            raise UserError(
                Words("The weights need a name: give them one of letters or digits.", "权重需要名称：请用字母、汉字或数字命名。")
            )
        path = self.folder("weights") / f"{stem}{SUFFIX}"
        if path.exists():
            raise UserError(
                Words("There are weights named “{name}” already: choose another name.", "已有名为“{name}”的权重：请另取名称。").format(
                    name=name
                )
            )
        trial = self.folder("incoming") / path.name
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


def new_owner() -> str:
    """A token for a new visitor: whoever does not know it does not find their library."""
    return secrets.token_urlsafe(16)


def is_single_user() -> bool:
    """Whether the server was started for one person, whose library everybody who reaches it sees."""
    return os.environ.get(SINGLE_USER) == "1"


def export_zip(path: Path) -> bytes:
    """Weights and card as one .zip, to take to another computer."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in (path, path.with_suffix(".json")):
            archive.writestr(each.name, each.read_bytes())
    return content.getvalue()


def no_such_run() -> UserError:
    """What is said of a token of which there is no run in the library."""
    return UserError(Words("There is no meta-training under this address any more: begin a new one.", "该地址下已没有元训练：请新建一次。"))


@lru_cache(maxsize=64)
def _all(place: Path, _: object) -> tuple[StoredWeights, ...]:
    """Read anew only when a file has changed."""
    return tuple(_sound(place))


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


_NOT_WEIGHTS = Words(
    "The file does not hold weights of MetaMed: choose the .zip that “Download weights” gave.",
    "该文件中没有 MetaMed 的权重：请选择由“下载权重”得到的 .zip 文件。",
)
