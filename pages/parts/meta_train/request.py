"""What is asked of a meta-training: a value that the page's widgets show and change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metamed_core.data import Cohort
from metamed_core.knowledge import Knowledge
from metamed_core.learners import LEARNERS
from metamed_core.meta_training import ANY_TABLE, MetaTraining, Practice
from metamed_core.meta_training.tasks import DiseaseSplit, split_by_disease
from pages.parts.common import cohorts
from pages.parts.common.bundled_cohorts import bundled_cohort
from pages.parts.common.patients_state import Patients, PatientsState

PRIOR = "prior"  # the source that is no table: simulated clinical tasks
AWAY = "away"  # the source of a run whose table is not open in this tab


@dataclass(frozen=True)
class Request:
    """What a person has chosen; None: whatever `MetaTraining.suggest` suggests.

    fold, split_seed: how the diagnoses are split; split: where that was done by hand. with_knowledge: whether to practice also on
    patients simulated from what is known.
    """

    source: str
    learner: str = "prototypical"
    network: str = ANY_TABLE
    start: str | None = None
    meta_steps: int | None = None
    meta_batch: int | None = None
    meta_lr: float | None = None
    seed: int = 0
    n_way: int = 5
    fold: int = 0
    split_seed: int = 0
    split: DiseaseSplit | None = None
    with_knowledge: bool = False

    def split_of(self, cohort: Cohort | None) -> DiseaseSplit | None:
        """How the diagnoses are split; None for simulated tasks. Raises UserError where they are too few."""
        if cohort is None:
            return None
        return self.split or split_by_disease(cohort.counts, self.fold, self.split_seed)

    def training(self, cohort: Cohort | None, knowledge: Knowledge | None = None) -> MetaTraining:
        """The meta-training that is asked for; `knowledge`: of the table. Raises UserError for a choice that cannot be."""
        known = knowledge if self.with_knowledge and cohort is not None and knowledge and knowledge.statements else None
        # Simulated tasks too take as few steps here as suit a page; the command line makes as many as the recipe says.
        steps = self.meta_steps or LEARNERS[self.learner].recipe.steps_on_a_table
        budget: dict[str, Any] = {"meta_steps": steps, "meta_batch": self.meta_batch, "meta_lr": self.meta_lr, "seed": self.seed}
        return MetaTraining.suggest(
            self.learner,
            cohort,
            split=self.split_of(cohort),
            network=self.network,
            start=self.start,
            budget=budget,
            n_way=self.n_way,
            # With knowledge of one's own it is as if on a table of one's own: forgotten with it.
            source=_public_name(self.source, cohort) if known in {None, cohorts.knowledge_of(self.source)} else "",
            practice=None if known is None else Practice.of(known, with_prior=self.network == ANY_TABLE),
        )


def request_of(training: MetaTraining, source: str) -> Request:
    """What was asked for when this meta-training began. source: where its patients are to be found in this tab."""
    budget = training.budget
    return Request(
        source, training.learner, training.network, training.start, budget.meta_steps, budget.meta_batch, budget.meta_lr, budget.seed,
        training.n_way, split=training.split, with_knowledge=training.practice is not None,
    )  # fmt: skip


def is_on_own_table(training: MetaTraining) -> bool:
    """Whether there are a visitor's own patients behind it."""
    return training.split is not None and not training.source


def knowledge_of(tab_patients: PatientsState, patients: Patients | None) -> Knowledge:
    """What is known of the diagnoses of a table: said on Diagnose, or else shipped with a bundled one."""
    if patients is None:
        return Knowledge()
    typed = tab_patients.opened.get(patients.source, patients).knowledge
    return typed if typed.statements else cohorts.knowledge_of(patients.source) or Knowledge()


def _public_name(source: str, cohort: Cohort | None) -> str:
    """The key of a bundled cohort as it is shipped; nothing for a table of one's own: its name may name somebody."""
    known = cohort is not None and source in cohorts.cohorts() and cohort.sha256 == bundled_cohort(source).sha256
    return source if known else ""
