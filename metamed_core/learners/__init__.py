"""The learners by name: one file = one paper. A new file with a `Learner` in it is found here and needs no other line."""

from __future__ import annotations

from metamed_core.learners import support_cross_validator
from metamed_core.learners.discovery import found_in
from metamed_core.learners.initialization import RANDOM, UNIVERSAL, Initialization, load_weights, weights_path
from metamed_core.learners.inner_loop import descend, descended
from metamed_core.learners.learner import Calibrated, Classifier, Learner, Setting, cross_entropy, in_blocks, settings
from metamed_core.learners.maml import Maml
from metamed_core.learners.matching import attention, matching_posterior
from metamed_core.learners.prior_fitted import PriorFitted, PriorFittedClassifier
from metamed_core.learners.prototypical import Prototypical, prototypical_log_posterior
from metamed_core.learners.recipe import Precision, Recipe
from metamed_core.learners.reptile import Reptile, initial_minus_adapted
from metamed_core.learners.support_cross_validator import SupportCrossValidator
from metamed_core.learners.weight_files import add_to_card, aside_of, read_card, save_weights, shipped, write_card, write_whole

LEARNERS: dict[str, type[Learner]] = found_in(__name__, __path__)
"""The learners by name, in the order in which they are offered."""

__all__ = [
    "LEARNERS",
    "RANDOM",
    "UNIVERSAL",
    "Calibrated",
    "Classifier",
    "Initialization",
    "Learner",
    "Maml",
    "Precision",
    "PriorFitted",
    "PriorFittedClassifier",
    "Prototypical",
    "Recipe",
    "Reptile",
    "Setting",
    "SupportCrossValidator",
    "add_to_card",
    "aside_of",
    "attention",
    "cross_entropy",
    "descend",
    "descended",
    "found_in",
    "in_blocks",
    "initial_minus_adapted",
    "load_weights",
    "matching_posterior",
    "prototypical_log_posterior",
    "read_card",
    "save_weights",
    "settings",
    "shipped",
    "support_cross_validator",
    "weights_path",
    "write_card",
    "write_whole",
]
