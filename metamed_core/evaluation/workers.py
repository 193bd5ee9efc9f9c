"""Selects the joblib backend of a sweep: processes or threads of this computer, or a Dask or Ray cluster."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import joblib

from metamed_core.words import UserError, Words

BACKENDS = ("loky", "threading", "dask", "ray")
PATIENCE = 10
"""Timeout in seconds for the scheduler, and for its first worker."""


@contextmanager
def workers(backend: str = "loky", jobs: int = 1, scheduler: str | None = None) -> Iterator[None]:
    """Context manager within which `sweep` uses these workers.

    Parameters
    ----------
    backend
        One of `BACKENDS`.
    jobs
        Number of workers on this computer, -1 for one per core; ignored with a `scheduler`.
    scheduler
        Address of a running Dask or Ray cluster, all of whose workers are used; None for this computer.

    Raises
    ------
    UserError
        If Dask or Ray is not installed, no cluster answers, or the backend takes no scheduler.
    """
    if scheduler is not None and backend not in _CLUSTERS:
        raise UserError(_NO_ADDRESS.format(backend=backend))
    with ExitStack() as stack:
        if backend in _CLUSTERS:
            package, begin = _CLUSTERS[backend]
            try:
                begin(stack, joblib.cpu_count() if jobs < 0 else max(1, jobs), scheduler)
            except ImportError as error:
                raise UserError(_MISSING.format(backend=backend.capitalize(), package=package)) from error
            except (OSError, ValueError, RuntimeError) as error:
                raise UserError(_NOBODY.format(backend=backend.capitalize(), address=scheduler or "localhost")) from error
            stack.enter_context(joblib.parallel_config(backend))
        else:
            stack.enter_context(joblib.parallel_config(backend, n_jobs=jobs))
        yield


def _dask(stack: ExitStack, jobs: int, scheduler: str | None) -> None:
    from dask.distributed import Client, LocalCluster

    where: Any = scheduler
    if scheduler is None:
        # Port 0: any free port, on localhost only. One thread per worker, because each worker computes on one thread.
        where = stack.enter_context(
            LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.ERROR)
        )
    client = stack.enter_context(Client(where, timeout=PATIENCE))
    client.wait_for_workers(1, timeout=PATIENCE)


def _ray(stack: ExitStack, jobs: int, scheduler: str | None) -> None:
    import ray
    from ray.util.joblib import register_ray

    register_ray()
    local = {} if scheduler else {"num_cpus": jobs, "include_dashboard": False}
    ray.init(scheduler, logging_level=logging.ERROR, **local)
    stack.callback(ray.shutdown)


_CLUSTERS = {"dask": ("metamed[cluster]", _dask), "ray": ("ray", _ray)}
_MISSING = Words(
    "{backend} is not installed: run “pip install {package}”, or leave out --backend.",
    "未安装 {backend}：请运行“pip install {package}”，或不使用 --backend。",
)
_NOBODY = Words(
    "No {backend} cluster answers at {address}: check the address, and that its scheduler and workers have been started.",
    "{address} 处没有 {backend} 集群响应：请检查地址，并确认调度器与工作进程已启动。",
)
_NO_ADDRESS = Words(
    "The backend {backend} computes on this computer and takes no scheduler: add --backend dask or --backend ray, or leave out --scheduler.",
    "后端 {backend} 在本机计算，不使用调度器：请加上 --backend dask 或 --backend ray，或去掉 --scheduler。",
)
