"""The upload check says what was read, asks where a file may be read in two ways, and reads it again as it is told."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.data import ReadOptions
from pages.parts.common.findings_list import open_doubts
from pages.parts.common.open_file import read_again
from pages.parts.common.patients_state import Pending
from tests.helpers.diagnose_page import TABLE, held, opened, texts, upload

TWO_WAYS = "patient;diagnosis;CRP;count\nA-1;gout;1,250;1\nA-2;gout;2,300;2\nB-1;sepsis;3,400;3\nB-2;sepsis;4,500;4\nQ-1;;1,300;5\n"
TITLED = "Ward list\nprinted today\n\n" + TABLE + "mean,,77,3\n"


@pytest.fixture
def app() -> AppTest:
    return opened()


def pending(app: AppTest) -> Pending:
    held_now = held(app).patients.pending
    assert held_now is not None
    return held_now


def said(app: AppTest) -> str:
    return texts(app).replace("\\", "")


def test_the_account_stands_above_the_check_with_the_first_rows(app: AppTest) -> None:
    upload(app, "clinic.csv", TITLED.encode())
    assert "**11 rows read: 6 patients, 2 title lines, 1 header (row 4), 1 summary row, 1 blank.**" in said(app)
    first = next(frame.value for frame in app.dataframe if "line" in frame.value)
    assert first["line"].tolist() == [5, 6, 7, 8, 9]
    assert first["c0"].tolist() == ["A-1", "A-2", "B-1", "B-2", "Q-1"]


def test_two_plausible_readings_are_asked_and_the_button_waits(app: AppTest) -> None:
    upload(app, "clinic.csv", TWO_WAYS.encode())
    assert app.button(key="confirm").disabled
    assert "choose a reading where the check asks (1 question): In “CRP” the comma may group thousands" in said(app)
    titles = [app.button(key=f"choice_0_{k}").label for k in range(2)]
    assert titles == ["The point is the decimal sign", "The comma is the decimal sign"]
    app.button(key="choice_0_0").click().run()
    assert not app.exception
    assert pending(app).records.features["CRP"].tolist() == [1250, 2300, 3400, 4500, 1300]
    assert not app.button(key="confirm").disabled
    app.button(key="confirm").click().run()
    assert held(app).patients.current.records.features["CRP"].iat[0] == 1250


def test_a_role_that_was_set_stays_when_the_file_is_read_differently(app: AppTest) -> None:
    from pages.parts.common import roles_table as roles

    upload(app, "clinic.csv", TABLE.encode())
    roles._apply(pending(app), {2: {"high": 300.0}})
    app.selectbox(key="read_decimal").set_value(".").run()
    assert not app.exception
    assert pending(app).records.columns[2].high == 300.0
    assert pending(app).records.reading is not None
    assert pending(app).records.reading.options == ReadOptions(decimal=".")


def test_a_reading_that_fails_is_one_sentence_and_the_last_one_stays(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    before = pending(app)
    app.number_input(key="header_row").set_value(500).run()
    assert len(app.error) == 1
    assert pending(app) is before
    assert app.number_input(key="header_row_1").value is None, "the field shows what holds"


def test_an_answered_doubt_is_not_asked_again_and_another_sheet_asks_anew(app: AppTest) -> None:
    frame, file = pd.read_csv(io.StringIO(TABLE)), io.BytesIO()
    with pd.ExcelWriter(file) as book:
        frame.to_excel(book, sheet_name="first", index=False)
        frame.head(3).to_excel(book, sheet_name="second", index=False)
    upload(app, "book.xlsx", file.getvalue())
    now = pending(app)
    now.answered = frozenset({("decimal", "CRP")})
    read_again(held(app).patients, options=ReadOptions(header_row=1))
    assert pending(app).answered == now.answered
    read_again(held(app).patients, sheet="second")
    assert pending(app).answered == frozenset()
    assert len(pending(app).records.raw) == 3
    assert pending(app).on_disk
    assert open_doubts(pending(app)) == ()


def test_the_usual_range_is_offered_and_can_be_edited(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    assert pending(app).records.reference_ranges == {}
    assert "ferritin (µg/L): **24–336 µg/L** · :small[ferritin (women and men together, which differ); ABIM" in said(app)
    app.button(key="range_0").click().run()
    assert pending(app).records.reference_ranges == {"ferritin (µg/L)": (24, 336)}
    app.button(key="range_all").click().run()
    assert pending(app).records.reference_ranges["MCV (fL)"] == (80, 98)
    assert not app.exception
    assert "Usual adult ranges" not in [expander.label for expander in app.expander]


@pytest.mark.parametrize("answer", [0, 1])
def test_a_number_that_may_mean_missing_is_asked_and_the_button_waits(app: AppTest, answer: int) -> None:
    rows = [f"K{i},{pain},{'gout' if i % 2 else 'lupus'}" for i, pain in enumerate([0, 1, 9, 2, 3, 9, 1, 9])]
    upload(app, "pain.csv", "\n".join(["patient,pain,diagnosis", *rows, "K9,2,"]).encode())
    assert app.button(key="confirm").disabled
    asked = next(one for one in held(app).patients.pending.records.findings if one.kind == "missing_code")
    assert len(asked.choices) == 2
    app.button(key="remedy_0" if answer == 0 else "choice_0_0").click().run()
    assert not app.exception
    assert not app.button(key="confirm").disabled
    assert int(held(app).patients.pending.records.features["pain"].isna().sum()) == (3 if answer == 0 else 0)
