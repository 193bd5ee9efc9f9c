"""Runs on disk: found by their token alone, held by one tab at a time, cleared away when nobody wants them."""

from __future__ import annotations

import dataclasses
import os
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from metamed_core.learners import RANDOM
from metamed_core.meta_training import stored_runs as unfinished
from metamed_core.meta_training import weights_library
from metamed_core.meta_training.devices_and_processes import ALONE
from metamed_core.meta_training.job import Job, make_job
from metamed_core.meta_training.outer_loop import Budget
from metamed_core.meta_training.run_job import train
from metamed_core.meta_training.stored_runs import Lease, clear_old_runs, find, new_token, remove, stopped_runs
from metamed_core.meta_training.tasks import ClinicalPrior
from metamed_core.meta_training.training import MetaTraining
from metamed_core.words import UserError

HERE = weights_library.Library()
RUN = MetaTraining("prototypical", Budget(meta_steps=3, meta_batch=2), start=RANDOM)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(weights_library.HOME, str(tmp_path))
    HERE.folder("runs")


def job(token: str, training: MetaTraining = RUN, **options: Any) -> Job:
    """A short run, validated on a few tasks at its ends alone."""
    made = make_job(training, None, HERE.run_path(token), n_validations=1, **options)
    return dataclasses.replace(made, validation_tasks=[ClinicalPrior().sample_batch(4, torch.Generator().manual_seed(0))])


def begun(n: int = 6) -> str:
    """A run that was stopped after so many signs of life: twelve are the first validation, of two baselines and the learner."""
    token = new_token()
    pulled = train(job(token), ALONE)
    for _ in range(n):
        if next(pulled, None) is None:
            break
    pulled.close()  # type: ignore[attr-defined]
    return token


def test_a_stopped_run_is_found_by_its_token_and_listed_the_latest_first() -> None:
    one, two = begun(), begun()
    os.utime(HERE.run_path(one), (time.time() - 60, time.time() - 60))
    found = find(HERE, one)
    assert (found.training, found.is_stopped, found.progress.step) == (RUN, True, 0)
    assert [each.token for each in stopped_runs(HERE)] == [two, one]
    remove(HERE, two)
    assert [each.token for each in stopped_runs(HERE)] == [one]
    with pytest.raises(UserError, match=r"^There is no meta-training under this address any more: begin a new one\."):
        find(HERE, two)


def test_a_finished_run_is_found_but_not_listed() -> None:
    token = begun(10_000)
    assert not find(HERE, token).is_stopped
    assert list(stopped_runs(HERE)) == []


@pytest.mark.parametrize("token", ["", "../../etc/passwd", "a" * 12 + "/", "a" * 11, "a" * 12])
def test_what_is_no_token_or_no_run_is_a_sentence(token: str) -> None:
    with pytest.raises(UserError, match=r"^There is no meta-training under this address any more"):
        find(HERE, token)


def test_a_damaged_one_is_passed_over_and_an_old_one_cleared_away(monkeypatch: pytest.MonkeyPatch) -> None:
    token, other = begun(), begun()
    HERE.run_path(token).with_suffix(".json").write_text("{")
    assert [each.token for each in stopped_runs(HERE)] == [other]
    monkeypatch.setattr(unfinished, "MAX_AGE", -1.0)
    assert list(stopped_runs(HERE)) == []
    assert [path for path in HERE.folder("runs").iterdir() if path.suffix != ".json"] == []


def test_one_tab_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, theirs = Lease(HERE.run_path("a" * 12), "me"), Lease(HERE.run_path("a" * 12), "you")
    mine.take()
    mine.take()
    with pytest.raises(UserError, match=r"^This meta-training is running in another tab, or was a moment ago: stop it there"):
        theirs.take()
    assert mine.is_held()
    mine.release()
    theirs.take()
    assert theirs.is_held()
    assert not mine.is_held()
    mine.release()
    assert theirs.is_held(), "one does not let go of what is another's"
    monkeypatch.setattr(unfinished, "STALE", 0.0)
    mine.take()
    assert mine.is_held()


