"""Meta-trainings of the app on disk: each named by a token in the library of its owner, held by one tab at a time, resumed after a restart.

Weights, card, checkpoint and lease of each lie side by side; no patient is in them, only names of columns and of diagnoses.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from metamed_core.learners import ValidatedOn, asides_of, read_card, validated_on, write_whole
from metamed_core.meta_training.checkpoint import read_header, remove_state, state_path
from metamed_core.meta_training.library_files import files_in, remove_files
from metamed_core.meta_training.progress import Progress
from metamed_core.meta_training.training import MetaTraining
from metamed_core.meta_training.weights_library import TOKEN, Library, no_such_run
from metamed_core.meta_training.weights_zip import SUFFIX
from metamed_core.words import UserError, Words

STALE = 4.0
"""Seconds without a sign of life after which a tab is taken to be closed."""
MAX_AGE = 30 * 24 * 3600
"""Seconds after which a run that nobody has gone on with is cleared away."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run on disk: its token, the file of its weights, what was asked for, how far it is, and what it is validated on, if the card says so."""

    token: str
    path: Path
    training: MetaTraining
    progress: Progress
    validated_on: ValidatedOn | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether there are steps left."""
        return self.progress.step < self.training.budget.meta_steps


def new_token() -> str:
    """A name for a new run that cannot be guessed."""
    return secrets.token_urlsafe(9)


def find(library: Library, token: str) -> StoredRun:
    """The run with this token. Raises UserError if there is none in this library, or it is damaged or of another version."""
    path = library.run_path(token)
    there = {each for each, _ in files_in(path.parent)}
    if path not in there:
        raise no_such_run()
    card = read_card(path)
    training, state, on = MetaTraining.of_card(card.get("run") or {}), state_path(path), validated_on(card)
    if state in there:
        return StoredRun(token, path, training, read_header(state), on)
    n_steps, validation, baselines = training.budget.meta_steps, tuple(card.get("validation", ())), card.get("baselines", {})
    return StoredRun(token, path, training, Progress(n_steps, math.nan, validation, baselines, seconds=float(card.get("seconds", 0))), on)


def stopped_runs(library: Library) -> Iterator[StoredRun]:
    """Runs of this library with steps left, the latest first; damaged ones are left out and old ones cleared away."""
    there = [
        (changed / 1e9, path) for path, changed in files_in(library.place("runs")) if path.suffix == SUFFIX and TOKEN.fullmatch(path.stem)
    ]
    for changed, path in sorted(there, reverse=True):
        try:
            if time.time() - changed > MAX_AGE:
                remove(library, path.stem)
                continue
            found = find(library, path.stem)
        except UserError:
            continue
        if found.is_stopped:
            yield found


def clear_old_runs() -> None:
    """Clear away what visitors have not touched for `MAX_AGE` seconds: nobody else can, for nobody else finds it."""
    for visitor, _ in files_in(Library().place("visitors")):
        with suppress(UserError):  # it stays for the next time: nobody who begins a run is to blame
            remove_files(path for path, changed in files_in(visitor / "runs") if time.time() - changed / 1e9 > MAX_AGE)


def remove(library: Library, token: str) -> None:
    """Clear a run away. Raises UserError if its files cannot be removed."""
    path = library.run_path(token)
    remove_state(state_path(path))
    remove_files((path, path.with_suffix(".json"), *asides_of(path), _lease_of(path)))


@dataclass(frozen=True, slots=True)
class Lease:
    """One tab's claim to a run: a file beside the run's weights `path` that names the tab, and by its time says when the tab was last alive."""

    path: Path
    tab: str

    def take(self) -> None:
        """Claim the run. Raises UserError while another tab is alive on it, or if nothing can be written."""
        tab, age = self._claim()
        if tab not in {"", self.tab} and age < STALE:
            raise UserError(
                Words(
                    "This meta-training is running in another tab, or was a moment ago: stop it there, or wait a few seconds and press again.",
                    "该元训练正在另一标签页中运行（或刚刚还在运行）：请在那里停止，或稍等几秒后再点击。",
                )
            )
        write_whole(_lease_of(self.path), self.tab.encode())

    def is_held(self) -> bool:
        """Whether no other tab has claimed it since."""
        return self._claim()[0] == self.tab

    def touch(self) -> bool:
        """Show that this tab is alive; whether the run is still its own."""
        held = self.is_held()
        if held:
            with suppress(OSError):  # on a disk that is full or read-only by now, which the next writing of weights will say
                _lease_of(self.path).touch()
        return held

    def _claim(self) -> tuple[str, float]:
        """The tab that holds the run and the seconds since it was last alive; an empty name where no tab does."""
        path = _lease_of(self.path)
        try:
            return path.read_text("utf-8"), time.time() - path.stat().st_mtime
        except (OSError, ValueError):  # none there, or nothing that can be read
            return "", math.inf

    def release(self) -> None:
        """Let others have it."""
        if self.is_held():
            remove_files([_lease_of(self.path)])


def _lease_of(path: Path) -> Path:
    return path.with_suffix(".held")
