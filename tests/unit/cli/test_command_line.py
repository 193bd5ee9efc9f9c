"""`python -m metamed_core meta-train`: from nothing but the repository to weights that load, and the shipped cards' numbers again."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from metamed_core.__main__ import main
from metamed_core.estimator import FewShotClassifier
from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.weight_files import SHIPPED, read_card
from metamed_core.meta_training.job import EARLY
from metamed_core.meta_training.outer_loop import Budget, meta_train
from metamed_core.meta_training.tasks.clinical_prior.prior import ClinicalPrior
from metamed_core.meta_training.training import MetaTraining
from metamed_core.meta_training.validation import prior_validation_tasks
from tests.helpers.meta_training import mean_accuracy
from tests.helpers.weight_files import planned

ROOT = Path(__file__).parents[3]


def test_it_writes_weights_that_the_estimator_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine.safetensors"
    arguments = [
        "meta-train",
        "--learner",
        "prototypical",
        "--meta-steps",
        "3",
        "--meta-batch",
        "2",
        "--seed",
        "5",
        "--validate",
        "1",
        "--device",
        "cpu",
    ]
    assert main([*arguments, "--out", str(out)]) == 0
    X, y = np.array([[0.0, 1], [0, 2], [9, 1], [9, 2]]), ["a", "a", "b", "b"]
    assert FewShotClassifier("prototypical", weights=str(out)).fit(X, y).predict(X).tolist() == y
    card = read_card(out)
    assert (
        card["command"]
        == "python -m metamed_core meta-train --learner prototypical --start none --meta-steps 3 --meta-batch 2 --meta-lr 0.002 --hidden-lr 0.004 --groups 2 "
        "--precision float32 --device cpu --validate 1 --seed 5"
    )
    budget = card["run"]["budget"]
    assert (budget["seed"], budget["groups"], budget["precision"]) == (5, 2, "float32")
    assert re.fullmatch(r".+ \(\w+\), 1 process of 1 core, torch \S+", card["hardware"])
    assert [each["step"] for each in card["validation"]] == [0, 3]
    learner = LEARNERS["prototypical"]()
    untrained, trained = (load_weights(which, learner, 5).weights for which in ("none", str(out)))
    assert not torch.equal(untrained["cell.weight"], trained["cell.weight"])
    assert "step 3 of 3: held-out accuracy" in capsys.readouterr().err


def test_the_command_on_a_card_makes_the_same_file_again(tmp_path: Path) -> None:
    first, again = tmp_path / "first.safetensors", tmp_path / "again.safetensors"
    options = ["--meta-steps", "2", "--meta-batch", "6", "--groups", "3", "--meta-lr", "0.01", "--precision", "bfloat16", "--device", "cpu"]
    assert main(["meta-train", "--learner", "prototypical", *options, "--validate", "2", "--out", str(first)]) == 0
    said = shlex.split(read_card(first)["command"])
    assert said[:3] == ["python", "-m", "metamed_core"]
    assert main([*said[3:], "--out", str(again)]) == 0
    assert first.read_bytes() == again.read_bytes()
    assert read_card(first)["validation"] == read_card(again)["validation"]


# These three take a minute together and more on a busy computer; the last number of the largest network is found again below.
LONG = ("prior_fitted", "maml", "reptile")
# The run of the prior-fitted network, on a GPU, was first validated after 511 steps of 1,280 tasks each.
REPEATED = [pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in LEARNERS if name != "prior_fitted"]


@pytest.mark.parametrize("name", REPEATED)
def test_the_early_numbers_on_a_shipped_card_are_found_again(name: str) -> None:
    """The card's plan and seed, this code's prior, start and steps: if any has changed without new weights, it shows here."""
    card, (learner, in_use) = read_card(SHIPPED / f"{name}.safetensors"), MetaTraining.suggest(name).learners()
    backbone = learner.default_backbone()
    early = {each["step"]: each for each in card["validation"] if each["step"] <= EARLY}
    assert set(early) == {0, EARLY}
    for state in meta_train(learner, backbone, ClinicalPrior(**learner.recipe.prior), Budget(**planned(card))):
        if state.step in early:
            found = mean_accuracy(in_use, backbone, state.weights, prior_validation_tasks())
            # Other processors round otherwise: a few of about 8,000 patients may change sides.
            assert found == pytest.approx((early[state.step]["accuracy"], early[state.step]["log_loss"]), abs=5e-3 if state.step else 2e-3)
        if state.step == EARLY:
            break


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in LEARNERS])
def test_the_last_number_on_a_shipped_card_is_that_of_the_shipped_weights(name: str) -> None:
    """The file holds what the card says was learned, and not, say, random weights with a fresh hash."""
    # When the card of the prior-fitted network was written, both of its readings saw the reference ranges.
    log_loss_within = 5e-3 if name == "prior_fitted" else 2e-3
    learner = LEARNERS[name]()
    start = load_weights("universal", learner)
    found = mean_accuracy(learner, start.backbone, {key: weight.float() for key, weight in start.weights.items()}, prior_validation_tasks())
    last = read_card(SHIPPED / f"{name}.safetensors")["validation"][-1]
    assert found[0] == pytest.approx(last["accuracy"], abs=2e-3)
    assert found[1] == pytest.approx(last["log_loss"], abs=log_loss_within)


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["meta-train"],
        ["meta-train", "--learner", "forest"],
        ["meta-train", "--learner", "maml", "--meta-lr=-1"],
        ["meta-train", "--learner", "maml", "--meta-lr", "nan"],
        ["meta-train", "--learner", "maml", "--seed", str(2**70)],
        ["meta-train", "--learner", "maml", "--meta-steps", "-1"],
        ["meta-train", "--learner", "maml", "--meta-batch", "0"],
        ["meta-train", "--learner", "maml", "--validate", "0"],
        ["meta-train", "--learner", "maml", "--meta-steps", "many"],
        ["meta-train", "--learner", "maml", "--groups", "0"],
        ["meta-train", "--learner", "maml", "--precision", "float8"],
        ["meta-train", "--learner", "maml", "--device", "abacus"],
        ["meta-train", "--learner", "maml", "--save-every=-1"],
        ["meta-train", "--learner", "maml", "--save-every", "nan"],
        ["card", "--learner", "maml"],
        ["card", "--learner", "maml", "--measured", "x.json", "--episodes", "0"],
        ["fly"],
    ],
    ids=" ".join,
)
def test_bad_options_exit_with_2_and_one_sentence(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(options)
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert "usage" not in said
    assert re.fullmatch(r".+; python -m metamed_core( [a-z-]+)? --help lists what can be given\.\n", said)


def test_groups_that_do_not_fit_exit_with_2_and_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine.safetensors"
    assert main(["meta-train", "--learner", "prototypical", "--meta-batch", "5", "--out", str(out)]) == 2
    assert capsys.readouterr().err == (
        "5 tasks cannot be divided evenly among 2 groups: choose --meta-batch or --groups so that the first is a multiple of the second.\n"
    )


def test_a_folder_that_does_not_exist_exits_with_2_and_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "nowhere" / "mine.safetensors"
    assert main(["meta-train", "--learner", "prototypical", "--meta-steps", "1", "--out", str(out)]) == 2
    assert capsys.readouterr().err == f"The file {out} cannot be written: check that its folder exists and may be written to.\n"


def test_ctrl_c_ends_with_a_sentence_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("metamed_core.meta_training.run_job.validate", stopped)
    assert main(["meta-train", "--learner", "prototypical", "--out", str(tmp_path / "mine.safetensors")]) == 130
    assert capsys.readouterr().err == "Stopped. Meta-training goes on from its last state when the same command is given again.\n"


def test_as_a_program_it_hands_its_exit_status_on() -> None:
    done = subprocess.run([sys.executable, "-m", "metamed_core", "fly"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("COMMAND: invalid choice: 'fly' (choose from ")