def test_who_has_lost_the_run_writes_nothing_any_more() -> None:
    token = new_token()
    mine = Lease(HERE.run_path(token), "me")
    mine.take()
    pulled = train(job(token, save_every=1e9, may_write=mine.is_held), ALONE)
    for _ in range(15):
        next(pulled)
    before = {path.name: path.read_bytes() for path in HERE.folder("runs").iterdir() if path.suffix != ".held"}
    HERE.run_path(token).with_suffix(".held").write_text("another")
    pulled.close()  # type: ignore[attr-defined]
    assert before == {path.name: path.read_bytes() for path in HERE.folder("runs").iterdir() if path.suffix != ".held"}


def test_who_has_lost_the_run_does_not_go_on_writing_either() -> None:
    token = begun()
    before = HERE.run_path(token).with_name(f"{token}.safetensors.state").read_bytes()
    for _ in train(job(token, save_every=0.0, may_write=lambda: False), ALONE):
        pass
    assert HERE.run_path(token).with_name(f"{token}.safetensors.state").read_bytes() == before


def test_the_state_is_written_whenever_so_many_seconds_have_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four seconds a step by a clock of our own: a kill costs ten seconds at most, and the step in hand."""
    clock, token, written = [0.0], new_token(), dict[int, int]()
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    run = dataclasses.replace(RUN, budget=dataclasses.replace(RUN.budget, meta_steps=8))
    for told in train(job(token, run, save_every=10.0), ALONE):
        clock[0] = 4.0 * told.step
        if told.step:
            written[told.step] = find(HERE, token).progress.step
        if told.step == 7:
            break
    assert written == {1: 0, 2: 0, 3: 0, 4: 4, 5: 4, 6: 4, 7: 7}


def test_a_claim_is_shown_to_be_alive_by_its_owner_only() -> None:
    mine, theirs = Lease(HERE.run_path("a" * 12), "me"), Lease(HERE.run_path("a" * 12), "you")
    assert not mine.touch(), "nobody's yet"
    mine.take()
    assert mine.touch()
    assert not theirs.touch()


def test_files_that_are_no_runs_stay_and_stop_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = HERE.folder("runs") / "notes of somebody.safetensors"
    odd.write_bytes(b"no weights")
    monkeypatch.setattr(unfinished, "MAX_AGE", -1.0)
    assert list(stopped_runs(HERE)) == []
    assert odd.exists()


def test_a_stopped_run_tells_the_step_of_its_state_and_a_damaged_one_is_a_sentence() -> None:
    token = new_token()
    pulled = train(job(token), ALONE)
    while next(pulled).step < 2:
        pass
    pulled.close()  # type: ignore[attr-defined]
    assert find(HERE, token).progress.step == 2
    for data in (b"", b"x", (99).to_bytes(8, "little") + b"{}"):
        HERE.run_path(token).with_name(f"{token}.safetensors.state").write_bytes(data)
        with pytest.raises(UserError, match=r"is damaged, so that meta-training cannot go on from it"):
            find(HERE, token)
        assert list(stopped_runs(HERE)) == []


def test_another_owner_finds_no_run_by_its_token_and_removes_none() -> None:
    token, other = begun(), weights_library.Library(weights_library.new_owner())
    assert list(stopped_runs(other)) == []
    with pytest.raises(UserError, match=r"^There is no meta-training under this address any more"):
        find(other, token)
    remove(other, token)
    assert find(HERE, token).token == token


def test_what_visitors_have_left_behind_is_cleared_away_and_what_is_new_or_kept_stays() -> None:
    gone = weights_library.Library(weights_library.new_owner())
    for name, age in (("old", 31), ("new", 29)):
        path = gone.folder("runs") / f"{name}.safetensors"
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age * 24 * 3600,) * 2)
    kept = gone.folder("weights") / "kept.safetensors"
    kept.write_bytes(b"x")
    os.utime(kept, (0, 0))
    clear_old_runs()
    assert [path.name for path in gone.folder("runs").iterdir()] == ["new.safetensors"]
    assert kept.exists()
