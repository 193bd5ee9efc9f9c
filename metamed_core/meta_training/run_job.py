"""The work of a job: the outer loop, validated and saved on the way, as a generator that tells of every step."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator, Iterator
from typing import Any

from metamed_core.learners import Learner, add_to_card, load_weights, save_weights
from metamed_core.meta_training.checkpoint import parse_state, read_state, remove_state, state_path, write_state
from metamed_core.meta_training.devices_and_processes import ALONE, Compute
from metamed_core.meta_training.job import Job
from metamed_core.meta_training.learn_temperatures import answers_to, calibrate_on_tasks
from metamed_core.meta_training.outer_loop import MetaState, meta_train
from metamed_core.meta_training.progress import Progress
from metamed_core.meta_training.validation import mean_of, validate
from metamed_core.networks import Weights

DIGITS = 4


def train(job: Job, compute: Compute = ALONE) -> Iterator[Progress]:
    """Do the job, or the part of it that a stop has left undone.

    Weights and card are written at every validation, the checkpoint there and every `save_every` seconds; both when the generator is
    closed, so that a stop loses nothing.

    Yields
    ------
    Progress
        After every step and every validation task; in the main process only.

    Raises
    ------
    UserError
        If the checkpoint is of another meta-training or damaged, or a file cannot be written.
    """
    state, progress = _resumed(job, compute)
    states = meta_train(job.learner, job.backbone, job.tasks, job.training.budget, start=state, compute=compute)
    if compute.is_main_process:
        yield from CheckpointWriter(job, progress).follow(states)
    else:
        for _ in states:
            continue


class CheckpointWriter:
    """What the main process does beside the outer loop: it validates, writes files and reports progress."""

    def __init__(self, job: Job, progress: Progress) -> None:
        self.job = job
        self.started = self.saved = time.perf_counter()
        self.seconds_before = progress.seconds
        self.validation, self.baselines = list(progress.validation), dict(progress.baselines)

    def follow(self, states: Iterator[MetaState]) -> Iterator[Progress]:
        """Take the states one by one."""
        state, written = None, -1
        try:
            for state in states:
                due = self._is_due(state)
                if due:
                    yield from self._validate(state)
                    if not self.job.keeps_best or self._is_best():
                        self._write_weights(state)
                if state.step == self.job.training.budget.meta_steps:
                    yield from self._finish(state.step)
                    written = state.step
                elif due or time.perf_counter() - self.saved >= self.job.save_every:
                    self._write_state(state)
                    written = state.step
                yield self._progress(state.step, state.loss, validated=due)
        except (GeneratorExit, KeyboardInterrupt):
            # Whoever pulls has stopped: a stop loses nothing.
            if state is not None and written < state.step:
                self._write_state(state)
                if not self.job.keeps_best:
                    self._write_weights(state)
            raise

    def _is_due(self, state: MetaState) -> bool:
        # A checkpoint may have been written after this step's validation, or before the kill came between the two.
        return self.job.validates_at(state.step) and (not self.validation or self.validation[-1]["step"] < state.step)

    def _is_best(self) -> bool:
        """Whether the last validation is better than all before."""
        last = self._progress(0)
        return last.best() is last.validation[-1]

    def _validate(self, state: MetaState) -> Iterator[Progress]:
        """The baselines, once, then the learner; yields at every task, so that whoever pulls can stop in between."""
        for baseline in self.job.baselines:
            if baseline.name not in self.baselines:
                measured = yield from self._measure(baseline, {}, state.step)
                self.baselines[baseline.name] = measured["accuracy"]
        measured = yield from self._measure(self.job.in_use, state.weights, state.step)
        self.validation.append({"step": state.step, **{name: round(value, DIGITS) for name, value in measured.items()}})

    def _measure(self, learner: Learner, weights: Weights, step: int) -> Generator[Progress, None, dict[str, float]]:
        measured, on_cpu = [], {name: weight.cpu() for name, weight in weights.items()}
        for one in validate(learner, self.job.backbone, on_cpu, self.job.validation_tasks):
            measured.append(one)
            yield self._progress(step)
        return mean_of(measured)

    def _write_weights(self, state: MetaState) -> None:
        job = self.job
        if job.may_write():
            save_weights(job.out, job.learner, job.backbone, state.weights, {**job.facts, "step": state.step, **self._measured()})

    def _write_state(self, state: MetaState) -> None:
        if self.job.may_write():
            write_state(state_path(self.job.out), state, self._progress(state.step), self.job.identity)
        self.saved = time.perf_counter()

    def _finish(self, step: int) -> Iterator[Progress]:
        """The weights may be of an earlier step; the card has the whole curve, and there is nothing left to resume."""
        if self.job.may_write():
            add_to_card(self.job.out, self._measured())
            if self.job.keeps_best:
                yield from self._recalibrate(step)
            remove_state(state_path(self.job.out))

    def _recalibrate(self, step: int) -> Iterator[Progress]:
        """Write into the card how probabilities are calibrated: the weights are no longer those whose calibration is shipped."""
        job, found = self.job, []
        kept = load_weights(str(job.out), job.in_use)
        for one in answers_to(job.in_use, kept.backbone, kept.weights, job.validation_tasks):
            found.append(one)
            yield self._progress(step)
        calibration = calibrate_on_tasks(job.calibration, found, dataclasses.asdict(job.in_use))
        add_to_card(job.out, {"calibration": {**dataclasses.asdict(calibration), "fitted_on": "validation tasks", "tasks": len(found)}})

    def _measured(self) -> dict[str, Any]:
        """What the card says of the way there."""
        baselines = {name: round(accuracy, DIGITS) for name, accuracy in self.baselines.items()}
        return {"validation": self.validation, "seconds": round(self._progress(0).seconds), "baselines": baselines}

    def _progress(self, step: int, loss: float = float("nan"), *, validated: bool = False) -> Progress:
        seconds = self.seconds_before + time.perf_counter() - self.started
        return Progress(step, loss, tuple(self.validation), dict(self.baselines), validated, seconds)


def _resumed(job: Job, compute: Compute) -> tuple[MetaState | None, Progress]:
    """Where an earlier run was stopped, the same in every process; else the start."""
    path = state_path(job.out)
    if job.restart and compute.is_main_process:
        remove_state(path)
    data = compute.from_main(read_state(path) if compute.is_main_process else None)
    if data is not None:
        return parse_state(data, path, job.identity)
    initial = None if job.initial is None else MetaState(0, {name: weight.float() for name, weight in job.initial.items()})
    return initial, Progress(0)
