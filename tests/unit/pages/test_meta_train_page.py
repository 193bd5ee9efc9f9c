"""Meta-train without a browser: what is on the page, what choices, languages, runs on disk and bad input do to it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.learners import RANDOM
from metamed_core.meta_training import library
from metamed_core.meta_training.library import Library
from metamed_core.meta_training.run import ONE_PANEL
from metamed_core.statistics.intervals import Interval
from pages.parts.common.patients_state import KEY as PATIENTS
from pages.parts.common.patients_state import UPLOAD
from pages.parts.meta_train.request import PRIOR, Asked, is_public
from pages.parts.meta_train.results import verdict
from pages.parts.meta_train.state import KEY, Training

ROOT = Path(__file__).parents[3]
TABLE = "patient,diagnosis,ferritin,MCV,CRP\n" + "".join(
    f"P-{i},disease {i % 6},{20 + 15 * (i % 6) + i % 4},{70 + 3 * (i % 5) + i % 3},{1 + (i * 7) % 11}\n" for i in range(48)
)
SMALL = "patient,diagnosis,ferritin,MCV\n" + "".join(f"P-{i},d{i % 3},{i},{70 + i % 7}\n" for i in range(18))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(library.HOME, str(tmp_path))
    monkeypatch.setenv(library.SINGLE_USER, "1")


def open_page(**asked: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in asked.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page("pages/meta_train.py").run()


def held(app: AppTest) -> Training:
    found: Training = app.session_state[KEY]
    return found


def texts(app: AppTest) -> str:
    spoken = (*app.markdown, *app.caption, *app.header, *app.error, *app.info, *app.warning, *app.success)
    return unescaped("\n".join(str(one.value) for one in spoken))


def unescaped(text: str) -> str:
    return text.replace("\\", "")


def walked(app: AppTest, steps: int = 10) -> AppTest:
    """A run of few steps to its end, and its judgement in a few episodes, as the timer of a browser would."""
    app.number_input(key="training_steps").set_value(steps).run()
    app.button(key="training_begin").click().run()
    training = held(app)
    assert training.running
    while training.running:
        training._pull()
    for _ in range(40):
        if training.judging is None:
            break
        training._pull()
    training.judging = None
    return app.run()


def test_it_opens_on_the_blood_panel_with_its_split() -> None:
    app = open_page()
    assert not app.exception
    assert held(app).asked == Asked("blood_panel")
    said = texts(app)
    for part in ("Base: to practise on", "Validation: to watch by", "Novel: to judge by", "no patient is"):
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
    assert "元训练就是练习" in said
    assert "基础：用于练习" in said
    assert "缺铁性贫血" in said
    assert app.button(key="training_begin").label == "开始"


def test_a_run_is_watched_judged_kept_and_found_again() -> None:
    app = walked(open_page())
    training = held(app)
    assert not app.exception
    assert "Finished: **10** steps." in texts(app)
    assert app.query_params["run"] in (training.token, [training.token])
    assert training.progress is not None
    assert set(training.progress.rivals) == {"nearest_centroid", "logistic_regression"}
    assert [step for step, _ in training.losses] == list(range(1, 11)), "the loss of every step, also of those that are validated"
    assert all(math.isfinite(loss) for _, loss in training.losses)
    assert "meta-trained here" in "".join(element.proto.body for element in app.get("html")), "not the name of its file"
    assert "untrained prototype" in texts(app)
    app.text_input(key="training_name").set_value("mine").run()
    app.button(key="training_keep").click().run()
    assert "Kept as “mine”." in texts(app)
    (kept,) = Library().list_weights("prototypical")
    assert kept.path.read_bytes() == training.path.read_bytes()
    app.button(key="training_keep").click().run()
    assert "There are weights named “mine” already: choose another name." in [unescaped(one.value) for one in app.error]

    again = open_page(run=training.token)
    assert held(again).run == training.run
    assert held(again).is_finished
    assert held(again).progress is not None
    assert (held(again).progress.rivals.keys(), held(again).progress.validation) == (
        training.progress.rivals.keys(),
        training.progress.validation,
    )
    assert again.button(key="training_judge")


def test_stopped_it_waits_for_anybody_and_goes_on() -> None:
    app = open_page()
    app.button(key="training_begin").click().run()
    training = held(app)
    while training.progress is None or training.progress.step < 2:
        training._pull()
    app.button(key="training_stop").click().run()
    assert "everything so far is kept" in texts(app)
    other = open_page()
    assert held(other).run is None
    other.button(key=f"open_{training.token}").click().run()
    assert held(other).run == training.run
    other.button(key="training_continue").click().run()
    second = held(other)
    assert second.running
    while second.progress is None or second.progress.step < 3:
        second._pull()
    app.button(key="training_continue").click().run()
    assert "running in another tab" in unescaped("".join(one.value for one in app.error))
    second.stop()


def test_one_panel_begins_from_random_weights_and_the_prior_knows_no_panel() -> None:
    app = open_page()
    app.segmented_control(key="training_network").set_value(ONE_PANEL).run()
    assert (held(app).asked.network, held(app).asked.start) == (ONE_PANEL, RANDOM)
    assert "base model of the classic papers" in texts(app)
    app.selectbox(key="training_source").set_value(PRIOR).run()
    assert held(app).asked.network != ONE_PANEL
    assert "made up from a seed" in texts(app)


def test_the_split_may_be_dealt_by_hand_and_nonsense_is_a_sentence() -> None:
    app = open_page()
    app.segmented_control(key="training_fold").set_value(1).run()
    assert held(app).asked.fold == 1
    split = held(app).split
    assert split is not None
    app.multiselect(key="training_novel").set_value([*split.novel[1:]]).run()
    changed = held(app).split
    assert changed is not None
    assert split.novel[0] in changed.base
    app.multiselect(key="training_validation").set_value([]).run()
    assert held(app).split == changed
    assert any("too few to split" in unescaped(one.value) for one in app.error)


def test_advanced_settings_decide_the_run_and_are_found_again_with_it() -> None:
    app = open_page()
    first = held(app).split
    app.number_input(key="training_deal").set_value(1).run()
    assert held(app).split != first
    app.number_input(key="training_batch").set_value(4).run()
    app.number_input(key="training_ways").set_value(3).run()
    app.number_input(key="training_rate").set_value(0.001).run()
    app = walked(app)
    run = held(app).run
    assert run is not None
    assert (run.plan.meta_batch, run.n_way, run.plan.meta_lr) == (4, 3, 0.001)
    again = held(open_page(run=held(app).token)).asked
    assert (again.meta_batch, again.n_way, again.meta_lr, again.split) == (4, 3, 0.001, run.split)
    app.number_input(key="training_steps").set_value(40).run()
    assert "at the pace of your last run" in texts(app)
    app.segmented_control(key="training_learner").set_value("reptile").run()
    assert "40 steps" not in texts(app)
    assert held(app).asked.meta_lr is None


def upload(app: AppTest, table: str, name: str = "mine.csv") -> AppTest:
    app.file_uploader[0].upload(name, table.encode(), "text/csv").run()
    return app.button(key="confirm").click().run()


def test_an_uploads_run_is_private_waits_for_its_table_and_goes_with_the_data() -> None:
    app = upload(open_page(), TABLE)
    assert held(app).asked.source == UPLOAD
    app.button(key="training_begin").click().run()
    training = held(app)
    while training.progress is None or training.progress.step < 1:
        training._pull()
    training.stop()
    assert training.run is not None
    assert not is_public(training.run)
    assert "P-1," not in training.path.with_suffix(".json").read_text("utf-8")

    again = open_page(run=training.token)
    assert "It goes on when the same table is opened again: “mine.csv”" in texts(again)
    assert again.button(key="training_continue").disabled
    again = upload(again, TABLE)
    again.button(key="training_continue").click().run()
    assert held(again).running or "another tab" in texts(again)
    held(again).stop()
    assert again.session_state[PATIENTS] is not None
    held(again).forget()
    assert not training.path.exists()


def test_a_table_of_too_few_diagnoses_is_a_sentence() -> None:
    app = upload(open_page(), SMALL)
    assert not app.exception
    assert any("3 diagnoses with 4 or more patients are too few to split" in unescaped(one.value) for one in app.error)


@pytest.mark.parametrize("token", ["nonsense", "a" * 12, "../../etc"])
def test_an_address_of_no_run_is_a_sentence(token: str) -> None:
    app = open_page(run=token)
    assert not app.exception
    assert any("There is no meta-training under this address any more" in unescaped(one.value) for one in app.error)


def test_the_verdict_says_it_either_way() -> None:
    better, won = verdict(Interval(0.098, 0.055, 0.141), 1)
    assert won
    assert better.en.endswith("it beats the untrained prototype by +9.8 points (95 % interval +5.5 to +14.1).")
    worse, won = verdict(Interval(0.01, -0.02, 0.04), 5)
    assert not won
    assert (
        "with 5 labelled patients of each, it does not beat the untrained prototype: +1.0 points (95 % interval -2.0 to +4.0)" in worse.en
    )
    assert "并不优于未训练的原型" in worse.zh
