"""The count of false alarms: a doubt is counted, a fact is not, and too many doubts end with status 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import false_alarms

CLEAN = "patient,x,y,diagnosis\n" + "".join(f"K{n},{n * 7 % 11}.5,{n * 5 % 13}.2,{'ab'[n % 2]}\n" for n in range(12))


def test_doubts_are_counted_and_facts_are_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "clean.csv").write_text(CLEAN)
    (tmp_path / "constant.csv").write_text(CLEAN.replace("\n", ",7\n").replace("diagnosis,7", "diagnosis,z"))
    assert false_alarms.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "0 doubts in 5 clean tables: 0.0 in ten tables (at most 1 wanted)"
    (tmp_path / "doubtful.csv").write_text(CLEAN.replace("diagnosis", "kind"))
    (tmp_path / "refused.csv").write_text("x\n")
    assert false_alarms.main([str(tmp_path), "--facts"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "2 doubts in 7 clean tables: 2.9 in ten tables (at most 1 wanted)"
    assert [line[:18] for line in lines if line.startswith(("  ?", "  ."))][:3] == [
        "  . constant: “z” ",
        "  ? guessed_label:",
        "  ? The file has c",
    ]


def test_a_folder_without_tables_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert false_alarms.main([str(tmp_path)]) == 2
    assert "holds no table: put clean tables there" in capsys.readouterr().err
