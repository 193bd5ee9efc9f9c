"""A table without a file: what is pasted or typed goes through the upload's reader, and nothing typed is lost."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.data import open_upload
from metamed_core.words import UserError
from pages.parts.common.enter_table import KEY, read_late
from pages.parts.common.own_table import OwnTable, Sheet, column_letters, with_edits
from pages.parts.common.page_frame import Say
from pages.parts.common.reading import Reading
from pages.parts.common.upload_check import _confirm
from pages.parts.diagnose import rows_and_columns, table_edits
from tests.helpers.diagnose_page import TABLE, finish, held, opened, texts, unfold, upload, uploaded

PASTED = TABLE.replace(",", "\t").replace("\t6\t68", "\t6,5\t68")


def typed_sheet() -> Sheet:
    sheet = Sheet.empty(["patient", "diagnosis"])
    cells = [line.split(",") for line in TABLE.splitlines()]
    edits = {at: {column_letters(k): cell for k, cell in enumerate(row)} for at, row in enumerate(cells)}
    sheet.take_over({"edited_rows": edits, "added_rows": [{"A": "Q-3", "C": "7,5", "D": "80"}], "deleted_rows": [3]})
    return sheet


def test_a_typed_sheet_is_read_like_a_file() -> None:
    """A row was removed, and one added below; 7,5 is not 75."""
    records = open_upload("typed table", typed_sheet().as_text())[1]
    assert records.patient_names.tolist() == ["A-1", "A-2", "B-2", "Q-1", "Q-2", "Q-3"]
    assert records.features["ferritin (µg/L)"].tolist() == [6, 8, 510, 7, 430, 7.5]


def test_a_new_editor_starts_from_everything_typed() -> None:
    sheet = typed_sheet()
    before = sheet.as_text()
    sheet.renew(more_columns=2)
    assert list(sheet.source.columns[-2:]) == ["AA", "AB"]
    sheet.take_over({"edited_rows": {0: {"AB": "new"}}})
    assert b"new" in sheet.as_text()
    sheet.take_over({})
    assert sheet.as_text() == before


def test_an_empty_sheet_says_what_to_do() -> None:
    with pytest.raises(UserError, match="Nothing was typed below the names of the columns: type one row for each patient"):
        Sheet.empty(["patient"]).as_text()
    source = Sheet.empty(["patient"]).source
    assert with_edits(source, {}).equals(source)


@pytest.fixture
def app() -> AppTest:
    return unfold(opened())


def test_pasted_cells_are_checked_and_used(app: AppTest) -> None:
    app.segmented_control(key="way").set_value("paste").run()
    app.button(key="read_pasted").click().run()
    assert "Nothing was pasted" in app.error[0].value
    app.text_area[0].set_value(PASTED).run()
    app.button(key="read_pasted").click().run()
    assert "Check the columns of pasted table" in texts(app)
    finish(app.button(key="confirm").click().run())
    assert held(app).patients.current.records.features.iat[0, 0] == 6.5
    assert not app.exception


def test_a_typed_table_leads_to_answers(app: AppTest) -> None:
    app.segmented_control(key="way").set_value("type").run()
    own: OwnTable = app.session_state[KEY]
    assert own.sheet is not None
    own.sheet = typed_sheet()  # as after a visit to another page: what was typed, and an editor that has forgotten it
    own.sheet.number = 7
    app.run()
    app.button(key="read_typed").click().run()
    assert "Check the columns of typed table" in texts(app)
    finish(app.button(key="confirm").click().run())
    assert not app.exception
    assert len(held(app).adapted.undiagnosed) == 3


def test_a_further_patient_a_column_and_a_diagnosis_on_the_page(app: AppTest) -> None:
    uploaded(app)
    unfold(app)
    key = rows_and_columns._key
    state = held(app)
    app.text_input(key=key(state, "patient_name")).set_value("N-1")
    app.selectbox(key=key(state, "patient_label")).set_value("inflammation")
    app.button(key=key(state, "patient_add")).click().run()
    assert state.patients.current.records.counts["inflammation"] == 3
    app.text_input(key=key(state, "column_name")).set_value("CRP (mg/L)")
    app.button(key=key(state, "column_add")).click().run()
    assert state.patients.current.records.column("CRP (mg/L)").unit == "mg/L"
    app.selectbox(key=key(state, "level_column")).set_value("diagnosis")
    app.text_input(key=key(state, "level_text")).set_value("dengue")
    app.button(key=key(state, "level_add")).click().run()
    assert "dengue" in rows_and_columns.diagnoses(state.patients.current)
    assert "N-1: patient added" in texts(app).replace("\\", "")
    app.multiselect(key=key(state, "remove_rows")).set_value([0])
    app.button(key=key(state, "remove_now")).click().run()
    assert "A-1" not in state.patients.current.records.patient_names.tolist()
    app.button(key="undo_1").click().run()
    assert state.patients.current.records.patient_names.tolist()[0] == "A-1"
    app.button(key="undo").click().run()
    assert state.patients.current.records is state.patients.current.original
    assert not app.exception


def test_of_many_pasted_cells_the_unreadable_are_named_and_the_others_kept(app: AppTest) -> None:
    uploaded(app)
    state = held(app)
    column = state.patients.current.records.column("MCV (fL)")
    on_screen = table_edits.Shown((0, 1, 2), {"c3": column})
    table_edits.take_over(state, on_screen, {0: {"c3": "letters"}, 1: {"c3": "90,5"}, 2: {"c3": "more letters"}})
    assert state.patients.current.records.raw["MCV (fL)"].tolist()[:3] == ["68", "90.5", "86"]
    assert state.patients.error is not None
    assert state.patients.error.en.endswith("And 1 more cell was refused.")
    app.run()
    assert "A-2 · MCV (fL): 70 → 90.5" in texts(unfold(app)).replace("\\", "")


@pytest.mark.parametrize(("seconds_ago", "was_read", "expected"), [
    (1, None, [{}]), (1, b"could not be read", [{}]), (60, b"an open check", [{"instead_of": b"an open check"}]), (60, None, []),
])  # fmt: skip
def test_cells_reported_after_the_button_are_read(seconds_ago: float, was_read: bytes | None, expected: list[dict[str, bytes]]) -> None:
    sheet, read = typed_sheet(), []
    sheet.asked, sheet.read = time.monotonic() - seconds_ago, was_read
    read_late(sheet, lambda **instead: read.append(instead))
    assert read == expected


def test_cells_typed_after_the_reading_are_read_before_the_table_is_used(app: AppTest) -> None:
    """The browser may report them together with the click that confirms the check."""
    app.segmented_control(key="way").set_value("type").run()
    own: OwnTable = app.session_state[KEY]
    own.sheet = typed_sheet()
    own.sheet.number = 7
    app.run()
    app.button(key="read_typed").click().run()
    own.sheet.source.iat[1, 2] = "99"
    app.button(key="confirm").click().run()
    pending = held(app).patients.pending
    assert pending is not None
    assert pending.records.raw.iat[0, 2] == "99"
    assert "read again" in app.toast[0].value
    own.sheet.source.iloc[1:] = None
    app.button(key="confirm").click().run()
    assert "Nothing was typed" in app.error[0].value
    assert held(app).patients.pending is pending


def test_a_table_that_is_being_read_again_is_not_used_as_it_was(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    monkeypatch.setattr(Reading, "busy", True)
    app.run()
    assert app.button(key="confirm").disabled
    state = held(app).patients
    _confirm(Say("en"), state)
    assert state.pending is not None
