"""Diagnose without a browser: what is on the page, what an edit, an upload or a language does to it."""

from __future__ import annotations

import dataclasses
import gc
import io
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.data.records import Column, PatientRecords, Role
from metamed_core.diagnosis import reliability_notes
from metamed_core.diagnosis.abstention import answers
from metamed_core.learners import LEARNERS
from metamed_core.words import LANGUAGES, Language, UserError
from pages.parts.common import cohorts, workbench
from pages.parts.common import upload_check as check
from pages.parts.common.forms import attempt
from pages.parts.common.frame import Say
from pages.parts.common.live_charts import MOST_POINTS, thinned
from pages.parts.common.workbench import KEY, AdaptRequest, Patients, Workbench, bundled
from pages.parts.diagnose import patient_tables as patients
from tests.helpers.widgets import named

ROOT = Path(__file__).parents[3]
SECONDS = 120
TABLE = (
    "patient,diagnosis,ferritin (µg/L),MCV (fL)\n"
    "A-1,iron deficiency,6,68\nA-2,iron deficiency,8,70\nB-1,inflammation,420,86\nB-2,inflammation,510,88\nQ-1,,7,69\nQ-2,,430,87\n"
)


@pytest.fixture
def app() -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    test.run()
    return test.switch_page("pages/diagnose.py").run()


def held(app: AppTest) -> Workbench:
    return app.session_state[KEY]


def settle(app: AppTest) -> AppTest:
    """Let a run that is still live come to its end."""
    while held(app).playing:
        held(app).tick()
    return app.run()


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    return app.file_uploader[0].upload(name, data, "application/octet-stream").run()


def texts(app: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*app.markdown, *app.caption, *app.header, *app.subheader, *app.error, *app.warning))


# -- the page as it opens ----------------------------------------------------------------------------------------------


def test_it_opens_with_a_bundled_cohort_already_adapted(app: AppTest) -> None:
    assert not app.exception
    assert not app.error
    bench = held(settle(app))
    assert bench.trace is not None
    assert bench.cursor == bench.total == len(bench.trace.steps) - 1
    assert "simulated" in app.selectbox(key="cohort").options[0]
    assert len(app.get("table")) == 10, "one card a patient, ten on a page"


@pytest.mark.parametrize("key", list(cohorts.cohorts()))
@pytest.mark.parametrize("algorithm", ["prototypical", "matching", "maml", "reptile"])
def test_every_cohort_with_every_algorithm(app: AppTest, key: str, algorithm: str) -> None:
    held(app).take(bundled(key))
    app.segmented_control(key="algorithm").set_value(algorithm).run()
    assert not app.exception
    assert not app.error
    assert held(app).request.algorithm == algorithm
    assert held(app).adapted is held(app).kept


def test_the_answers_say_whether_their_figures_are_calibrated(app: AppTest) -> None:
    """With the shipped weights they are, from random weights they are not."""
    bench = held(app)
    for start, note, language in (("universal", reliability_notes.CALIBRATED, "en"), ("none", reliability_notes.ORDER_ONLY, "zh")):
        bench.request = dataclasses.replace(bench.request, start=start)
        app.segmented_control(key="language").set_value(language).run()
        captions = [caption.value for caption in app.caption]
        notes = (reliability_notes.CALIBRATED, reliability_notes.ORDER_ONLY, reliability_notes.OTHER_SETTINGS)
        assert [each for each in notes if each.into(language) in captions] == [note]


def test_settings_that_were_not_calibrated_are_told_apart(app: AppTest) -> None:
    trace = held(app).trace
    assert trace is not None
    assert reliability_notes.how_to_read(trace) == reliability_notes.CALIBRATED
    trace.learner = LEARNERS["maml"](inner_steps=2)
    assert reliability_notes.how_to_read(trace) == reliability_notes.OTHER_SETTINGS


def test_at_most_one_primary_button(app: AppTest) -> None:
    mine = [button for button in app.button if button.proto.type == "primary" and button.key != "delete_now"]
    assert len(mine) <= 1


