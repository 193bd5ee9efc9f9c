"""Where a reader is: which lesson and screen, what the teacher hides, how large; all of it in the address, so that a link is a lesson.

What the reader has changed in a lesson stays in the session (`progress`) and goes into the copied link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st

from pages.lessons import LESSONS
from pages.lessons.lesson import Lesson
from pages.lessons.lesson_state import State

QUESTIONNAIRE = "questionnaire"  # in the address: instead of a lesson, "before" or "after" the lessons where the link says so
DEPTH = "depth"  # in the address: how deep a reader wants to see an algorithm
DEPTHS = ("picture", "steps", "arithmetic")
DEEPEST = DEPTHS[-1]
CLASS = "class"  # in the address: the code of the class whose votes this tab takes part in


@dataclass(frozen=True)
class Address:
    """What the address asks for. lesson: a key, None for the contents; screen: from 1; unknown: a name that is no lesson's.

    questionnaire: when it is answered, "before" or "after", or something else where the link leaves that open; empty: not asked for.
    """

    lesson: str | None
    screen: int = 1
    locked: bool = False
    large: bool = False
    unknown: str = ""
    questionnaire: str = ""
    depth: str = DEEPEST


def parse_address(asked: Mapping[str, str]) -> Address:
    """The address as a value; what is unreadable in it is left at its default, a screen beyond the last is the last."""
    name = asked.get("lesson", "")
    locked, large = (asked.get(flag) == "1" for flag in ("lock", "large"))
    if name not in LESSONS:
        return Address(None, large=large, unknown=name, questionnaire=asked.get(QUESTIONNAIRE, ""))
    text = asked.get("screen", "1")
    screen = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    depth = asked.get(DEPTH, DEEPEST)
    screen = min(max(screen, 1), len(LESSONS[name].screens))
    return Address(name, screen, locked, large, depth=depth if depth in DEPTHS else DEEPEST)


def current_address() -> Address:
    """Where this tab is."""
    return parse_address(st.query_params.to_dict())


def go(lesson: str | None, screen: int = 1) -> None:
    """Open a screen, or the contents; what a link said of another lesson's state leaves the address."""
    kept = {name: st.query_params[name] for name in ("lang", "large", "lock", DEPTH, CLASS) if name in st.query_params}
    wanted = {**kept, **({"lesson": lesson, "screen": str(screen)} if lesson else {})}
    st.query_params.from_dict({name: value for name, value in wanted.items() if lesson or name != "lock"})


def go_to_questionnaire() -> None:
    """Open the questionnaire."""
    go(None)
    st.query_params[QUESTIONNAIRE] = "open"


def set_flag(name: str, *, on: bool) -> None:
    """Set or clear `lock` or `large` in the address."""
    if on:
        st.query_params[name] = "1"
    elif name in st.query_params:
        del st.query_params[name]


def set_depth(depth: str) -> None:
    """Set how deep the reader wants to see; the deepest needs no word in the address."""
    st.query_params[DEPTH] = depth
    if depth == DEEPEST:
        del st.query_params[DEPTH]


def link_to(lesson: Lesson[Any], state: State, address: Address, language: str, *, locked: bool) -> str:
    """The link to this screen in this state, without the server's name. It never holds a value of a patient of one's own."""
    asked = {"lesson": lesson.key, "screen": str(address.screen), "seed": str(state.seed), **state.to_address()}
    flags = {"lock": locked, "large": address.large}
    if lesson.steps and address.depth != DEEPEST:
        asked[DEPTH] = address.depth
    return "/learn?" + urlencode({**asked, **{name: "1" for name, on in flags.items() if on}, "lang": language}, safe=",:;")


def server() -> str:
    """The address of this server as the visitor knows it; empty where that is not known."""
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
