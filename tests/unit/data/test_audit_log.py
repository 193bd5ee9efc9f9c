"""The chain of an audit log: whatever happens to a line is found, and its number is told."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from metamed_core.__main__ import main
from metamed_core.data import append_to_log, read_log
from metamed_core.words import UserError

N = 5


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    for number in range(N):
        append_to_log(path, {"event": "opened", "rows": number})
    return path


def broken(lines: list[bytes]) -> list[int]:
    return [line.number for line in read_log(lines) if line.problem is not None]


def moved(lines: list[bytes], at: int, to: int) -> list[bytes]:
    rest = [*lines[:at], *lines[at + 1 :]]
    return [*rest[:to], lines[at], *rest[to:]]


def test_lines_are_chained_from_the_first_and_the_file_is_its_owners_alone(log: Path) -> None:
    lines = [json.loads(line) for line in log.read_bytes().splitlines()]
    assert [line["previous"] for line in lines] == ["0" * 64, *(line["hash"] for line in lines[:-1])]
    assert [line["rows"] for line in lines] == list(range(N))
    assert log.stat().st_mode & 0o777 == 0o600


CHANGES: dict[str, Callable[[list[bytes], int], tuple[list[bytes], int]]] = {
    "changed": lambda lines, at: ([*lines[:at], lines[at].replace(b"opened", b"closed"), *lines[at + 1 :]], at + 1),
    "hash changed": lambda lines, at: (
        [*lines[:at], lines[at][:-4] + bytes([lines[at][-4] ^ 1]) + lines[at][-3:], *lines[at + 1 :]],
        at + 1,
    ),
    "cut": lambda lines, at: ([*lines[:at], lines[at][:-9] + b"\n", *lines[at + 1 :]], at + 1),
    "doubled": lambda lines, at: ([*lines[: at + 1], *lines[at:]], at + 2),
    "removed": lambda lines, at: ([*lines[:at], *lines[at + 1 :]], at + 1),
    "swapped": lambda lines, at: (moved(lines, at, at + 1), at + 1),
    "moved to the front": lambda lines, at: (moved(lines, at, 0), 1),
    "an empty line": lambda lines, at: ([*lines[:at], b"\n", *lines[at:]], at + 1),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_of_every_line_is_found_where_it_is(log: Path, change: Callable[[list[bytes], int], tuple[list[bytes], int]]) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    assert broken(lines) == []
    n_changed = 0
    for at in range(N):
        changed, expected = change(lines, at)
        if changed in (lines, lines[:-1]):  # the last line moved to where it is, or removed: only a hash kept elsewhere tells
            continue
        assert broken(changed)[:1] == [expected]
        n_changed += 1
    assert n_changed >= N - 1


def test_the_command_tells_the_last_hash_which_finds_a_cut_end(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verify = ["audit", "verify", str(log)]
    assert main(verify) == 0
    kept = json.loads(log.read_bytes().splitlines()[-1])["hash"]
    assert capsys.readouterr().out == f"5 lines, unbroken. Last hash: {kept}\n"

    append_to_log(log, {"event": "later"})
    assert main([*verify, "--last", kept]) == 0
    assert capsys.readouterr().out.endswith("The hash that was kept is that of line 5.\n")

    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:4]))
    assert main(verify) == 0
    with pytest.raises(SystemExit, match="1"):
        main([*verify, "--last", kept])
    assert "after line 4 the line is missing whose hash was kept" in capsys.readouterr().out

    log.write_bytes(log.read_bytes().replace(b'"rows": 1', b'"rows": 7'))
    with pytest.raises(SystemExit, match="1"):
        main(verify)
    assert capsys.readouterr().out == "line 2 was changed: its hash is another\n"


def test_a_log_that_cannot_be_read_and_a_hash_that_is_none_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = tmp_path / "gone.jsonl"
    assert main(["audit", "verify", str(gone)]) == 2
    assert capsys.readouterr().err == f"The audit log {gone} cannot be read: No such file or directory.\n"
    with pytest.raises(SystemExit):
        main(["audit", "verify", str(gone), "--last", "12"])


def test_threads_that_write_at_once_leave_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: append_to_log(path, {"event": "opened", "rows": number}), range(120)))
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 120
    assert broken(lines) == []


def test_a_line_that_the_disk_takes_in_part_is_taken_back(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, write = log.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:20]))
    with pytest.raises(OSError, match="No space left"):
        append_to_log(log, {"event": "opened"})
    assert log.read_bytes() == before


def test_nothing_is_chained_to_a_damaged_line(log: Path) -> None:
    log.write_bytes(log.read_bytes()[:-5])
    with pytest.raises(UserError, match=r"The last line of the audit log .* is damaged: look at it with"):
        append_to_log(log, {"event": "opened"})