def test_a_change_of_language_changes_nothing_else(app: AppTest) -> None:
    app.segmented_control(key="algorithm").set_value("maml").run()
    app.selectbox(key="order").set_value("certain").run()
    settle(app)
    held(app).go_to(3)
    app.run()
    before = held(app)
    trace, cursor = before.trace, before.cursor
    app.segmented_control(key="language").set_value("zh").run()
    assert not app.exception
    assert (held(app).trace, held(app).cursor, held(app).request.algorithm) == (trace, cursor, "maml")
    assert held(app).view["order"] == "certain"
    assert named(app.selectbox, "order").value == "certain"
    assert "第 **3 / " in texts(app)
    assert "4 · 答案" in texts(app)


def test_a_link_asks_for_algorithm_settings_and_seed() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    app.run()
    for name, value in {"algorithm": "maml", "inner_steps": "3", "start": "none", "seed": "5", "inner_lr": "nonsense"}.items():
        app.query_params[name] = value
    app.switch_page("pages/diagnose.py").run()
    request = held(app).request
    assert (request.algorithm, request.start, request.seed) == ("maml", "none", 5)
    assert dict(request.settings)["inner_steps"] == 3
    assert not app.exception


@pytest.mark.parametrize("name", ["algorithm", "start", "seed", "inner_steps"])
def test_nonsense_in_the_address_is_left_aside(name: str) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    app.run()
    app.query_params[name] = "<script>-1e999"
    app.switch_page("pages/diagnose.py").run()
    assert not app.exception
    assert not app.error


def test_the_truth_is_revealed_on_request(app: AppTest) -> None:
    settle(app)
    app.toggle(key="reveal").set_value(True).run()
    assert "63 are right" in texts(app) or "of 63" in texts(app)


def test_each_card_says_what_cannot_be_ruled_out_or_why_it_holds_back(app: AppTest) -> None:
    bench = held(settle(app))
    said = [one.value for one in app.markdown if "which together reach" in one.value or "alone reaches" in one.value]
    found = answers(bench.trace, bench.cursor, range(10))
    assert len(said) == len(found) == 10
    for one, words in zip(found, said, strict=True):
        assert (f"the first {len(one.prediction_set)}," in words) if len(one.prediction_set) > 1 else ("first alone" in words)

    table = TABLE + "Q-3,,,\nQ-4,,60,77\n"
    upload(app, "clinic.csv", table.encode())
    app.button(key="confirm").click().run()
    settle(app)
    assert "No column holds a value for this patient" in texts(app)
    app.segmented_control(key="language").set_value("zh").run()
    assert "该患者没有任何数据" in texts(app)


# -- upload ------------------------------------------------------------------------------------------------------------


def test_upload_check_confirm(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    assert "Check the columns of clinic\\.csv" in texts(app)
    assert held(app).patients.source == "blood_panel", "nothing is replaced before the user confirms"
    app.button(key="confirm").click().run()
    assert not app.exception
    assert held(app).patients.source == "upload"
    assert "2 diagnoses with 2 labeled patients each" in texts(app).replace("\\", "")
    assert held(app).adapted is held(app).kept


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "data"), [("x.csv", b""), ("x.xlsx", b"MZ\x90\x00"), ("x.parquet", b"PAR1"), ("x.csv", b"\x00\x01\x02" * 50)]
)
def test_a_bad_file_is_one_sentence_and_nothing_is_lost(app: AppTest, language: Language, name: str, data: bytes) -> None:
    app.segmented_control(key="language").set_value(language).run()
    before = held(app).patients
    upload(app, name, data)
    assert not app.exception
    assert len(app.error) == 1
    assert held(app).patients is before
    assert held(app).pending is None


