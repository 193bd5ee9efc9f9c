"""The tests as an institution runs a container: `python -m tests.benchmarks.cut_off tests/browser`, started by root on Linux.

They run as a user without rights, whose home and project folder nobody may write to, in a network that holds nothing but this computer. Further
arguments are pytest's.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.conftest import ROOT

NOBODY = 65534
WITHOUT_RIGHTS = (
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs",
)  # fmt: skip


def steps(beside: Path) -> str:
    """What a shell does in namespaces of its own before the tests: loopback alone, and the project's folder read-only.

    An interpreter in a closed folder, as that of root's home is, is shown at the same place in an empty one.
    """
    lines = ["ip link set lo up"]
    python = Path(sys.base_prefix)
    closed = next((folder for folder in reversed(python.parents) if not folder.stat().st_mode & 0o001), None)
    if closed is not None:
        lines += [f"mount --bind {_(python)} {_(beside)}", f"mount -t tmpfs -o mode=755 tmpfs {_(closed)}"]
        lines += [f"mkdir -p {_(python)}", f"mount --bind {_(beside)} {_(python)}"]
    lines += [f"mount --bind {_(ROOT)} {_(ROOT)}", f"mount -o remount,bind,ro {_(ROOT)}", f"cd {_(ROOT)}", 'exec "$@"']
    return " && ".join(lines)


def _(path: Path) -> str:
    return shlex.quote(str(path))


def main() -> int:
    """Run pytest there with the arguments of the command line; its exit status."""
    with TemporaryDirectory() as folder:
        home, free, beside = (Path(folder, name) for name in ("home", "free", "python"))
        Path(folder).chmod(0o755)
        home.mkdir(mode=0o555)
        free.mkdir()
        beside.mkdir()
        os.chown(free, NOBODY, NOBODY)
        environment = {**os.environ, "HOME": str(home), "TMPDIR": str(free), "PYTHONDONTWRITEBYTECODE": "1", "METAMED_REQUIRE_BROWSER": "1"}
        tests = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--basetemp", str(free / "pytest"), *sys.argv[1:]]
        command = ["unshare", "--net", "--mount", "sh", "-c", steps(beside), "sh", *WITHOUT_RIGHTS, *tests]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
