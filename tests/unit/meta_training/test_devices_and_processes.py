"""Where meta-training computes: two processes started by torchrun walk as one, and what cannot be shared is said in a sentence."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from metamed_core.__main__ import main
from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.weight_files import read_card
from metamed_core.meta_training.devices_and_processes import ALONE, Compute, joined
from metamed_core.words import UserError
from tests.helpers.shared_work import work
from tests.unit.meta_training.test_checkpoint import stopped_at_step_0

ROOT = Path(__file__).parents[3]
needs_no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="this computer has a GPU")


def two_processes(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.slow
def test_two_processes_walk_as_one(tmp_path: Path) -> None:
    """The same first gradient and, after some steps, the same weights as one process; both processes hold the very same bits."""
    done = two_processes("tests.helpers.shared_work", str(tmp_path))
    assert done.returncode == 0, done.stderr
    alone, (first, second) = work(), (load_file(tmp_path / f"rank{rank}.safetensors") for rank in (0, 1))
    assert set(alone) == set(first) == set(second)
    for name, value in alone.items():
        torch.testing.assert_close(first[name], value, rtol=1e-5, atol=1e-6)
        assert torch.equal(first[name], second[name]), name
    said = [(tmp_path / f"rank{rank}.txt").read_text() for rank in (0, 1)]
    assert said[0] == said[1]
    assert said[0].startswith("b'read by the first' None b'' ")
    assert "2 processes of 1 core, torch" in said[0]


def test_two_processes_go_on_from_one_state_and_only_the_first_speaks(tmp_path: Path) -> None:
    arguments = ["meta-train", "--learner", "prototypical", "--meta-steps", "3", "--meta-batch", "4", "--validate", "1", "--device", "cpu"]
    one, two = tmp_path / "one.safetensors", tmp_path / "two.safetensors"
    stopped_at_step_0(two, meta_steps=3, meta_batch=4)
    done = two_processes("metamed_core", *arguments, "--out", str(two))
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("step 3 of 3: held-out accuracy") == 1
    assert "step 0 of 3" not in done.stderr, "it went on"
    assert main([*arguments, "--out", str(one)]) == 0
    learner = LEARNERS["prototypical"]()
    ours, theirs = load_weights(str(one), learner).weights, load_weights(str(two), learner).weights
    for name, weight in ours.items():
        torch.testing.assert_close(theirs[name], weight, rtol=0, atol=1e-6)
    assert read_card(two)["command"] == read_card(one)["command"].replace("python -m", "torchrun --nproc-per-node 2 -m")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["one.json", "one.safetensors", "two.json", "two.safetensors"]


UNSHARED = (
    "3 groups of tasks cannot be divided evenly among 2 processes: choose --groups or --nproc-per-node so that the first is a multiple of "
    "the second."
)


@pytest.mark.slow
def test_groups_that_the_processes_cannot_share_are_refused_once(tmp_path: Path) -> None:
    options = ["--meta-steps", "1", "--meta-batch", "9", "--groups", "3", "--device", "cpu", "--out", str(tmp_path / "x.safetensors")]
    done = two_processes("metamed_core", "meta-train", "--learner", "prototypical", *options)
    assert done.returncode != 0
    assert done.stderr.count(f"{UNSHARED}\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_groups_that_cannot_be_shared_are_a_sentence() -> None:
    with pytest.raises(UserError) as caught:
        Compute(processes=2).share(3)
    assert caught.value.words.en == UNSHARED


@pytest.mark.parametrize("rank", [0, 1])
def test_only_the_first_process_says_what_is_wrong(
    rank: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"TORCHELASTIC_RUN_ID": "mine", "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "1"}.items():
        monkeypatch.setenv(name, value)  # what torchrun tells a process
    assert main(["meta-train", "--learner", "prototypical", "--cohort", str(tmp_path / "none.csv")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == (rank == 0)


@pytest.mark.parametrize("processes", [1, 2, 3, 6])
def test_every_group_belongs_to_one_process(processes: int) -> None:
    shares = [list(Compute(rank=rank, processes=processes).share(6)) for rank in range(processes)]
    assert sorted(group for share in shares for group in share) == list(range(6))
    assert all(group % processes == rank for rank, share in enumerate(shares) for group in share)


@needs_no_gpu
def test_a_gpu_that_is_not_there_is_said() -> None:
    with pytest.raises(UserError) as caught, joined("cuda"):
        pass
    assert caught.value.words.en == (
        "Process 1 finds no GPU of its own, for this computer offers 0: choose --device cpu, or no more processes than GPUs."
    )


@needs_no_gpu
def test_alone_and_without_a_gpu_it_is_one_process_on_the_processor() -> None:
    with joined("auto") as compute:
        assert compute == ALONE


def test_the_hardware_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert re.fullmatch(r".+ \(\w+\), 1 process of 1 core, torch \S+", ALONE.hardware())
    cpuinfo = "processor\t: 0\nmodel name\t: Abacus 9\n\nprocessor\t: 1\nmodel name\t: Abacus 9\n"
    monkeypatch.setattr(Path, "read_text", lambda *_: cpuinfo)
    assert ALONE.hardware().startswith("Abacus 9 (")
