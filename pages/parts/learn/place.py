"""Where a reader is: which lesson and screen, what the teacher hides, how large; all of it in the address, so that a link is a lesson.

The address bar holds the place; what the reader has changed in a lesson stays in the session and goes into the copied link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st

from pages.lessons import LESSONS
from pages.lessons.script import Lesson
from pages.lessons.state import State

KEY = "learn"
OPENED_LOCK = "learn_locked_here"  # who has hidden the controls here may show them again


@dataclass(frozen=True)
class Place:
    """What the address asks for. lesson: None for the contents; asked: a lesson's name that nobody knows; screen: from 1."""

    lesson: str | None
    screen: int = 1
    locked: bool = False
    large: bool = False
    asked: str = ""


@dataclass
class Stage:
    """What a reader has done in one lesson: the state now, the screens seen, the answers given and shown."""

    state: State
    seen: set[int] = field(default_factory=set)
    chosen: dict[int, int] = field(default_factory=dict)
    shown: set[int] = field(default_factory=set)


def place_of(asked: Mapping[str, str]) -> Place:
    """The place that an address names; what is unreadable in it is left at its default, a screen beyond the last is the last."""
    name = asked.get("lesson", "")
    locked, large = (asked.get(flag) == "1" for flag in ("lock", "large"))
    if name not in LESSONS:
        return Place(None, large=large, asked=name)
    text = asked.get("screen", "1")
    screen = int(text) if text.isascii() and text.isdigit() else 1
    return Place(name, min(max(screen, 1), len(LESSONS[name].screens)), locked, large)


def here() -> Place:
    """Where this tab is."""
    return place_of(st.query_params.to_dict())


def stages() -> dict[str, Stage]:
    """What this tab has done in each lesson it has opened."""
    held: dict[str, Stage] = st.session_state.setdefault(KEY, {})
    return held


def stage_of(lesson: Lesson[Any]) -> Stage:
    """This tab's stage of a lesson; a new one is in the state that the address asks for."""
    held = stages()
    if lesson.key not in held:
        held[lesson.key] = Stage(lesson.state.read(st.query_params.to_dict()))
    return held[lesson.key]


def go(lesson: str | None, screen: int = 1) -> None:
    """Open a screen, or the contents; what a link said of another lesson's state leaves the address."""
    kept = {name: st.query_params[name] for name in ("lang", "large", "lock") if name in st.query_params}
    wanted = {**kept, **({"lesson": lesson, "screen": str(screen)} if lesson else {})}
    st.query_params.from_dict({name: value for name, value in wanted.items() if lesson or name != "lock"})


def flag(name: str, *, on: bool) -> None:
    """Set or clear `lock` or `large` in the address."""
    if on:
        st.query_params[name] = "1"
    elif name in st.query_params:
        del st.query_params[name]


def query(lesson: Lesson[Any], state: State, place: Place, language: str, *, locked: bool) -> str:
    """The address of this screen as it stands, without the server's name: to the bit, and never a patient's value of one's own."""
    asked = {"lesson": lesson.key, "screen": str(place.screen), "seed": str(state.seed), **state.address()}
    flags = {"lock": locked, "large": place.large}
    return "/learn?" + urlencode({**asked, **{name: "1" for name, on in flags.items() if on}, "lang": language}, safe=",:;")


def server() -> str:
    """The address of this server as the visitor knows it; empty where that is not known."""
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
