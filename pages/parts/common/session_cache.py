"""A cache in this browser tab that recomputes a value only if its key has changed.

It is part of the session. Streamlit's caches outlive "Delete my data" and are shared by all visitors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

KEY = "cached"

T = TypeVar("T")


def cached(name: str, key: tuple[object, ...], compute: Callable[[], T]) -> T:
    """Return the result of `compute` for this key; for each name, the value of the last key is kept."""
    held = st.session_state.setdefault(KEY, {})
    if name not in held or held[name][0] != key:
        held[name] = (key, compute())
    value: T = held[name][1]
    return value
