"""What the user knows, on Diagnose: it moves answers and is reported, a bad statement changes nothing, and it is saved and forgotten with its table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from metamed_core.data import open_upload
from metamed_core.diagnosis import read_saved_work
from metamed_core.knowledge import Knowledge, Statement, read_knowledge
from metamed_core.learners import UNIVERSAL
from metamed_core.words import UserError
from pages.parts.common import cohorts, session_cache, sign_in
from pages.parts.common.adapt_request import AdaptRequest, RequestState
from pages.parts.common.apart import Job
from pages.parts.common.clean_process import ApartError
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import UPLOAD, Patients, PatientsState, bundled
from pages.parts.common.saved_work import work_of
from pages.parts.compare.known import read_file
from pages.parts.diagnose import known_edits, known_tables, patient_tables
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.known_edits import GRID, KNOWN, ROW
from tests.helpers.diagnose_page import finish, held, opened, texts, upload, uploaded

HEADER = "diagnosis,column,statement,weight,source\n"
TABLE = (
    "patient,diagnosis,ferritin (µg/L),MCV (fL),fever,ward\nA-1,iron deficiency,6,68,no,north\nA-2,iron deficiency,8,70,no,south\n"
    "B-1,inflammation,420,86,yes,north\nB-2,inflammation,510,88,yes,south\nQ-1,,7,69,no,north\nQ-2,,430,87,yes,south\n"
)
FERRITIN, IRON = "ferritin (µg/L)", "iron deficiency"


def state_of(patients: Patients | None = None) -> Adaptation:
    """A table of one's own without any page, not adapted yet."""
    if patients is None:
        records = open_upload("clinic.csv", TABLE.encode())[1]
        patients = Patients(UPLOAD, records, records, "clinic.csv")
    return Adaptation(PatientsState(patients, {patients.source: patients}), RequestState(AdaptRequest("prototypical", (), UNIVERSAL, 0)))


def say_that(state: Adaptation, *told: tuple[str, str, str], editor: str = GRID) -> None:
    known_edits.take_over(state, {(diagnosis, column): {"text": text} for diagnosis, column, text in told}, editor)


def proba(state: Adaptation) -> np.ndarray:
    shown = state.shown()
    assert shown is not None
    return shown.step.proba


def test_knowledge_moves_the_answers_is_reported_and_can_be_fixed_in_both_languages() -> None:
    app = uploaded(opened(algorithm="prototypical"), TABLE)
    state, before = held(app), proba(held(app))
    assert "What your knowledge does" not in texts(app)
    app.button(key="change_known").click().run()
    say_that(state, (IRON, FERRITIN, "↑↑"), ("inflammation", FERRITIN, "very low"), ("gout", "MCV (fL)", "80-100"))
    finish(app.run())
    said = texts(app).replace("\\", "")
    assert "3 statements on 3 diagnoses" in said
    assert re.search(rf"Your row counts as 0\.\d patients; conflict: {re.escape(FERRITIN)}", said), said
    assert f"{FERRITIN}: you say ↑↑; otherwise in A-1, A-2" in said
    assert "No labeled patient: the answer rests on the row alone." in said
    assert re.search("4 of 4 without your knowledge, . of 4 with it", said)
    assert re.search("first diagnosis of . of 2 patients to diagnose is another", said)
    assert "1 labeled patient could not be judged" not in said, "a row is no patient"
    assert "is the only patient with" not in said
    assert proba(state).shape == (2, 3)
    told = proba(state)
    app.segmented_control(key="counts_as").set_value("2").run()
    assert state.patients.current.counts_as == 2
    assert not np.allclose(proba(state), told)
    app.segmented_control(key="language").set_value("zh").run()
    assert not app.exception
    assert "这一行知识相当于 2\\.0 位患者" in texts(app)
    known_edits.change(state, replace(state.patients.current, knowledge=Knowledge(), counts_as=None))
    finish(app.run())
    assert np.array_equal(proba(state), before), "nothing said changes no digit"


