"""The adaptation that Diagnose runs in this browser tab: the algorithm, its settings and its initialization.

Diagnose sets it, and Meta-train too, by "Use in Diagnose".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import streamlit as st

from metamed_core.knowledge import Knowledge
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL, Initialization, Learner, load_weights, settings
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
    """All inputs of an adaptation except the patients: equal requests give equal traces.

    Parameters
    ----------
    algorithm
        Key in `LEARNERS`.
    settings
        Names and values of the algorithm's settings.
    start
        The initialization: `UNIVERSAL`, `RANDOM`, or the path of a weight file.
    seed
        Seed of random weights.
    knowledge, counts_as
        What is known of the diagnoses of the current patients, and how many patients each row of it counts as; see `Patients`.
    """

    algorithm: str
    settings: tuple[tuple[str, float], ...]
    start: str
    seed: int
    knowledge: Knowledge = field(default_factory=Knowledge)
    counts_as: int | None = None

    @property
    def learner(self) -> Learner:
        """The algorithm with its settings."""
        return LEARNERS[self.algorithm](**dict(self.settings))

    @property
    def weights(self) -> str | Initialization:
        """What the adaptation begins from. Shipped weights are in the memory once for all visitors: the largest network's take 14 MB."""
        return replace(_shipped(self.algorithm), seed=self.seed) if self.start == UNIVERSAL else self.start


@cache
def _shipped(algorithm: str) -> Initialization:
    return load_weights(UNIVERSAL, LEARNERS[algorithm]())


@dataclass
class RequestState:
    """The request of one browser tab, and the last settings of each algorithm.

    Parameters
    ----------
    current
        The request.
    settings
        Values by algorithm and setting.
    """

    current: AdaptRequest = AdaptRequest("", (), UNIVERSAL, 0)
    settings: dict[str, dict[str, float]] = field(default_factory=dict)

    def ask(self, algorithm: str | None = None, start: str | None = None, seed: int | None = None) -> None:
        """Change parts of the request. An unknown algorithm is ignored; an unavailable initialization is replaced by shipped weights."""
        was = self.current
        name = algorithm if algorithm in LEARNERS else was.algorithm
        begin = was.start if start is None else start
        begin = begin if begin in starts_of(name, own_library()) else UNIVERSAL
        self.current = AdaptRequest(name, self._values(name), begin, was.seed if seed is None else seed)

    def set_values(self, algorithm: str, values: Mapping[str, float]) -> None:
        """Store settings of an algorithm; they apply immediately if it is the current one."""
        self.settings.setdefault(algorithm, {}).update(values)
        if self.current.algorithm == algorithm:
            self.current = replace(self.current, settings=self._values(algorithm))

    def _values(self, algorithm: str) -> tuple[tuple[str, float], ...]:
        known = self.settings.setdefault(algorithm, {})
        return tuple((one.name, known.setdefault(one.name, one.default)) for one in settings(LEARNERS[algorithm]))


def request_state() -> RequestState:
    """Return this tab's request; initially it names no algorithm."""
    held: RequestState = st.session_state.setdefault(KEY, RequestState())
    return held


def starts_of(algorithm: str, library: Library) -> dict[str, Words]:
    """Return the initializations of an algorithm with their titles: shipped, random, and by path those in the visitor's library."""
    return STARTS | {str(one.path): Words(plain(one.name), plain(one.name)) for one in library.list_weights(algorithm)}
