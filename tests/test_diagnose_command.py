"""`diagnose`: from a file to predictions, as the page does it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from metamed_core import library
from metamed_core.__main__ import main
from metamed_core.diagnosis import diagnose
from metamed_core.learners import LEARNERS
from metamed_core.trace import start
from metamed_core.universal import SHIPPED, read_card
from pages.shared import cohorts

DATA = Path(__file__).parents[1] / "sample_data"
BLOOD = [str(DATA / "blood_panel.csv"), "--columns", str(DATA / "blood_panel.columns.csv"), "--algorithm", "prototypical"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(library.HOME, str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def test_it_answers_as_the_page_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", *BLOOD, "--json", "--out", "predictions.csv"]) == 0
    told = json.loads(capsys.readouterr().out)
    records = cohorts.records_of("blood_panel")
    trace = start(records, LEARNERS["prototypical"]()).run()
    expected = diagnose(records, trace, len(trace.steps) - 1)
    assert [one["patient"] for one in told["patients"]] == [one.name for one in expected]
    for one, theirs in zip(told["patients"], expected, strict=True):
        assert [each["diagnosis"] for each in one["ranked"]] == [name for name, _ in theirs.ranked]
        assert one["ranked"][0]["probability"] == pytest.approx(theirs.probability, abs=1e-6)
        within = {each["diagnosis"]: each["probability"] for each in one["ranked"]}
        assert sum(within[name] for name in one["likely"]) >= 0.9 - 1e-5
        assert sum(sorted((within[name] for name in one["likely"]), reverse=True)[:-1]) < 0.9 + 1e-5
    assert told["run"]["weights_sha256"] == read_card(SHIPPED / "prototypical.safetensors")["sha256"]
    rows = list(csv.DictReader(io.StringIO(Path("predictions.csv").read_bytes().decode("utf-8-sig"))))
    assert [row["predicted"] for row in rows] == [one.top for one in expected]


def test_it_tells_a_line_a_patient_and_its_progress(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", *BLOOD]) == 0
    said = capsys.readouterr()
    assert sum("%" in line for line in said.out.splitlines()) == 63
    assert "step 0 of " in said.err
    assert said.out.splitlines()[-1] == "For research and teaching only; not a medical device."


def test_kept_weights_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    library.keep(SHIPPED / "prototypical.safetensors", "my own")
    assert main(["diagnose", *BLOOD, "--weights", "my own", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["run"]["weights"] == "my_own"


def test_findings_of_the_upload_check_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"{1000 + i},{'ab'[i % 2]},{i},{i * 3 % 7},jane{i}@example.org\n" for i in range(8))
    Path("mine.csv").write_text("MRN,diagnosis,x,y,e-mail\n" + rows + "2000,,3,3,joe@example.org\n")
    assert main(["diagnose", "mine.csv", "--algorithm", "prototypical"]) == 0
    assert "e-mail" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.csv"], "The file nowhere.csv cannot be read: check the path and that you may read it."),
        ([*BLOOD, "--weights", "nothing"], "There are no weights “nothing”: give universal, none, a file"),
        (
            [*BLOOD, "--set", "inner_steps=3"],
            "“inner_steps=3” is no setting of prototypical: give NAME=VALUE with a number; NAME is one of -.",
        ),
        ([*BLOOD[:-1], "maml", "--set", "inner_steps=many"], "“inner_steps=many” is no setting of maml: give NAME=VALUE"),
        ([*BLOOD[:-1], "maml", "--set", "inner_steps=900"], "Steps is 900; it must lie between 0 and 200"),
        ([*BLOOD, "--label", "nobody"], "The table has no column “nobody”"),
        ([*BLOOD, "--out", "answers.docx"], "answers.docx would be no result: its name must end in .csv, .json or .html."),
    ],
)
def test_what_cannot_be_is_one_sentence(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", *arguments]) == 2
    assert sentence in capsys.readouterr().err.splitlines()[-1]


def test_a_file_that_is_no_table_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty.csv").write_bytes(b"")
    assert main(["diagnose", "empty.csv"]) == 2
    assert "The file “empty.csv” is empty" in capsys.readouterr().err
