"""What one takes away is complete, readable by a script, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from metamed_core.data.records import PatientRecords
from metamed_core.data.spreadsheet_safety import harmless
from metamed_core.diagnosis import Answer, Diagnosis, Neighbor, answers, answers_csv, start
from metamed_core.diagnosis.answers_csv import predictions_csv, predictions_table
from metamed_core.learners import LEARNERS
from metamed_core.words import LANGUAGES, Language, Words

CLASSES = ("=cmd()", "flu")
ONE = Diagnosis(4, "@Q-1", (("=cmd()", 0.75), ("flu", 0.25)), (Neighbor(0, "+A-1", "=cmd()", 0.5),))
ANSWER = Answer(ONE, ("=cmd()", "flu"), Words("=none", "＝无"))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_cell_that_would_be_run_gets_an_apostrophe(start: str) -> None:
    assert harmless(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "flu", "P-001", "5=5", "甲"])
def test_an_ordinary_cell_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_the_csv_is_complete_and_harmless() -> None:
    run = {"algorithm": "maml", "settings": "inner_lr=0.03", "weights": "universal", "seed": 0, "step": 3, "file": "=evil.csv"}
    data = predictions_csv([ANSWER], CLASSES, run)
    assert data.startswith(b"\xef\xbb\xbf"), "Excel garbles Chinese without the byte order mark"
    header, row = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert header == [
        "patient", "row", "predicted", "probability", "prediction_set", "abstention_reason", "p(=cmd())", "p(flu)",
        "nearest_1", "nearest_1_diagnosis", "nearest_1_distance", "coverage", "algorithm", "settings", "weights", "seed", "step", "file",
        "intended_use",
    ]  # fmt: skip
    assert row[:6] == ["'@Q-1", "5", "'=cmd()", "0.750000", "'=cmd(); flu", "'=none"]
    assert row[6:11] == ["0.750000", "0.250000", "'+A-1", "'=cmd()", "0.500000"]
    assert row[11:] == [
        "0.900000",
        "maml",
        "inner_lr=0.03",
        "universal",
        "0",
        "3",
        "'=evil.csv",
        "For research and teaching only; not a medical device.",
    ]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in (*header, *row))


def test_nobody_to_diagnose_gives_a_header() -> None:
    table = predictions_table([], ("a", "b"), {"algorithm": "maml", "step": 0})
    assert table.empty
    assert list(table.columns[:7]) == ["patient", "row", "predicted", "probability", "prediction_set", "abstention_reason", "p(a)"]


def test_the_row_is_that_of_the_file_also_where_labeled_and_unlabeled_are_mixed() -> None:
    raw = pd.DataFrame({"x": ["1", "2", "9", "8", "2", "7"], "dx": [None, "a", "b", None, None, "b"]}, dtype=object)
    records = PatientRecords.from_table(raw)
    trace = start(records, LEARNERS["prototypical"]()).run()
    table = predictions_table(answers(trace, 0), records.classes, {})
    assert table["row"].tolist() == [1, 4, 5]
    assert table["patient"].tolist() == ["row 1", "row 4", "row 5"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_csv_tells_what_cannot_be_ruled_out_and_why_no_answer_should_be_taken(language: Language) -> None:
    raw = pd.DataFrame({"x": ["1", "2", "9", "8", "1.5", "4", None], "dx": ["a", "a", "b", "b", None, None, None]}, dtype=object)
    trace = start(PatientRecords.from_table(raw), LEARNERS["prototypical"]()).run()
    last = len(trace.steps) - 1
    rows = list(csv.DictReader(io.StringIO(answers_csv(trace, last, "t.csv", language).decode("utf-8-sig"))))
    expected = answers(trace, last)
    assert [row["prediction_set"] for row in rows] == ["; ".join(one.prediction_set) for one in expected]
    reasons = ["" if one.abstention_reason is None else one.abstention_reason.into(language) for one in expected]
    assert [row["abstention_reason"] for row in rows] == reasons
    assert [bool(reason) for reason in reasons] == [False, True, True]
