"""The methods that can be compared, and fingerprints of the weights they start from; read once for all visitors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from metamed_core.evaluation import DEFAULTS, Method, Plan, all_methods
from metamed_core.meta_training import library


def known_methods() -> dict[str, Method]:
    """Every method by its key; read anew when the library of weights has changed."""
    return _known_methods(library.listing())


@lru_cache(maxsize=2)
def _known_methods(_: object) -> dict[str, Method]:
    return all_methods()


def methods_of(keys: Sequence[str]) -> tuple[Method, ...]:
    """The methods with these keys; unknown keys are left out."""
    return tuple(known_methods()[key] for key in keys if key in known_methods())


def in_order(keys: Sequence[str]) -> tuple[str, ...]:
    """The keys in one fixed order without repetition, the default methods first: results must not depend on the order of clicks.

    Keys that are unknown (any more) are left out.
    """
    order = [*DEFAULTS, *(key for key in known_methods() if key not in DEFAULTS)]
    return tuple(sorted({key for key in keys if key in order}, key=order.index))


def weights_of(plan: Plan) -> dict[str, str]:
    """Method's key -> SHA-256 of its weights; methods without a file of weights are left out."""
    return {one.key: str(card["sha256"]) for one in plan.methods if (card := _card(one.key))}


def fingerprints_of(plan: Plan) -> dict[str, str]:
    """Method's key -> fingerprint of its weights and calibration: what decides its answers, besides the program."""
    return {key: _fingerprint(key) for key in weights_of(plan)}


def _fingerprint(key: str) -> str:
    decides = [_card(key).get("sha256"), _card(key).get("calibration")]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def _card(key: str) -> dict[str, Any]:
    return _card_in(library.listing(), key)


@lru_cache(maxsize=256)
def _card_in(_: object, key: str) -> dict[str, Any]:
    return dict(known_methods()[key].card()) if key in known_methods() else {}
