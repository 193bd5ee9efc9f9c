"""The settings of a comparison: table, methods, shots, episodes and seed. Meta-train can add methods; Compare runs it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from metamed_core.evaluation import DEFAULTS, LEAVE_ONE_OUT, NO_PATIENT, SHOTS
from metamed_core.words import Words

DEFAULT_SOURCE = "breast_cytology"  # real patients, enough for ten shots and for intervals narrow enough to distinguish methods
DEFAULT_EPISODES = 10
_ALSO = "compare_also"  # keys of methods that another page adds to Compare


@dataclass(frozen=True)
class ComparisonRequest:
    """All inputs of a comparison except the patients.

    Parameters
    ----------
    source
        The key of a table in `patient_sources`.
    method_keys
        Methods, in the order of `in_order`.
    shots
        Numbers of labeled patients per diagnosis.
    n_episodes
        Episodes at each number of shots.
    seed
        Seed of the episodes.
    diagnoses
        Positions of the compared diagnoses among those of the table, sorted; empty for all that no method was meta-trained on. Positions
        instead of names, because they stand in the address of the page.
    with_knowledge
        Whether each meta-learner takes part a second time, with what is known of the diagnoses.
    """

    source: str
    method_keys: tuple[str, ...]
    shots: tuple[int, ...]
    n_episodes: int
    seed: int
    diagnoses: tuple[int, ...] = ()
    with_knowledge: bool = False


def default_request() -> ComparisonRequest:
    """Return the initial settings of Compare; their result is shipped."""
    return ComparisonRequest(DEFAULT_SOURCE, DEFAULTS, SHOTS, DEFAULT_EPISODES, 0)


def shots_title(k_shot: int) -> Words:
    """Return the display name of a number of shots."""
    if k_shot == LEAVE_ONE_OUT:
        return Words("all but one", "留一法")
    return Words("0", "0") if k_shot == NO_PATIENT else Words(str(k_shot), str(k_shot))


def add_method(key: str) -> None:
    """Add a method to the comparison when Compare is opened next."""
    st.session_state[_ALSO] = (*st.session_state.get(_ALSO, ()), key)


def take_added_methods() -> tuple[str, ...]:
    """Return and clear the methods that other pages have added."""
    return tuple(st.session_state.pop(_ALSO, ()))
