"""A meta-training that somebody has chosen: learner, network, where tasks come from, budget. A value that can be written and read again.

It holds no patient: whoever goes on with it brings the table again, and its fingerprint is compared.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from metamed_core.data import Cohort, Episode, Panel, TaskDistribution
from metamed_core.learners import LEARNERS, UNIVERSAL, Learner, load_weights
from metamed_core.learners.baselines import BASELINES
from metamed_core.meta_training.compute import ALONE
from metamed_core.meta_training.job import Job
from metamed_core.meta_training.outer_loop import MetaTraining
from metamed_core.meta_training.recipes import recipe
from metamed_core.meta_training.tasks import VERSION, ClinicalPrior, CohortTasks, DiseaseSplit
from metamed_core.networks import Backbone, Perceptron
from metamed_core.words import UserError, Words

FORMAT = 1
ANY_TABLE, ONE_PANEL = "any_table", "one_panel"
NETWORKS: dict[str, Words] = {ANY_TABLE: Words("Any table", "适用任意表格"), ONE_PANEL: Words("This panel only", "仅限该组列")}
RIVALS = ("nearest_centroid", "logistic_regression")
"""What needs no meta-training and is shown beside one: the untrained prototype, and the classifier that a clinic would try first."""
VALIDATION_SEED = 20_000_000
N_VALIDATION = 20
"""Held-out tasks at each number of shots."""


@dataclass(frozen=True)
class MetaRun:
    """Everything that decides the weights, but for the patients themselves.

    learner: its name; settings: of it in meta-training, where they differ from those in use. network: ANY_TABLE or ONE_PANEL (a perceptron
    over the cohort's columns). start: the shipped weights or random ones. source: what to call the cohort, empty for simulated clinical
    tasks; sha256: its fingerprint; split: its diagnoses. n_way, shots, n_query: of the tasks from a cohort.
    Raises UserError for a combination that cannot be.
    """

    learner: str
    plan: MetaTraining
    network: str = ANY_TABLE
    start: str = UNIVERSAL
    source: str = ""
    sha256: str = ""
    split: DiseaseSplit | None = None
    settings: Mapping[str, float] = field(default_factory=dict)
    n_way: int = 5
    shots: tuple[int, ...] = (1, 5)
    n_query: int = 10

    def __post_init__(self) -> None:
        if self.network == ONE_PANEL and LEARNERS[self.learner].has_own_network:
            raise UserError(
                Words(
                    "{learner} has a network of its own, which serves any table: choose the network for any table.",
                    "{learner}自带网络，适用任意表格：请选择“适用任意表格”的网络。",
                ).format(learner=LEARNERS[self.learner].title)
            )
        if self.network == ONE_PANEL and self.split is None:
            raise UserError(
                Words(
                    "Simulated clinical tasks have other columns each time: choose the network for any table, or a table of patients.",
                    "模拟的临床任务每次的列都不同：请选择适用任意表格的网络，或改选数据集。",
                )
            )
        if self.network == ONE_PANEL and self.start == UNIVERSAL:
            raise UserError(
                Words(
                    "There are no shipped weights for the columns of one panel: start from random weights.",
                    "没有针对单组列的自带权重：请从随机权重开始。",
                )
            )

    def learners(self) -> tuple[Learner, Learner]:
        """The learner as it is meta-trained, and as it is used."""
        kind = LEARNERS[self.learner]
        return kind(**{**recipe(self.learner).settings, **self.settings}), kind()

    def job(
        self, cohort: Cohort | None, out: Path, *, facts: Mapping[str, Any] | None = None, save_every: float = 5.0, validate: int = 20
    ) -> Job:
        """What `train` does. cohort: the patients, if the tasks come from some. Raises UserError if these are not those of the run."""
        self.check_cohort(cohort)
        learner, in_use = self.learners()
        tasks, held_out, panel = self._tasks(cohort)
        backbone: Backbone = Perceptron(panel.n_cells) if self.network == ONE_PANEL and panel else learner.default_backbone()
        initial = load_weights(UNIVERSAL, in_use).weights if self.start == UNIVERSAL else None
        card: dict[str, Any] = {"run": self.card(), "seed": self.plan.seed, "hardware": ALONE.hardware(), **(facts or {})}
        if self.network == ONE_PANEL and panel:
            card["panel"] = {"columns": list(panel.columns), "levels": {name: list(levels) for name, levels in panel.levels.items()}}
        rivals = tuple(BASELINES[name]() for name in RIVALS)
        return Job(
            learner, in_use, backbone, tasks, held_out, self.card(), self.plan, out, card, validate, save_every,
            initial=initial, rivals=rivals, keep_best=self.split is not None,
        )  # fmt: skip

    def check_cohort(self, cohort: Cohort | None) -> None:
        """Whether these are the patients of the run. Raises UserError if they are not."""
        if self.split is not None and (cohort is None or cohort.sha256 != self.sha256):
            raise UserError(
                Words(
                    "This meta-training is on “{source}”, and these are other patients: open the same table with the same columns and edits to go "
                    "on, or begin anew.",
                    "该元训练使用的是“{source}”，而当前患者不同：请打开同一表格（列与修改相同）以继续，或重新开始。",
                ).format(source=self.source)
            )

    def _tasks(self, cohort: Cohort | None) -> tuple[TaskDistribution, list[Episode], Panel | None]:
        """What is meta-trained on, held-out tasks of other diagnoses, and the columns of a cohort."""
        rng = torch.Generator().manual_seed(VALIDATION_SEED)
        if self.split is None or cohort is None:
            prior = ClinicalPrior()
            return prior, [prior.sample_batch(4, rng) for _ in range(10)], None
        base = CohortTasks(cohort.only(self.split.base), self.n_way, self.shots, self.n_query)
        aside = [CohortTasks(cohort.only(self.split.validation), self.n_way, (k,), self.n_query, base.panel) for k in self.shots]
        return base, [tasks.sample_batch(N_VALIDATION, rng) for tasks in aside if tasks.allowed], base.panel

    def card(self) -> dict[str, Any]:
        """The run as plain values."""
        values = dataclasses.asdict(self)
        prior = {} if self.split else {"prior": {"name": "clinical_prior", "version": VERSION}}
        return {"format": FORMAT, **json.loads(json.dumps(values)), **prior}

    @classmethod
    def of_card(cls, card: Mapping[str, Any]) -> MetaRun:
        """The run that `card` has written. Raises UserError for anything else."""
        try:
            values = {name: card[name] for name in cls.__dataclass_fields__}
            split = values["split"] and DiseaseSplit(**{part: tuple(names) for part, names in values["split"].items()})
            run = cls(**{**values, "plan": MetaTraining(**values["plan"]), "split": split, "shots": tuple(values["shots"])})
            known = card["format"] == FORMAT and run.learner in LEARNERS and run.network in NETWORKS
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise UserError(_OTHER_VERSION) from error
        if not known:
            raise UserError(_OTHER_VERSION)
        return run


_OTHER_VERSION = Words(
    "This meta-training was saved by another version of MetaMed or is damaged: begin a new one.",
    "该元训练由其他版本的 MetaMed 保存或已损坏：请新建一次。",
)


def suggested(
    learner: str, split: DiseaseSplit | None, meta_steps: int, seed: int = 0, start: str = UNIVERSAL, network: str = ANY_TABLE
) -> MetaTraining:
    """A plan for a budget of steps: the learner's recipe on simulated tasks; smaller tasks and, from shipped weights, smaller steps on a cohort."""
    plan = replace(recipe(learner).plan, meta_steps=meta_steps, seed=seed)
    if split is None:
        return plan
    careful = start == UNIVERSAL
    return replace(
        plan,
        meta_batch=16,
        groups=1,
        meta_lr=5e-4 if careful else 2e-3,
        hidden_lr=None if careful or network == ONE_PANEL else plan.hidden_lr,
    )
