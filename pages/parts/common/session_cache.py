"""A cache of this browser tab: a value is computed anew only when its key has changed.

In the session, not in one of Streamlit's caches: those outlive "Delete my data" and are shared by all visitors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

KEY = "cached"

T = TypeVar("T")


def cached(name: str, key: tuple[object, ...], compute: Callable[[], T]) -> T:
    """What `compute` gives for this key; for each name the value of the last key is held."""
    held = st.session_state.setdefault(KEY, {})
    if name not in held or held[name][0] != key:
        held[name] = (key, compute())
    value: T = held[name][1]
    return value