@pytest.mark.parametrize(
    ("at", "changes", "sentence"),
    [
        ((IRON, FERRITIN), {"text": "abc"}, "What is known of “iron deficiency” in “ferritin (µg/L)” says “abc” of the number"),
        ((IRON, FERRITIN), {"text": "11-4"}, "give a range with the smaller value first"),
        ((IRON, "fever"), {"text": "high"}, "says “high” of the finding “fever”: use always"),
        ((IRON, "ward"), {"text": "west"}, "where no patient has this word: use one of north, south."),
        ((IRON, "MCV (fL)"), {"weight": 2.0}, "Nothing is said of “MCV (fL)” in “iron deficiency”"),
    ],
)
def test_a_statement_that_does_not_fit_is_refused_and_all_others_are_kept(
    at: tuple[str, str], changes: Mapping[str, Any], sentence: str
) -> None:
    state = state_of()
    known_edits.take_over(state, {at: changes, ("inflammation", FERRITIN): {"text": "↑"}}, GRID)
    assert state.patients.error is not None
    assert sentence in state.patients.error.en
    assert state.patients.error_place == KNOWN
    assert [(one.diagnosis, one.text) for one in state.patients.current.knowledge.statements] == [("inflammation", "high")]


def test_weight_and_source_belong_to_a_statement_and_an_emptied_cell_says_nothing() -> None:
    state = state_of()
    say_that(state, (IRON, FERRITIN, "very low"))
    grid = known_edits.key_of(state, GRID)
    known_edits.take_over(state, {(IRON, FERRITIN): {"weight": 2.0, "source": "Hoffbrand"}}, ROW)
    assert state.patients.current.knowledge.statements == (Statement(IRON, FERRITIN, "very low", 2.0, "Hoffbrand"),)
    assert known_edits.key_of(state, GRID) != grid, "or the grid would repeat its own older edit"
    for _ in range(2):  # an editor reports its earlier edits again
        known_edits.take_over(state, {(IRON, FERRITIN): {"text": None, "weight": 2.0}}, ROW)
        assert state.patients.current.knowledge == Knowledge()
        assert state.patients.error is None


def test_a_further_diagnosis_has_a_row_and_a_style_once_something_is_said_of_it() -> None:
    state, say = state_of(), Say("zh")
    known_edits.add_diagnosis(state, " gout ")
    assert known_edits.rows_of(state.patients.current) == ["inflammation", IRON, "gout"]
    assert "gout" not in patient_tables.styles_of(say, state.patients.current)
    say_that(state, ("gout", FERRITIN, "normal"))
    assert "gout" in patient_tables.styles_of(say, state.patients.current)
    for name, sentence in (("", "No diagnosis was typed"), ("GOUT", "“GOUT” has a row already")):
        with pytest.raises(UserError, match=sentence):
            known_edits.add_diagnosis(state, name)
    assert known_tables.said(say, "normal") == "正常"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (f"{IRON},{FERRITIN},abc,,\n", "Line 2 of the knowledge table says “abc”"),
        (f"{IRON},{FERRITIN},low,,\nIron  Deficiency,{FERRITIN},high,,\n", "makes two statements on “iron deficiency”"),
        (f"{IRON},{FERRITIN},,,\n", "k.csv makes no statement"),
        (f"{IRON},{FERRITIN},low,much,\n", "has the weight “much”"),
    ],
)
def test_a_bad_file_is_one_sentence_and_what_was_said_stays(lines: str, sentence: str) -> None:
    state = state_of()
    say_that(state, (IRON, FERRITIN, "low"))
    before = state.patients.current
    with pytest.raises(UserError, match=sentence):
        known_edits.open_file(state, "k.csv", (HEADER + lines).encode())
    assert state.patients.current is before


def test_who_may_open_no_tables_opens_no_knowledge_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "may_open_tables", lambda: False)
    file, state = f"{HEADER}{IRON},{FERRITIN},low,,\n".encode(), state_of()
    for act in (lambda: known_edits.open_file(state, "k.csv", file), lambda: read_file("k.csv", file, state.patients.current)):
        with pytest.raises(UserError) as refused:
            act()
        assert refused.value.words == sign_in.NOT_ALLOWED
    assert state.patients.current.knowledge == Knowledge()


