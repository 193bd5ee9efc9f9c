"""What a comparison is asked to measure: table, methods, shots, episodes, seed. Meta-train asks for one, Compare answers it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from metamed_core.evaluation import DEFAULTS, LEAVE_ONE_OUT, SHOTS
from metamed_core.words import Words

DEFAULT_SOURCE = "breast_cytology"  # real patients, enough for ten shots and for intervals narrow enough to distinguish methods
DEFAULT_EPISODES = 10
_ALSO = "compare_also"  # keys of methods that another page asks Compare to add


@dataclass(frozen=True)
class ComparisonRequest:
    """Everything that decides the numbers, but for the patients themselves.

    source: the key of a table, as in `patient_sources`; method_keys: in the order of `in_order`.
    """

    source: str
    method_keys: tuple[str, ...]
    shots: tuple[int, ...]
    n_episodes: int
    seed: int


def default_request() -> ComparisonRequest:
    """What Compare opens with; its result is shipped."""
    return ComparisonRequest(DEFAULT_SOURCE, DEFAULTS, SHOTS, DEFAULT_EPISODES, 0)


def shots_title(k_shot: int) -> Words:
    """A number of shots on a chip or an axis."""
    return Words("all but one", "留一法") if k_shot == LEAVE_ONE_OUT else Words(str(k_shot), str(k_shot))


def add_method(key: str) -> None:
    """Ask Compare to add this method when it is opened next."""
    st.session_state[_ALSO] = (*st.session_state.get(_ALSO, ()), key)


def take_added_methods() -> tuple[str, ...]:
    """The methods that other pages have asked for since the last call."""
    return tuple(st.session_state.pop(_ALSO, ()))
