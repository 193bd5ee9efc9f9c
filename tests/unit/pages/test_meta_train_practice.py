"""Meta-train's switch for practice on patients simulated from what is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from metamed_core.knowledge import Knowledge, Statement
from metamed_core.meta_training import Practice, weights_library
from metamed_core.words import UserError
from pages.parts.common import cohorts
from pages.parts.common.patients_state import bundled
from pages.parts.meta_train.request import PRIOR, request_of
from tests.helpers.meta_train_page import choose, held, open_page, press, pull, texts


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(weights_library.HOME, str(tmp_path))
    monkeypatch.setenv(weights_library.SINGLE_USER, "1")


def test_what_is_known_is_practiced_where_it_is_asked_for() -> None:
    app, known = open_page(), cohorts.knowledge_of("blood_panel")
    state = held(app)
    assert known is not None
    assert state.split is not None
    said = texts(app)
    assert "40% of the tasks are then of patients made up from what is said of" in said
    assert f"of {len(set(known.diagnoses) & set(state.split.base))} diagnoses (shipped with the table)" in said, "none that is held out"
    assert "These patients were simulated from the same directions" in said
    press(choose(choose(app, "toggle", "training_practice", True), "number_input", "training_steps", 10), "training_begin")
    pull(app, 1)
    run = state.run
    assert run is not None
    assert run.training.practice == Practice.of(known)
    assert request_of(run.training, "blood_panel").with_knowledge
    state.stop()
    with pytest.raises(UserError, match=r"^This meta-training practices with other knowledge than is given here"):
        run.go_on(state.cohort, Knowledge())
    app = choose(press(app.run(), "training_another"), "selectbox", "training_source", PRIOR)
    assert not [one for one in app.toggle if str(one.key).startswith("training_practice")], "nothing is known of no table"


def test_knowledge_of_one_disease_to_train_on_is_too_little() -> None:
    app = open_page(lang="zh")
    state = held(app)
    assert state.split is not None
    assert "同时用由已有知识模拟的患者训练" in [one.label for one in app.toggle]
    one = Statement(state.split.base[0], "ferritin (µg/L)", "low")
    app.session_state["patients"].work_on(replace(bundled("blood_panel"), knowledge=Knowledge((one,))))
    assert not app.run().exception
    assert "本表虽有已有知识，但涉及的训练疾病不足两种" in texts(app)
    assert not app.toggle
