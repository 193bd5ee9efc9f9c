"""The upload on Diagnose: the check of the columns, its remedies, undo, and that deleted data are gone."""

from __future__ import annotations

import io
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.data.records import PatientRecords, Role, quality
from metamed_core.words import LANGUAGES, Language, UserError
from pages.parts.common import cohorts, forms
from pages.parts.common import roles_table as roles
from pages.parts.common import upload_check as check
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import Pending
from pages.parts.diagnose import table_edits
from tests.helpers.diagnose_page import TABLE, finish, held, opened, texts, unfold, upload, uploaded


@pytest.fixture
def app() -> AppTest:
    return opened()


def test_upload_check_confirm(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    assert "Check the columns of clinic\\.csv" in texts(app)
    assert held(app).patients.current.source == "blood_panel", "nothing is replaced before the user confirms"
    app.button(key="confirm").click().run()
    assert not app.exception
    assert held(app).patients.current.source == "upload"
    assert "2 diagnoses with 2 labeled patients each" in texts(app).replace("\\", "")
    assert held(app).adapted is held(app).patients.current.in_use


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "data"), [("x.csv", b""), ("x.xlsx", b"MZ\x90\x00"), ("x.parquet", b"PAR1"), ("x.csv", b"\x00\x01\x02" * 50)]
)
def test_a_bad_file_is_one_sentence_and_nothing_is_lost(app: AppTest, language: Language, name: str, data: bytes) -> None:
    app.segmented_control(key="language").set_value(language).run()
    before = held(app).patients.current
    upload(app, name, data)
    assert not app.exception
    assert len(app.error) == 1
    assert held(app).patients.current is before
    assert held(app).patients.pending is None


