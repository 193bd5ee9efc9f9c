"""`calibrate`: it writes what it measured into the card and leaves the rest."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest
import torch

from metamed_core.__main__ import main
from metamed_core.data.episode import LabeledSet
from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.weight_files import SHIPPED, read_card
from metamed_core.meta_training.learn_temperatures import CALIBRATION_SEED, JUDGING_SEED, answers_of
from metamed_core.meta_training.outer_loop import Budget
from metamed_core.meta_training.tasks.clinical_prior.prior import ClinicalPrior
from metamed_core.meta_training.validation import VALIDATION_SEED
from metamed_core.statistics.calibration import Calibration, fit_calibration, task_log_loss
from tests.helpers.weight_files import planned


def test_the_command_writes_what_it_measured_and_leaves_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for end in ("json", "safetensors"):
        shutil.copy(SHIPPED / f"prototypical.{end}", tmp_path / f"mine.{end}")
    path = tmp_path / "mine.safetensors"
    before = read_card(path)
    assert main(["calibrate", "--learner", "prototypical", "--weights", str(path), "--tasks", "150"]) == 0
    after, learner = read_card(path), LEARNERS["prototypical"]()
    assert {key: value for key, value in after.items() if key != "calibration"} == {k: v for k, v in before.items() if k != "calibration"}
    card, origin = after["calibration"], load_weights(str(path), learner)
    assert (card["seed"], card["judged_seed"], card["tasks"]) == (CALIBRATION_SEED, JUDGING_SEED, 150)
    assert card["command"] == "python -m metamed_core calibrate --learner prototypical --tasks 150"
    assert list(origin.calibration.temperature) == card["temperature"]
    assert path.read_bytes() == (SHIPPED / "prototypical.safetensors").read_bytes()
    seen, unseen = (
        answers_of(learner, origin.backbone, origin.weights, ClinicalPrior(), 150, torch.Generator().manual_seed(seed))
        for seed in (CALIBRATION_SEED, JUDGING_SEED)
    )
    assert fit_calibration(seen, {}).temperature == pytest.approx(card["temperature"], abs=1e-3)
    assert task_log_loss(unseen) == pytest.approx(card["log_loss_before_overall"], abs=1e-3)
    assert task_log_loss(unseen.calibrated(origin.calibration)) == pytest.approx(card["log_loss_after_overall"], abs=1e-3)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == ["1", "2", "3", "5", "10", "all"]
    assert f"{card['ece_before'][0]:.4f} -> {card['ece_after'][0]:8.4f}" in lines[1]


@pytest.mark.parametrize("options", [["--learner", "forest"], ["--learner", "maml", "--tasks", "3"], []], ids=" ".join)
def test_bad_options_exit_with_2(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["calibrate", *options])
    assert caught.value.code == 2
    assert "; python -m metamed_core calibrate --help lists" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--learner", "maml", "--weights", str(tmp_path / "no.safetensors")]) == 2
    assert "cannot be read: check the path" in capsys.readouterr().err


def test_answers_are_the_learners_own_whatever_the_card_holds_already() -> None:
    """Calibrating twice must not calibrate the calibrated."""
    learner = LEARNERS["prototypical"]()
    origin = load_weights("universal", learner)
    assert origin.calibration != Calibration.none()
    found = answers_of(learner, origin.backbone, origin.weights, ClinicalPrior(), 3, torch.Generator().manual_seed(5))
    rng, weights = torch.Generator().manual_seed(5), {name: weight.float() for name, weight in origin.weights.items()}
    task = ClinicalPrior().sample_batch(1, rng)
    *_, last = learner.adapt(origin.backbone, weights, LabeledSet(task.support.x[0], task.support.y[0]), task.n_way)
    n = task.query.y.shape[1]
    torch.testing.assert_close(found.log_proba[:n, : task.n_way], last.log_proba(task.query.x[0]).double())
    assert torch.equal(found.y[:n], task.query.y[0])
    assert float(found.shots[0]) == task.support.y.shape[1] / task.n_way
    assert float(found.weight.sum()) == pytest.approx(3)


def test_no_two_purposes_share_a_seed_or_a_task() -> None:
    trained = {planned(read_card(SHIPPED / f"{name}.safetensors"))["seed"] for name in LEARNERS} | {Budget().seed}
    seeds = [CALIBRATION_SEED, JUDGING_SEED, VALIDATION_SEED, *trained]
    assert len(set(seeds)) == len(seeds)
    drawn = [ClinicalPrior().sample_batch(1, torch.Generator().manual_seed(seed)).query.x for seed in seeds]
    assert not any(torch.equal(one, other) for one, other in itertools.combinations(drawn, 2))
