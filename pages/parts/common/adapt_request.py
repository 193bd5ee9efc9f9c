"""What this browser tab asks Diagnose to adapt: the algorithm, its settings, and what it starts from.

Beside the page Diagnose, Meta-train asks too: "Use in Diagnose".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL, settings
from metamed_core.meta_training import Library
from metamed_core.words import Words
from pages.parts.common.markdown_text import plain
from pages.parts.common.own_library import own_library

KEY = "adapt_request"
STARTS = {
    UNIVERSAL: Words("Meta-trained", "元训练权重"),
    RANDOM: Words("None (random)", "无（随机）"),
}


@dataclass(frozen=True)
class AdaptRequest:
    """Everything but the patients that decides an adaptation: equal requests give equal traces."""

    algorithm: str
    settings: tuple[tuple[str, float], ...]
    start: str
    seed: int


@dataclass
class RequestState:
    """The request of one tab, and the settings that were last chosen for each algorithm."""

    current: AdaptRequest = AdaptRequest("", (), UNIVERSAL, 0)
    settings: dict[str, dict[str, float]] = field(default_factory=dict)

    def ask(self, algorithm: str | None = None, start: str | None = None, seed: int | None = None) -> None:
        """Change part of the request. An unknown algorithm leaves the one there is; a start that is not offered becomes the shipped one."""
        was = self.current
        name = algorithm if algorithm in LEARNERS else was.algorithm
        begin = was.start if start is None else start
        begin = begin if begin in starts_of(name, own_library()) else UNIVERSAL
        self.current = AdaptRequest(name, self._values(name), begin, was.seed if seed is None else seed)

    def set_values(self, algorithm: str, values: Mapping[str, float]) -> None:
        """Remember settings of an algorithm; they count at once if it is the one that is asked for."""
        self.settings.setdefault(algorithm, {}).update(values)
        if self.current.algorithm == algorithm:
            self.current = replace(self.current, settings=self._values(algorithm))

    def _values(self, algorithm: str) -> tuple[tuple[str, float], ...]:
        known = self.settings.setdefault(algorithm, {})
        return tuple((one.name, known.setdefault(one.name, one.default)) for one in settings(LEARNERS[algorithm]))


def request_state() -> RequestState:
    """This tab's request; a new one asks for no algorithm yet."""
    held: RequestState = st.session_state.setdefault(KEY, RequestState())
    return held


def starts_of(algorithm: str, library: Library) -> dict[str, Words]:
    """What an algorithm can start from: the shipped weights, random ones, and those in the visitor's own library, by their path."""
    return STARTS | {str(one.path): Words(plain(one.name), plain(one.name)) for one in library.list_weights(algorithm)}
