"""The clean process that forks others, as the server sees it: started before any visitor has brought anything, and again if it died."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from multiprocessing.connection import wait
from pathlib import Path

_FOLDER = Path(__file__).parents[3]
_MODULE = f"{__package__}.apart_process"
IMPORTED = (f"{__package__}.opened",)
"""What it imports, so that those that it forks need not."""


class ApartError(Exception):
    """A process could not do what it was asked for.

    Parameters
    ----------
    kind
        `memory`, `time` or `broken`.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class _Clean:
    """One such process."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", _MODULE, str(theirs.fileno()), *IMPORTED],
                cwd=_FOLDER,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in a terminal is for the server
                # Threads do not survive a fork, and their memory counts against the limit.
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )
        self.is_ready = False

    def look(self) -> bool:
        """Whether it has imported what it needs. Raises EOFError if it died."""
        if not self.is_ready and wait([self.control], 0):
            if not self.control.recv(16):
                raise EOFError
            self.is_ready = True
        return self.is_ready

    def close(self) -> None:
        """End it. What it forked ends with the lifelines, which the server holds."""
        self.control.close()
        self.process.kill()
        self.process.wait()


_clean: list[_Clean] = []  # one, while the server runs


def start() -> None:
    """Start it, where the system can fork."""
    if hasattr(os, "fork") and hasattr(socket, "send_fds"):
        _clean.append(_Clean())


def stop() -> None:
    """End it."""
    while _clean:
        _clean.pop().close()


def is_started() -> bool:
    """Whether there is one."""
    return bool(_clean)


def fork() -> tuple[socket.socket, socket.socket] | None:
    """Have a worker forked: the socket for its request and answer, and the lifeline that ends it. None while it cannot be yet.

    Raises
    ------
    ApartError
        If the clean process cannot be started.
    """
    if not _clean:
        raise ApartError("broken")
    clean = _clean[0]
    try:
        if not clean.look():
            return None
        with ExitStack() as opened:
            (data, their_data), (lifeline, their_lifeline) = socket.socketpair(), socket.socketpair()
            for end in (data, their_data, lifeline, their_lifeline):
                opened.enter_context(end)
            socket.send_fds(clean.control, [b"f"], [their_data.fileno(), their_lifeline.fileno()])
            their_data.close()
            their_lifeline.close()
            opened.pop_all()
    except (OSError, EOFError) as error:
        clean.close()
        _clean[0] = _Clean()
        if not clean.is_ready:  # it died before it could do anything: so will the next
            raise ApartError("broken") from error
        return None
    return data, lifeline
