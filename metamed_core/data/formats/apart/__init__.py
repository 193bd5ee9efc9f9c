"""Readers that run in a process of their own, with limits of memory and time.

Workbooks, statistics files and Parquet are read by compiled libraries. On a damaged file such a library can end its whole process (a cell in the
last row and column of a sheet asks for 500 GB), and with it the server and the work of every visitor. `read_apart` starts the reader in
a child process: whatever happens there, the caller gets an answer or a `FailedApartError`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

MOST_SECONDS = 30
"""Wall-clock seconds that a reader may take; its processor time is limited in `child`."""

_CHILD = Path(__file__).with_name("child.py")
_TOO_LONG = {-getattr(signal, name, 0) for name in ("SIGXCPU", "SIGKILL")} - {0}


class FailedApartError(Exception):
    """A reader did not give a table.

    Parameters
    ----------
    kind
        `broken`, `memory`, `time`, or a kind of the reader's own, such as `password`.
    about
        What the reader adds, for the sentence that is made of it.
    """

    def __init__(self, kind: str, about: dict[str, Any] | None = None) -> None:
        super().__init__(kind, about)
        self.kind = kind
        self.about = about or {}


def read_apart(reader: str, data: bytes, **asked: object) -> dict[str, Any]:
    """Run `read(data, **asked)` of a module of this folder in a process of its own and return its answer.

    Parameters
    ----------
    reader
        The name of the module.
    data
        The content of the file; it travels through a pipe, never through a file on disk.
    asked
        Further arguments, as JSON can hold them.

    Raises
    ------
    FailedApartError
        If the reader refused the file, failed, or needed too much memory or time.
    """
    # One thread for the libraries of numbers: each more would reserve memory that counts against the limit, and so would Arrow's own pool.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    try:
        done = subprocess.run(  # noqa: S603 - our own file, and arguments of our own
            [sys.executable, "-P", str(_CHILD), reader, json.dumps(asked)],
            input=data,
            capture_output=True,
            timeout=MOST_SECONDS,
            check=False,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        raise FailedApartError("time") from error
    if done.returncode != 0:
        kind = "time" if done.returncode in _TOO_LONG else "memory" if b"memory allocation" in done.stderr else "broken"
        raise FailedApartError(kind, {"words": f"exit status {done.returncode}: {done.stderr[-500:].decode(errors='replace')}"})
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise FailedApartError(answer["error"], answer)
    return answer
