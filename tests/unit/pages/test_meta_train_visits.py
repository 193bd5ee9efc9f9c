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
from metamed_core.meta_training import library
from metamed_core.meta_training.library import Library, export_zip
from pages.parts.common.adapt_request import KEY as REQUEST
from pages.parts.common.patients_state import UPLOAD
from pages.parts.compare.state import KEY as MATCH
from pages.parts.meta_train.state import KEY, Training

ROOT = Path(__file__).parents[3]
SECONDS = 180


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(library.HOME, str(tmp_path / "home"))
    monkeypatch.setenv(library.SINGLE_USER, "1")
    monkeypatch.setattr("metamed_core.meta_training.run.N_VALIDATION", 2)
    return tmp_path / "home"


def table(n_diseases: int = 6, seed: int = 0) -> bytes:
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(n_diseases), 8)
    values = pd.DataFrame(rng.normal(size=(n_diseases, 3))[y] + 0.3 * rng.normal(size=(len(y), 3)), columns=["ferritin", "MCV", "CRP"])
    said = values.round(2).assign(patient=[f"Q-{i}" for i in range(len(y))], diagnosis=[f"disease {n}" for n in y])
    return said.to_csv(index=False).encode()


def open_page(**asked: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    for name, value in asked.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page("pages/meta_train.py").run()


def held(app: AppTest) -> Training:
    return app.session_state[KEY]


def texts(app: AppTest) -> str:
    """All that is said, without the escapes of Markdown."""
    return "\n".join(
        str(e.value) for e in (*app.markdown, *app.caption, *app.header, *app.error, *app.info, *app.warning, *app.success)
    ).replace("\\", "")


def button(app: AppTest, key: str) -> bool:
    """Whether there is such a button and it can be pressed."""
    return any(one.key == key and not one.disabled for one in app.button)


def short(app: AppTest, steps: int = 10) -> AppTest:
    return app.number_input(key="training_steps").set_value(steps).run()


def pull(app: AppTest, until: int) -> AppTest:
    """Tick, as the timer of a browser would, until so many steps are made; judging is left to `judge`."""
    training = held(app)
    while training.running and not (training.progress and training.progress.step >= until):
        training._pull()
    return app


def judge(app: AppTest) -> AppTest:
    training = held(app)
    while training.busy:
        training._pull()
    return app.run()


def upload(app: AppTest, data: bytes, name: str = "clinic.csv") -> AppTest:
    app.file_uploader[0].upload(name, data, "text/csv").run()
    return app.button(key="confirm").click().run()


def address(app: AppTest) -> str:
    value = app.query_params.get("run", "")
    return value if isinstance(value, str) else value[0]


def test_another_run_and_other_settings_after_a_first_one() -> None:
    """The address still names the first run when the next one begins."""
    app = short(open_page())
    app.button(key="training_begin").click().run()
    pull(app, 2).run()
    app.button(key="training_stop").click().run()
    first = held(app).token
    app.button(key="training_begin").click().run()
    assert held(app).running
    assert held(app).token != first
    assert address(app) == held(app).token
    assert held(app).losses == [], "the curve of the run before is not this one's"
    pull(app, 2).run()
    app.button(key="training_stop").click().run()
    app.segmented_control(key="training_learner").set_value("reptile").run()
    assert held(app).asked.learner == "reptile"
    assert held(app).run is None
    assert address(app) == ""
    app.number_input(key="training_seed").set_value(3).run()
    assert (held(app).asked.learner, held(app).asked.seed) == ("reptile", 3)


def test_stop_reload_and_go_on_to_the_judgement_and_use_of_kept_weights(home: Path) -> None:
    app = short(open_page())
    app.button(key="training_begin").click().run()
    token = held(app).token
    assert address(app) == token
    pull(app, 4)
    app.button(key="training_stop").click().run()
    stopped = held(app).progress.step  # type: ignore[union-attr]
    assert stopped >= 4
    assert button(app, "training_continue")
    assert b"Q-1" not in b"".join(path.read_bytes() for path in (home / "runs").iterdir())

    again = open_page(run=token)  # another session: a reload, or a server that was started anew
    assert not again.error
    assert held(again).progress.step == stopped, "it tells where it stands"  # type: ignore[union-attr]
    again.button(key="training_continue").click().run()
    pull(again, 10**9)
    judge(again)
    assert held(again).is_finished
    assert "beat the untrained prototype" in texts(again) or "beats the untrained prototype" in texts(again)
    assert not list((home / "runs").glob("*.state")), "nothing is left to go on from"

    again.text_input(key="training_name").set_value("血液 2026").run()
    again.button(key="training_keep").click().run()
    assert [one.name for one in Library().list_weights()] == ["血液 2026"]
    again.button(key="training_keep").click().run()
    assert "There are weights named “血液 2026” already" in texts(again)
    (one,) = Library().list_weights()
    again.button(key=f"use_{one.path.stem}").click().run()
    assert again.session_state[REQUEST].current.start == str(one.path)
    again.switch_page("pages/diagnose.py").run()
    assert not again.exception
    assert not again.error
    assert str(home) not in str(dict(again.query_params)), "an address tells nothing of the computer"

    again.switch_page("pages/meta_train.py").run()
    again.button(key=f"compare_{one.path.stem}").click().run()
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
    app.button(key="training_begin").click().run()
    pull(app, 3)
    other = open_page(run=held(app).token)
    other.button(key="training_continue").click().run()
    assert held(other).running
    held(app).tick()
    assert not held(app).running
    assert "Another tab has gone on" in held(app).complaint.en  # type: ignore[union-attr]
    pull(other, 6)
    other.button(key="training_stop").click().run()
    assert not other.exception


def test_stopped_runs_on_bundled_patients_are_listed_and_can_be_cleared_away() -> None:
    app = short(open_page())
    app.button(key="training_begin").click().run()
    pull(app, 3)
    token = held(app).token
    app.button(key="training_stop").click().run()
    other = open_page()
    assert button(other, f"open_{token}")
    other.button(key=f"open_{token}").click().run()
    assert held(other).token == token
    assert address(other) == token
    assert button(other, "training_continue")
    third = open_page()
    third.button(key=f"clear_{token}").click().run()
    assert not button(third, f"open_{token}")
    other.button(key="training_continue").click().run()
    assert not other.exception, "a run that was cleared away meanwhile"


def test_a_table_of_ones_own_stays_in_this_tab(home: Path) -> None:
    app = upload(open_page(), table())
    assert held(app).asked.source == UPLOAD
    assert not app.error
    short(app).button(key="training_begin").click().run()
    pull(app, 3)
    app.button(key="training_stop").click().run()
    token = held(app).token
    on_disk = b"".join(path.read_bytes() for path in (home / "runs").iterdir())
    assert b"Q-1" not in on_disk
    assert b"disease 1" in on_disk

    again = open_page(run=token)
    assert not again.exception
    assert not button(again, "training_continue")
    assert "open" in texts(again)
    assert "clinic" in texts(again)
    upload(again, table(seed=1))
    assert not button(again, "training_continue"), "these are other patients"
    assert held(again).token == token, "the run is not lost for a wrong table"
    upload(again, table())
    again.button(key="training_continue").click().run()
    pull(again, 10**9)
    assert held(again).is_finished

    app.button(key="delete_now").click().run()
    assert not app.exception
    assert not [path for path in (home / "runs").iterdir() if path.name.startswith(token)], "deleted with the data"
    assert not app.error
    assert address(app) == ""


def test_all_runs_on_ones_own_table_are_deleted_not_only_the_last(home: Path) -> None:
    app = short(upload(open_page(), table()))
    for _ in range(2):
        app.button(key="training_begin").click().run()
        pull(app, 2).run()
        app.button(key="training_stop").click().run()
    app.button(key="delete_now").click().run()
    assert not list((home / "runs").iterdir())


def test_a_table_with_too_few_diagnoses_is_told_what_to_do() -> None:
    app = upload(open_page(), table(n_diseases=4))
    assert not app.exception
    assert "too few to split" in texts(app)
    assert not button(app, "training_begin")


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
    monkeypatch.setenv(library.HOME, str(home / "other"))
    app = open_page()
    next(one for one in app.file_uploader if "zip" in one.label).upload("from_afar.zip", data, "application/zip").run()
    assert "Taken in as “from_afar”" in texts(app)
    assert [one.learner for one in Library().list_weights()] == ["maml"]
    (one,) = Library().list_weights()
    app.button(key=f"remove_{one.path.stem}").click().run()
    assert Library().list_weights() == ()
    assert not app.exception
