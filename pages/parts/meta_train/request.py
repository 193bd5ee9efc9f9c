"""What is asked of a meta-training: a value that the page's widgets show and change, and the run that it stands for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from metamed_core.data import Cohort
from metamed_core.learners import UNIVERSAL
from metamed_core.meta_training import ANY_TABLE, MetaRun, MetaTraining, suggested
from metamed_core.meta_training.tasks import DiseaseSplit, split_by_disease
from pages.parts.common import cohorts
from pages.parts.common.bundled_cohorts import bundled_cohort

PRIOR = "prior"  # the source that is no cohort
BATCH, WAYS = 16, 5


@dataclass(frozen=True)
class Asked:
    """What is chosen on the page.

    fold, deal: how the diagnoses are dealt; split: where the visitor has dealt them by hand. meta_batch, n_way: tasks of a step and
    diagnoses of a task, for a cohort; meta_lr: largest step of the outer loop, None for the suggested one.
    """

    source: str
    learner: str = "prototypical"
    network: str = ANY_TABLE
    start: str = UNIVERSAL
    meta_steps: int = 300
    fold: int = 0
    deal: int = 0
    seed: int = 0
    split: DiseaseSplit | None = None
    meta_batch: int = BATCH
    meta_lr: float | None = None
    n_way: int = WAYS

    def split_of(self, cohort: Cohort | None) -> DiseaseSplit | None:
        """How the diagnoses are dealt; None for simulated tasks. Raises UserError where they are too few."""
        if cohort is None:
            return None
        return self.split or split_by_disease(cohort.counts, self.fold, self.deal)

    def suggested(self, split: DiseaseSplit | None) -> MetaTraining:
        """The plan without what the visitor has changed in it."""
        return suggested(self.learner, split, self.meta_steps, self.seed, self.start, self.network)

    def run(self, cohort: Cohort | None, called: str) -> MetaRun:
        """The run that is asked for; called: its source's name. Raises UserError for a choice that cannot be."""
        split = self.split_of(cohort)
        plan = self.suggested(split)
        plan = replace(plan, meta_lr=self.meta_lr or plan.meta_lr, meta_batch=plan.meta_batch if split is None else self.meta_batch)
        sha256 = "" if cohort is None else cohort.sha256
        return MetaRun(self.learner, plan, self.network, self.start, called, sha256, split, n_way=self.n_way)


def asked_of(run: MetaRun, source: str) -> Asked:
    """What was asked for when this run began. source: where its patients are to be found in this tab."""
    plan = run.plan
    found = Asked(
        source, run.learner, run.network, run.start, plan.meta_steps, seed=plan.seed, split=run.split, n_way=run.n_way,
        meta_batch=BATCH if run.split is None else plan.meta_batch,
    )  # fmt: skip
    return found if found.suggested(run.split).meta_lr == plan.meta_lr else replace(found, meta_lr=plan.meta_lr)


def is_public(run: MetaRun) -> bool:
    """Whether a run's tasks come from a bundled cohort as it is shipped, or from the prior: no patient of a visitor's is behind it."""
    return run.split is None or (run.source in cohorts.cohorts() and run.sha256 == bundled_cohort(run.source).sha256)
