"""Edits on Diagnose: what changes a value, a label, a patient left out; and the steps of the adaptation."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.data.records import Column, Role
from metamed_core.words import UserError
from pages.parts.common import cohorts
from pages.parts.common.adapt_request import AdaptRequest, RequestState
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import Patients, PatientsState, bundled
from pages.parts.diagnose import adaptation_state, controls, table_edits
from pages.parts.diagnose import patient_tables as patients
from tests.helpers.diagnose_page import adaptation_of, held, opened, unfold, uploaded


@pytest.fixture
def app() -> AppTest:
    return opened()


def test_an_edited_value_a_label_and_a_dropped_patient_re_adapt() -> None:
    state = adaptation_of()
    columns = {"c0": state.patients.current.records.feature_columns[2]}
    row = state.patients.current.records.diagnosed[0]
    for edits in ({0: {"c0": 40.0}}, {0: {"label": "Wilson disease"}}, {0: {"use": False}}):
        trace, total = state.trace, len(state.patients.current.in_use.raw)
        table_edits.take_over(state, table_edits.Shown((row,), columns), edits)
        state.adapt()
        assert state.trace is not trace
        assert state.patients.error is None
    assert len(state.patients.current.in_use.raw) == total - 1
    assert state.patients.current.edited


def test_a_patient_without_a_label_any_more_is_asked_about() -> None:
    state = adaptation_of()
    row = state.patients.current.records.diagnosed[0]
    table_edits.take_over(state, table_edits.Shown((row,), {}), {0: {"use": False}})
    table_edits.take_over(state, table_edits.Shown((row,), {}), {0: {"label": None}})
    assert row in state.patients.current.in_use.undiagnosed


def test_a_value_that_cannot_be_read_is_refused_and_the_old_one_kept() -> None:
    state = adaptation_of()
    column = next(c for c in state.patients.current.records.feature_columns if c.role is Role.NUMBER)
    row, before = state.patients.current.records.undiagnosed[0], state.patients.current
    table_edits.take_over(state, table_edits.Shown((row,), {"c0": column}), {0: {"c0": "abc"}})
    assert state.patients.error is not None
    assert "abc" in state.patients.error.en
    assert "abc" in state.patients.error.zh
    assert state.patients.current is before


def test_the_first_word_of_an_empty_column_keeps_the_editor() -> None:
    """A column of another type would make another editor, which has lost the selected cell."""
    state = adaptation_of()
    number, row = state.patients.current.records.feature_columns[0], state.patients.current.records.undiagnosed[0]
    shown = table_edits.Shown((row,), {"c0": number})

    def types() -> pd.Series:
        return patients._view(state.patients.current, shown, labeled=False).dtypes

    table_edits.take_over(state, shown, {0: {"c0": None}})
    empty = types()
    table_edits.take_over(state, shown, {0: {"c0": "12"}})
    assert state.patients.current.records.raw.loc[row, number.name] == "12"
    assert types().equals(empty)


def test_another_table_is_shown_to_its_end_and_follows_a_patient_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adaptation_state, "AT_ONCE", 600.0)  # a busy computer would go on live
    state = adaptation_of()
    state.go_to(1)
    state.watched = 113
    state.patients.work_on(bundled("breast_cytology"))
    state.adapt()
    assert state.watched is None
    assert state.cursor == state.total > 1


def test_a_link_asks_for_a_cohort() -> None:
    app = unfold(opened(cohort="rare_findings"))
    assert held(app).patients.current.source == "rare_findings"
    assert app.query_params["cohort"] == "rare_findings"
    app.selectbox(key="cohort").set_value("blood_panel").run()
    assert "cohort" not in app.query_params


def test_leaving_patients_out_repaints_nobody(app: AppTest) -> None:
    state = adaptation_of()
    say = Say("en")
    before = patients.styles_of(say, state.patients.current)
    gone = next(iter(before))
    rows = tuple(state.patients.current.records.labels.index[state.patients.current.records.labels == gone])
    table_edits.take_over(state, table_edits.Shown(rows, {}), {at: {"use": False} for at in range(len(rows))})
    after = patients.styles_of(say, state.patients.current)
    assert gone not in after
    assert all(after[name] == before[name] for name in after)


def test_unticking_down_to_one_diagnosis_says_how_to_come_back(app: AppTest) -> None:
    uploaded(app)
    table_edits.take_over(held(app), table_edits.Shown((0, 1), {}), {0: {"use": False}, 1: {"use": False}})
    app.run()
    assert patients.TICK_AGAIN.en.rstrip(".") in app.error[0].value.replace("\\", "")


def test_a_unit_given_in_the_check_is_shown_and_one_in_the_header_not_twice() -> None:
    say = Say("en")
    assert patients.heading(say, Column("Hb", Role.NUMBER, "g/L")) == "Hb (g/L)"
    assert patients.heading(say, Column("MCV (fL)", Role.NUMBER, "fL")) == "MCV (fL)"


@pytest.mark.parametrize("at_once", [0.0, 600.0])
def test_the_slider_stays_where_it_was_after_an_edit(monkeypatch: pytest.MonkeyPatch, at_once: float) -> None:
    """Also on a computer so slow that the whole adaptation would go on live."""
    state = adaptation_of()
    monkeypatch.setattr(adaptation_state, "AT_ONCE", at_once)
    state.go_to(2)
    state.patients.work_on(state.patients.current)
    state.adapt()
    assert (state.cursor, state.playing) == (2, False)
    state.go_to(state.total)
    state.patients.work_on(state.patients.current)
    state.adapt()
    assert state.cursor == len(state.trace.steps) - 1


def test_an_outdated_adaptation_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs of the page may overlap: the one whose question is no longer asked must not win."""
    state, begin = adaptation_of(), adaptation_state.begin
    state.patients.work_on(edited(state.patients.current))
    state.adapt()

    def overtaken(records: object, request: AdaptRequest) -> object:
        trace = begin(records, request)
        state.patients.work_on(state.patients.current)  # what the next run of the page does meanwhile
        return trace

    trace, answered = state.trace, state.answered
    state.patients.work_on(state.patients.current)
    monkeypatch.setattr(adaptation_state, "begin", overtaken)
    state.adapt()
    assert (state.trace, state.answered) == (trace, answered)
    monkeypatch.undo()
    state.adapt()
    assert state.trace is not trace
    assert state.answered == state.asked


