"""A choice of how results are looked at; it changes no number, and is remembered as long as the tab lives, whatever the language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from metamed_core.words import Words
from pages.parts.common.forms import mirror
from pages.parts.common.frame import Say
from pages.parts.compare.state import ComparisonState


def choose_view(
    say: Say,
    state: ComparisonState,
    name: str,
    title: Words,
    options: Sequence[str],
    title_of: Callable[[str], Words],
    default: str = "",
    *,
    segmented: bool = False,
) -> str:
    """One of the options, from a list or, if segmented, from buttons side by side without a label."""
    usual = default if default in options else options[0]
    chosen, key = state.view.choices.get(name), f"view_{name}"
    mirror(say, key, chosen if chosen in options else usual)

    def change() -> None:
        state.view.choices[name] = st.session_state[key]

    def label(option: str) -> str:
        return say(title_of(option)) if option in options else ""

    if segmented:
        st.segmented_control(
            say(title),
            options,
            format_func=label,
            required=True,
            key=key,
            persist_state="session",
            on_change=change,
            label_visibility="collapsed",
        )
    else:
        st.selectbox(say(title), options, format_func=label, key=key, persist_state="session", on_change=change, width=320)
    held = st.session_state[key]
    return held if held in options else usual
