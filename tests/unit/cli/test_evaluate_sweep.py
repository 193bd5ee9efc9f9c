"""A sweep gives what `compare` gives, whoever computes it: this process, workers of this computer, or a cluster."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path

import joblib
import pytest
import torch
from joblib.externals.loky import reusable_executor

from metamed_core.__main__ import main
from metamed_core.evaluation import (
    EpisodeResult,
    Method,
    Plan,
    compare,
    sweep,
    workers,
)
from metamed_core.learners import LEARNERS
from metamed_core.learners.weight_files import SHIPPED
from metamed_core.words import UserError
from tests.helpers.comparing import cohort
from tests.helpers.evaluate_command import QUICK, ROOT, plan, same

pytestmark = pytest.mark.usefixtures("home_with_patients")


@pytest.fixture(scope="module")
def expected() -> list[EpisodeResult]:
    return list(compare(plan()))


@pytest.mark.parametrize(
    ("backend", "jobs", "parcel"),
    [("loky", 1, 4), pytest.param("loky", 2, 1, marks=pytest.mark.slow), ("loky", 2, 100), ("threading", 2, 3), ("sequential", 1, 1)],
)
def test_a_sweep_gives_what_compare_gives(backend: str, jobs: int, parcel: int, expected: list[EpisodeResult]) -> None:
    threads = torch.get_num_threads()
    with joblib.parallel_config(backend, n_jobs=jobs):
        assert same(sweep(plan(), parcel=parcel), expected)
    assert torch.get_num_threads() == threads


def test_a_backend_that_gives_only_lists_is_asked_for_a_few_at_a_time(expected: list[EpisodeResult]) -> None:
    """As Ray's does, which is built on this one."""
    with joblib.parallel_config("multiprocessing", n_jobs=2):
        assert same(sweep(plan(), parcel=6), expected)


def test_results_come_as_they_are_measured_and_a_sweep_may_be_stopped(expected: list[EpisodeResult]) -> None:
    results = sweep(plan(), jobs=2, parcel=1)
    assert same([next(results) for _ in range(5)], expected[:5])
    results.close()  # type: ignore[attr-defined]  # a generator


def test_weights_that_cannot_be_read_are_a_sentence_from_here_and_from_a_worker(tmp_path: Path) -> None:
    mine = tmp_path / "mine.safetensors"
    asked = Plan(cohort(), (Method(LEARNERS["prototypical"](), str(mine)),), (1,), 4)
    with pytest.raises(UserError, match="cannot be read"):
        next(sweep(asked, jobs=2))
    for ending in (".safetensors", ".json"):
        mine.with_suffix(ending).write_bytes((SHIPPED / f"prototypical{ending}").read_bytes())
    results = sweep(asked, jobs=2, parcel=1)
    asked.methods[0].initialization(0)
    mine.unlink()  # read here, gone before the workers look
    with pytest.raises(UserError) as error:
        list(results)
    assert "无法读取文件" in error.value.words.zh


def test_a_worker_that_is_ended_from_outside_is_a_sentence() -> None:
    # So many that they are not done when the workers end, however long this process had to wait for its turn.
    results = sweep(dataclasses.replace(plan(), n_episodes=40), jobs=2, parcel=1)
    next(results)
    # Looked up, not asked for: asking from here, with other settings, ends the workers at work and waits for them.
    for pid in list(reusable_executor._executor._processes):
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(UserError, match=r"^A worker was ended from outside, most often because memory ran out"):
        list(results)


DASK = """
import warnings

from metamed_core.evaluation import compare, sweep, workers
from tests.helpers.evaluate_command import plan, same

if __name__ == "__main__":
    from dask.distributed import get_client

    warnings.simplefilter("error")
    with workers("dask", 2):
        assert len(get_client().scheduler_info()["workers"]) == 2
        found = list(sweep(plan(), parcel=1))
    assert same(found, compare(plan()))
    print("the same to the bit")
"""


@pytest.mark.slow
def test_two_dask_workers_give_the_same_to_the_bit(tmp_path: Path) -> None:
    """In a Python of its own, as on a cluster: its workers begin from nothing."""
    pytest.importorskip("dask.distributed", reason="Dask is an optional extra: pip install metamed[cluster]")
    script = tmp_path / "on_dask.py"
    script.write_text(DASK)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(script)], cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout == "the same to the bit\n"


@pytest.mark.parametrize(("backend", "package"), [("dask", "metamed[cluster]"), ("ray", "ray")])
def test_a_cluster_that_is_not_installed_is_one_sentence(
    backend: str, package: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "dask.distributed" if backend == "dask" else backend, None)
    assert main(["evaluate", "patients.csv", *QUICK, "--backend", backend]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == f"{backend.capitalize()} is not installed: run “pip install {package}”, or leave out --backend."


def test_a_cluster_that_does_not_answer_and_an_address_for_nobody_are_sentences() -> None:
    pytest.importorskip("dask.distributed", reason="Dask is an optional extra: pip install metamed[cluster]")
    with pytest.raises(UserError, match=r"^No Dask cluster answers at nonsense: check the address"), workers("dask", 1, "nonsense"):
        pass
    with (
        pytest.raises(UserError, match=r"^The backend loky computes on this computer and takes no scheduler"),
        workers(scheduler="tcp://x:1"),
    ):
        pass
