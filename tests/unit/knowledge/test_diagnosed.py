"""`diagnose --knowledge`: from two files to answers, also where no patient has a diagnosis."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metamed_core.__main__ import main
from tests.helpers.diagnose_command import SMALL


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_knowledge_moves_the_answers_and_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.csv").write_text(SMALL, "utf-8")
    Path("known.csv").write_text(
        "diagnosis,column,statement,weight,source\na,x,low,,book\nb,x,high,,\nc,y,3-4,hallmark,\nc,z,high,,\n", "utf-8"
    )
    assert main(["diagnose", "mine.csv", "--algorithm", "prototypical", "--knowledge", "known.csv", "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["classes"] == ["a", "b", "c"]
    assert found["patients"][1]["ranked"][0]["diagnosis"] == "c"
    assert [(one["diagnosis"], one["patients"]) for one in found["knowledge"]] == [("a", 2), ("b", 2), ("c", 0)]
    assert found["run"]["knowledge"].startswith("3 statements, SHA-256 ")
    assert "- The knowledge table speaks of 1 column that this table does not use, which is left aside: z." in err
    assert "c: No labeled patient: the answer rests on the row alone." in err
    assert main(["diagnose", "mine.csv", "--algorithm", "prototypical", "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert main(["diagnose", "mine.csv", "--algorithm", "prototypical", "--knowledge", "known.csv", "--counts-as", "0", "--json"]) == 0
    nothing = json.loads(capsys.readouterr().out)
    assert plain["classes"] == ["a", "b"]
    assert nothing["classes"] == ["a", "b", "c"]


def test_a_table_without_a_diagnosis_is_answered_from_knowledge(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.csv").write_text("patient,x,y\nP-001,1,5\nP-002,2,6\nP-003,8,1\nP-004,9,2\n", "utf-8")
    Path("known.csv").write_text("diagnosis,column,statement,weight,source\na,x,low,,\na,y,high,,\nb,x,high,,\nb,y,low,,\n", "utf-8")
    assert main(["diagnose", "mine.csv", "--knowledge", "known.csv", "--json"]) == 0
    assert [one["ranked"][0]["diagnosis"] for one in json.loads(capsys.readouterr().out)["patients"]] == ["a", "a", "b", "b"]