def test_a_table_whose_check_fails_is_not_held_by_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else every later run of the page would fail too."""
    monkeypatch.setattr(quality, "CHECKS", (SimpleNamespace(check=lambda _: 1 / 0),))
    records = PatientRecords.from_table(pd.read_csv(io.StringIO(TABLE), dtype=object))
    with pytest.raises(ZeroDivisionError):
        Pending("x.csv", b"", [], None, records, records)
    monkeypatch.setattr(quality, "CHECKS", ())
    pending = Pending("x.csv", b"", [], None, records, records)
    monkeypatch.setattr(quality, "CHECKS", (SimpleNamespace(check=lambda _: 1 / 0),))
    with pytest.raises(ZeroDivisionError):
        pending.change(lambda records: records.without([records.raw.index[0]]))
    assert pending.records is records


def test_a_workbook_with_two_sheets_asks_which(app: AppTest) -> None:
    frame, file = pd.read_csv(io.StringIO(TABLE)), io.BytesIO()
    with pd.ExcelWriter(file) as book:
        frame.to_excel(book, sheet_name="first", index=False)
        frame.head(3).to_excel(book, sheet_name="第二", index=False)
    upload(app, "two.xlsx", file.getvalue())
    assert list(app.selectbox(key="sheet").options) == ["first", "第二"]
    app.selectbox(key="sheet").set_value("第二").run()
    assert not app.exception
    assert len(held(app).patients.pending.records.raw) == 3


def test_a_remedy_is_one_click_and_back_keeps_what_was_there(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.replace("MCV (fL)", "MRN").encode())
    pending = held(app).patients.pending
    assert pending is not None
    app.button(key="remedy_0").click().run()
    assert not app.exception
    assert "MRN" not in pending.records.raw
    app.button(key="cancel").click().run()
    assert held(app).patients.pending is None
    assert held(app).patients.current.source == "blood_panel"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_is_a_table_that_can_be_used(language: Language) -> None:
    from metamed_core.data.formats import read_table

    records = PatientRecords.from_table(read_table("t.csv", cohorts.TEMPLATE.into(language).encode("utf-8-sig")))
    assert records.problem is None
    assert (records.n_way, records.k_shot, len(records.undiagnosed)) == (2, 2, 2)
    assert len(records.feature_columns) == 5
    assert list(records.patient_names[:2]) == ["P-001", "P-002"]


def test_the_roles_table_moves_the_diagnosis_and_refuses_a_range_the_wrong_way_round(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    pending = held(app).patients.pending
    assert pending is not None
    roles._apply(pending, {2: {"low": 15.0, "high": 300.0, "unit": "ng/mL", "cost": 8.5}})
    ferritin = pending.records.columns[2]
    assert (ferritin.low, ferritin.unit, ferritin.cost) == (15.0, "ng/mL", 8.5)
    with pytest.raises(UserError, match="ends \\(10\\) before it begins \\(15\\)"):
        roles._apply(pending, {2: {"high": 10.0}})
    assert pending.records.columns[2].high == 300.0
    roles._apply(pending, {0: {"role": "label"}})
    assert [column.role for column in pending.records.columns[:2]] == [Role.LABEL, Role.IGNORE]


def test_a_workbook_opens_on_its_first_sheet_of_patients(app: AppTest) -> None:
    frame, file = pd.read_csv(io.StringIO(TABLE)), io.BytesIO()
    with pd.ExcelWriter(file) as book:
        pd.DataFrame({"read me": ["a cover sheet"]}).to_excel(book, sheet_name="cover", index=False)
        pd.DataFrame().to_excel(book, sheet_name="blank", index=False)
        frame.to_excel(book, sheet_name="patients", index=False)
    upload(app, "book.xlsx", file.getvalue())
    assert held(app).patients.pending.sheet == "patients"
    assert "the first patient of the table is called “A-1”, the last one “Q-2”" in texts(app).replace("\\", "")


def test_a_refused_range_gives_a_fresh_table_and_a_sentence_beside_it(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    number = held(app).patients.pending.number
    roles._take_over(held(app).patients, number, {2: {"low": 400.0, "high": 150.0}})
    assert held(app).patients.pending.number != number
    roles._take_over(held(app).patients, number, {2: {"low": 1.0}})
    app.run()
    assert [error.value for error in app.error] == [r"The reference range of ferritin \(µg/L\) ends \(150\) before it begins \(400\)\: put the lower value first\."]  # fmt: skip
    assert held(app).patients.pending.records.columns[2].low is None


def test_a_bad_file_beside_an_open_check_says_which_file_the_check_is_of(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    upload(app, "empty.csv", b"")
    assert held(app).patients.pending.file == "clinic.csv"
    assert "was not taken; this is still the one from before" in texts(app)


def test_what_the_check_found_stays_in_view_until_it_is_mended(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.replace("MCV (fL)", "MRN").encode())
    app.button(key="confirm").click().run()
    assert "Open from the upload check (1): “MRN” may identify a patient" in texts(app).replace("\\", "")
    unfold(app).button(key="reopen").click().run()
    app.button(key="remedy_0").click().run()
    app.button(key="confirm").click().run()
    assert "Open from the upload check" not in texts(app)


def test_undo_goes_back_to_the_file_also_after_the_check_was_opened_again(app: AppTest) -> None:
    uploaded(app)
    column = held(app).patients.current.records.column("MCV (fL)")
    table_edits.take_over(held(app), table_edits.Shown((0,), {"c0": column}), {0: {"c0": 777.0}})
    held(app).patients.check_again()
    roles._apply(held(app).patients.pending, {3: {"low": 80.0}})
    check._confirm(Say("en"), held(app).patients)
    assert held(app).patients.current.records.features.at[0, "MCV (fL)"] == 777
    table_edits.undo_all(held(app))
    assert held(app).patients.current.records.features.at[0, "MCV (fL)"] == 68
    assert held(app).patients.current.records.column("MCV (fL)").low == 80, "the range was given in the check, not by an edit"


def test_an_upload_that_the_browser_reports_again_is_not_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    session: dict[str, object] = {"upload": SimpleNamespace(file_id="first")}
    monkeypatch.setattr(forms.st, "session_state", session)
    assert forms.new_upload("upload") is session["upload"]
    assert forms.new_upload("upload") is None
    session["upload"] = SimpleNamespace(file_id="the same file, chosen anew")
    assert forms.new_upload("upload") is session["upload"]
    assert forms.new_upload("gone") is None


def test_a_patient_is_found_by_the_local_file_number_if_it_is_kept(app: AppTest) -> None:
    table = pd.read_csv(io.StringIO(TABLE), dtype=str)
    table.insert(0, "hospital number", [f"00{n:06}" for n in range(4711, 4711 + len(table))])
    upload(app, "clinic.csv", table.to_csv(index=False).encode())
    kept = held(app).patients.pending
    assert kept is not None
    finding = next(one for one in kept.records.findings if one.kind == "identifier")
    kept.change(lambda records: records.with_remedy(replace(finding, remedy=finding.choices[0].remedy)))
    finish(app.button(key="confirm").click().run())
    for text, found in (("00004716", ["Q-2"]), ("4715", ["Q-1"]), ("q-1", ["Q-1"]), ("0000471", ["Q-1", "Q-2"]), ("00009999", [])):
        app.text_input(key="find").set_value(text).run()
        listed = [str(entry).replace("\\", "") for one in app.radio if str(one.key).startswith("chosen") for entry in one.options]
        assert [name for name in ("Q-1", "Q-2") if any(f"**{name}**" in entry for entry in listed)] == found, text
    assert "00004716" not in texts(app), "it finds the patient, and is shown nowhere"
