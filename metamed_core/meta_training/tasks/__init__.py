"""Task distributions: the clinical prior (synthetic tasks) and tasks from a table of many diagnoses."""

from __future__ import annotations

from metamed_core.meta_training.tasks.clinical_prior import class_models, prior
from metamed_core.meta_training.tasks.clinical_prior.prior import CLASS_MODELS, VERSION, ClassModel, ClinicalPrior, table
from metamed_core.meta_training.tasks.cohort_tasks import FOLDS, LEAST_PATIENTS, CohortTasks, DiseaseSplit, split_by_disease

__all__ = [
    "CLASS_MODELS",
    "FOLDS",
    "LEAST_PATIENTS",
    "VERSION",
    "ClassModel",
    "ClinicalPrior",
    "CohortTasks",
    "DiseaseSplit",
    "class_models",
    "prior",
    "split_by_disease",
    "table",
]
