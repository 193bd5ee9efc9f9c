"""Meta-trained weights evaluated on diagnoses that meta-training never saw, beside their initialization and the baselines."""

from __future__ import annotations

from pathlib import Path

from metamed_core.data import Cohort
from metamed_core.evaluation.methods import Method
from metamed_core.evaluation.plan import Plan, plan_for
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL
from metamed_core.learners.baselines import BASELINES
from metamed_core.meta_training import ANY_TABLE, COMPARED_WITH, MetaTraining
from metamed_core.words import UserError, Words


def plan_on_novel(training: MetaTraining, cohort: Cohort, weights: Path, n_episodes: int = 60) -> Plan:
    """A comparison on the novel diagnoses: these weights, what they started from, and the baselines. Raises UserError if too few patients."""
    training.check_cohort(cohort)
    if training.split is None:
        raise UserError(
            Words("Simulated tasks have no novel diagnoses: compare on a table of patients.", "模拟任务没有新诊断：请在数据集上比较。")
        )
    learner = LEARNERS[training.learner]()
    start = Method(learner, UNIVERSAL if training.network == ANY_TABLE else RANDOM)
    who = (Method(learner, str(weights)), start, *(Method(BASELINES[name]()) for name in COMPARED_WITH))
    return plan_for(cohort.only(training.split.novel), who, training.shots, n_episodes, training.budget.seed)[0]
