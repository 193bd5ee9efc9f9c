"""The methods that can be compared, and fingerprints of the weights they start from; read once for all visitors."""

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
    """Every method that the owner of this library can choose, by its key; read anew when the library has changed."""
    return _known_methods(library, library.place("weights"), library.listing())


@lru_cache(maxsize=16)
def _known_methods(library: Library, *_: object) -> dict[str, Method]:
    return all_methods(library.list_weights())


def methods_of(keys: Sequence[str], library: Library) -> tuple[Method, ...]:
    """The methods with these keys; unknown keys, and those of another's library, are left out."""
    known = known_methods(library)
    return tuple(known[key] for key in keys if key in known)


def in_order(keys: Sequence[str], library: Library) -> tuple[str, ...]:
    """The keys in one fixed order without repetition, the default methods first: results must not depend on the order of clicks.

    Keys that are unknown (any more) are left out.
    """
    order = [*DEFAULTS, *(key for key in known_methods(library) if key not in DEFAULTS)]
    return tuple(sorted({key for key in keys if key in order}, key=order.index))


def weights_of(plan: Plan) -> dict[str, str]:
    """Method's key -> SHA-256 of its weights; methods without a file of weights are left out."""
    return {one.key: str(card["sha256"]) for one in plan.methods if (card := _card(one))}


def fingerprints_of(plan: Plan) -> dict[str, str]:
    """Method's key -> fingerprint of its weights and calibration: what decides its answers, besides the program."""
    return {one.key: _fingerprint(card) for one in plan.methods if (card := _card(one))}


def _fingerprint(card: Mapping[str, Any]) -> str:
    decides = [card.get("sha256"), card.get("calibration")]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def _card(method: Method) -> Mapping[str, Any]:
    """The card of a method's weights; empty where there are none (any more)."""
    try:
        return method.card()
    except UserError:
        return {}
