"""The folder of the library: read-only or full, written by several at once, private, and with a quota for visitors."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from metamed_core.learners.weight_files import SHIPPED, add_to_card
from metamed_core.meta_training import library_files, weights_library
from metamed_core.meta_training.weights_library import Library, new_owner
from metamed_core.words import UserError

SHIPPED_ONE = SHIPPED / "prototypical.safetensors"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(library_files.HOME, str(tmp_path / "home"))
    return tmp_path / "home"


def ending(act: Callable[[], object]) -> str:
    """What becomes of keeping weights: "taken", "sentence", or the name of an exception."""
    try:
        act()
    except UserError:
        return "sentence"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return type(error).__name__
    return "taken"


@pytest.mark.parametrize("named", ["file/home", "\0", "x" * 300])
def test_where_nothing_can_be_written_the_library_is_empty_and_says_why(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setattr(library_files, "home", lambda: tmp_path / named)
    monkeypatch.setattr(weights_library, "home", lambda: tmp_path / named)
    assert (Library().list_weights(), Library().damaged(), Library().is_empty) == ((), (), True)
    assert Library().problem is not None
    assert Library().problem.en.startswith("Nothing can be kept on this computer")
    with pytest.raises(UserError, match=r"^The folder .* cannot be made: set METAMED_HOME to a folder that may be written to"):
        Library().save(SHIPPED_ONE, "mine")


def test_without_a_home_there_is_an_empty_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv(library_files.HOME)
    monkeypatch.setattr(Path, "home", no_home)
    assert Library().list_weights() == ()
    assert Library().problem is not None


def test_a_folder_that_may_not_be_read_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise PermissionError

    Library().save(SHIPPED_ONE, "mine")
    monkeypatch.setattr(os, "scandir", refuse)
    assert Library().list_weights() == ()


def test_of_many_who_keep_one_name_at_once_one_succeeds(home: Path) -> None:
    for name in ("a", "b", "c"):
        with ThreadPoolExecutor(6) as threads:
            ends = list(threads.map(lambda _, name=name: ending(lambda: Library().save(SHIPPED_ONE, name)), range(6)))
        assert sorted(ends) == [*["sentence"] * 5, "taken"]
    assert [one.name for one in Library().list_weights()] == ["a", "b", "c"]
    assert not list((home / "incoming").iterdir())


def test_a_full_disk_is_said_and_leaves_nothing_behind(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Library().save(SHIPPED_ONE, "mine")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="cannot be written because the disk is full: free some space and try again"):
        Library().save(SHIPPED_ONE, "other")
    with pytest.raises(UserError, match="because the disk is full"):
        add_to_card(kept.path, {"name": "renamed"})
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_only_the_owner_of_the_files_reads_them(home: Path) -> None:
    Library().save(SHIPPED_ONE, "mine")
    assert {path.stat().st_mode & 0o777 for path in home.rglob("*") if path.is_file()} == {0o600}


def test_a_visitor_has_a_quota_and_all_visitors_together_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Library(new_owner()), Library(new_owner())
    one.save(SHIPPED_ONE, "first")
    monkeypatch.setattr(library_files, "MEGABYTE", 400)  # 200 of them hold one file of weights and its card, not two
    with pytest.raises(UserError, match=r"^Your library would hold more than 200 MB: remove kept weights"):
        one.save(SHIPPED_ONE, "second")
    Library().save(SHIPPED_ONE, "the disk of a single user is their own")
    monkeypatch.setenv(library_files.QUOTA, "200")
    with pytest.raises(UserError, match=r"^This server has no room left for weights: remove some of yours"):
        other.save(SHIPPED_ONE, "first")
    monkeypatch.setattr(library_files, "MOST_KEPT", 1)
    with pytest.raises(UserError, match=r"^You have kept 1 file of weights, which is the most"):
        one.save(SHIPPED_ONE, "second")
