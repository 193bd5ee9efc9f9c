"""A meta-training as it is asked for, on the page or on the command line: a value that can be written and read again.

It holds no patient: who goes on with it brings the table again, and the tables' fingerprints are compared.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from metamed_core.data import Cohort, from_json
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL, Learner
from metamed_core.meta_training.outer_loop import Budget
from metamed_core.meta_training.practice import Practice
from metamed_core.meta_training.tasks import VERSION, DiseaseSplit, split_by_disease
from metamed_core.words import UserError, Words

FORMAT = 2
ANY_TABLE, ONE_PANEL = "any_table", "one_panel"
NETWORKS: dict[str, Words] = {ANY_TABLE: Words("Any table", "适用任意表格"), ONE_PANEL: Words("These columns only", "仅限这组列")}


@dataclass(frozen=True)
class MetaTraining:
    """Everything that decides the weights, but for the patients themselves.

    Parameters
    ----------
    learner
        Its name, a key of `LEARNERS`.
    budget
        Steps, tasks, step sizes and seed of the outer loop.
    network
        ANY_TABLE, or ONE_PANEL: a perceptron over the table's columns.
    start
        UNIVERSAL, the shipped weights, or RANDOM ones.
    source
        Key of a bundled cohort; empty for simulated clinical tasks and for a table of one's own, whose name may name somebody.
    sha256
        Fingerprint of the table; empty for simulated tasks.
    split
        The table's diagnoses to train, validate and test on; None: simulated clinical tasks.
    settings
        Of the learner in meta-training, where they differ from those in use and from the learner's recipe.
    n_way, shots, n_query
        Of tasks from a table: diagnoses, labeled patients of each (one of these numbers in a task), patients of each to be asked about.
    practice
        Which of these tasks are of patients simulated from what is known; None: none.

    Raises
    ------
    UserError
        For a combination that cannot be.
    """

    learner: str
    budget: Budget
    network: str = ANY_TABLE
    start: str = UNIVERSAL
    source: str = ""
    sha256: str = ""
    split: DiseaseSplit | None = None
    settings: Mapping[str, float] = field(default_factory=dict)
    n_way: int = 5
    shots: tuple[int, ...] = (1, 5)
    n_query: int = 10
    practice: Practice | None = None

    def __post_init__(self) -> None:
        if self.network == ONE_PANEL and LEARNERS[self.learner].has_own_network:
            raise UserError(_OWN_NETWORK.format(learner=LEARNERS[self.learner].title))
        if self.network == ONE_PANEL and self.split is None:
            raise UserError(_NO_PANEL)
        if self.practice is not None and self.split is None:
            raise UserError(_NO_TABLE)
        if self.network == ONE_PANEL and self.start == UNIVERSAL:
            raise UserError(_NO_SHIPPED_PANEL)

    @classmethod
    def suggest(
        cls,
        learner: str,
        cohort: Cohort | None = None,
        *,
        split: DiseaseSplit | None = None,
        network: str = ANY_TABLE,
        start: str | None = None,
        budget: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> MetaTraining:
        """What the page and the command line do unless told otherwise.

        Parameters
        ----------
        learner
            Its name.
        cohort
            The patients that tasks are drawn from; None: simulated clinical tasks.
        split
            Of the cohort's diagnoses; None: the first of `split_by_disease`.
        network, start
            As in `MetaTraining`; start None: the shipped weights for a table, random ones for simulated tasks or a panel.
        budget
            Fields of `Budget` that replace the suggested ones; those that are None do not.
        **more
            Further fields of `MetaTraining`.

        Raises
        ------
        UserError
            For a combination that cannot be, or a cohort of too few diagnoses.
        """
        if cohort is not None:
            split = split or split_by_disease(cohort.counts)
        if start is None:
            start = UNIVERSAL if cohort is not None and network == ANY_TABLE else RANDOM
        changes = {name: value for name, value in (budget or {}).items() if value is not None}
        planned = replace(suggested_budget(learner, on_cohort=cohort is not None, network=network, start=start), **changes)
        return cls(learner, planned, network, start, sha256="" if cohort is None else cohort.sha256, split=split, **more)

    def learners(self) -> tuple[Learner, Learner]:
        """The learner as it is meta-trained, and as it is used."""
        kind = LEARNERS[self.learner]
        return kind(**{**kind.recipe.settings, **self.settings}), kind()

    def check_cohort(self, cohort: Cohort | None) -> None:
        """Whether these are the patients of the meta-training. Raises UserError if they are not."""
        if self.split is not None and (cohort is None or cohort.sha256 != self.sha256):
            raise UserError(_OTHER_TABLE)

    def card(self) -> dict[str, Any]:
        """The meta-training as plain values."""
        fields = LEARNERS[self.learner].recipe.prior
        prior = {} if self.split else {"prior": {"name": "clinical_prior", "version": VERSION, **fields}}
        content = json.loads(json.dumps(dataclasses.asdict(self)))
        if self.practice is None:  # as written before there was such practice
            del content["practice"]
        return {"format": FORMAT, **content, **prior}

    @classmethod
    def of_card(cls, card: Mapping[str, Any]) -> MetaTraining:
        """The meta-training that `card` has written. Raises UserError for anything else."""
        try:
            known = card["format"] == FORMAT and card["learner"] in LEARNERS and card["network"] in NETWORKS
            # Another version may have other fields, whose absence would mean another training.
            whole = set(cls.__dataclass_fields__) - {"practice"} <= set(card) and set(Budget.__dataclass_fields__) == set(card["budget"])
            found = from_json(cls, card)
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(_OTHER_VERSION) from error
        if not (known and whole):
            raise UserError(_OTHER_VERSION)
        return found


def suggested_budget(learner: str, *, on_cohort: bool, network: str, start: str) -> Budget:
    """The learner's recipe; fewer steps and smaller tasks on a table, smaller steps from the shipped weights."""
    recipe = LEARNERS[learner].recipe
    budget = Budget(**{name: getattr(recipe, name) for name in Budget.__dataclass_fields__ if hasattr(recipe, name)})
    if on_cohort:
        budget = replace(budget, meta_steps=recipe.steps_on_a_table, meta_batch=16, groups=1, meta_lr=2e-3)
    if network == ONE_PANEL:
        budget = replace(budget, hidden_lr=None)
    return replace(budget, meta_lr=5e-4, hidden_lr=None) if start == UNIVERSAL else budget


