"""A log to which lines are only added, each chained to the one before by its hash, so that a later change shows.

A line is a JSON object whose last two entries are `previous`, the hash of the line before, and `hash`, the SHA-256 of the line itself without
that entry. A chain without a secret shows a change by anybody who did not compute all later hashes anew. Who can rewrite the whole file can do
that too; against them only the hash of a late line helps that is kept elsewhere.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from metamed_core.words import UserError, Words

BEGINNING = "0" * 64
"""Stands in the first line for the hash of the line before."""
MOST_LINE = 4096
"""Bytes of a line at most."""
_LINE = re.compile(rb'(\{.*"previous": "([0-9a-f]{64})"), "hash": "([0-9a-f]{64})"\}\n')


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of a log that was read again: its number from 1, its hash as it stands there, and what is wrong with it, if anything."""

    number: int
    hash: str
    problem: str | None


def append_to_log(path: Path, entry: Mapping[str, str | int]) -> None:
    """Add one line at the end of a log, whole or not at all; several threads and processes may do so at once.

    Parameters
    ----------
    path
        The file; one that is not there is made, for its owner alone.
    entry
        What the line says, without its hashes.

    Raises
    ------
    OSError
        If the file cannot be read or written to.
    UserError
        If its last line is damaged, so that nothing can be chained to it.
    """
    import fcntl  # there is none on Windows, where there is no audit log

    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = os.fstat(file).st_size
        body = json.dumps({**entry, "previous": _last_hash(file, size, path)})
        line = f'{body[:-1]}, "hash": "{_hash(body.encode())}"}}\n'.encode()
        if os.write(file, line) < len(line):
            os.ftruncate(file, size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    finally:
        os.close(file)


def read_log(lines: Iterable[bytes]) -> Iterator[AuditLine]:
    """Read a log again and check each line: against its own hash, and against the line before."""
    before = BEGINNING
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if found is None:
            yield AuditLine(number, "", "is no line of this log")
            continue
        body, previous, own = found[1], found[2].decode(), found[3].decode()
        problem = None
        if _hash(body + b"}") != own:
            problem = "was changed: its hash is another"
        elif previous != before:
            problem = "does not follow the line before: lines were removed, added or moved here"
        yield AuditLine(number, own, problem)
        before = own


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _last_hash(file: int, size: int, path: Path) -> str:
    """The hash of the last line. Raises UserError if that line does not hold."""
    if not size:
        return BEGINNING
    end = os.pread(file, MOST_LINE, max(0, size - MOST_LINE))
    found = _LINE.fullmatch(end[end.rfind(b"\n", 0, -1) + 1 :])
    if found is None or _hash(found[1] + b"}") != found[3].decode():
        raise UserError(_DAMAGED.format(file=path))
    return found[3].decode()


_DAMAGED = Words(
    "The last line of the audit log {file} is damaged: look at it with `python -m metamed_core audit verify`, then move the file away.",
    "审计日志 {file} 的最后一行已损坏：请用 `python -m metamed_core audit verify` 检查，然后移走该文件。",
)
