"""What a reader may change in a lesson, as one frozen value that goes into a link and comes back out of it to the bit."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

MAX_SEED = 2**31 - 1


def integer_field(default: int, low: int, high: int) -> Any:
    """A field for an integer between two bounds."""
    return dataclasses.field(default=default, metadata={"low": low, "high": high})


def real_field(default: float, low: float, high: float) -> Any:
    """A field for a real number between two bounds."""
    return dataclasses.field(default=default, metadata={"low": low, "high": high})


def text_field(default: str, pattern: str) -> Any:
    """A field for a text that matches `pattern` (a regular expression) as a whole."""
    return dataclasses.field(default=default, metadata={"pattern": re.compile(pattern)})


@dataclass(frozen=True)
class State:
    """The state of a lesson; each lesson extends it with fields made by `integer_field`, `real_field` and `text_field`.

    The same state gives the same figures and numbers; `seed` draws the patients. The names of the fields stand in links, so they stay.
    """

    seed: int = integer_field(7, 0, MAX_SEED)

    @classmethod
    def from_address(cls, asked: Mapping[str, str]) -> Self:
        """The state that an address asks for; what is unknown, unreadable or out of range stays at its default."""
        known = {one.name: _parsed(one, asked[one.name]) for one in dataclasses.fields(cls) if one.name in asked}
        return cls(**{name: value for name, value in known.items() if value is not None})

    def to_address(self) -> dict[str, str]:
        """What differs from the default, as it stands in an address."""
        return {one.name: str(value) for one in dataclasses.fields(self) if (value := getattr(self, one.name)) != one.default}

    def updated(self, **changes: Any) -> Self:
        """This state with other values; numbers beyond their bounds are clipped to them."""
        return dataclasses.replace(self, **{name: _clipped(_field(type(self), name), value) for name, value in changes.items()})


def bounds(state: type[State], name: str) -> tuple[float, float]:
    """The lowest and the highest value of a number field."""
    known = _field(state, name).metadata
    return known["low"], known["high"]


def _field(state: type[State], name: str) -> dataclasses.Field[Any]:
    return next(one for one in dataclasses.fields(state) if one.name == name)


def _clipped(one: dataclasses.Field[Any], value: Any) -> Any:
    if "low" not in one.metadata:
        return value
    return _number_type(one)(min(max(value, one.metadata["low"]), one.metadata["high"]))


def _number_type(one: dataclasses.Field[Any]) -> type[int | float]:
    return int if isinstance(one.default, int) else float


def _parsed(one: dataclasses.Field[Any], text: str) -> Any:
    """The value of one field; None where the text cannot be read."""
    if "pattern" in one.metadata:
        return text if one.metadata["pattern"].fullmatch(text) else None
    try:
        value = _number_type(one)(text)
    except ValueError:
        return None
    return value if one.metadata["low"] <= value <= one.metadata["high"] else None