_OWN_NETWORK = Words(
    "“{learner}” brings a network of its own, which serves any table: choose the network for any table.",
    "“{learner}”自带网络，适用任意表格：请选择“适用任意表格”的网络。",
)
_NO_PANEL = Words(
    "Simulated clinical tasks have other columns each time: choose the network for any table, or a table of patients.",
    "模拟的临床任务每次的列都不同：请选择适用任意表格的网络，或改选数据集。",
)
_NO_TABLE = Words(
    "Patients are simulated from what is known beside those of a table: give the table too, or do without knowledge.",
    "由已有知识模拟患者须配合一份患者表格：请同时给出表格，或不使用知识。",
)
_NO_SHIPPED_PANEL = Words(
    "There are no shipped weights for the columns of one table: start from random weights.",
    "没有针对单个表格的列的自带权重：请从随机权重开始。",
)
_OTHER_TABLE = Words(
    "This meta-training is on another table of patients: open the same table with the same columns and edits to go on, or begin anew.",
    "该元训练使用的是另一份患者表格：请打开同一表格（列与修改相同）以继续，或重新开始。",
)
_OTHER_VERSION = Words(
    "This meta-training was saved by another version of MetaMed or is damaged: begin a new one.",
    "该元训练由其他版本的 MetaMed 保存或已损坏：请新建一次。",
)
