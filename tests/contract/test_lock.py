"""requirements.lock agrees with requirements.txt, is complete, and every file in it has a hash."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
WITHOUT_HASH = "torch"  # each of its builds has hashes of its own
ITS_LIBRARIES = ("cuda-", "nvidia-", "triton")


def pinned(text: str) -> dict[str, set[str]]:
    """The versions of each package; the lock may hold two, for different versions of Python."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def test_the_lock_has_what_is_pinned_in_the_same_version() -> None:
    direct, locked = pinned((ROOT / "requirements.txt").read_text("utf-8")), pinned(LOCK)
    assert len(direct) > 10
    assert WITHOUT_HASH not in locked
    del direct[WITHOUT_HASH]
    assert {name: locked.get(name) for name in direct} == direct, "run: make lock"


def test_the_lock_has_what_these_need_in_turn() -> None:
    locked = pinned(LOCK)
    missing = []
    for name in (*locked, WITHOUT_HASH):
        try:
            needed = [Requirement(text) for text in requires(name) or ()]
        except PackageNotFoundError:  # for another system, or another version of Python
            continue
        for one in needed:
            if one.marker is None or one.marker.evaluate({"extra": ""}):
                other = canonicalize_name(one.name)
                missing += [f"{name} needs {other}"] if other not in locked and not other.startswith(ITS_LIBRARIES) else []
    assert missing == [], "run: make lock"


def test_every_entry_has_hashes_and_no_host_is_named() -> None:
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) > 40
    assert [entry.splitlines()[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)] == []
    assert not re.search(r"://|index-url|find-links", LOCK)