def test_a_workbook_with_two_sheets_asks_which(app: AppTest) -> None:
    frame, file = pd.read_csv(io.StringIO(TABLE)), io.BytesIO()
    with pd.ExcelWriter(file) as book:
        frame.to_excel(book, sheet_name="first", index=False)
        frame.head(3).to_excel(book, sheet_name="第二", index=False)
    upload(app, "two.xlsx", file.getvalue())
    assert list(app.selectbox(key="sheet").options) == ["first", "第二"]
    app.selectbox(key="sheet").set_value("第二").run()
    assert not app.exception
    assert len(held(app).pending.records.raw) == 3


def test_a_remedy_is_one_click_and_back_keeps_what_was_there(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.replace("MCV (fL)", "MRN").encode())
    pending = held(app).pending
    assert pending is not None
    app.button(key="remedy_0").click().run()
    assert not app.exception
    assert "MRN" not in pending.records.raw
    app.button(key="cancel").click().run()
    assert held(app).pending is None
    assert held(app).patients.source == "blood_panel"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_is_a_table_that_can_be_used(language: Language) -> None:
    from metamed_core.data.formats import read_table
    from metamed_core.data.records import PatientRecords

    records = PatientRecords.from_table(read_table("t.csv", cohorts.TEMPLATE.into(language).encode("utf-8-sig")))
    assert records.problem is None
    assert (records.n_way, records.k_shot, len(records.undiagnosed)) == (2, 2, 2)
    assert len(records.feature_columns) == 5
    assert list(records.patient_names[:2]) == ["P-001", "P-002"]