def test_play_step_stop_reset() -> None:
    state = adaptation_of()
    state.play()
    assert (state.cursor, state.playing) == (0, True)
    state.tick()
    assert state.cursor == 1
    while state.playing:
        state.tick()
    assert state.cursor == state.total
    state.reset()
    assert (state.cursor, len(state.trace.steps)) == (0, 1)


def test_what_the_user_did_wrong_is_kept_as_a_sentence() -> None:
    state = adaptation_of()

    def fail() -> None:
        raise UserError(cohorts.cohorts()["blood_panel"].title)

    assert not state.patients.attempt(fail)
    assert state.patients.error is not None
    assert state.patients.attempt(lambda: None)
    assert state.patients.error is None


def test_a_long_adaptation_goes_on_live_within_its_first_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is drawn before the first step is done, with an estimate; Stop holds it there, and Play goes on to the answers."""
    monkeypatch.setattr(adaptation_state, "AT_ONCE", 0.0)
    monkeypatch.setattr("metamed_core.learners.patient_parts.UNDIVIDED_CELLS", 10)
    monkeypatch.setattr("metamed_core.learners.patient_parts.PART_CELLS", 30)
    monkeypatch.setattr(adaptation_state, "LONG", 0.0)
    state = adaptation_of_unfinished()
    assert state.shown() is None
    assert state.playing
    assert state.seconds_left > 0
    assert "the first answers come in about" in controls._how_long(state).en
    state.stop()
    assert not state.busy
    state.play()
    monkeypatch.setattr(adaptation_state, "LONG_SLICE", 0.0)
    shares = []
    while state.shown() is None:
        state.tick()
        shares.append(controls._shown_share(state))
    assert len(shares) > 3
    assert shares == sorted(shares)
    assert state.needs_rerun, "the answers are drawn as soon as they are there"
    state.stop_at(2)
    assert (state.playing, state.goal) == (True, 2)
    while state.playing:
        state.tick()
    assert state.cursor == 2
    state.play()
    while state.playing:
        state.tick()
    assert state.cursor == state.total
    monkeypatch.setattr(adaptation_state, "LONG", -1.0)
    state.reset()
    assert (state.cursor, len(state.trace.steps)) == (0, state.total + 1), "made once, and not made again"


def adaptation_of_unfinished() -> adaptation_state.Adaptation:
    """A table whose adaptation goes on live."""
    first = edited(bundled("blood_panel"))
    state = adaptation_state.Adaptation(
        PatientsState(first, {first.source: first}), RequestState(AdaptRequest("prototypical", (), "universal", 0))
    )
    state.adapt()
    return state


def edited(patients: Patients) -> Patients:
    """Without their first: the adaptation to an unedited bundled table is shared by all visitors."""
    return replace(patients, dropped=frozenset([patients.records.raw.index[0]]))
