"""Finished comparisons of bundled cohorts, for all visitors of this server; and the one that is shipped, so that the page opens on a result.

Only bundled patients without any edit come in here: what is measured on a visitor's own patients stays in their session.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar

from metamed_core.evaluation import Cohort, Comparison, Method, Plan, all_methods
from metamed_core.meta_training import library
from metamed_core.words import UserError
from pages.parts.common import cohorts
from pages.parts.common.workbench import Patients

SHIPPED = cohorts.FOLDER / "comparison.json.gz"
MOST = 24  # finished comparisons held for all; one of 8 methods, 4 shots and 30 episodes takes about 3 MB

T = TypeVar("T")
_lock = threading.Lock()
_shelf: OrderedDict[tuple[object, ...], Comparison] = OrderedDict()
_made: weakref.WeakKeyDictionary[Comparison, dict[tuple[object, ...], Any]] = weakref.WeakKeyDictionary()


def is_bundled(patients: Patients) -> bool:
    """Whether these are patients of a bundled cohort, as they are shipped."""
    return patients.source in cohorts.cohorts() and patients.records is cohorts.records_of(patients.source) and not patients.dropped


@cache
def bundled_cohort(key: str) -> Cohort:
    """A bundled cohort with all its diagnoses, made once for all visitors."""
    return Cohort.of_records(cohorts.records_of(key), cohorts.truth_of(key))


def cohort_of(patients: Patients) -> Cohort:
    """The patients that a comparison is held on. Raises UserError where no task is possible."""
    return bundled_cohort(patients.source) if is_bundled(patients) else Cohort.of_records(patients.kept, patients.truth)


def everyone() -> dict[str, Method]:
    """All methods, their weights read once for all visitors, anew when the library has changed."""
    return _everyone(library.listing())


@lru_cache(maxsize=2)
def _everyone(_: object) -> dict[str, Method]:
    return all_methods()


def methods_of(keys: Sequence[str]) -> tuple[Method, ...]:
    """The methods with these keys; unknown ones are left out."""
    return tuple(everyone()[key] for key in keys if key in everyone())


def weights_of(plan: Plan) -> dict[str, str]:
    """The SHA-256 of the weights of each method that has a file of them."""
    return {one.key: str(card["sha256"]) for one in plan.methods if (card := _card(one.key))}


def starts_of(plan: Plan) -> dict[str, str]:
    """A fingerprint of weights and calibration of each method that has them: what decides its answers, besides the program."""
    return {key: _fingerprint(key) for key in weights_of(plan)}


def _fingerprint(key: str) -> str:
    decides = [_card(key).get("sha256"), _card(key).get("calibration")]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def _card(key: str) -> dict[str, Any]:
    return _card_in(library.listing(), key)


@lru_cache(maxsize=256)
def _card_in(_: object, key: str) -> dict[str, Any]:
    return dict(everyone()[key].card()) if key in everyone() else {}


def key_of(plan: Plan) -> tuple[object, ...]:
    """Equal for two plans if their numbers are."""
    keys = tuple(one.key for one in plan.methods)
    return plan.cohort.sha256, keys, plan.shots, plan.n_episodes, plan.seed, tuple(starts_of(plan).items())


def put(plan: Plan, comparison: Comparison) -> None:
    """Hold a finished comparison for all; the one that was not asked for longest makes room."""
    with _lock:
        _shelf[key_of(plan)] = comparison
        while len(_shelf) > MOST:
            _shelf.popitem(last=False)


def known(plan: Plan) -> Comparison | None:
    """The finished comparison of a plan, if anybody has made it or it is shipped."""
    key = key_of(plan)
    with _lock:
        if key in _shelf:
            _shelf.move_to_end(key)
            return _shelf[key]
    shipped = _shipped()
    if shipped is None or shipped[0] != starts_of(plan):
        return None
    comparison, keys = shipped[1], tuple(one.key for one in plan.methods)
    asked = (plan.cohort.sha256, keys, plan.shots, plan.n_episodes, plan.seed)
    same = asked == (comparison.cohort, comparison.keys, comparison.shots, comparison.n_episodes, comparison.seed)
    return comparison if same else None


@cache
def _shipped() -> tuple[dict[str, str], Comparison] | None:
    """The shipped comparison and the fingerprints of what it started from; None if the file is missing or of another version."""
    try:
        content = json.loads(gzip.decompress(SHIPPED.read_bytes()))
        return content["starts"], Comparison.from_json(content["comparison"])
    except (OSError, ValueError, KeyError, TypeError, UserError):
        return None


def made(comparison: Comparison, about: tuple[object, ...], make: Callable[[], T]) -> T:
    """What `make` gives for this comparison, made once; it is forgotten together with the comparison."""
    with _lock:
        held = _made.setdefault(comparison, {})
    if about not in held:
        held[about] = make()
    found: T = held[about]
    return found
