"""A meta-training with its files: made from what was asked for, resumed where it was stopped, validated and saved on the way."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from metamed_core.data import Cohort, Episode, Panel, TaskDistribution
from metamed_core.knowledge import Knowledge
from metamed_core.learners import UNIVERSAL, Learner, load_weights
from metamed_core.learners.baselines import BASELINES
from metamed_core.meta_training.checkpoint import identity
from metamed_core.meta_training.devices_and_processes import ALONE, Compute
from metamed_core.meta_training.practice import practiced
from metamed_core.meta_training.tasks import ClinicalPrior, CohortTasks
from metamed_core.meta_training.training import ONE_PANEL, MetaTraining
from metamed_core.meta_training.validation import VALIDATION_SEED, described, prior_validation_tasks
from metamed_core.networks import Backbone, Perceptron
from metamed_core.statistics import Calibration

N_VALIDATIONS = 12
"""Validations after the first, about."""
N_VALIDATION_TASKS = 20
"""Of a table, at each number of shots."""
SAVE_EVERY = 5.0
"""Seconds of work that a killed process may lose."""
EARLY = 8
"""A validation after so few steps that whoever doubts a card can repeat it in seconds."""
COMPARED_WITH = ("nearest_centroid", "logistic_regression")
"""Baselines that need no meta-training: the untrained prototype, and the classifier that a clinic would try first."""


@dataclass(frozen=True, slots=True)
class Job:
    """What `train` does; made by `make_job`.

    Parameters
    ----------
    training
        What was asked for.
    learner, in_use
        The learner as it is meta-trained, and as users meet it, by which it is validated.
    backbone
        The network.
    tasks, validation_tasks
        What is trained on, and what never is.
    out
        The weight file; its card and checkpoint lie beside it.
    facts
        What else the card says.
    initial
        The weights to start from; None: random ones from the budget's seed.
    calibration
        That of the weights to start from.
    n_validations, save_every, restart
        How often to validate and to save, see N_VALIDATIONS and SAVE_EVERY; whether to forget an earlier checkpoint.
    may_write
        Whether the files are still this job's: another tab may have gone on from them meanwhile.
    simulated
        Diagnoses of which patients are simulated from what is known.
    baselines
        What needs no meta-training and is validated on the same tasks.
    """

    training: MetaTraining
    learner: Learner
    in_use: Learner
    backbone: Backbone
    tasks: TaskDistribution
    validation_tasks: list[Episode]
    out: Path
    facts: dict[str, Any]
    initial: Mapping[str, Tensor] | None = None
    calibration: Calibration = field(default_factory=Calibration.none)
    n_validations: int = N_VALIDATIONS
    save_every: float = SAVE_EVERY
    restart: bool = False
    may_write: Callable[[], bool] = lambda: True
    simulated: tuple[str, ...] = ()
    baselines: tuple[Learner, ...] = field(default_factory=lambda: tuple(BASELINES[name]() for name in COMPARED_WITH))

    @property
    def keeps_best(self) -> bool:
        """Whether the file holds the weights of the best validation so far, not the last: few diseases are soon learned by heart."""
        return self.training.split is not None

    @property
    def identity(self) -> dict[str, Any]:
        """What a checkpoint must agree with."""
        return identity(self.learner, self.backbone, self.training.card())

    def validates_at(self, step: int) -> bool:
        """Whether the weights after this step are validated."""
        n_steps = self.training.budget.meta_steps
        return step % max(1, n_steps // self.n_validations) == 0 or step in (EARLY, n_steps)


def make_job(
    training: MetaTraining,
    cohort: Cohort | None,
    out: Path,
    knowledge: Knowledge | None = None,
    *,
    compute: Compute = ALONE,
    **options: Any,
) -> Job:
    """The job of a meta-training, the same for page and command line. Raises UserError if these patients or this knowledge are not its own.

    Parameters
    ----------
    training
        What was asked for.
    cohort
        The patients, where the tasks come from a table.
    out
        The weight file to write.
    knowledge
        What is known of the diagnoses, where patients are simulated from it.
    compute
        Named in the card.
    **options
        `n_validations`, `save_every`, `restart` and `may_write` of `Job`.
    """
    training.check_cohort(cohort)
    learner, in_use = training.learners()
    facts: dict[str, Any] = {"run": training.card(), "commit": _commit(), "hardware": compute.hardware()}
    facts["validated_with"] = dataclasses.asdict(in_use)
    if training.split is None or cohort is None:
        options |= {"tasks": ClinicalPrior(**learner.recipe.prior), "validation_tasks": prior_validation_tasks()}
        facts["command"] = _command(training, compute, int(options.get("n_validations", N_VALIDATIONS)))
    else:
        options |= _of_table(training, cohort, knowledge or Knowledge(), facts)
    facts["validated_on"] = dataclasses.asdict(described(options["validation_tasks"]))
    if training.start == UNIVERSAL:
        start = load_weights(UNIVERSAL, in_use)
        options |= {"initial": start.weights, "calibration": start.calibration}
    return Job(training, learner, in_use, out=out, facts=facts, **{"backbone": learner.default_backbone(), **options})


def _of_table(training: MetaTraining, cohort: Cohort, knowledge: Knowledge, facts: dict[str, Any]) -> dict[str, Any]:
    """What is special to a job on a table, fields of `Job`; the columns of a panel are added to the facts."""
    own, held_out = _tasks_of(training, cohort)
    found: dict[str, Any] = {"tasks": own, "validation_tasks": held_out}
    if training.network == ONE_PANEL:
        found["backbone"] = Perceptron(own.panel.n_cells)
        facts["panel"] = own.panel.card()
    if training.practice is not None and training.split is not None:
        learner, _ = training.learners()
        found["tasks"], found["simulated"] = practiced(training.practice, knowledge, cohort, training.split, own, learner)
    return found


def _tasks_of(training: MetaTraining, cohort: Cohort) -> tuple[CohortTasks, list[Episode]]:
    """What is trained on, and validation tasks of other diagnoses, read as the former are."""
    if training.split is None:
        raise TypeError("without a split there are no tasks of a cohort")
    base, rng = cohort.only(training.split.base), torch.Generator().manual_seed(VALIDATION_SEED)
    # Weights for any table do not depend on what the levels of a category are called; those for one panel must not tell it.
    panel = Panel.coded_of(base.features) if training.network == ONE_PANEL else Panel.of(base.features)
    validation = cohort.only(training.split.validation)
    aside = [CohortTasks(validation, training.n_way, (k,), training.n_query, panel) for k in training.shots]
    held_out = [tasks.sample_batch(N_VALIDATION_TASKS, rng) for tasks in aside if tasks.allowed]
    return CohortTasks(base, training.n_way, training.shots, training.n_query, panel), held_out


def _command(training: MetaTraining, compute: Compute, n_validations: int) -> str:
    """What to type to make these weights again."""
    start = "python" if compute.processes == 1 else f"torchrun --nproc-per-node {compute.processes}"
    budget = training.budget
    hidden = "" if budget.hidden_lr is None else f" --hidden-lr {budget.hidden_lr}"
    drawers = f" --drawers {compute.drawers}" if compute.drawers else ""
    return (
        f"{start} -m metamed_core meta-train --learner {training.learner} --start {training.start} --meta-steps {budget.meta_steps} "
        f"--meta-batch {budget.meta_batch} --meta-lr {budget.meta_lr}{hidden} --groups {budget.groups} --precision {budget.precision} "
        f"--device {compute.device.type}{drawers} --validate {n_validations} --seed {budget.seed}"
    )


def _commit() -> str:
    """The commit that made the weights, or a word where there is no repository."""
    try:
        return subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607 - the user's own git
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "not in a repository"
