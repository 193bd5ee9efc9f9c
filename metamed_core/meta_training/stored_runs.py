"""Meta-trainings of the app on disk: each named by a token that cannot be guessed, held by one tab at a time, gone on with after a restart.

In the folder lie weights, card and state of each (see `universal_training`); no patient is in them, only names of diagnoses.

Floor 12 of the house.
"""

from __future__ import annotations

import math
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from metamed_core.learners import read_card
from metamed_core.meta_training import library
from metamed_core.meta_training.checkpoint import read_header, remove_state, state_path
from metamed_core.meta_training.run import MetaRun
from metamed_core.words import UserError, Words

TOKEN = re.compile(r"[A-Za-z0-9_-]{12}")
STALE = 4.0
"""Seconds without a sign of life after which a tab is taken to be closed."""
MAX_AGE = 30 * 24 * 3600
"""Seconds after which a run that nobody has gone on with is cleared away."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run on disk: its token, what was chosen, the step it has reached, its validations, its seconds, whether there are steps left, and the rivals' accuracy."""

    token: str
    run: MetaRun
    step: int
    validation: tuple[Mapping[str, float], ...]
    seconds: float
    stopped: bool
    rivals: Mapping[str, float]

    @property
    def path(self) -> Path:
        """Its weights."""
        return weights_of(self.token)


def new_token() -> str:
    """A name for a new run: whoever does not know it does not find the run."""
    return secrets.token_urlsafe(9)


def weights_of(token: str) -> Path:
    """Where the weights of a run lie. Raises UserError for what is no token."""
    if not TOKEN.fullmatch(token):
        raise _unknown()
    return library.folder("runs") / f"{token}.safetensors"


def find(token: str) -> StoredRun:
    """The run with this token. Raises UserError if there is none, or it is damaged or of another version."""
    path = weights_of(token)
    if not path.exists():
        raise _unknown()
    card = read_card(path)
    run, state = MetaRun.of_card(card.get("run") or {}), state_path(path)
    rivals = card.get("rivals", {})
    if not state.exists():
        step, validation, seconds = run.plan.meta_steps, tuple(card.get("validation", ())), float(card.get("seconds", 0))
        return StoredRun(token, run, step, validation, seconds, False, rivals)
    reached = read_header(state)
    return StoredRun(token, run, reached.step, reached.validation, reached.seconds, True, rivals)


def stopped_runs() -> Iterator[StoredRun]:
    """Runs with steps left, the latest first; damaged ones are passed over and those that nobody wants any more cleared away."""
    paths = [path for path in library.folder("runs").glob("*.safetensors") if TOKEN.fullmatch(path.stem)]
    for path in sorted(paths, key=lambda path: -path.stat().st_mtime):
        if time.time() - path.stat().st_mtime > MAX_AGE:
            remove(path.stem)
            continue
        try:
            found = find(path.stem)
        except UserError:
            continue
        if found.stopped:
            yield found


def remove(token: str) -> None:
    """Clear a run away."""
    path = weights_of(token)
    remove_state(state_path(path))
    for each in (path, path.with_suffix(".json"), _hold_of(token)):
        each.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Lease:
    """One tab's claim to a run: a file that says who, and by its time when the tab was last alive."""

    token: str
    owner: str

    def take(self) -> None:
        """Claim the run. Raises UserError while another tab is alive on it."""
        path, (owner, age) = _hold_of(self.token), self._claim()
        if owner not in {"", self.owner} and age < STALE:
            raise UserError(
                Words(
                    "This meta-training is running in another tab, or was a moment ago: stop it there, or wait a few seconds and press again.",
                    "该元训练正在另一标签页中运行（或刚刚还在运行）：请在那里停止，或稍等几秒后再点击。",
                )
            )
        path.write_text(self.owner, "utf-8")

    def is_ours(self) -> bool:
        """Whether no other tab has claimed it since."""
        return self._claim()[0] == self.owner

    def touch(self) -> bool:
        """Show that this tab is alive; whether the run is still its own."""
        ours = self.is_ours()
        if ours:
            _hold_of(self.token).touch()
        return ours

    def _claim(self) -> tuple[str, float]:
        """Whose it is and how long ago they were last alive; nobody's where there is no file (any more)."""
        path = _hold_of(self.token)
        try:
            return path.read_text("utf-8"), time.time() - path.stat().st_mtime
        except FileNotFoundError:
            return "", math.inf

    def release(self) -> None:
        """Let others have it."""
        if self.is_ours():
            _hold_of(self.token).unlink(missing_ok=True)


def _hold_of(token: str) -> Path:
    return weights_of(token).with_suffix(".held")


def _unknown() -> UserError:
    return UserError(
        Words(
            "There is no meta-training under this address any more: begin a new one.",
            "该地址下已没有元训练：请新建一次。",
        )
    )
