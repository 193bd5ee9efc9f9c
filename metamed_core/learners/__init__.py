"""The learners by name: one file = one paper. A new file with a `Learner` in it is found here and needs no other line."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

from metamed_core.learner import Learner


def _found() -> dict[str, type[Learner]]:
    found = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        for thing in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(thing) and issubclass(thing, Learner) and thing.__module__ == module.name:
                found[thing.name] = thing
    order = ("prototypical", "matching", "maml", "reptile", "prior_fitted")
    return dict(sorted(found.items(), key=lambda item: (order.index(item[0]) if item[0] in order else len(order), item[0])))


LEARNERS: dict[str, type[Learner]] = _found()
