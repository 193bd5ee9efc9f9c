"""What this process writes, starts, and connects to, as Python's own audit hook tells it; what compiled code does without Python it cannot see."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

NOTED: list[str] = []
"""What left the memory since `watch`, a line each."""
_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.utime"}
_ELSEWHERE = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "os.system", "os.exec", "os.posix_spawn"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def watch() -> None:
    """Note everything from now on; a hook cannot be taken away again."""
    sys.addaudithook(_heard)


def _heard(event: str, given: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = given
        if flags & _WRITING and not isinstance(path, int) and os.fspath(path) != os.devnull:
            _note(f"writes {os.fsdecode(path)}")
    elif event == "os.mkdir" and Path(os.fsdecode(given[0])).is_dir():
        return  # it is there already
    elif event in _CHANGES:
        _note(f"{event} {given[0]}")
    elif event in _ELSEWHERE and (event, given[1:]) != ("socket.sendmsg", (None,)):  # without an address: over a connection that was noted
        _note(f"{event} {given[1:] if event.startswith('socket.') and event != 'socket.getaddrinfo' else given}")


def _note(line: str) -> None:
    if "__pycache__" not in line:  # modules compiled when they are first imported
        NOTED.append(line)
