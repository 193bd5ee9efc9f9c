"""Cache of values derived from a comparison, such as a leaderboard or a chart; released together with the comparison."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from metamed_core.evaluation import Comparison

T = TypeVar("T")
_lock = threading.Lock()
_derived: weakref.WeakKeyDictionary[Comparison, dict[tuple[object, ...], Any]] = weakref.WeakKeyDictionary()


def derived(comparison: Comparison, key: tuple[object, ...], compute: Callable[[], T]) -> T:
    """Return the result of `compute` for this comparison and key, computed once."""
    with _lock:
        held = _derived.setdefault(comparison, {})
    if key not in held:
        held[key] = compute()
    found: T = held[key]
    return found
