"""What reference ranges are worth, measured on a tiny made-up table; the bundled blood panel is read for its ranges only."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.benchmarks import knowledge
from tests.benchmarks import reference_ranges as benchmark
from tests.helpers.knowing import HEADER


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two tables of three diagnoses with eight patients each; one has a reference range."""
    names, files = ["a", "b", "c"] * 8, tmp_path / "known"
    files.mkdir()
    for table, ranged in (("tiny", "0,2"), ("plain", ",")):
        x = [0.2 * "abc".index(name) + (7 * i % 5) / 10 for i, name in enumerate(names)]
        pd.DataFrame({"x": x, "y": [i % 2 for i in range(24)], "diagnosis": names}).to_csv(tmp_path / f"{table}.csv", index=False)
        (files / f"{table}.csv").write_text(HEADER + "a,x,very low,,\n", "utf-8")
        (files / f"{table}.columns.csv").write_text(f"column,role,low,high\nx,number,{ranged}\ny,number,,\n", "utf-8")
    monkeypatch.setattr(knowledge, "FILES", files)
    monkeypatch.setattr("torch.set_num_threads", lambda _: None)
    return tmp_path


def test_tables_with_ranges_take_part(folder: Path) -> None:
    assert [(table.name, len(table.cohort.ranges)) for table in benchmark.ranged_tables(folder)] == [("blood_panel", 28), ("tiny", 1)]
    assert [table.name for table in benchmark.ranged_tables(folder / "nowhere", ["blood_panel"])] == ["blood_panel"]
    assert [table.name for table in benchmark.ranged_tables(folder, ["tiny"])] == ["tiny"]


def test_the_measurement_prints_differences_and_goes_on_where_it_stood(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "rows.jsonl"
    command = [str(folder), "--tables", "tiny", "--learners", "prototypical", "--shots", "1,5,10", "--out", str(out)]
    benchmark.main([*command, "--episodes", "1"])
    first = out.read_text("utf-8")
    rows = [json.loads(line) for line in first.splitlines()]
    assert [(row["shots"], row["told"]) for row in rows] == [(1, "without"), (1, "right"), (5, "without"), (5, "right")], "ten are too many"
    assert rows[0]["confidence"] != rows[1]["confidence"], "the range changes the answers"
    benchmark.main([*command, "--episodes", "2"])
    assert out.read_text("utf-8").startswith(first)
    assert len(out.read_text("utf-8").splitlines()) == 8
    printed, err = capsys.readouterr()
    assert "episode 2 of 2: prototypical " in err
    lines = printed[printed.rindex("| prototypical") :].splitlines()
    assert [line.split(" | ")[0] for line in lines if "→" in line] == [
        "| tiny",
        "| mean, over episodes",
        "| mean, over tables",
        "| log-loss × 100",
        "| calibration error",
    ]


def test_the_change_of_a_mean_over_tables_by_hand() -> None:
    rows = pd.DataFrame(
        [("one", "without", 0.5), ("one", "right", 0.7), ("two", "without", 0.8), ("two", "right", 0.8)],
        columns=["table", "told", "accuracy"],
    )
    # Of two tables the bootstrap draws both, or either twice: its ends are those of the single tables.
    assert benchmark.changed(rows, lambda each: 100 * float(np.mean(each["accuracy"]))) == "65.0 → 75.0, +10.0 [+0.0, +20.0]"


def test_where_no_table_has_ranges_a_sentence_says_so(folder: Path) -> None:
    with pytest.raises(SystemExit, match=r"holds none of the tables that have a knowledge file: docs/how-to"):
        benchmark.main([str(folder / "known" / "nowhere")])
