"""Evaluation of meta-trained weights on diagnoses that were held out from meta-training."""

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
    """Plan a comparison of meta-trained weights, their initial weights, and the baselines on the novel diagnoses.

    Parameters
    ----------
    training
        The meta-training; its split defines the novel diagnoses.
    cohort
        The table used in meta-training.
    weights
        Path of the meta-trained weights.
    n_episodes
        Episodes per number of shots.

    Returns
    -------
    Plan
        To run with `compare` or `sweep`.

    Raises
    ------
    UserError
        If the table is another one, has too few patients, or the training used simulated tasks.
    """
    training.check_cohort(cohort)
    if training.split is None:
        raise UserError(
            Words("Simulated tasks have no novel diagnoses: compare on a table of patients.", "模拟任务没有新诊断：请在数据集上比较。")
        )
    learner = LEARNERS[training.learner]()
    start = Method(learner, UNIVERSAL if training.network == ANY_TABLE else RANDOM)
    who = (Method(learner, str(weights)), start, *(Method(BASELINES[name]()) for name in COMPARED_WITH))
    return plan_for(cohort.only(training.split.novel), who, training.shots, n_episodes, training.budget.seed)[0]
