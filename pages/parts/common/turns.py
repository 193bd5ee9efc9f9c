"""Whose computation works now: a few visitors at a time, first come first served, and pages that are drawn go first.

A computation that runs asks for its turn at every slice (`run_live`). Without one it computes nothing at this tick, and the page says how many
are before it. The line holds names of tabs and times, nothing of what is computed; a tab that no longer asks has left it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

from metamed_core.words import Words

AT_ONCE = int(os.environ.get("METAMED_AT_ONCE", "2"))
SHARE = 4.0  # seconds that a turn lasts while others wait
GONE = 5.0  # seconds without asking after which a tab no longer stands in the line
GIVE_WAY = 1.0  # seconds that a slice waits at most while the page of somebody else is drawn
PAGE_RUN = "ScriptRunner.scriptThread"  # Streamlit's name of the thread that runs a page, or a fragment of it
LOOK, PATIENCE = 0.1, 2.0  # seconds between two looks at the line, and until the page of a tab that waits is drawn again
WAITS = Words(
    "Other computations are running: {n} before this one. It goes on by itself, and nothing is lost.",
    "还有其他计算正在进行：前面还有 {n} 个。轮到时自动继续，不会丢失任何结果。",
)


@dataclass
class Place:
    """A tab in the line: of which visitor, when it last asked, since when it has its turn, and how many before it the page has told."""

    tab: str
    visitor: str
    asked: float
    since: float | None = None
    told: int = 0


class Line:
    """All tabs whose computations run, those whose turn it is in front; a visitor has one turn at a time, however many tabs."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.at_once = at_once
        self.places: list[Place] = []
        self._lock = threading.Lock()

    def before(self, tab: str, visitor: str, now: float) -> int:
        """How many are before this tab, which takes its place in the line if it has none; 0: it is its turn."""
        with self._lock:
            self.places = [one for one in self.places if now - one.asked < GONE]
            own = self._place(tab)
            if own is None:
                self.places.append(own := Place(tab, visitor, now))
            own.asked = now
            if own.since is not None and now - own.since >= SHARE and len(self.places) > len(self._in_turn()):
                self.places.remove(own)  # somebody waits: back to the end
                self.places.append(own)
                own.since = None
            if own in self._in_turn():
                own.since = now if own.since is None else own.since
                return 0
            return self.places.index(own)

    def is_news(self, tab: str, before: int) -> bool:
        """Whether the page has told another number last; it tells this one now."""
        with self._lock:
            own = self._place(tab)
            if own is None or own.told == before:
                return False
            own.told = before
            return True

    def leave(self, tab: str) -> None:
        """Stand in the line no more."""
        with self._lock:
            self.places = [one for one in self.places if one.tab != tab]

    def _place(self, tab: str) -> Place | None:
        return next((one for one in self.places if one.tab == tab), None)

    def _in_turn(self) -> list[Place]:
        first = {one.visitor: one for one in reversed(self.places)}  # of each visitor
        return [one for one in self.places if first[one.visitor] is one][: self.at_once]


LINE = Line()


_ticking: set[int] = set()  # threads that run a fragment by its timer


@contextmanager
def at_tick() -> Iterator[None]:
    """Around the run of a fragment that computes a slice: no other slice gives way to it."""
    own = threading.get_ident()
    _ticking.add(own)
    try:
        yield
    finally:
        _ticking.discard(own)


def wait_for_turn() -> int:
    """How many are before the computation of the running page, as soon as that has changed or after a while; 0: it may compute a slice."""
    context = get_script_run_ctx()
    if context is None:
        return 0
    tab, until = context.session_id, time.monotonic() + PATIENCE
    visitor = this_visitor()
    while (before := LINE.before(tab, visitor, time.monotonic())) and not LINE.is_news(tab, before) and time.monotonic() < until:
        _pause(LOOK)
    until = time.monotonic() + GIVE_WAY
    while not before and _is_page_drawn() and time.monotonic() < until:
        _pause(LOOK / 10)
    return before


def _pause(seconds: float) -> None:
    time.sleep(seconds)
    # Streamlit looks here whether something else is wanted (Stop, say, or the tab was closed); if so, this run ends at once.
    st.session_state.get("turn")


def _is_page_drawn() -> bool:
    return any(thread.name == PAGE_RUN and thread.ident not in _ticking for thread in threading.enumerate())


def leave_line() -> None:
    """Say that the running page computes nothing any more."""
    context = get_script_run_ctx()
    if context is not None:
        LINE.leave(context.session_id)


def this_visitor() -> str:
    """The visitor of the running page."""
    context = get_script_run_ctx()
    return visitor_of(st.context.cookies.get("_streamlit_xsrf", ""), context.session_id if context is not None else "")


def visitor_of(cookie: str, tab: str) -> str:
    """The browser of a tab, by the random token in the cookie that Streamlit gives it against forged requests; else the tab itself."""
    token, _ = decode_xsrf_token_string(cookie)
    return token.hex() if token else tab
