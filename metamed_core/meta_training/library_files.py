"""The files of the libraries, as somebody else may have left them: a folder that cannot be read is empty, a file that is gone is passed over."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from metamed_core.words import UserError, Words, without_controls

HOME = "METAMED_HOME"
"""Environment variable that names another folder than `~/.metamed`."""
QUOTA = "METAMED_QUOTA_MB"
"""Environment variable: megabytes that the libraries of all visitors of a server may hold together."""
MOST_OF_ALL = 5_000
"""The same where the variable is not set."""
MOST_OF_ONE = 200
"""Megabytes that the library of one visitor may hold, stopped runs included."""
MOST_KEPT = 50
"""Kept weights of one visitor."""
MEGABYTE = 1_000_000
MOST_STEM_BYTES = 180
"""Bytes of a file's name without its ending, of which with a temporary ending a file system takes 255."""
ABANDONED = 24 * 3600
"""Seconds after which what lies aside is taken to be left behind by a process that was killed."""


def home() -> Path:
    """The folder of all libraries; one that cannot be made, where the system names no home and nobody has set one."""
    if named := os.environ.get(HOME):
        return Path(named)
    try:
        return Path.home() / ".metamed"
    except RuntimeError:  # a container whose user has no name, say
        return Path(os.devnull) / ".metamed"


def files_in(place: Path) -> tuple[tuple[Path, int], ...]:
    """The entries of a folder by name, with the time of their last change in nanoseconds; empty if it cannot be read."""
    found = []
    try:
        for entry in os.scandir(place):
            try:
                found.append((Path(entry.path), entry.stat().st_mtime_ns))
            except OSError:  # gone since
                continue
    except (OSError, ValueError):  # ValueError: no path can be so named
        return ()
    return tuple(sorted(found))


def file_stem(name: str) -> str:
    """The name of a file for weights of this name; empty if the name has neither letters nor digits."""
    stem = re.sub(r"[^\w.-]+", "_", without_controls(name)).encode()[:MOST_STEM_BYTES]
    return stem.decode("utf-8", "ignore").strip("._")


def read_only(place: Path) -> Words | None:
    """Why a folder of a library can neither be written to nor made; None if it can."""
    return None if _is_writable(place) else _READ_ONLY.format(folder=home(), variable=HOME)


def _is_writable(place: Path) -> bool:
    """Whether a folder can be written to, or be made if it is not there."""
    for each in (place, *place.parents):
        try:
            each.stat()
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            return False
        return each.is_dir() and os.access(each, os.W_OK | os.X_OK)
    return False


def remove_files(paths: Iterable[Path]) -> None:
    """Remove files; nothing happens where there are none. Raises UserError if one cannot be removed."""
    try:
        for path in paths:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            Words(
                "The file {file} cannot be removed: check that its folder may be written to.",
                "无法删除文件 {file}：请检查其所在文件夹是否可写。",
            ).format(file=path.name)
        ) from error


def remove_abandoned(place: Path) -> None:
    """Clear away what killed processes have left in a folder of temporary folders."""
    for path, changed in files_in(place):
        if time.time() - changed / 1e9 > ABANDONED:
            shutil.rmtree(path, ignore_errors=True)


def check_quota(own: Path, everybody: Path, more: int) -> None:
    """Check that a visitor may write `more` bytes.

    Parameters
    ----------
    own, everybody
        The folder of the visitor, and that of all visitors.
    more
        Bytes to be written.

    Raises
    ------
    UserError
        If the visitor's library would be larger than `MOST_OF_ONE`, or those of all than `QUOTA`.
    """
    if sum(_sizes(own)) + more > MOST_OF_ONE * MEGABYTE:
        raise UserError(_OWN_FULL.format(most=MOST_OF_ONE))
    text = os.environ.get(QUOTA, "")
    if sum(_sizes(everybody)) + more > (int(text) if text.isdecimal() else MOST_OF_ALL) * MEGABYTE:
        raise UserError(_ALL_FULL.format(variable=QUOTA))


def check_number(n_kept: int) -> None:
    """Raise UserError if a visitor has kept as many weights as one may."""
    if n_kept >= MOST_KEPT:
        raise UserError(
            Words(
                "You have kept {most} {most:file|files} of weights, which is the most: remove one first.",
                "您已保存 {most} 份权重，达到上限：请先移除一份。",
            ).format(most=MOST_KEPT)
        )


def _sizes(place: Path) -> Iterator[int]:
    for folder, _, names in os.walk(place):
        for name in names:
            try:
                yield Path(folder, name).stat().st_size
            except OSError:  # gone since
                continue


_READ_ONLY = Words(
    "Nothing can be kept on this computer, so that meta-training is off: set {variable} to a folder that may be written to ({folder} may not).",
    "本机无法保存任何内容，因此元训练不可用：请将 {variable} 设为可写的文件夹（{folder} 不可写）。",
)
_OWN_FULL = Words(
    "Your library would hold more than {most} MB: remove kept weights or stopped runs that you no longer need.",
    "您的权重库将超过 {most} MB：请移除不再需要的权重或已停止的训练。",
)
_ALL_FULL = Words(
    "This server has no room left for weights: remove some of yours, or ask whoever runs it to raise {variable}.",
    "本服务器已没有存放权重的空间：请移除您的部分权重，或请管理员提高 {variable}。",
)
