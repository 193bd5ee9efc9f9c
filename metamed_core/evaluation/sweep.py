"""Parallel comparison: the same results as `compare`, in the same order.

joblib distributes the episodes over processes of this computer (loky), threads, a Dask cluster or Ray. An episode depends only on the
plan and its own number, so the number of workers and the batch size do not change the results; on other processors the last digits may
differ. Each worker uses one thread, because several workers share the cores of a computer.
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
"""Episodes per batch: smaller batches have more overhead, larger ones balance the load less evenly."""


def sweep(plan: Plan, jobs: int | None = None, parcel: int = PARCEL) -> Iterator[EpisodeResult]:
    """Run a plan in parallel on the active joblib backend (see `workers`).

    Parameters
    ----------
    plan
        The plan; workers read weight files from the same paths.
    jobs
        Number of workers, -1 for one per core; None for the value of `joblib.parallel_config`, else one.
    parcel
        Episodes per batch, at least 1.

    Yields
    ------
    EpisodeResult
        The results of `compare(plan)`, in the same order.

    Raises
    ------
    UserError
        If weights cannot be read (before the first result if on this computer), or a worker is terminated from outside.
    """
    read_weights(plan)
    due, sent, here = iter(episode_order(plan)), _Sent(plan), os.getpid()
    parcels = iter(lambda: tuple(islice(due, max(1, parcel))), ())
    with _one_thread(), closing(_dealt(jobs, (joblib.delayed(_judge)(sent, one, here) for one in parcels))) as dealt:
        for results in dealt:
            yield from results


def _dealt(jobs: int | None, work: Iterator[Any]) -> Generator[list[EpisodeResult], None, None]:
    """Results in order, as soon as available; backends that return lists only (Ray) get two batches per worker at a time."""
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
                # joblib warns of unused results, which are normal if a sweep is stopped.
                warnings.simplefilter("ignore", UserWarning)
                results.close()
        return
    at_once = 2 * joblib.effective_n_jobs(n_jobs if jobs is None else jobs)
    while some := list(islice(work, at_once)):
        yield from joblib.Parallel(n_jobs=jobs, batch_size=1)(some)


class _Sent:
    """A plan that is pickled once, and unpickled once per process, so that each process reads the weights once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @cached_property
    def packed(self) -> bytes:
        """The plan as bytes."""
        return pickle.dumps(self.plan)

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return _unpacked, (self.packed,)

    def __sizeof__(self) -> int:
        # Dask uses this to send large objects once per worker instead of once per batch.
        return len(self.packed)


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> _Sent:
    # One thread for good: the process works for sweeps, and its neighbors have the other cores.
    torch.set_num_threads(1)
    return _Sent(pickle.loads(packed))  # noqa: S301 - joblib has carried it from `sweep` as it carries the call itself


def _judge(sent: _Sent, parcel: Sequence[EpisodeNumber], home: int) -> list[EpisodeResult]:
    """The results of one batch of episodes; `home` is the id of the calling process, whose threads are already limited."""
    if os.getpid() != home:
        torch.set_num_threads(1)
    return [result for index, k_shot in parcel for result in episode_results(sent.plan, index, k_shot)]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Limit torch to one thread within the context."""
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
