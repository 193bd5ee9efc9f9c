"""What one takes away is complete, readable by a script, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest

from metamed_core.data.records import PatientRecords
from metamed_core.data.spreadsheet_safety import harmless
from metamed_core.diagnosis import Answer, Diagnosis, Neighbor, answers, answers_csv, answers_values, provenance, reasons, start
from metamed_core.diagnosis.answers_csv import predictions_csv, predictions_table
from metamed_core.learners import LEARNERS
from metamed_core.words import LANGUAGES, Language, Words
from tests.unit.diagnosis.test_evidence import case_of

ROOT = Path(__file__).parents[3]
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


@pytest.mark.parametrize("name", ["matching", "prior_fitted"])
def test_the_reasons_stand_in_columns_of_the_csv_and_in_the_json(name: str) -> None:
    """The column that decides comes first, with the value of the table; the factors are the exponentials of the parts."""
    case = case_of(name, 0)
    told = list(reasons(case.trace, case.step_index, case.records))
    rows = list(csv.DictReader(io.StringIO(answers_csv(case.trace, case.step_index, "t.csv", told=told).decode("utf-8-sig"))))
    values = answers_values(case.trace, case.step_index, "t.csv", told=told)["patients"]
    assert json.loads(json.dumps(values)) == values
    for row, one, patient in zip(rows, told, values, strict=True):
        first = one.evidence.columns[0]
        raw = case.records.raw.at[one.case.features.index[0], "decides"]
        assert [row[key] for key in ("compared_with", "for_1", "for_1_value")] == [one.evidence.second, "decides", raw]
        assert float(row["for_1_times"]) == pytest.approx(math.exp(first.contribution), rel=5e-3)
        assert row["reasons_are"] == ("exact" if one.evidence.exact else "estimated")
        assert row["smallest_change"].startswith("The smallest single change that would change the answer: decides from")
        assert row["measure_next"].startswith("No missing value" if row["abstention_reason"] else "No value is missing")
        assert ("vote_1" in row) == (name in {"matching", "prior_fitted"})
        found = patient["reasons"]
        assert found["for"][0] | {"times": None} == {
            "column": "decides", "unit": "", "value": raw, "usual_first": first.usual[0], "usual_second": first.usual[1],
            "contribution": first.contribution, "times": None,
        }  # fmt: skip
        assert (found["smallest_change"]["column"], found["next_tests"]) == ("decides", [])
        assert sum(vote["share"] for vote in found["votes"]) == pytest.approx(1 if name in {"matching", "prior_fitted"} else 0, abs=1e-6)


def test_the_documentation_names_every_column_and_field_of_the_reasons() -> None:
    case = case_of("matching", 0)
    told = list(reasons(case.trace, case.step_index, case.records))
    named = set(re.findall(r"`(\w+)`", (ROOT / "docs/reference/answer-files.md").read_text("utf-8")))
    columns = predictions_table(answers(case.trace, 0), case.classes, provenance(case.trace, 0, "t"), told=told).columns
    assert {name for name in columns if not re.search(r"_[2-9]|^p\(", name)} <= named
    assert answers_values(case.trace, case.step_index, "t", told=told)["patients"][0]["reasons"].keys() <= named


def test_reasons_that_a_spreadsheet_would_run_are_harmless() -> None:
    raw = pd.DataFrame(
        {"=x": ["1", "2", "9", "8", "-2"], "code": ["+a", "+b", "+c", "+d", "+e"], "dx": ["@a", "@a", "@b", "@b", None]}, dtype=object
    )
    records = PatientRecords.from_table(raw)
    trace = start(records, LEARNERS["matching"]()).run()
    step = len(trace.steps) - 1
    table = csv.reader(io.StringIO(answers_csv(trace, step, "t", told=list(reasons(trace, step, records))).decode("utf-8-sig")))
    header, row = table
    cells = dict(zip(header, row, strict=True))
    assert (cells["for_1"], cells["for_1_value"], cells["compared_with"]) == ("'=x", "'-2", "'@b")
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in (*header, *row))
