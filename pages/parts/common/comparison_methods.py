"""The methods that can be compared, and fingerprints of their weights; cached for all visitors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from metamed_core.evaluation import DEFAULTS, Method, Plan, all_methods
from metamed_core.meta_training import Library
from metamed_core.words import UserError


def known_methods(library: Library) -> dict[str, Method]:
    """Return all methods available to the owner of this library, by key; cached until the library changes."""
    return _known_methods(library, library.place("weights"), library.listing())


@lru_cache(maxsize=16)
def _known_methods(library: Library, *_: object) -> dict[str, Method]:
    return all_methods(library.list_weights())


def methods_of(keys: Sequence[str], library: Library) -> tuple[Method, ...]:
    """Return the methods with these keys; unknown keys, and those of other libraries, are left out."""
    known = known_methods(library)
    return tuple(known[key] for key in keys if key in known)


def in_order(keys: Sequence[str], library: Library) -> tuple[str, ...]:
    """Return distinct keys in a fixed order, default methods first, so that results do not depend on the order of selection.

    Unknown keys are left out.
    """
    order = [*DEFAULTS, *(key for key in known_methods(library) if key not in DEFAULTS)]
    return tuple(sorted({key for key in keys if key in order}, key=order.index))


def weights_of(plan: Plan) -> dict[str, str]:
    """Return the SHA-256 of each method's weights, by key; methods without a weight file are left out."""
    return {one.key: str(card["sha256"]) for one in plan.methods if (card := _card(one))}


def fingerprints_of(plan: Plan) -> dict[str, str]:
    """Return a fingerprint of each method's weights and calibration, by key: equal fingerprints give equal predictions."""
    return {one.key: _fingerprint(card) for one in plan.methods if (card := _card(one))}


def _fingerprint(card: Mapping[str, Any]) -> str:
    decides = [card.get("sha256"), card.get("calibration")]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def _card(method: Method) -> Mapping[str, Any]:
    """The model card of a method's weights; empty if there are none."""
    try:
        return method.card()
    except UserError:
        return {}
