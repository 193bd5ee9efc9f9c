"""What was made for this tab and is made anew only when something it is about has changed.

In the session, not in a cache of Streamlit's: those outlive "Delete my data" and are shared by all who visit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

KEY = "kept"

T = TypeVar("T")


def kept(name: str, about: tuple[object, ...], make: Callable[[], T]) -> T:
    """What `make` gave when `about` was last other than now; one thing is held for each name."""
    held = st.session_state.setdefault(KEY, {})
    if name not in held or held[name][0] != about:
        held[name] = (about, make())
    made: T = held[name][1]
    return made
