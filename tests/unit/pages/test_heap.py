"""The search of the memory finds what is planted, wherever it hangs; without this, a test that finds nothing would say nothing."""

from __future__ import annotations

import gc
import io
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import lru_cache, partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.helpers.heap import alive

_MODULE: list[object] = []
_CONTEXT: ContextVar[object] = ContextVar("planted", default=None)


def word(kind: str) -> str:
    """A marker that stands nowhere as a constant."""
    return f"Zqplanted{kind.title()}"


@lru_cache(maxsize=1)
def _cached(text: str) -> str:
    return text.swapcase().swapcase()


def _generator(text: str) -> Iterator[int]:
    yield 1
    yield len(text)


def _message(text: str) -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.markdown.body = text
    return message


class _Slots:
    __slots__ = ("held", "itself")


def _cycle(text: str) -> None:
    thing = _Slots()
    thing.itself, thing.held = thing, [text]


def _started(steps: Iterator[int]) -> Iterator[int]:
    next(steps)
    return steps


_DONE = threading.Event()
_THREADS: list[threading.Thread] = []


def _wait_with(text: str) -> None:
    def work(mine: str) -> int:
        _DONE.wait()
        return len(mine)

    _THREADS.append(threading.Thread(target=work, args=(text,), daemon=True))
    _THREADS[0].start()


PLANTS: dict[str, Callable[[str], object]] = {
    "list": _MODULE.append,
    "closure": lambda text: _MODULE.append(lambda: text),
    "partial": lambda text: _MODULE.append(partial(print, text)),
    "cache": _cached,
    "generator": lambda text: _MODULE.append(_started(_generator(text))),
    "objects": lambda text: _MODULE.append(np.array([text, None], dtype=object)),
    "array": lambda text: _MODULE.append(np.array([text])),
    "table": lambda text: _MODULE.append(pd.DataFrame({"a": pd.Series([text], dtype=object)})),
    "strings": lambda text: _MODULE.append(pd.DataFrame({"a": pd.Series([text], dtype="str")})),
    "column": lambda text: _MODULE.append(pd.DataFrame({text: [1.0]})),
    "arrow": lambda text: _MODULE.append(pa.table({"a": [text]})),
    "categories": lambda text: _MODULE.append(pd.Series([text]).astype("category")),
    "bytes": lambda text: _MODULE.append(deque([text.encode()])),
    "file": lambda text: _MODULE.append(io.BytesIO(text.encode())),
    "message": lambda text: _MODULE.append(_message(text)),
    "tuple": lambda text: _MODULE.append({"a": ((1, (text,)),)}),
    "context": _CONTEXT.set,
    "thread": _wait_with,
    "cycle": _cycle,
}


@pytest.fixture
def planted() -> Iterator[Callable[[], None]]:
    """Plants of all kinds, and how to remove them."""

    def remove() -> None:
        gc.enable()
        _DONE.set()
        _THREADS.pop().join()
        _MODULE.clear()
        _cached.cache_clear()
        _CONTEXT.set(None)
        gc.collect()

    gc.disable()
    for kind, plant in PLANTS.items():
        plant(word(kind))
    yield remove
    if _THREADS:
        remove()


def test_what_is_planted_is_found_and_what_is_gone_is_not(planted: Callable[[], None]) -> None:
    pattern = "Zqplanted\\w+"
    assert alive(pattern) == {word(kind) for kind in PLANTS}
    planted()
    assert alive(pattern) == set()
