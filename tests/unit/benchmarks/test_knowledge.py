"""What knowledge is worth, measured on a tiny made-up table with a made-up knowledge file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.benchmarks import knowledge as benchmark
from tests.helpers.knowing import HEADER

LINES = "a,x,very low,,\nb,x,normal,,\nc,x,very high,hallmark,\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three diagnoses of eight patients, of whom a number tells which they have."""
    names = ["a", "b", "c"] * 8
    table = pd.DataFrame(
        {"x": [4.0 * "abc".index(name) + (7 * i % 5) / 10 for i, name in enumerate(names)], "y": [i % 2 for i in range(24)]}
    )
    table.assign(diagnosis=names).to_csv(tmp_path / "tiny.csv", index=False)
    files = tmp_path / "known"
    files.mkdir()
    (files / "tiny.csv").write_text(HEADER + LINES, "utf-8")
    (files / "tiny.columns.csv").write_text("column,role,low,high\nx,number,2,7\ny,number,,\n", "utf-8")
    monkeypatch.setattr(benchmark, "FILES", files)
    monkeypatch.setattr("torch.set_num_threads", lambda _: None)
    return tmp_path


def test_the_measurement_prints_gains_and_goes_on_where_it_stood(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [str(folder), "--learners", "prototypical", "--shots", "0,1,3", "--out", str(folder / "rows.jsonl")]
    benchmark.main([*command, "--episodes", "1"])
    first = (folder / "rows.jsonl").read_text("utf-8")
    assert len(first.splitlines()) == 3 * 4
    benchmark.main([*command, "--episodes", "2"])
    assert (folder / "rows.jsonl").read_text("utf-8").startswith(first)
    out, err = capsys.readouterr()
    assert "episode 2 of 2: prototypical +66.7 " in err, "from guessing among three to all right"
    printed = out[out.rindex("| prototypical") :]
    assert "| tiny | 100.0 | " in printed
    assert "| flagged, all exchanged | – | " in printed
    assert "| gain |  | +" in printed


def test_rows_are_exchanged_among_the_diagnoses_of_an_episode(folder: Path) -> None:
    (table,) = benchmark.known_tables(folder, files=folder / "known")
    told = benchmark.versions(table.knowledge, ("a", "c", "d"))
    assert {name: [(one.diagnosis, one.text) for one in known.statements] for name, known in told.items()} == {
        "without": [],
        "right": [("a", "very low"), ("c", "very high")],
        "exchanged": [("c", "very low"), ("a", "very high")],
        "pair": [("c", "very low"), ("a", "very high")],
    }
    assert list(benchmark.versions(table.knowledge, ("a", "d"))) == ["without", "right"]


def test_where_no_table_is_known_a_sentence_says_so(folder: Path) -> None:
    with pytest.raises(SystemExit, match=r"holds none of the tables that have a knowledge file: docs/how-to"):
        benchmark.main([str(folder / "known" / "nowhere")])
