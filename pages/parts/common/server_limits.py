"""How many visitors a server takes at once, and with how much memory: one more is told in a sentence, and those who are there go on.

Without a limit the system ends a process that has used up the memory, and with it everybody's work.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from metamed_core.words import UserError, Words

MEGABYTE = 1_000_000
CONTAINER = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
LOOK_AGAIN = 10  # seconds after which the page of a visitor who waits looks for room by itself

FULL = Words(
    "This server has as many visitors as it takes ({n}). Nothing was opened; this page looks again by itself every {seconds} {seconds:second|seconds}.",
    "本服务器的访问人数已满（{n} 人）。尚未打开任何内容；本页每 {seconds} 秒会自动重试。",
)
NO_MEMORY = Words(
    "This server has no memory left for another visitor. Nothing was opened; this page looks again by itself every {seconds} {seconds:second|seconds}.",
    "本服务器的内存不足，无法再接纳访问者。尚未打开任何内容；本页每 {seconds} 秒会自动重试。",
)
NO_ROOM_FOR_TABLE = Words(
    "This server has no memory left for another table, so it was not opened: delete a table that you no longer need, or try again later.",
    "本服务器的内存不足，未打开该表格：请删除不再需要的表格，或稍后再试。",
)


def memory_there_is() -> int:
    """Bytes of memory that this process may use: those of its container, or of the computer; 0 if the system does not say."""
    if "SC_PHYS_PAGES" not in getattr(os, "sysconf_names", ()):  # Windows has none
        return 0
    found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    texts = [Path(path).read_text("ascii").strip() for path in CONTAINER if Path(path).is_file()]
    return min(found + [int(text) for text in texts if text.isdecimal()])


def memory_used() -> int:
    """Bytes that the system counts for this process; 0 if it does not say."""
    told = Path("/proc/self/statm")
    return int(told.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") if told.is_file() else 0


MOST_SESSIONS = int(os.environ.get("METAMED_MOST_SESSIONS", "200"))
"""Visitors at once."""
MOST_MEMORY = int(os.environ.get("METAMED_MOST_MEMORY_MB", "0")) * MEGABYTE or memory_there_is() * 4 // 5
"""Bytes from which on nobody new is let in and no table is opened; 0 where there is no such limit."""

_inside: set[str] = set()
_lock = threading.Lock()


def let_in(session: str, is_connected: Callable[[str], bool]) -> Words | None:
    """Let a session in, for as long as it lives; returns why it must wait, where the server is full.

    A session without a connection takes no place: who reloads the page comes back in at once.
    """
    with _lock:
        if session not in _inside:
            n_others = sum(map(is_connected, list(_inside)))
            if n_others >= MOST_SESSIONS:
                return FULL.format(n=MOST_SESSIONS, seconds=LOOK_AGAIN)
            if n_others and is_short_of_memory():  # nobody's leaving would make room where nobody is
                return NO_MEMORY.format(seconds=LOOK_AGAIN)
            _inside.add(session)
    return None


def leave(session: str) -> None:
    """Give the place of a session that has ended to another."""
    with _lock:
        _inside.discard(session)


def is_short_of_memory() -> bool:
    """Whether this process uses as much memory as it may."""
    return bool(MOST_MEMORY) and memory_used() > MOST_MEMORY


def check_memory() -> None:
    """Raise UserError where there is no memory for another table."""
    if is_short_of_memory():
        raise UserError(NO_ROOM_FOR_TABLE)


def wait(say: Callable[[Words], str], why: Words, ask: Callable[[], Words | None]) -> None:
    """Say why a visitor must wait, and stop the page; it is drawn once `ask` gives no reason any more."""
    st.warning(say(why), icon=":material/hourglass:")
    st.button(say(Words("Try again", "重试")), icon=":material/refresh:", key="try_again")

    def look() -> None:
        if ask() is None:
            st.rerun()

    st.fragment(look, run_every=LOOK_AGAIN)()
    st.stop()
