"""The learners by name: one file = one paper. A new file with a `Learner` in it is found here and needs no other line."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

from metamed_core.learners import support_cross_validator
from metamed_core.learners.initialization import (
    SHIPPED,
    Initialization,
    add_to_card,
    aside_of,
    load_weights,
    read_card,
    save_weights,
    write_card,
    write_whole,
)
from metamed_core.learners.inner_loop import descend, descended
from metamed_core.learners.learner import Calibrated, Classifier, Learner, Setting, cross_entropy, in_blocks, settings
from metamed_core.learners.maml import Maml
from metamed_core.learners.matching import attention, matching_posterior
from metamed_core.learners.prior_fitted import PriorFitted, PriorFittedClassifier
from metamed_core.learners.prototypical import Prototypical, prototypical_log_posterior
from metamed_core.learners.reptile import Reptile, initial_minus_adapted
from metamed_core.learners.support_cross_validator import SupportCrossValidator


def _found() -> dict[str, type[Learner]]:
    found = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        for thing in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(thing) and issubclass(thing, Learner) and not inspect.isabstract(thing) and thing.__module__ == module.name:
                found[thing.name] = thing
    order = ("prototypical", "matching", "maml", "reptile", "prior_fitted")
    return dict(sorted(found.items(), key=lambda item: (order.index(item[0]) if item[0] in order else len(order), item[0])))


LEARNERS: dict[str, type[Learner]] = _found()

__all__ = [
    "LEARNERS",
    "SHIPPED",
    "Calibrated",
    "Classifier",
    "Initialization",
    "Learner",
    "Maml",
    "PriorFitted",
    "PriorFittedClassifier",
    "Prototypical",
    "Reptile",
    "Setting",
    "SupportCrossValidator",
    "add_to_card",
    "aside_of",
    "attention",
    "cross_entropy",
    "descend",
    "descended",
    "in_blocks",
    "initial_minus_adapted",
    "load_weights",
    "matching_posterior",
    "prototypical_log_posterior",
    "read_card",
    "save_weights",
    "settings",
    "support_cross_validator",
    "write_card",
    "write_whole",
]
