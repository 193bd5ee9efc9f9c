"""Finished comparisons that all visitors of this server share, and the shipped one with which the page opens.

Only comparisons of unedited bundled tables are shared; results on a visitor's own patients stay in their session.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections import OrderedDict
from functools import cache

from metamed_core.evaluation import Comparison, Plan
from metamed_core.words import UserError
from pages.parts.common import cohorts
from pages.parts.common.comparison_methods import fingerprints_of

SHIPPED = cohorts.FOLDER / "comparison.json.gz"
MAX_SHARED = 24  # a comparison of 8 methods, 4 shots and 30 episodes needs about 3 MB

_lock = threading.Lock()
_shared: OrderedDict[tuple[object, ...], Comparison] = OrderedDict()


def key_of(plan: Plan) -> tuple[object, ...]:
    """Return a key that is equal for two plans if their results are equal."""
    keys = tuple((one.key, one.knowledge and one.knowledge.sha256) for one in plan.methods)
    return plan.cohort.sha256, keys, plan.shots, plan.n_episodes, plan.seed, tuple(fingerprints_of(plan).items())


def share(plan: Plan, comparison: Comparison) -> None:
    """Store a finished comparison for all visitors; the least recently used one is dropped at `MAX_SHARED`."""
    with _lock:
        _shared[key_of(plan)] = comparison
        while len(_shared) > MAX_SHARED:
            _shared.popitem(last=False)


def find_shared(plan: Plan) -> Comparison | None:
    """Return the finished comparison of a plan, if it is shared or shipped; else None."""
    key = key_of(plan)
    with _lock:
        if key in _shared:
            _shared.move_to_end(key)
            return _shared[key]
    shipped = _shipped()
    if shipped is None or shipped[0] != fingerprints_of(plan):
        return None
    comparison, keys = shipped[1], tuple(one.key for one in plan.methods)
    wanted = (plan.cohort.sha256, keys, plan.shots, plan.n_episodes, plan.seed)
    same = wanted == (comparison.cohort, comparison.keys, comparison.shots, comparison.n_episodes, comparison.seed)
    return comparison if same else None


@cache
def _shipped() -> tuple[dict[str, str], Comparison] | None:
    """The shipped comparison and the fingerprints of its weights; None if the file is missing or of another version."""
    try:
        content = json.loads(gzip.decompress(SHIPPED.read_bytes()))
        return content["starts"], Comparison.from_json(content["comparison"])
    except (OSError, ValueError, KeyError, TypeError, UserError):
        return None
