"""What runs in the child process of `read_apart`: `python child.py READER ARGUMENTS`, the file on standard input, JSON on standard output."""

from __future__ import annotations

import importlib
import json
import os
import sys
import types
from pathlib import Path

MOST_MEMORY = 800 * 2**20
"""Bytes that the process may hold beside its code."""
MOST_PROCESSOR_SECONDS = 9

_HERE = Path(__file__).parent
_PACKAGE = "metamed_core.data.formats.apart"


def limit_this_process() -> None:
    """Limit memory and processor time where the system can; elsewhere the caller's clock is the only limit."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for name, most in (("RLIMIT_CORE", 0), ("RLIMIT_CPU", MOST_PROCESSOR_SECONDS), ("RLIMIT_DATA", MOST_MEMORY)):
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def only_this_folder() -> None:
    """Let the modules of this folder be imported without their rooms, which import pandas and scikit-learn: 3 s for nothing."""
    folder, package = _HERE, _PACKAGE
    while package:
        room = types.ModuleType(package)
        room.__path__ = [str(folder)]
        sys.modules[package] = room
        folder, package = folder.parent, package.rpartition(".")[0]


def main() -> None:
    """Read, and answer; a failure is an answer too."""
    limit_this_process()
    only_this_folder()
    try:
        reader = importlib.import_module(f"{_PACKAGE}.{sys.argv[1]}")
        answer = reader.read(sys.stdin.buffer.read(), **json.loads(sys.argv[2]))
    except MemoryError:
        answer = {"error": "memory"}
    except BaseException as error:  # noqa: BLE001 - compiled libraries raise whatever they like, some of it no Exception
        answer = {
            "error": getattr(error, "kind", "broken"),
            "words": f"{type(error).__name__}: {error}"[:500],
            **getattr(error, "about", {}),
        }
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    os._exit(0)  # a compiled library whose threads still run may crash while the interpreter ends, after all has been said


if __name__ == "__main__":
    main()
