"""Practice on patients simulated from what is known: of which diagnoses, and how many of the tasks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from metamed_core.data import Cohort, PatientEncoder, TaskDistribution
from metamed_core.knowledge import DescribedPatients, Knowledge, fold, known_rows
from metamed_core.learners import Learner
from metamed_core.meta_training.tasks import ClinicalPrior, CohortTasks, DiseaseSplit, KnowledgeTasks, MixedTasks
from metamed_core.words import UserError, Words

SHARE = 0.4
"""Share of tasks that are simulated from a knowledge table unless told otherwise."""
PRIOR_SHARE = 0.2
"""Share of tasks that then come from the clinical prior, at most, so that one textbook is not learned by heart."""


@dataclass(frozen=True, slots=True)
class Practice:
    """What a card says of practice with a knowledge table; the other tasks are of the table's own patients.

    Parameters
    ----------
    sha256
        Fingerprint of the knowledge table.
    share
        Share of tasks that are simulated from it.
    prior_share
        Share of tasks from the clinical prior.
    """

    sha256: str
    share: float = SHARE
    prior_share: float = PRIOR_SHARE

    def __post_init__(self) -> None:
        if not (0 <= self.share <= 1 and 0 <= self.prior_share <= 1 - self.share):
            raise UserError(_SHARES.format(share=f"{self.share:g}"))

    @classmethod
    def of(cls, knowledge: Knowledge, share: float = SHARE, *, with_prior: bool = True) -> Practice | None:
        """Practice with this knowledge; None with share 0. `with_prior`: whether the network reads the tables of the clinical prior."""
        prior_share = min(PRIOR_SHARE, max(0.0, 1 - share)) if with_prior else 0.0
        return cls(knowledge.sha256, share, prior_share) if share else None


def simulated_diagnoses(knowledge: Knowledge, diagnoses: Collection[str], split: DiseaseSplit) -> tuple[str, ...]:
    """The diagnoses of a knowledge table of which patients may be simulated: those that are trained on, and those that no patient has.

    Parameters
    ----------
    knowledge
        The statements.
    diagnoses
        All diagnoses of the patients' table.
    split
        Those that are trained on, and those that are held out.
    """
    held_out = set(map(fold, diagnoses)) | set(map(fold, (*split.validation, *split.novel)))
    held_out -= set(map(fold, split.base))
    return tuple(name for name in knowledge.diagnoses if fold(name) not in held_out)


def practiced(
    practice: Practice, knowledge: Knowledge, cohort: Cohort, split: DiseaseSplit, tasks: CohortTasks, learner: Learner
) -> tuple[TaskDistribution, tuple[str, ...]]:
    """The tasks of a table, and among them those of patients simulated from what is known; and the diagnoses of the latter.

    Parameters
    ----------
    practice, knowledge
        The shares, and what is known. Nothing that is said of a held-out diagnosis is used, and no value of its patients.
    cohort, split
        All patients, and which diagnoses are trained on.
    tasks
        The tasks of the patients who are trained on.
    learner
        Whether it reads statements decides whether they are shown.

    Raises
    ------
    UserError
        If it is other knowledge than that of the meta-training, does not fit the table, or says something of fewer than two diagnoses
        of which patients may be simulated.
    """
    if knowledge.sha256 != practice.sha256:
        raise UserError(_OTHER_KNOWLEDGE)
    known_rows(knowledge, PatientEncoder.fit(cohort.features, cohort.ranges), cohort.features, tuple(cohort.counts), cohort.ranges)
    allowed = knowledge.only(set(simulated_diagnoses(knowledge, tuple(cohort.counts), split)))
    described = DescribedPatients.of(allowed, tasks.cohort.features, cohort.ranges, tasks.panel)
    if len(described.diagnoses) < 2:
        raise UserError(_TOO_FEW.format(n=len(described.diagnoses)))
    reads = bool(learner.recipe.prior.get("statements"))
    simulated = KnowledgeTasks(described, cohort.ranges, tasks.n_way, tasks.shots, tasks.n_query, reads)
    rest = 1 - practice.share - practice.prior_share
    sources = ((simulated, practice.share), (ClinicalPrior(**learner.recipe.prior), practice.prior_share), (tasks, rest))
    return MixedTasks(tuple((source, share) for source, share in sources if share > 0)), described.diagnoses


_SHARES = Words(
    "The share of tasks simulated from what is known is {share}: choose a number from 0 to 1.",
    "由已有知识模拟的任务所占比例为 {share}：请改用 0 到 1 之间的数。",
)
_OTHER_KNOWLEDGE = Words(
    "This meta-training practices with other knowledge than is given here: give the same statements to go on, or begin anew.",
    "该元训练所用的知识与此处给出的不同：请给出相同的陈述以继续，或重新开始。",
)
_TOO_FEW = Words(
    "The knowledge says something of {n} {n:diagnosis|diagnoses} that {n:is|are} trained on or that no patient has, and at least 2 are needed to simulate "
    "patients: say something of others, or do without knowledge.",
    "知识只涉及 {n} 种用于训练或没有患者的诊断，模拟患者至少需要 2 种：请补充其他诊断的知识，或不使用知识。",
)
