"""MetaMed's core: a learner turns a support set into a sequence of classifiers, each better adapted than the last.

The rooms, the lowest first; each folder's `__init__` says what it offers.

words          texts in two languages, and the error that a person can mend
data           a file -> a checked table of patients -> numbers for a network
drawing        values -> charts and pictures as plotly, SVG and HTML
statistics     metrics, confidence intervals, calibration
networks       the shared networks as functions of their weights
learners       one file = one paper: MAML, Reptile, prototypical and matching networks, a prior-fitted network; baseline classifiers
meta_training  the outer loop: how initial weights are learned, saved and resumed; `tasks` says on what
diagnosis      one table: adapt, watch, answer for each patient, report
evaluation     a fair comparison of methods, with confidence intervals
estimator, cli the same for scikit-learn and for the command line

The names below are what a notebook needs. They are read when first asked for: `import metamed_core` alone loads no torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from metamed_core.data import PatientRecords, open_upload
    from metamed_core.estimator import FewShotClassifier
    from metamed_core.evaluation import evaluate
    from metamed_core.learners import load_weights
    from metamed_core.meta_training import MetaTraining, meta_train
    from metamed_core.words import UserError, Words

__all__ = [
    "FewShotClassifier",
    "MetaTraining",
    "PatientRecords",
    "UserError",
    "Words",
    "__version__",
    "evaluate",
    "load_weights",
    "meta_train",
    "open_upload",
]

_ROOM_OF = {
    "FewShotClassifier": "estimator",
    "MetaTraining": "meta_training",
    "PatientRecords": "data",
    "UserError": "words",
    "Words": "words",
    "evaluate": "evaluation",
    "load_weights": "learners",
    "meta_train": "meta_training",
    "open_upload": "data",
}


def __getattr__(name: str) -> object:
    """A public name, read from its room when it is first asked for."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: its public names are {', '.join(__all__)}")
    value = getattr(importlib.import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, also those not read yet."""
    return sorted({*globals(), *__all__})