def test_a_file_is_read_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def died(job: Job[Any]) -> Knowledge:
        raise ApartError("memory")

    monkeypatch.setattr(Job, "result", died)
    file, state = f"{HEADER}{IRON},{FERRITIN},low,,\n".encode(), state_of()
    for act in (lambda: known_edits.open_file(state, "k.csv", file), lambda: read_file("k.csv", file, state.patients.current)):
        with pytest.raises(UserError, match="takes too much memory"):
            act()


def test_a_file_takes_the_spelling_of_the_table_and_comes_back_from_the_download() -> None:
    state = state_of()
    known_edits.open_file(state, "k.csv", f"{HEADER}IRON deficiency,Ferritin (µg/L),↓↓,hallmark,book\ngout,uric acid,high,,\n".encode())
    known = state.patients.current.knowledge
    assert known.cell(IRON, FERRITIN) == Statement(IRON, FERRITIN, "very low", 2.0, "book")
    assert known.cell("gout", "uric acid") is not None, "a column that the table lacks is kept, and said to be left aside"
    again = state_of()
    known_edits.open_file(again, "k.csv", known.to_csv())
    assert again.patients.current.knowledge.sha256 == known.sha256 == read_knowledge("k", known.to_csv()).sha256


def test_knowledge_is_saved_with_the_work_and_opened_by_another_visitor() -> None:
    state = state_of()
    say_that(state, (IRON, FERRITIN, "high"), ("gout", "MCV (fL)", "high"))
    state.patients.work_on(replace(state.patients.current, counts_as=2))
    state.adapt()
    state.stop_at(state.total)
    file = work_of(state.patients.current, state.requests.current, state.cursor).to_json()
    assert read_saved_work("w", file).counts_as == 2
    other = opened(algorithm="prototypical")
    upload(other, "w.json", file)
    finish(other.button(key="confirm").click().run())
    here = held(other).patients
    assert here.current.knowledge == state.patients.current.knowledge
    assert np.array_equal(proba(held(other)), proba(state))
    assert not here.has_unsaved
    say_that(held(other), (IRON, FERRITIN, "low"))
    assert here.has_unsaved


def test_knowledge_of_a_bundled_table_is_its_users_own_and_shared_with_nobody() -> None:
    state = state_of(bundled("blood_panel"))
    assert not state.patients.holds_own_data
    entries = sum(map(len, session_cache._shared.values()))
    name = state.patients.current.records.classes[0]
    say_that(state, (name, state.patients.current.records.feature_columns[2].name, "low"))
    assert state.patients.holds_own_data
    assert state.patients.has_unsaved
    state.adapt()
    assert sum(map(len, session_cache._shared.values())) == entries


def test_a_table_without_any_labeled_patient_is_answered_from_knowledge() -> None:
    app = opened(algorithm="prototypical")
    upload(app, "clinic.csv", re.sub("(?m)^([AB]-.),[^,]*,", r"\1,,", TABLE).encode())
    assert "say on Diagnose what you know of at least two diagnoses" in texts(app)
    app.button(key="confirm").click().run()
    state = held(app)
    assert "at least 2 are needed" in texts(app)
    app.button(key="change_known").click().run()
    for name, grade in (("inflammation", "high"), (IRON, "low")):
        known_edits.add_diagnosis(state, name)
        say_that(state, (name, FERRITIN, grade))
    finish(app.run())
    assert not app.exception
    assert proba(state).argmax(1).tolist() == [1, 1, 0, 0, 1, 0]
    assert [one.value[:47] for one in app.info] == ["Without your knowledge there are no answers her"]


@pytest.mark.parametrize("source", ["blood_panel", "breast_cytology", "rare_findings"])
def test_what_ships_with_a_bundled_table_fits_it_and_names_a_source(source: str) -> None:
    state, shipped = state_of(bundled(source)), cohorts.knowledge_of(source)
    assert shipped is not None
    known_edits.take(state, source, shipped)
    assert state.patients.current.knowledge.sha256 == shipped.sha256
    assert set(shipped.diagnoses) == set(state.patients.current.records.classes)
    assert all(one.source for one in shipped.statements)
    assert state.patients.current.in_use is not bundled(source).records, "answers that follow from it are shared with nobody"
