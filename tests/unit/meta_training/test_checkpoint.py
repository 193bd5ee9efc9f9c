"""A stopped meta-training on disk: after SIGKILL at any moment the same command ends in the same bits, and nothing wrong is gone on from."""

from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from metamed_core.__main__ import main
from metamed_core.learners import LEARNERS, RANDOM
from metamed_core.learners.weight_files import read_card
from metamed_core.meta_training.checkpoint import identity, parse_state, read_header, read_state, remove_state, state_path, write_state
from metamed_core.meta_training.outer_loop import Budget, MetaState, meta_train
from metamed_core.meta_training.progress import Progress
from metamed_core.meta_training.tasks.clinical_prior.prior import VERSION, ClinicalPrior
from metamed_core.meta_training.training import MetaTraining
from metamed_core.networks.backbones import ColumnEncoder
from metamed_core.words import UserError

ROOT = Path(__file__).parents[3]
LEARNER, BACKBONE, PRIOR = LEARNERS["prototypical"](), ColumnEncoder(width=8, latents=3, features=2), ClinicalPrior(max_columns=8)
PLAN = Budget(meta_steps=4, meta_batch=2)
ABOUT = identity(LEARNER, BACKBONE, MetaTraining("prototypical", PLAN, start=RANDOM).card())
VALIDATED = ({"step": 0, "accuracy": 0.25, "log_loss": 1.25},)
COMMAND = ["meta-train", "--learner", "prototypical", "--meta-steps", "80", "--meta-batch", "4", "--validate", "2", "--save-every", "0"]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = state_path(tmp_path / "ours.safetensors")
    *_, last = meta_train(LEARNER, BACKBONE, PRIOR, PLAN)
    write_state(path, last, Progress(4, validation=VALIDATED, baselines={"nearest_centroid": 0.5}, seconds=1.5), ABOUT)
    return path


def parsed(path: Path, **changes: Any) -> tuple[MetaState, Progress]:
    data = read_state(path)
    assert data is not None
    return parse_state(data, path, ABOUT | changes)


def refused(path: Path, sentence: str, **changes: Any) -> None:
    with pytest.raises(UserError) as caught:
        parsed(path, **changes)
    assert caught.value.words.en == sentence
    assert re.search("[一-龥]", caught.value.words.zh)


def reached_step(path: Path) -> int:
    """How far a state has come, -1 where there is none."""
    data = read_state(path)
    return (
        -1 if data is None else json.loads(json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]["metamed"])["step"]
    )


# -- killed and started again ----------------------------------------------------------------------------------------


@pytest.mark.slow  # that it goes on to the same bits, and that half a state is no hindrance, is tested without a process
def test_killed_at_any_moment_it_ends_in_the_same_bits(tmp_path: Path) -> None:
    whole, out = tmp_path / "whole.safetensors", tmp_path / "killed.safetensors"
    assert main([*COMMAND, "--out", str(whole)]) == 0
    program, state = [sys.executable, "-m", "metamed_core", *COMMAND, "--out", str(out)], state_path(out)
    with subprocess.Popen(program, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while reached_step(state) < 0 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(0.03)  # some moment of some step; a file may just be being written
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL, "it was over before it was killed: give it more steps"
    assert -1 < reached_step(state) < 80
    last = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "step 0 of 80" not in last.stderr, "it went on"
    assert out.read_bytes() == whole.read_bytes()
    assert read_card(out)["validation"] == read_card(whole)["validation"]
    assert [each["step"] for each in read_card(out)["validation"]] == [0, 8, 40, 80]
    assert read_card(out)["command"] == read_card(whole)["command"]
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        f"{name}.{end}" for name in ("killed", "whole") for end in ("json", "safetensors")
    ]


def test_half_a_state_beside_a_whole_one_is_no_hindrance_and_is_cleared_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine.safetensors"
    out.with_name("mine.safetensors.state.x1y2z3.part").write_bytes(b"half a sta")
    assert main(["meta-train", "--learner", "prototypical", "--meta-steps", "1", "--meta-batch", "2", "--out", str(out)]) == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["mine.json", "mine.safetensors"]


def test_the_time_of_earlier_lives_counts(tmp_path: Path) -> None:
    out = tmp_path / "mine.safetensors"
    command = ["meta-train", "--learner", "prototypical", "--meta-steps", "2", "--meta-batch", "2", "--out", str(out)]
    stopped_at_step_0(out, seconds=5000.0, meta_steps=2, meta_batch=2)
    assert main(command) == 0
    card = read_card(out)
    assert card["seconds"] >= 5000
    assert card["validation"][0] == {"step": 0, "accuracy": 0.25, "log_loss": 1.25}, "not validated again"


