"""A comparison by many workers: the same results as `compare`, in the same order, whoever computes them.

joblib deals the episodes out, so its backends carry them anywhere: processes of this computer (loky), threads, a Dask cluster, Ray. An episode
follows from the plan and its own number alone, so neither how many work nor how the episodes are parcelled changes a number; on processors of
another kind the last digits may differ. Each worker computes on one thread, or workers that share a computer would stand in each other's way.
"""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import joblib
import torch
from joblib.parallel import get_active_backend

from metamed_core.evaluation.runner import EpisodeNumber, EpisodeResult, episode_order, episode_results, read_weights
from metamed_core.words import UserError, Words

if TYPE_CHECKING:
    from metamed_core.evaluation.plan import Plan

PARCEL = 4
"""Episodes that travel together: fewer would spend their time on the way, more would keep the last worker waiting."""


def sweep(plan: Plan, jobs: int | None = None, parcel: int = PARCEL) -> Iterator[EpisodeResult]:
    """Yield the results of `compare(plan)`, computed by `jobs` workers of joblib's active backend; -1: as many as there are cores.

    jobs: None takes what `joblib.parallel_config` says, else one. parcel: episodes that a worker gets at a time, at least 1.
    Workers read weights from the same paths. Raises UserError before the first result if weights cannot be read here, later if a worker cannot
    or is ended from outside.
    """
    read_weights(plan)
    due, sent, here = iter(episode_order(plan)), _Sent(plan), os.getpid()
    parcels = iter(lambda: tuple(islice(due, max(1, parcel))), ())
    with _one_thread(), closing(_dealt(jobs, (joblib.delayed(_judge)(sent, one, here) for one in parcels))) as dealt:
        for results in dealt:
            yield from results


def _dealt(jobs: int | None, work: Iterator[Any]) -> Generator[list[EpisodeResult], None, None]:
    """Results in order, as soon as they are there; a backend that gives lists only (Ray) gets two parcels a worker at a time."""
    backend, n_jobs = get_active_backend()
    if backend.supports_return_generator:
        results = joblib.Parallel(n_jobs=jobs, return_as="generator", batch_size=1)(work)
        try:
            for each in results:  # noqa: UP028 - closed below, where joblib's warning can be caught
                yield each
        except BrokenProcessPool as error:
            raise UserError(_ENDED) from error
        finally:
            with warnings.catch_warnings():
                # joblib finds it odd that results are left over; a sweep may be stopped.
                warnings.simplefilter("ignore", UserWarning)
                results.close()
        return
    at_once = 2 * joblib.effective_n_jobs(n_jobs if jobs is None else jobs)
    while some := list(islice(work, at_once)):
        yield from joblib.Parallel(n_jobs=jobs, batch_size=1)(some)


class _Sent:
    """A plan on its way: packed once, and unpacked once in each process, which so reads the weights once, however many parcels it gets."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @cached_property
    def packed(self) -> bytes:
        """The plan as bytes."""
        return pickle.dumps(self.plan)

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return _unpacked, (self.packed,)

    def __sizeof__(self) -> int:
        # Dask asks, and sends what is large once to each worker rather than with each parcel.
        return len(self.packed)


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> _Sent:
    # One thread for good: the process works for sweeps, and its neighbors have the other cores.
    torch.set_num_threads(1)
    return _Sent(pickle.loads(packed))  # noqa: S301 - joblib has carried it from `sweep` as it carries the call itself


def _judge(sent: _Sent, parcel: Sequence[EpisodeNumber], home: int) -> list[EpisodeResult]:
    """The results of some episodes. home: the process that asked, which has seen to its threads itself."""
    if os.getpid() != home:
        torch.set_num_threads(1)
    return [result for index, k_shot in parcel for result in episode_results(sent.plan, index, k_shot)]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute on one thread, and afterwards on as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


_ENDED = Words(
    "A worker was ended from outside, most often because memory ran out: take fewer workers, or fewer columns.",
    "有工作进程被外部终止，多半是因为内存不足：请减少工作进程数或列数。",
)
