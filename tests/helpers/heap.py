"""Which texts are alive in the memory of this process: all of it is looked through, and no list says where.

The search starts from every object that the garbage collector knows and from the frames of all threads, and follows what these hold to
texts, bytes, arrays and messages. It collects nothing, so it finds also what nobody uses any more and nothing has collected yet.
"""

from __future__ import annotations

import gc
import io
import re
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from google.protobuf.message import Message  # type: ignore[import-untyped]

FROZEN: list[Any] = []
"""What was there before `gc.freeze()`: the collector does not list it any more, but new texts may hang on it."""


def alive(pattern: str) -> set[str]:
    """Every text in memory that matches the pattern."""
    words: list[str] = []
    front = [*gc.get_objects(), *FROZEN, *(frame.f_locals for frame in sys._current_frames().values())]
    seen = set(map(id, front))
    while front:
        told = {kind for kind in set(map(type, front)) if issubclass(kind, _READABLE)}
        for thing in (one for one in front if type(one) in told):
            words.extend(_texts(thing))
        front = [one for one in _held_by(front) if not gc.is_tracked(one) and type(one) not in _PLAIN and id(one) not in seen]
        front = list({id(one): one for one in front}.values())
        seen.update(map(id, front))
    return set(re.findall(pattern, "\n".join(words)))


_READABLE = (
    str,
    bytes,
    bytearray,
    memoryview,
    io.BytesIO,
    np.ndarray,
    pa.Array,
    pa.ChunkedArray,
    pa.RecordBatch,
    pa.Table,
    pa.Buffer,
    Message,
)
_PLAIN = (int, float, bool, complex, type(None), type, range)


def _held_by(front: list[Any]) -> list[Any]:
    """What these objects hold, also as elements of arrays, which the collector does not look into."""
    elements = [one for thing in front if type(thing) is np.ndarray and thing.dtype == object for one in thing.ravel().tolist()]
    return [*gc.get_referents(*front), *elements]


def _texts(thing: Any) -> Iterator[str]:
    """What can be read in one object itself. A class may lie about its kind and fail: only its type is asked."""
    kind = type(thing)
    if issubclass(kind, str):
        yield str.__str__(thing)
    elif issubclass(kind, (bytes, bytearray, memoryview)):
        yield bytes(thing).decode("latin-1")
    elif issubclass(kind, io.BytesIO):
        yield thing.getvalue().decode("latin-1") if not thing.closed else ""
    elif kind is np.ndarray and thing.dtype.kind in "SU":
        yield from map(str, thing.ravel().tolist())
    elif issubclass(kind, (pa.Array, pa.ChunkedArray, pa.RecordBatch, pa.Table)):
        yield str(thing.to_pylist())
    elif issubclass(kind, pa.Buffer):
        yield thing.to_pybytes().decode("latin-1")
    elif issubclass(kind, Message):
        yield thing.SerializePartialToString().decode("latin-1")
