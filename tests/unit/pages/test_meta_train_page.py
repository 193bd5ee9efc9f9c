"""Meta-train without a browser: what is on the page, what choices, languages, runs on disk and bad input do to it."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.learners import LEARNERS, RANDOM
from metamed_core.meta_training import ONE_PANEL, weights_library
from metamed_core.meta_training.weights_library import Library
from metamed_core.statistics.intervals import Interval
from pages.parts.common.patients_state import UPLOAD
from pages.parts.meta_train.request import PRIOR, Request, is_on_own_table
from pages.parts.meta_train.verdict import Gain, verdict
from tests.helpers.meta_train_page import address, can_press, choose, finish, held, open_page, press, pull, texts, upload

TABLE = "patient,diagnosis,ferritin,MCV,CRP\n" + "".join(
    f"P-{i},disease {i % 6},{20 + 15 * (i % 6) + i % 4},{70 + 3 * (i % 5) + i % 3},{1 + (i * 7) % 11}\n" for i in range(48)
)
SMALL = "patient,diagnosis,ferritin,MCV\n" + "".join(f"P-{i},d{i % 3},{i},{70 + i % 7}\n" for i in range(18))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(weights_library.HOME, str(tmp_path))
    monkeypatch.setenv(weights_library.SINGLE_USER, "1")


def walked(app: AppTest, steps: int = 10) -> AppTest:
    """A run of few steps to its end, and its test in a few episodes."""
    press(choose(app, "number_input", "training_steps", steps), "training_begin")
    assert held(app).is_running
    return finish(app, 40)


def test_it_opens_on_the_blood_panel_with_its_split() -> None:
    app = open_page()
    assert not app.exception
    assert held(app).request == Request("blood_panel")
    said = texts(app)
    for part in ("Train on", "Validate on", "Test on", "Nothing that stands in a patient's cell is written"):
        assert part in said
    split = held(app).split
    assert split is not None
    for name in (*split.base, *split.validation, *split.novel):
        assert f"- {name} · " in said
    assert app.button(key="training_begin").label == "Start"
    assert "Kept weights" in said


def test_it_speaks_chinese() -> None:
    app = open_page(lang="zh")
    said = texts(app)
    assert "元训练让学习器为新的疾病做好准备" in said
    assert "**训练**" in said
    assert "缺铁性贫血" in said
    assert app.button(key="training_begin").label == "开始"


def test_a_run_is_watched_tested_kept_and_found_again() -> None:
    app = walked(open_page())
    run = held(app).run
    assert not app.exception
    assert run is not None
    assert "Finished: **10** steps." in texts(app)
    assert address(app) == run.token
    assert run.progress is not None
    assert set(run.progress.baselines) == {"nearest_centroid", "logistic_regression"}
    assert [step for step, _ in run.losses] == list(range(1, 11)), "the loss of every step, also of those that are validated"
    assert all(math.isfinite(loss) for _, loss in run.losses)
    assert "meta-trained here" in "".join(element.proto.body for element in app.get("html")), "not the name of its file"
    said = texts(app)
    assert "untrained prototype" in said
    assert "Its probabilities were recalibrated on the validation diseases" in said
    assert run.validated_on is not None
    assert f"{run.validated_on.words}. The best of {len(run.progress.validation)} looks" in said
    assert re.search(r"Diseases never seen, (\d) at a time, 1 labeled patient of each: .*; guessing would be right in (25|20|33)%", said)
    app.text_input(key="training_name").set_value("mine").run()
    press(app, "training_keep")
    assert "Kept as “mine”." in texts(app)
    (kept,) = Library().list_weights("prototypical")
    assert kept.path.read_bytes() == run.path.read_bytes()
    press(app, "training_keep")
    assert "There are weights named “mine” already: choose another name." in texts(app)

    again = open_page(run=run.token)
    found = held(again).run
    assert found is not None
    assert (found.training, found.is_finished) == (run.training, True)
    assert found.progress is not None
    assert (found.progress.baselines.keys(), found.progress.validation) == (run.progress.baselines.keys(), run.progress.validation)
    assert can_press(again, "training_test")
    assert found.validated_on == run.validated_on
    assert f"(best of {len(run.progress.validation)}: {run.validated_on.words})" in texts(again)


def test_stopped_it_waits_and_goes_on_in_one_tab_at_a_time() -> None:
    app = press(open_page(), "training_begin")
    press(pull(app, 2), "training_stop")
    run = held(app).run
    assert run is not None
    assert "Everything so far is kept" in texts(app)
    other = open_page()
    assert held(other).run is None
    press(other, f"open_{run.token}")
    press(other, "training_go_on")
    assert held(other).is_running
    pull(other, 3)
    press(app, "training_go_on")
    assert "running in another tab" in texts(app)
    held(other).stop()


def test_one_panel_begins_from_random_weights_and_the_prior_knows_no_panel() -> None:
    app = open_page()
    choose(app, "segmented_control", "training_network", ONE_PANEL)
    assert (held(app).request.network, held(app).request.training(held(app).cohort).start) == (ONE_PANEL, RANDOM)
    assert "the network of the classic papers" in texts(app)
    choose(app, "selectbox", "training_source", PRIOR)
    assert held(app).request.network != ONE_PANEL
    assert "simulated from a random seed" in texts(app)


def test_the_split_may_be_made_by_hand_and_nonsense_is_a_sentence() -> None:
    app = open_page()
    choose(app, "segmented_control", "training_fold", 1)
    assert held(app).request.fold == 1
    split = held(app).split
    assert split is not None
    choose(app, "multiselect", "training_novel", [*split.novel[1:]])
    changed = held(app).split
    assert changed is not None
    assert split.novel[0] in changed.base
    choose(app, "multiselect", "training_validation", [])
    assert held(app).split == changed
    assert "too few to split" in texts(app)


def test_advanced_settings_decide_the_run_and_are_found_again_with_it() -> None:
    app = open_page()
    first = held(app).split
    choose(app, "number_input", "training_split_seed", 1)
    assert held(app).split != first
    choose(app, "number_input", "training_batch", 4)
    choose(app, "number_input", "training_ways", 3)
    choose(app, "number_input", "training_rate", 0.001)
    app = walked(app)
    run = held(app).run
    assert run is not None
    training = run.training
    assert (training.budget.meta_batch, training.n_way, training.budget.meta_lr) == (4, 3, 0.001)
    again = held(open_page(run=run.token)).request
    assert (again.meta_batch, again.n_way, again.meta_lr, again.split) == (4, 3, 0.001, training.split)
    press(app, "training_another")
    choose(app, "number_input", "training_steps", 40)
    assert "at the pace of your last run" in texts(app)
    choose(app, "segmented_control", "training_learner", "reptile")
    assert f"{LEARNERS['reptile'].recipe.steps_on_a_table} steps; press Start" in texts(app)
    assert held(app).request.meta_lr is None


def test_one_step_is_one_step() -> None:
    app = open_page()
    held(app).ask(meta_steps=1)
    app.run()
    assert "1 step; press Start" in texts(app)


def test_an_uploads_run_waits_for_its_table_and_goes_with_the_data() -> None:
    app = upload(open_page(), TABLE.encode())
    assert held(app).request.source == UPLOAD
    pull(press(app, "training_begin"), 1)
    held(app).stop()
    run = held(app).run
    assert run is not None
    assert is_on_own_table(run.training)

    again = open_page(run=run.token)
    assert "Open the same table of patients again to continue." in texts(again)
    assert not can_press(again, "training_go_on")
    again = upload(again, TABLE.encode())
    press(again, "training_go_on")
    assert held(again).is_running
    held(again).stop()
    held(again).forget()
    assert not run.path.exists()


def test_a_table_of_too_few_diagnoses_is_a_sentence() -> None:
    app = upload(open_page(), SMALL.encode())
    assert not app.exception
    assert "3 diagnoses with 4 or more patients are too few to split" in texts(app)


@pytest.mark.parametrize("token", ["nonsense", "a" * 12, "../../etc"])
def test_an_address_of_no_run_is_a_sentence(token: str) -> None:
    app = open_page(run=token)
    assert not app.exception
    assert "There is no meta-training under this address any more" in texts(app)


GAIN = Gain(1, Interval(0.098, 0.055, 0.141), Interval(0.03, 0.01, 0.05), Interval(0.2, 0.1, 0.3), 0.012, 0.034, recalibrated=True)
NONE, LOSS = Interval(0.01, -0.02, 0.04), Interval(-0.2, -0.3, -0.1)


def test_the_verdict_says_accuracy_and_probabilities_against_none_and_against_the_start() -> None:
    better, won = verdict(GAIN)
    assert won
    assert better.en == (
        "On diseases it has never seen, with 1 labeled patient of each, accuracy is 9.8 percentage points higher than without meta-training "
        "(untrained prototype; 95% interval +5.5 to +14.1). Against the weights it started from, accuracy changes by +3.0 percentage points "
        "(+1.0 to +5.0) and the log-loss by -0.200 (-0.300 to -0.100; lower is better); the calibration error (ECE) is 1.2%, theirs 3.4%. "
        "Its probabilities were recalibrated on the validation diseases after the last step."
    )


@pytest.mark.parametrize(
    ("change", "en", "zh"),
    [
        (
            {"shots": 5, "untrained": NONE},
            "with 5 labeled patients of each, it is not reliably better than without meta-training",
            "并不确定优于",
        ),
        (
            {"start": NONE, "probabilities": NONE},
            "Nothing reliable is gained over them: use them, or give it more diseases",
            "没有可靠的提高",
        ),
        ({"start": LOSS}, "It has become less accurate than they are", "准确率已不如"),
        ({"probabilities": LOSS}, "Its probabilities have become worse than theirs", "概率已不如"),
        (
            {"elsewhere": ((5, LOSS),)},
            "With 5 labeled patients of each the difference from the untrained prototype is -20.0 percentage points (-30.0 to -10.0). There, the untrained",
            "此时未训练的原型更好",
        ),
        ({"recalibrated": False}, "Its probabilities are not recalibrated, which is done after the last step", "尚未重新校准"),
    ],
)
def test_the_verdict_is_no_praise_where_anything_is_lost_or_nothing_gained(change: dict[str, Any], en: str, zh: str) -> None:
    said, won = verdict(replace(GAIN, **change))
    assert not won
    assert en in said.en
    assert zh in said.zh