def stopped_at_step_0(out: Path, seconds: float = 0.0, **plan: int) -> None:
    """The state that a killed command with the prototypical recipe leaves after its first validation."""
    training, backbone = MetaTraining.suggest("prototypical", budget=plan), ColumnEncoder()
    start = next(meta_train(LEARNER, backbone, ClinicalPrior(), training.budget))
    measured = {"nearest_centroid": 0.5, "logistic_regression": 0.5}
    progress = Progress(0, validation=VALIDATED, baselines=measured, seconds=seconds)
    write_state(state_path(out), start, progress, identity(LEARNER, backbone, training.card()))


def test_another_plans_state_is_refused_and_restart_begins_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine.safetensors"
    stopped_at_step_0(out, meta_steps=9, meta_batch=2)
    command = ["meta-train", "--learner", "prototypical", "--meta-steps", "1", "--meta-batch", "4", "--seed", "3", "--out", str(out)]
    assert main(command) == 2
    assert capsys.readouterr().err == (
        "mine.safetensors.state is the state of another meta-training (budget.meta_steps 9 there, 1 here; budget.meta_batch 2 there, 4 "
        "here; budget.seed 0 there, 3 here): give the same options to go on with that one, or --restart to begin anew.\n"
    )
    assert main([*command, "--restart"]) == 0
    assert "step 0 of 1" in capsys.readouterr().err
    assert not state_path(out).exists()


# -- the file --------------------------------------------------------------------------------------------------------


def test_what_was_written_comes_back(written: Path) -> None:
    *_, last = meta_train(LEARNER, BACKBONE, PRIOR, PLAN)
    back, progress = parsed(written)
    assert back.step == 4
    assert progress == read_header(written)
    assert (progress.step, progress.seconds, progress.validation) == (4, 1.5, VALIDATED)
    assert progress.baselines == {"nearest_centroid": 0.5}
    for part in ("weights", "mean", "square"):
        ours, theirs = getattr(last, part), getattr(back, part)
        assert list(ours) == list(theirs), "in the same order: sums round by it"
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert any(float(moment.abs().sum()) > 0 for moment in back.mean.values())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"learner": "maml"}, "learner prototypical there, maml here"),
        ({"prior": ABOUT["prior"] | {"version": VERSION + 1}}, f"prior.version {VERSION} there, {VERSION + 1} here"),
        ({"settings": {"scaled_metric": 1, "inner_steps": 2}}, "settings.inner_steps None there, 2 here"),
        ({"settings": {"scaled_metric": 1, "came_later": True}}, "settings.came_later None there, True here"),
        ({"backbone": {**BACKBONE.card(), "width": 9}}, "backbone.width 8 there, 9 here"),
        ({"format": 1}, "format 2 there, 1 here"),
    ],
)
def test_a_state_of_another_meta_training_is_refused(written: Path, changes: dict[str, Any], sentence: str) -> None:
    refused(
        written,
        f"ours.safetensors.state is the state of another meta-training ({sentence}): give the same options to go on with that one, or "
        "--restart to begin anew.",
        **changes,
    )


def test_a_state_from_before_an_option_came_is_gone_on_from_without_it(written: Path) -> None:
    for off in (False, 0):
        assert parsed(written, settings={"scaled_metric": 1, "came_later": off})[0].step == 4


DAMAGED = "ours.safetensors.state is damaged, so that meta-training cannot go on from it: restore it, or add --restart to begin anew."


def test_every_altered_byte_is_noticed(written: Path) -> None:
    """At seeded places all over the file: header, facts, weights and moments."""
    data = written.read_bytes()
    for place in random.Random(0).sample(range(len(data)), 200):  # noqa: S311 - places, not secrets
        written.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        refused(written, DAMAGED)


@pytest.mark.parametrize("left", [0, 5, 9, 300, -1])
def test_a_shortened_state_is_refused(written: Path, left: int) -> None:
    written.write_bytes(written.read_bytes()[:left])
    refused(written, DAMAGED)


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ours.safetensors.state").mkdir()
    with pytest.raises(UserError, match="damaged"):
        read_state(tmp_path / "ours.safetensors.state")


def test_removing_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove_state(tmp_path / "nothing.state")
    assert read_state(tmp_path / "nothing.state") is None
