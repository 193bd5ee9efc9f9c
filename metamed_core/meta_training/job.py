"""Meta-training with its files as a generator: gone on from where it was stopped, validated, saved, and told of at every step."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from metamed_core.data import Episode, TaskDistribution
from metamed_core.learners import Learner, add_to_card, save_weights
from metamed_core.meta_training.checkpoint import TrainingState, identity, parse_state, read_state, remove_state, state_path, write_state
from metamed_core.meta_training.compute import Compute
from metamed_core.meta_training.outer_loop import MetaState, MetaTraining, Validation, meta_train, validations
from metamed_core.networks import Backbone

EARLY = 8
"""A validation after so few steps that whoever doubts a card can repeat it in seconds."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one `meta-train` command or one run of the page makes.

    learner, in_use: with its settings in meta-training, and with those that a user meets, by which it is validated.
    prior: what is to be known of `tasks`; another value makes other weights. out: the weight file. facts: what else its card says.
    validate: validations after the first, about. save_every: seconds between two writings of the state. restart: forget an earlier state.
    initial: weights to start from; None: random ones from the plan's seed. rivals: what needs no meta-training, validated on the same tasks.
    owned: whether the files are still this one's to write: another may have gone on from them meanwhile.
    keep_best: the file holds the weights of the best validation so far, not the last: few diseases are soon learnt by heart.
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
    initial: Mapping[str, Tensor] | None = None
    rivals: tuple[Learner, ...] = ()
    keep_best: bool = False
    owned: Callable[[], bool] = lambda: True

    def validates_at(self, step: int) -> bool:
        """Whether the weights after this step are validated."""
        return step % max(1, self.plan.meta_steps // self.validate) == 0 or step in (EARLY, self.plan.meta_steps)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: the step that is done, the meta-loss of its tasks (NaN while validating), the validations so far, seconds in all.

    validation: `step`, `before`, `accuracy` and `log_loss` of each. rivals: accuracy of each rival on the same tasks, by its name.
    validated: whether the last validation is of this very step.
    """

    step: int
    loss: float
    validation: tuple[Mapping[str, float], ...] = ()
    rivals: Mapping[str, float] = field(default_factory=dict)
    validated: bool = False
    seconds: float = 0.0

    @property
    def accuracy(self) -> float:
        """Of the last validation, after adaptation; NaN before there is one."""
        return self.validation[-1]["accuracy"] if self.validation else math.nan

    @property
    def log_loss(self) -> float:
        """Of the last validation, after adaptation; NaN before there is one."""
        return self.validation[-1]["log_loss"] if self.validation else math.nan


def train(job: Job, compute: Compute) -> Iterator[Progress]:
    """Do the job, or the part of it that a stop has left undone; yields in the first process only, after every step and held-out task.

    Weights and card are written at every validation, the state there and every `save_every` seconds; both when the generator is closed.
    Raises UserError if the state is of another job or damaged, or a file cannot be written.
    """
    reached = _reached(job, compute)
    begin = reached.state if reached else _initial(job)
    states = meta_train(job.learner, job.backbone, job.tasks, job.plan, start=begin, compute=compute)
    if compute.is_main_process:
        yield from CheckpointWriter(job, compute.device, reached).follow(states)
    else:
        for _ in states:
            continue


class CheckpointWriter:
    """What the first process does beside: validates, writes, tells."""

    def __init__(self, job: Job, device: torch.device, reached: TrainingState | None) -> None:
        self.job = job
        self.began = self.saved = time.perf_counter()
        self.before = reached.seconds if reached else 0.0
        self.validation: list[dict[str, float]] = list(reached.validation) if reached else []
        self.held_out = [tasks.to(device) for tasks in job.held_out]
        self.rivals: dict[str, float] = {}

    @property
    def seconds(self) -> float:
        """Spent on this job, by earlier commands too."""
        return self.before + time.perf_counter() - self.began

    def follow(self, states: Iterator[MetaState]) -> Iterator[Progress]:
        """Take the states one by one."""
        state, written = None, -1
        try:
            for state in states:
                due = self._is_due(state)
                if due:
                    yield from self._validate(state)
                    if not self.job.keep_best or self._is_best():
                        self._write_weights(state)
                if state.step == self.job.plan.meta_steps:
                    if self.job.owned():
                        # The weights may be of an earlier step; the curve is whole.
                        add_to_card(self.job.out, self._found())
                        remove_state(state_path(self.job.out))
                    written = state.step
                elif due or time.perf_counter() - self.saved >= self.job.save_every:
                    self._write_state(state)
                    written = state.step
                yield self._told(state, state.loss, validated=due)
        except (GeneratorExit, KeyboardInterrupt):
            # Whoever pulls has stopped: a stop loses nothing.
            if state is not None and written < state.step:
                self._write_state(state)
                if not self.job.keep_best:
                    self._write_weights(state)
            raise

    def _is_best(self) -> bool:
        """Whether the last validation is better than all before: more often right, or as often and surer of it."""
        *before, last = [(one["accuracy"], -one["log_loss"]) for one in self.validation]
        return all(last > one for one in before)

    def _is_due(self, state: MetaState) -> bool:
        # A state may have been written after this step's validation, or before the kill came between the two.
        return self.job.validates_at(state.step) and (not self.validation or self.validation[-1]["step"] < state.step)

    def _validate(self, state: MetaState) -> Iterator[Progress]:
        """The rivals, once, then the learner; tells of every task, so that whoever pulls can stop in between."""
        for rival in self.job.rivals if not self.rivals else ():
            found: list[Validation] = []
            for one in validations(rival, self.job.backbone, {}, self.held_out):
                found.append(one)
                yield self._told(state, math.nan)
            self.rivals[rival.name] = Validation.mean(found).accuracy
        found = []
        for one in validations(self.job.in_use, self.job.backbone, state.weights, self.held_out):
            found.append(one)
            yield self._told(state, math.nan)
        mean = {name: round(value, 4) for name, value in dataclasses.asdict(Validation.mean(found)).items()}
        self.validation.append({"step": state.step, **mean})

    def _write_weights(self, state: MetaState) -> None:
        job = self.job
        if not job.owned():
            return
        save_weights(job.out, job.learner, job.backbone, state.weights, {**job.facts, "step": state.step, **self._found()})

    def _found(self) -> dict[str, Any]:
        """What the card says of the way there."""
        rivals = {"rivals": {name: round(value, 4) for name, value in self.rivals.items()}} if self.rivals else {}
        return {"validation": self.validation, "seconds": round(self.seconds), **rivals}

    def _write_state(self, state: MetaState) -> None:
        if self.job.owned():
            write_state(state_path(self.job.out), TrainingState(state, self.seconds, self.validation), _identity(self.job))
        self.saved = time.perf_counter()

    def _told(self, state: MetaState, loss: float, *, validated: bool = False) -> Progress:
        return Progress(state.step, loss, tuple(self.validation), dict(self.rivals), validated, self.seconds)


def _initial(job: Job) -> MetaState | None:
    return None if job.initial is None else MetaState(0, {name: weight.float() for name, weight in job.initial.items()})


def _reached(job: Job, compute: Compute) -> TrainingState | None:
    """Where an earlier command was stopped, the same in every process."""
    path = state_path(job.out)
    if job.restart and compute.is_main_process:
        remove_state(path)
    data = compute.from_first(read_state(path) if compute.is_main_process else None)
    return None if data is None else parse_state(data, path, _identity(job))


def _identity(job: Job) -> dict[str, Any]:
    return identity(job.learner, job.backbone, job.plan, job.prior)
