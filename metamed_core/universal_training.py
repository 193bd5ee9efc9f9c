"""Meta-training with its files as a generator: gone on from where it was stopped, validated, saved, and told of at every step.

Floor 10 of the house.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metamed_core.backbones import Backbone
from metamed_core.compute import Compute
from metamed_core.episode import Episode, TaskDistribution
from metamed_core.learner import Learner
from metamed_core.meta_training import MetaState, MetaTraining, mean_accuracy, meta_train
from metamed_core.training_state import TrainingState, identity, parse_state, read_state, remove_state, state_path, write_state
from metamed_core.universal import save_weights

EARLY = 8
"""A validation after so few steps that whoever doubts a card can repeat it in seconds."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one `meta-train` command makes.

    learner, in_use: with its settings in meta-training, and with those that a user meets, by which it is validated.
    prior: name and version of `tasks`. out: the weight file. facts: what else its card says. validate: validations
    after the first, about. save_every: seconds between two writings of the state. restart: forget an earlier state.
    """

    learner: Learner
    in_use: Learner
    backbone: Backbone
    tasks: TaskDistribution
    held_out: list[Episode]
    prior: dict[str, Any]
    plan: MetaTraining
    out: Path
    facts: dict[str, Any]
    validate: int = 12
    save_every: float = 30.0
    restart: bool = False

    def validates_at(self, step: int) -> bool:
        """Whether the weights after this step are validated."""
        return step % max(1, self.plan.meta_steps // self.validate) == 0 or step in (EARLY, self.plan.meta_steps)


@dataclass(frozen=True, slots=True)
class Progress:
    """A step that is done: the meta-loss of its tasks, the last validation, and whether that is of this very step."""

    step: int
    loss: float
    accuracy: float
    log_loss: float
    validated: bool


def train(job: Job, compute: Compute) -> Iterator[Progress]:
    """Do the job, or the part of it that a stop has left undone; yields in the first process only.

    Weights and card are written at every validation, the state there and every `save_every` seconds.
    Raises UserError if the state is of another job or damaged, or a file cannot be written.
    """
    reached, began = _reached(job, compute), time.perf_counter()
    validation, held_out = list(reached.validation) if reached else [], [tasks.to(compute.device) for tasks in job.held_out]
    before, saved = reached.seconds if reached else 0.0, began
    start = reached.state if reached else None
    for state in meta_train(job.learner, job.backbone, job.tasks, job.plan, start=start, compute=compute):
        if not compute.first:
            continue
        # A state may have been written after this step's validation, or before the kill came between the two.
        due = job.validates_at(state.step) and (not validation or validation[-1]["step"] < state.step)
        if due:
            accuracy, loss = mean_accuracy(job.in_use, job.backbone, state.weights, held_out)
            validation.append({"step": state.step, "accuracy": round(accuracy, 4), "log_loss": round(loss, 4)})
        now = time.perf_counter()
        if due:
            facts = {**job.facts, "validation": validation, "seconds": round(before + now - began)}
            save_weights(job.out, job.learner, job.backbone, state.weights, facts)
        if state.step == job.plan.meta_steps:
            remove_state(state_path(job.out))
        elif due or now - saved >= job.save_every:
            _keep(job, TrainingState(state, before + now - began, validation))
            saved = now
        yield _progress(state, validation[-1], validated=due)


def _reached(job: Job, compute: Compute) -> TrainingState | None:
    """Where an earlier command was stopped, the same in every process."""
    path = state_path(job.out)
    if job.restart and compute.first:
        remove_state(path)
    data = compute.from_first(read_state(path) if compute.first else None)
    return None if data is None else parse_state(data, path, _identity(job))


def _keep(job: Job, reached: TrainingState) -> None:
    write_state(state_path(job.out), reached, _identity(job))


def _identity(job: Job) -> dict[str, Any]:
    return identity(job.learner, job.backbone, job.plan, job.prior)


def _progress(state: MetaState, last: dict[str, float], *, validated: bool) -> Progress:
    return Progress(state.step, state.loss, last["accuracy"], last["log_loss"], validated)