def test_the_roles_table_moves_the_diagnosis_and_refuses_a_range_the_wrong_way_round(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    pending = held(app).pending
    assert pending is not None
    check._apply(pending, {2: {"low": 15.0, "high": 300.0, "unit": "ng/mL"}})
    assert (pending.records.columns[2].low, pending.records.columns[2].unit) == (15.0, "ng/mL")
    with pytest.raises(UserError, match="ends \\(10\\) before it begins \\(15\\)"):
        check._apply(pending, {2: {"high": 10.0}})
    assert pending.records.columns[2].high == 300.0
    check._apply(pending, {0: {"role": "label"}})
    assert [column.role for column in pending.records.columns[:2]] == [Role.LABEL, Role.IGNORE]


def test_a_workbook_opens_on_its_first_sheet_of_patients(app: AppTest) -> None:
    frame, file = pd.read_csv(io.StringIO(TABLE)), io.BytesIO()
    with pd.ExcelWriter(file) as book:
        pd.DataFrame({"read me": ["a cover sheet"]}).to_excel(book, sheet_name="cover", index=False)
        pd.DataFrame().to_excel(book, sheet_name="blank", index=False)
        frame.to_excel(book, sheet_name="patients", index=False)
    upload(app, "book.xlsx", file.getvalue())
    assert held(app).pending.sheet == "patients"
    assert "first row is called A-1, that of the last row Q-2" in texts(app).replace("\\", "")


def test_a_refused_range_gives_a_fresh_table_and_a_sentence_beside_it(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    number = held(app).pending.number
    check._take_over(held(app), number, {2: {"low": 400.0, "high": 150.0}})
    assert held(app).pending.number != number
    check._take_over(held(app), number, {2: {"low": 1.0}})
    app.run()
    assert [error.value for error in app.error] == [r"The reference range of ferritin \(µg/L\) ends \(150\) before it begins \(400\)\: put the lower value first\."]  # fmt: skip
    assert held(app).pending.records.columns[2].low is None


def test_a_bad_file_beside_an_open_check_says_which_file_the_check_is_of(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    upload(app, "empty.csv", b"")
    assert held(app).pending.file == "clinic.csv"
    assert "was not taken; this is still the one from before" in texts(app)


def test_what_the_check_found_stays_in_view_until_it_is_mended(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.replace("MCV (fL)", "MRN").encode())
    app.button(key="confirm").click().run()
    assert "Open from the upload check (1): “MRN” can tell who a patient is" in texts(app).replace("\\", "")
    app.button(key="reopen").click().run()
    app.button(key="remedy_0").click().run()
    app.button(key="confirm").click().run()
    assert "Open from the upload check" not in texts(app)


def test_delete_my_data_leaves_no_table_in_memory(app: AppTest) -> None:
    """Streamlit keeps every widget's callback as long as the session lives; none of them may hold a patient."""

    def alive() -> int:
        gc.collect()
        tables = [thing for thing in gc.get_objects() if isinstance(thing, PatientRecords)]
        return sum("A-1" in records.raw.to_numpy() for records in tables)

    upload(app, "clinic.csv", TABLE.encode())
    app.button(key="confirm").click().run()
    app.button(key="reopen").click().run()
    app.button(key="confirm").click().run()
    app.text_input(key="find_0").set_value("Q-1").run()
    assert alive() > 0
    app.button(key="delete_now").click().run()
    assert alive() == 0
    assert held(app).patients.source == "blood_panel"
    assert app.text_input(key="find_1").value == ""


def test_undo_goes_back_to_the_file_also_after_the_check_was_opened_again(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    app.button(key="confirm").click().run()
    column = held(app).patients.records.column("MCV (fL)")
    patients._take_over(held(app), patients.Shown((0,), {"c0": column}), {0: {"c0": 777.0}})
    held(app).check_again()
    check._apply(held(app).pending, {3: {"low": 80.0}})
    check._confirm(held(app))
    assert held(app).patients.records.features.at[0, "MCV (fL)"] == 777
    patients._undo(held(app))
    assert held(app).patients.records.features.at[0, "MCV (fL)"] == 68
    assert held(app).patients.records.column("MCV (fL)").low == 80, "the range was given in the check, not by an edit"


# -- edits -------------------------------------------------------------------------------------------------------------


def bench_of(key: str = "blood_panel") -> Workbench:
    first: Patients = bundled(key)
    bench = Workbench(first, AdaptRequest("prototypical", (), "universal", 0), {key: first}, kept=first.kept)
    bench.adapt()
    bench.go_to(bench.total)
    bench.playing = False
    return bench


def test_an_edited_value_a_label_and_a_dropped_patient_re_adapt() -> None:
    bench = bench_of()
    columns = {"c0": bench.patients.records.feature_columns[2]}
    row = bench.patients.records.diagnosed[0]
    for edits in ({0: {"c0": 40.0}}, {0: {"label": "Wilson disease"}}, {0: {"use": False}}):
        trace, total = bench.trace, len(bench.kept.raw)
        patients._take_over(bench, patients.Shown((row,), columns), edits)
        bench.adapt()
        assert bench.trace is not trace
        assert bench.complaint is None
    assert len(bench.kept.raw) == total - 1
    assert bench.patients.edited


def test_a_patient_without_a_label_any_more_is_asked_about() -> None:
    bench = bench_of()
    row = bench.patients.records.diagnosed[0]
    patients._take_over(bench, patients.Shown((row,), {}), {0: {"use": False}})
    patients._take_over(bench, patients.Shown((row,), {}), {0: {"label": None}})
    assert row in bench.kept.undiagnosed


def test_a_value_that_cannot_be_read_is_refused_and_the_old_one_kept() -> None:
    bench = bench_of()
    column = next(c for c in bench.patients.records.feature_columns if c.role is Role.NUMBER)
    row, before = bench.patients.records.undiagnosed[0], bench.patients
    patients._take_over(bench, patients.Shown((row,), {"c0": column}), {0: {"c0": "abc"}})
    assert bench.complaint is not None
    assert "abc" in bench.complaint.en
    assert "abc" in bench.complaint.zh
    assert bench.patients is before


def test_another_table_is_shown_to_its_end_and_follows_a_patient_of_its_own() -> None:
    bench = bench_of()
    bench.go_to(1)
    bench.watched = 113
    bench.take(bundled("breast_cytology"))
    assert bench.watched is None
    bench.adapt()
    assert bench.cursor == len(bench.trace.steps) - 1 > 0


def test_a_link_asks_for_a_cohort() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    app.run()
    app.query_params["cohort"] = "rare_findings"
    app.switch_page("pages/diagnose.py").run()
    assert held(app).patients.source == "rare_findings"
    assert app.query_params["cohort"] == "rare_findings"
    app.selectbox(key="cohort").set_value("blood_panel").run()
    assert "cohort" not in app.query_params


def test_leaving_patients_out_repaints_nobody(app: AppTest) -> None:
    bench = bench_of()
    say = Say("en")
    before = patients.styles_of(say, bench)
    gone = next(iter(before))
    rows = tuple(bench.patients.records.labels.index[bench.patients.records.labels == gone])
    patients._take_over(bench, patients.Shown(rows, {}), {at: {"use": False} for at in range(len(rows))})
    after = patients.styles_of(say, bench)
    assert gone not in after
    assert all(after[name] == before[name] for name in after)


def test_unticking_down_to_one_diagnosis_says_how_to_come_back(app: AppTest) -> None:
    upload(app, "clinic.csv", TABLE.encode())
    app.button(key="confirm").click().run()
    patients._take_over(held(app), patients.Shown((0, 1), {}), {0: {"use": False}, 1: {"use": False}})
    app.run()
    assert patients.TICK_AGAIN.en.rstrip(".") in app.error[0].value.replace("\\", "")


def test_a_unit_given_in_the_check_is_shown_and_one_in_the_header_not_twice() -> None:
    say = Say("en")
    assert patients.heading(say, Column("Hb", Role.NUMBER, "g/L")) == "Hb (g/L)"
    assert patients.heading(say, Column("MCV (fL)", Role.NUMBER, "fL")) == "MCV (fL)"


def test_the_slider_stays_where_it_was_after_an_edit() -> None:
    bench = bench_of()
    bench.go_to(2)
    bench.take(bench.patients)
    bench.adapt()
    assert bench.cursor == 2
    bench.go_to(bench.total)
    bench.take(bench.patients)
    bench.adapt()
    assert bench.cursor == len(bench.trace.steps) - 1


def test_an_outdated_adaptation_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs of the page may overlap: the one whose question is no longer asked must not win."""
    bench, begin = bench_of(), workbench.begin

    def overtaken(records: object, request: AdaptRequest) -> object:
        trace = begin(records, request)
        bench.take(bench.patients)  # what the next run of the page does meanwhile
        return trace

    trace, answered = bench.trace, bench.answered
    bench.take(bench.patients)
    monkeypatch.setattr(workbench, "begin", overtaken)
    bench.adapt()
    assert (bench.trace, bench.answered) == (trace, answered)
    monkeypatch.undo()
    bench.adapt()
    assert bench.trace is not trace
    assert bench.answered == (bench.version, bench.request)


def test_play_step_stop_reset() -> None:
    bench = bench_of()
    bench.play()
    assert (bench.cursor, bench.playing) == (0, True)
    bench.tick()
    assert bench.cursor == 1
    while bench.playing:
        bench.tick()
    assert bench.cursor == bench.total
    bench.reset()
    assert (bench.cursor, len(bench.trace.steps)) == (0, 1)


def test_what_the_user_did_wrong_is_kept_as_a_sentence() -> None:
    bench = bench_of()

    def fail() -> None:
        raise UserError(cohorts.cohorts()["blood_panel"].title)

    assert not attempt(bench, fail)
    assert bench.complaint is not None
    assert attempt(bench, lambda: None)
    assert bench.complaint is None


# -- pieces ------------------------------------------------------------------------------------------------------------


def test_a_curve_draws_a_bounded_number_of_points() -> None:
    drawn = thinned(range(5000))
    assert len(drawn) == MOST_POINTS
    assert (drawn[0], drawn[-1]) == (0, 4999)
    assert thinned(range(3)) == [0, 1, 2]


@pytest.mark.parametrize("key", list(cohorts.cohorts()))
def test_the_set_aside_truth_covers_the_undiagnosed(key: str) -> None:
    records, truth = cohorts.records_of(key), cohorts.truth_of(key)
    assert set(truth) == set(records.undiagnosed)
    assert set(truth.values()) <= set(records.classes)
