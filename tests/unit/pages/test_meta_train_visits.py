"""Meta-train over several visits: a reload, a second tab, another run, deleted data, weights that come and go."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.learners.weight_files import SHIPPED
from metamed_core.meta_training import weights_library
from metamed_core.meta_training.weights_library import Library, StoredWeights
from metamed_core.meta_training.weights_zip import export_zip
from pages.parts.common.adapt_request import KEY as REQUEST
from pages.parts.common.patients_state import UPLOAD
from pages.parts.compare.state import KEY as MATCH
from tests.helpers.meta_train_page import address, can_press, choose, finish, held, open_page, press, pull, texts, upload

ROOT = Path(__file__).parents[3]
SECONDS = 180


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(weights_library.HOME, str(tmp_path / "home"))
    monkeypatch.setenv(weights_library.SINGLE_USER, "1")
    monkeypatch.setattr("metamed_core.meta_training.job.N_VALIDATION_TASKS", 2)
    return tmp_path / "home"


def table(n_diseases: int = 6, seed: int = 0) -> bytes:
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(n_diseases), 8)
    values = pd.DataFrame(rng.normal(size=(n_diseases, 3))[y] + 0.3 * rng.normal(size=(len(y), 3)), columns=["ferritin", "MCV", "CRP"])
    said = values.round(2).assign(patient=[f"Q-{i}" for i in range(len(y))], diagnosis=[f"disease {n}" for n in y])
    return said.to_csv(index=False).encode()


def short(app: AppTest, steps: int = 10) -> AppTest:
    return choose(app, "number_input", "training_steps", steps)


def step(app: AppTest) -> int:
    run = held(app).run
    assert run is not None
    return run.step


def token_of(app: AppTest) -> str:
    run = held(app).run
    assert run is not None
    return run.token


def test_another_run_and_other_settings_after_a_first_one() -> None:
    """The address still names the first run when the next one begins."""
    app = short(open_page())
    press(app, "training_begin")
    pull(app, 2).run()
    press(app, "training_stop")
    first = token_of(app)
    press(app, "training_begin")
    assert held(app).is_running
    assert token_of(app) != first
    assert address(app) == token_of(app)
    assert [step for step, _ in held(app).run.losses] == [], "the curve of the run before is not this one's"
    pull(app, 2).run()
    press(app, "training_stop")
    press(app, "training_another")
    assert held(app).run is None
    assert address(app) == ""
    choose(app, "segmented_control", "training_learner", "reptile")
    assert held(app).request.learner == "reptile"
    choose(app, "number_input", "training_seed", 3)
    assert (held(app).request.learner, held(app).request.seed) == ("reptile", 3)


def test_stop_reload_and_go_on_to_the_judgment_and_use_of_kept_weights(home: Path) -> None:
    app = short(open_page())
    press(app, "training_begin")
    token = token_of(app)
    assert address(app) == token
    pull(app, 4)
    press(app, "training_stop")
    stopped = step(app)
    assert stopped >= 4
    assert can_press(app, "training_go_on")
    assert b"Q-1" not in b"".join(path.read_bytes() for path in (home / "runs").iterdir())

    again = open_page(run=token)  # another session: a reload, or a server that was started anew
    assert not again.error
    assert step(again) == stopped, "it tells where it stands"
    press(again, "training_go_on")
    pull(again, 10**9)
    finish(again)
    assert held(again).run.is_finished
    assert "than without meta-training (untrained prototype" in texts(again)
    assert not list((home / "runs").glob("*.state")), "nothing is left to go on from"

    one = _keep_and_use_in_diagnose(again, home)
    _compare_and_remove(again, one)


def _keep_and_use_in_diagnose(again: AppTest, home: Path) -> StoredWeights:
    again.text_input(key="training_name").set_value("血液 2026").run()
    press(again, "training_keep")
    assert [one.name for one in Library().list_weights()] == ["血液 2026"]
    press(again, "training_keep")
    assert "There are weights named “血液 2026” already" in texts(again)
    (one,) = Library().list_weights()
    press(again, f"use_{one.path.stem}")
    assert again.session_state[REQUEST].current.start == str(one.path)
    again.switch_page("pages/diagnose.py").run()
    assert not again.exception
    assert not again.error
    assert str(home) not in str(dict(again.query_params)), "an address tells nothing of the computer"
    return one


def _compare_and_remove(again: AppTest, one: StoredWeights) -> None:
    again.switch_page("pages/meta_train.py").run()
    press(again, f"compare_{one.path.stem}")
    assert f"prototypical-{one.path.stem}" in again.session_state[MATCH].request.method_keys
    again.switch_page("pages/compare.py").run()
    assert not again.exception
    Library().remove(one.name)
    again.run()
    assert not again.exception, "weights that are gone do no harm"
    again.switch_page("pages/diagnose.py").run()
    assert not again.exception
    assert again.session_state[REQUEST].current.start == "universal"
    again.switch_page("pages/meta_train.py").run()
    assert not again.exception


def test_a_tab_whose_run_another_has_taken_over_stops_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metamed_core.meta_training.stored_runs.STALE", 0.0)  # as if it had slept
    app = short(open_page(), 40)
    press(app, "training_begin")
    pull(app, 3)
    other = open_page(run=token_of(app))
    press(other, "training_go_on")
    assert held(other).is_running
    held(app).tick()
    assert not held(app).is_running
    assert "Another tab has gone on" in held(app).error.en  # type: ignore[union-attr]
    pull(other, 6)
    press(other, "training_stop")
    assert not other.exception


def test_stopped_runs_on_bundled_patients_are_listed_and_can_be_cleared_away() -> None:
    app = short(open_page())
    press(app, "training_begin")
    pull(app, 3)
    token = token_of(app)
    press(app, "training_stop")
    other = open_page()
    assert can_press(other, f"open_{token}")
    press(other, f"open_{token}")
    assert token_of(other) == token
    assert address(other) == token
    assert can_press(other, "training_go_on")
    third = open_page()
    press(third, f"clear_{token}")
    assert not can_press(third, f"open_{token}")
    press(other, "training_go_on")
    assert not other.exception, "a run that was cleared away meanwhile"


def test_a_table_of_ones_own_stays_in_this_tab(home: Path) -> None:
    app = upload(open_page(), table())
    assert held(app).request.source == UPLOAD
    assert not app.error
    press(short(app), "training_begin")
    pull(app, 3)
    press(app, "training_stop")
    token = token_of(app)
    on_disk = b"".join(path.read_bytes() for path in (home / "runs").iterdir())
    assert b"Q-1" not in on_disk
    assert b"disease 1" in on_disk

    again = open_page(run=token)
    assert not again.exception
    assert not can_press(again, "training_go_on")
    assert "Open the same table of patients again to continue." in texts(again)
    upload(again, table(seed=1))
    assert not can_press(again, "training_go_on"), "these are other patients"
    assert token_of(again) == token, "the run is not lost for a wrong table"
    upload(again, table())
    press(again, "training_go_on")
    pull(again, 10**9)
    assert held(again).run.is_finished

    press(app, "delete_now")
    assert not app.exception
    assert not [path for path in (home / "runs").iterdir() if path.name.startswith(token)], "deleted with the data"
    assert address(app) == ""


def test_all_runs_on_ones_own_table_are_deleted_not_only_the_last(home: Path) -> None:
    app = short(upload(open_page(), table()))
    for _ in range(2):
        press(app, "training_begin")
        pull(app, 2).run()
        press(app, "training_stop")
    press(app, "delete_now")
    assert not list((home / "runs").iterdir())


def test_a_table_with_too_few_diagnoses_is_told_what_to_do() -> None:
    app = upload(open_page(), table(n_diseases=4))
    assert not app.exception
    assert "too few to split" in texts(app)
    assert not can_press(app, "training_begin")


@pytest.mark.parametrize("data", [b"", b"no zip", zipfile.ZipFile.__doc__.encode(), b"PK\x05\x06" + bytes(18)])  # type: ignore[union-attr]
def test_a_file_that_holds_no_weights_is_refused_with_a_sentence(data: bytes) -> None:
    app = open_page()
    taker = next(one for one in app.file_uploader if "zip" in one.label)
    taker.upload("weights.zip", data, "application/zip").run()
    assert not app.exception
    assert "does not hold weights of MetaMed" in texts(app) or not data
    assert Library().list_weights() == ()


def test_weights_travel_between_computers(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Library().save(SHIPPED / "maml.safetensors", "from afar")
    data = export_zip(Library().list_weights()[0].path)
    assert len(zipfile.ZipFile(io.BytesIO(data)).namelist()) == 2
    monkeypatch.setenv(weights_library.HOME, str(home / "other"))
    app = open_page()
    next(one for one in app.file_uploader if "zip" in one.label).upload("from_afar.zip", data, "application/zip").run()
    assert "Imported as “from afar”" in texts(app)
    assert [one.learner for one in Library().list_weights()] == ["maml"]
    (one,) = Library().list_weights()
    press(app, f"remove_{one.path.stem}")
    assert Library().list_weights() == ()
    assert not app.exception
