"""Values that are recomputed only if their key has changed: in this browser tab, or once for all visitors.

What may hold a patient of a visitor stays in their session: Streamlit's own caches outlive "Delete my data". What follows from a
bundled table alone is the same for everybody, and thirty visitors who arrive at once wait for one computation of it.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from metamed_core.data import PatientRecords
from pages.parts.common import cohorts

KEY = "cached"
SHARED_PER_NAME = 12

T = TypeVar("T")

_shared: defaultdict[str, deque[tuple[tuple[object, ...], Any]]] = defaultdict(lambda: deque(maxlen=SHARED_PER_NAME))
_locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)


def cached(name: str, key: tuple[object, ...], compute: Callable[[], T]) -> T:
    """Return the result of `compute` for this key; a tab keeps the value of the last key of each name."""
    if is_public(key):
        return shared(name, key, compute)
    held = st.session_state.setdefault(KEY, {})
    if name not in held or held[name][0] != key:
        held[name] = (key, compute())
    value: T = held[name][1]
    return value


def is_public(key: tuple[object, ...]) -> bool:
    """Whether a key names bundled tables, and no other."""
    tables = [part for part in key if isinstance(part, PatientRecords)]
    return bool(tables) and all(map(cohorts.is_bundled, tables))


def shared(name: str, key: tuple[object, ...], compute: Callable[[], T]) -> T:
    """Return the result of `compute` for a public key, computed once for all visitors; the last few keys of each name are kept."""
    with _locks[name]:
        for known, value in _shared[name]:
            if known == key:
                found: T = value
                return found
        made = compute()
        _shared[name].append((key, made))
        return made
