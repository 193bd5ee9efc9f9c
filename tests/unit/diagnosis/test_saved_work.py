"""Saved work: the same answers to the digit from the file alone; what is damaged, altered or newer is refused in one sentence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from metamed_core.data import Column, PatientRecords, Role, open_upload, with_new_column, with_new_patient, with_typed_cell
from metamed_core.diagnosis import SavedWork, answers_csv, is_saved_work, read_saved_work, trace
from metamed_core.diagnosis.saved_work import checksum
from metamed_core.knowledge import Knowledge, Statement
from metamed_core.learners import LEARNERS
from metamed_core.words import UserError, Words

ROOT = Path(__file__).parents[3]
TABLE = (
    "patient;diagnosis;CRP (mg/L);fever;ward\nA-1;gout;12,5;no;A\n\nA-2;gout;8,1;no;B\nB-1;sepsis;240;yes;A\nB-2;sepsis;<310;yes;A\n"
    "Q-1;;290;yes;B\nQ-2;;;no;A\n"
)


@pytest.fixture(scope="module")
def work() -> SavedWork:
    """Work of an afternoon: edits, a patient and a column more, a range, a unit, somebody left out, MAML at step 3."""
    original = open_upload("clinic.csv", TABLE.encode())[1]
    columns = [
        replace(column, low=0.0, high=5.0, title=Words("CRP", "C反应蛋白"), missing=("999",)) if column.unit else column
        for column in original.columns
    ]
    original = original.with_columns(columns)
    records, row = with_new_patient(original, "N-1")
    records = with_typed_cell(with_typed_cell(records, row, "diagnosis", "malaria"), row, "CRP (mg/L)", "12,25")
    records = with_typed_cell(with_new_column(records, Column("ferritin (µg/L)", Role.NUMBER, "µg/L")), 1, "ferritin (µg/L)", "<80")
    settings = {"inner_lr": 0.05, "inner_steps": 6}
    return SavedWork(
        records,
        original,
        "maml",
        settings,
        "clinic.csv",
        None,
        "",
        frozenset({0}),
        {"diagnosis": ("dengue",)},
        "none",
        "",
        7,
        3,
        0.95,
        named={4: "gout"},
    )


def answers_of(work: SavedWork) -> bytes:
    """The answers at the step that was looked at."""
    kept = trace.start(work.records.without(work.dropped), LEARNERS[work.algorithm](**work.settings), work.weights, work.seed).run()
    return answers_csv(kept, work.step, work.file)


def test_everything_comes_back(work: SavedWork) -> None:
    back = read_saved_work("w", work.to_json())
    for name in (
        "algorithm",
        "settings",
        "file",
        "sheet",
        "cohort",
        "dropped",
        "levels",
        "weights",
        "weights_sha256",
        "seed",
        "step",
        "coverage",
        "named",
    ):
        assert getattr(back, name) == getattr(work, name), name
    for one, other in ((back.records, work.records), (back.original, work.original)):
        assert one.columns == other.columns
        assert one.raw.equals(other.raw)
        assert one.reading is not None
        assert other.reading is not None
        assert one.reading == replace(other.reading, notes=one.reading.notes)
        assert one.patient_names.tolist() == other.patient_names.tolist()
        assert one.findings == tuple(replace(finding, choices=()) if finding.choices else finding for finding in other.findings)


def test_another_process_gives_the_same_answers_to_the_digit(work: SavedWork, tmp_path: Path) -> None:
    file = tmp_path / "work.json"
    file.write_bytes(work.to_json())
    code = (
        "import sys; from pathlib import Path; from tests.unit.diagnosis.test_saved_work import answers_of; "
        "from metamed_core.diagnosis import read_saved_work; "
        f"sys.stdout.buffer.write(answers_of(read_saved_work('w', Path({str(file)!r}).read_bytes())))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout == answers_of(work)


def test_an_unedited_table_is_written_once(work: SavedWork) -> None:
    same = replace(work, records=work.original)
    assert len(same.to_json()) < 0.7 * len(work.to_json())
    back = read_saved_work("w", same.to_json())
    assert back.original is back.records


def test_saved_work_is_told_from_a_table_of_patients(work: SavedWork) -> None:
    assert is_saved_work(work.to_json())
    assert is_saved_work(json.dumps(json.loads(work.to_json()), indent=2).encode("utf-8-sig"))
    assert not is_saved_work(b'[{"patient": 1, "format": "metamed work"}]')
    assert not is_saved_work(TABLE.encode())


def test_an_editor_that_only_indents_the_file_does_no_harm(work: SavedWork) -> None:
    tidy = json.dumps(json.loads(work.to_json()), indent=2, sort_keys=True).encode()
    assert read_saved_work("w", tidy).records.sha256 == work.records.sha256


def test_a_file_from_before_the_sets_could_be_chosen_is_opened(work: SavedWork) -> None:
    assert read_saved_work("w", changed(work, lambda content: content.pop("coverage"), sign=True)).coverage == 0.9


def changed(work: SavedWork, change: Callable[[dict[str, Any]], object], *, sign: bool) -> bytes:
    """The file after a change, with a checksum that fits it or not."""
    content = json.loads(work.to_json())
    change(content)
    if sign:
        content["sha256"] = checksum(content)
    return json.dumps(content).encode()


def set_cell(content: dict[str, Any]) -> None:
    content["table"]["cells"][0][2] = "1250"


def set_version(content: dict[str, Any]) -> None:
    content["version"] = 3


def set_steps(content: dict[str, Any]) -> None:
    content["settings"]["inner_steps"] = 10**9


ALTERED = "The saved work “w.json” was altered after it was saved, so it is not opened: open an unaltered copy."
DAMAGED = "The saved work “w.json” is damaged or incomplete: save it again, or open an earlier copy."
NEWER = "The saved work “w.json” comes from a newer MetaMed (its format has version 3): open it there, or update this one."


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda work: changed(work, set_cell, sign=False), ALTERED),
        (lambda work: changed(work, set_cell, sign=True), DAMAGED),
        (lambda work: changed(work, set_version, sign=False), NEWER),
        (lambda work: changed(work, set_steps, sign=True), DAMAGED),
        (lambda work: changed(work, lambda content: content.pop("seed"), sign=True), DAMAGED),
        (lambda work: changed(work, lambda content: content.update(algorithm="magic"), sign=True), DAMAGED),
        (lambda work: changed(work, lambda content: content["table"].update(rows=[0] * 7), sign=True), DAMAGED),
        (lambda work: changed(work, lambda content: content["table"].update(cells=[[1]]), sign=True), DAMAGED),
        (lambda work: changed(work, lambda content: content.update(coverage=0.99), sign=True), DAMAGED),
        (lambda work: changed(work, lambda content: content.update(step=float("inf")), sign=True), DAMAGED),
        (lambda work: changed(work, lambda content: content.update(counts_as=10**9), sign=True), DAMAGED),
        (lambda work: changed(work, lambda content: content["table"]["columns"][0].update(low="1"), sign=True), DAMAGED),
        (lambda work: changed(work, lambda content: content["table"]["reading"].update(sheets="ab"), sign=True), DAMAGED),
        (lambda work: work.to_json()[:-200], DAMAGED),
        (lambda _: b'{"format": "metamed work"' + b"[" * 100_000, DAMAGED),
        (lambda work: work.to_json().replace(b"gout", b"\xff\xfe"), DAMAGED),
    ],
)
def test_a_damaged_altered_or_newer_file_is_one_sentence(work: SavedWork, make: Callable[[SavedWork], bytes], said: str) -> None:
    with pytest.raises(UserError) as refused:
        read_saved_work("w.json", make(work))
    assert str(refused.value) == said


def test_names_in_the_file_show_as_what_they_are(work: SavedWork) -> None:
    """A table's file is read so; nobody else's program may say otherwise."""
    changes = {
        "file": "\u202evsc.exe",
        "sheet": "\ud800labs",
        "added_levels": {"diagnosis": ["\u2067gout"]},
        "given_before": [[4, "se\u200epsis"]],
    }
    back = read_saved_work("w", changed(work, lambda content: content.update(changes), sign=True))
    assert (back.file, back.sheet, back.levels, back.named) == ("vsc.exe", "labs", {"diagnosis": ("gout",)}, {4: "sepsis"})
    assert back.records.sha256 == work.records.sha256


def test_an_earlier_program_opens_a_file_with_diagnoses_given_before_the_answer(work: SavedWork) -> None:
    """They change no answer; what it does not know it leaves aside."""
    content = json.loads(work.to_json())
    assert (content["version"], content["given_before"]) == (1, [[4, "gout"]])
    assert "given_before" not in json.loads(replace(work, named={}).to_json())


def test_the_reference_names_every_field(work: SavedWork) -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/reference/saved-work.md").read_text("utf-8"), re.MULTILINE))
    content = json.loads(replace(work, knowledge=Knowledge((Statement("gout", "fever", "35%"),))).to_json())
    assert {*content, *content["table"]} == told
    assert (json.loads(work.to_json())["version"], content["version"]) == (1, 2), "earlier programs open what holds no knowledge"


def test_records_without_a_file_are_saved_too(work: SavedWork) -> None:
    made = PatientRecords.from_table(work.original.raw.set_axis([f"bed {at}" for at in range(len(work.original.raw))]))
    back = read_saved_work("w", replace(work, records=made, original=made, dropped=frozenset({"bed 1"})).to_json())
    assert back.records.sha256 == made.sha256
    assert back.dropped == {"bed 1"}
