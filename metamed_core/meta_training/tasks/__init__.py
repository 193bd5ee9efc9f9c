"""Where the tasks of meta-training come from.

`clinical_prior` draws synthetic clinical tables from a seed; `cohort_tasks` draws tasks from a table of many diagnoses; `knowledge_tasks` draws
patients whom a knowledge table describes.

- `CLASS_MODELS`: the kinds of disease that the prior knows, and how often each is drawn.
- `FOLDS`: how many splits there are.
- `LEAST_PATIENTS`: the fewest patients of a diagnosis that takes part.
- `VERSION`: the version of the prior, written into cards.
- `ClassModel`: one kind of disease.
- `ClinicalPrior`: draws synthetic clinical tasks.
- `CohortTasks`: draws tasks from a table of patients.
- `DiseaseSplit`: the diagnoses to train on, to validate on and to test on.
- `class_models`: the file of the kinds of disease.
- `prior`: the file of the prior.
- `KnowledgeTasks`: draws tasks of patients whom a knowledge table describes.
- `MixedTasks`: draws from several sources.
- `split_by_disease`: one of the splits of a table's diagnoses.
- `table`: synthetic patients as a table.
"""

from __future__ import annotations

from metamed_core.meta_training.tasks.clinical_prior import class_models, prior
from metamed_core.meta_training.tasks.clinical_prior.prior import CLASS_MODELS, VERSION, ClassModel, ClinicalPrior, table
from metamed_core.meta_training.tasks.cohort_tasks import FOLDS, LEAST_PATIENTS, CohortTasks, DiseaseSplit, split_by_disease
from metamed_core.meta_training.tasks.knowledge_tasks import KnowledgeTasks, MixedTasks

__all__ = [
    "CLASS_MODELS",
    "FOLDS",
    "LEAST_PATIENTS",
    "VERSION",
    "ClassModel",
    "ClinicalPrior",
    "CohortTasks",
    "DiseaseSplit",
    "KnowledgeTasks",
    "MixedTasks",
    "class_models",
    "prior",
    "split_by_disease",
    "table",
]
