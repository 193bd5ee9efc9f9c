"""Saved work on the page: another visitor opens it and sees the same; nothing unsaved is replaced without a warning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.diagnosis import answers_csv
from pages.parts.common.page_frame import ASK_BEFORE_LEAVING
from pages.parts.common.patients_state import bundled
from pages.parts.common.saved_work import work_of
from pages.parts.diagnose import table_edits
from tests.helpers.diagnose_page import TABLE, finish, held, opened, texts, unfold, upload, uploaded

ASKS = ASK_BEFORE_LEAVING % "event => event.preventDefault()"


@pytest.fixture
def app() -> AppTest:
    return opened()


def edit(app: AppTest, text: str = "9,5") -> AppTest:
    """Another value for the first patient."""
    state = held(app)
    column = state.patients.current.records.feature_columns[0]
    table_edits.take_over(state, table_edits.Shown((0,), {"c": column}), {0: {"c": text}})
    return finish(app.run())


def csv(app: AppTest) -> bytes:
    state = held(app)
    assert state.trace is not None
    return answers_csv(state.trace, state.cursor, state.patients.current.file)


def file_of(app: AppTest) -> bytes:
    state = held(app)
    return work_of(state.patients.current, state.requests.current, state.cursor, state.patients.coverage).to_json()


def asks(app: AppTest) -> bool:
    return any(ASKS in str(element.proto.body) for element in app.get("html"))


@pytest.mark.parametrize("cohort", ["own", "rare_findings"])
def test_another_visitor_sees_the_same_answers_at_the_same_step(app: AppTest, cohort: str) -> None:
    state = held(app)
    if cohort == "own":
        uploaded(app)
        edit(app)
    else:
        state.patients.work_on(replace(bundled(cohort), dropped=frozenset({0})))
    state.requests.set_values("maml", {"inner_steps": 6})
    state.requests.ask("maml", "none", 11)
    finish(app.run())
    state.stop_at(4)
    app.selectbox(key="coverage").set_value(0.8).run()
    other = opened()
    upload(other, "w.json", file_of(app))
    assert "Check the columns of w\\.json" in texts(other)
    other.button(key="confirm").click().run()
    assert not other.exception
    assert (held(other).cursor, held(other).playing) == (4, False)
    assert csv(other) == csv(app)
    assert "for 80% of patients" in texts(other)
    assert held(other).patients.current.source == state.patients.current.source
    assert not held(other).patients.has_unsaved, "it was just opened from a file"


def test_work_with_weights_that_are_not_here_says_so(app: AppTest) -> None:
    uploaded(app)
    state = held(app)
    work = replace(work_of(state.patients.current, state.requests.current, 0), weights="clinic weights", weights_sha256="12ab")
    upload(app, "w.json", work.to_json())
    app.button(key="confirm").click().run()
    assert "with the weights “clinic weights”, which this computer does not have" in texts(app)


def test_an_unsaved_table_is_not_replaced_without_a_warning(app: AppTest) -> None:
    assert not asks(app)
    uploaded(app)
    assert not asks(app), "the file is on the user's disk as it is"
    edit(app)
    assert asks(app.run())
    upload(app, "other.csv", TABLE.encode())
    assert "is not saved: using these patients replaces it" in texts(app)
    app.button(key="cancel").click().run()
    held(app).patients.saved["upload"] = held(app).patients.current  # what the button of the download does
    assert not asks(app.run())
    upload(app, "other.csv", TABLE.encode())
    assert "is not saved" not in texts(app)


def test_an_altered_file_is_one_sentence_and_nothing_is_lost(app: AppTest) -> None:
    uploaded(app)
    before = held(app).patients.current
    upload(unfold(app), "w.json", file_of(app).replace(b"420", b"42"))
    assert [error.value for error in app.error] == ["The saved work “w\\.json” was altered after it was saved, so it is not opened\\: open an unaltered copy\\."]  # fmt: skip
    assert held(app).patients.current is before
