"""Meta-train after a reload: the page names the run's own patients, and offers nothing that is fixed since the run began."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.meta_training import weights_library
from tests.helpers.many_diagnoses import table
from tests.helpers.meta_train_page import can_press, choose, held, open_page, press, pull, texts, upload, widget


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(weights_library.HOME, str(tmp_path))
    monkeypatch.setenv(weights_library.SINGLE_USER, "1")
    monkeypatch.setattr("metamed_core.meta_training.job.N_VALIDATION_TASKS", 2)


def reloaded(app: AppTest) -> AppTest:
    """Another tab on a run that was begun in this one and stopped."""
    press(app, "training_begin")
    pull(app, 1)
    press(app, "training_stop")
    run = held(app).run
    assert run is not None
    return open_page(run=run.token)


def source_of(app: AppTest) -> str:
    """What the page says that tasks are taken from."""
    box = widget(app, "selectbox", "training_source")
    return str(box.options[box.index])


def settings_of(app: AppTest) -> list[bool]:
    """Whether each setting of a run is disabled."""
    asked = [*app.selectbox, *app.number_input, *app.button_group]
    found = [one.disabled for one in asked if str(one.key).startswith("training_")]
    assert len(found) > 6
    return found


def test_a_run_on_a_table_that_is_not_open_names_neither_another_nor_its_own_patients() -> None:
    app = upload(open_page(), table().to_csv(index=False).encode())
    split = held(app).split
    assert split is not None
    again = reloaded(app)
    for _ in range(2):  # after a reload, and once a wrong table is open
        assert source_of(again) == "The table of this run (not open here)"
        said = texts(again).splitlines()
        assert {f"- {name}" for name in (*split.base, *split.validation, *split.novel)} <= set(said)
        assert "The diseases of the run, as it keeps them; its patients are not kept." in said
        assert all(settings_of(again))
        assert not can_press(again, "training_begin"), "there are no patients to begin with"
        upload(again, table(1).to_csv(index=False).encode())
    press(again, "training_another")
    assert not any(settings_of(again))
    assert can_press(again, "training_begin")


def test_of_a_run_that_has_begun_the_settings_are_fixed_until_another_is_set_up() -> None:
    again = reloaded(choose(open_page(), "number_input", "training_steps", 10))
    assert source_of(again) == source_of(open_page())
    assert "Diseases, algorithm and settings are those of this run, and fixed since it began." in texts(again)
    assert all(settings_of(again))
    press(again, "training_another")
    assert held(again).run is None
    assert not any(settings_of(again))
    assert held(again).request.meta_steps == 10
