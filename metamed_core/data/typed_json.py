"""JSON that somebody else may have written, read as the types that a dataclass names: anything else is a ValueError."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Hashable, Mapping
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Read = TypeVar("Read")


def parse_json(text: bytes | str) -> Any:
    """Parse JSON. Raises ValueError for text that is none, holds half a character, or is nested beyond all reason."""
    try:
        content = json.loads(text)
        json.dumps(content, ensure_ascii=False).encode()  # fails on half a surrogate pair, which can be neither shown nor written
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return content


def from_json(kind: type[Read], content: object) -> Read:
    """Make a dataclass of a parsed JSON object.

    Parameters
    ----------
    kind
        The dataclass. Its fields are texts, numbers, Literals, enumerations, tuples, mappings, dataclasses, unions of these or Any.
    content
        The parsed JSON; entries that are no field are ignored.

    Raises
    ------
    ValueError
        If an entry is missing, of another type, or an infinite number; or whatever `kind` itself refuses.
    """
    if not isinstance(content, Mapping) or not dataclasses.is_dataclass(kind):
        raise ValueError(f"{kind.__name__} is no object")
    hints = _hints(kind)
    given = {field.name: _typed(hints[field.name], content[field.name], field.name) for field in _fields(kind) if field.name in content}
    try:
        return kind(**given)
    except TypeError as error:  # an entry without which there is no such value
        raise ValueError(str(error)) from error


def typed_entries(kind: type[Any], content: Mapping[str, object]) -> dict[str, Any]:
    """Check entries of which every one must be a field of `kind`. Raises ValueError."""
    hints, known = _hints(cast("Hashable", kind)), {field.name for field in _fields(kind)}
    if unknown := [name for name in content if name not in known]:
        raise ValueError(f"unknown: {unknown[0]}")
    return {name: _typed(hints[name], each, name) for name, each in content.items()}


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    """The types of the fields; looked up once, because each field's is compiled anew."""
    return get_type_hints(kind)


def _fields(kind: type[Any]) -> tuple[dataclasses.Field[Any], ...]:
    return tuple(field for field in dataclasses.fields(kind) if field.init)


def _typed(hint: Any, content: Any, name: str) -> Any:
    """An entry as the type of its field."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint is Any:
        return content
    if origin in {Union, UnionType}:
        return _one_of(parts, content, name)
    if origin is tuple and isinstance(content, list | tuple):
        kinds = parts[:1] * len(content) if parts[-1] is Ellipsis else parts
        if len(kinds) == len(content):
            return tuple(_typed(kind, each, name) for kind, each in zip(kinds, content, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(content, Mapping):
        return {key: _typed(parts[1], each, f"{name}.{key}") for key, each in content.items()}
    if isinstance(hint, type) and (dataclasses.is_dataclass(hint) or issubclass(hint, Enum)):
        return hint(content) if issubclass(hint, Enum) else from_json(hint, content)
    if (origin is Literal and content in parts) or _is_plain(hint, content):
        return content
    raise ValueError(f"{name} is of another type")


def _one_of(kinds: tuple[Any, ...], content: Any, name: str) -> Any:
    for kind in kinds:
        try:
            return _typed(kind, content, name)
        except ValueError:
            continue
    raise ValueError(f"{name} is of another type")


def _is_plain(hint: Any, content: Any) -> bool:
    if hint is float:
        return isinstance(content, float | int) and abs(content) <= 1e300 and not math.isnan(content)
    return hint in {str, int, bool, NoneType} and type(content) is hint
