"""The accuracy check on public tables, on a tiny made-up table: its episodes, its scores by hand, its rows, its sentences."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metamed_core.words import UserError
from tests.benchmarks import accuracy_on_public_tables as accuracy
from tests.benchmarks import missing_cells, universal_against_random
from tests.benchmarks.public_tables import PublicTable, episodes, tables_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three classes of 9, 8 and 4 patients: a number, a code of numbers that is a word, a hospital."""
    rng = np.random.default_rng(0)
    label = ["a"] * 9 + ["b"] * 8 + ["c"] * 4
    table = pd.DataFrame({"x": [{"a": 0, "b": 4, "c": 8}[name] + rng.normal() for name in label], "code": [n % 3 for n in range(21)]})
    table.loc[3, "x"] = None
    table.assign(site="here", diagnosis=label).to_csv(tmp_path / "tiny.csv", index=False)
    (tmp_path / "schema.json").write_text(json.dumps({"tiny": {"kinds": {"x": "num", "code": "cat", "site": "group"}}}))
    return tmp_path


def test_a_table_is_read_by_its_kinds(folder: Path) -> None:
    (table,) = tables_in(folder)
    assert list(table.x.columns) == ["x", "code"]
    assert table.x["code"].tolist()[:3] == ["0", "1", "2"]
    assert table.y.tolist()[:2] == ["a", "a"]


def test_an_episode_is_drawn_by_the_protocol(folder: Path) -> None:
    (table,) = tables_in(folder)
    assert list(episodes(table, 10, 2)) == []
    few = list(episodes(table, 5, 4))
    assert len(few) == 4
    for episode, again in zip(few, episodes(table, 5, 2), strict=False):
        assert (episode.support.tolist(), episode.query.tolist()) == (again.support.tolist(), again.query.tolist())
    for episode in few:
        named = table.y[episode.support]
        assert sorted(named) == ["a"] * 5 + ["b"] * 5, "c has fewer than 5 + 3 patients"
        assert sorted(table.y[episode.query]) == ["a"] * 4 + ["b"] * 3
        assert not set(episode.support) & set(episode.query)


def test_a_score_by_hand() -> None:
    found = accuracy.score(
        np.array(["a", "a", "b"], dtype=object), np.array([[0.8, 0.2], [0.4, 0.6], [0.1, 0.9]]), np.array(["a", "b"], dtype=object)
    )
    assert found.accuracy == pytest.approx((0.5 + 1) / 2)
    assert found.log_loss == pytest.approx(-np.log([0.8, 0.4, 0.9]).mean())
    assert found.right.tolist() == [True, False, True]
    assert accuracy.calibration_error([found]) == pytest.approx((abs(0.8 - 1) + abs(0.6 - 0) + abs(0.9 - 1)) / 3)


def test_the_command_prints_a_row_for_each_method(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "rows.json"
    run(monkeypatch, accuracy, str(folder), "--episodes", "2", "--shots", "1,5", "--algorithms", "prototypical", "--out", str(out))
    printed = capsys.readouterr().out
    rows = json.loads(out.read_text("utf-8"))
    assert all(name in printed for name in ("prototypical", *accuracy.BASELINES))
    assert list(rows["shrunk LDA"]) == ["5"], "one patient a class is too few for it"
    best = max(rows, key=lambda name: rows[name]["5"]["accuracy"] if name != "prototypical" else -1)
    assert rows[best]["5"]["gain"] == 0
    ours = rows["prototypical"]["5"]
    assert ours["gain"] == pytest.approx(ours["accuracy"] - rows[best]["5"]["accuracy"])
    assert (ours["tables"], ours["best_baseline"]) == (1, best)


def test_the_other_measurements_run_on_the_same_tables(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(universal_against_random, "SHOTS", (1, 5))
    run(monkeypatch, universal_against_random, str(folder), "--episodes", "1", "--algorithms", "prototypical")
    assert "difference" in capsys.readouterr().out
    run(monkeypatch, missing_cells, str(folder), "--episodes", "1", "--algorithms", "prototypical")
    assert "costs" in capsys.readouterr().out


def run(monkeypatch: pytest.MonkeyPatch, module: object, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmark", *arguments])
    monkeypatch.setattr("torch.set_num_threads", lambda _: None)
    module.main()  # type: ignore[attr-defined]


def test_where_the_tables_are_absent_a_sentence_says_so(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"^The folder .*empty holds no CSV files: put the public tables there"):
        tables_in(tmp_path / "empty")
    with pytest.raises(UserError, match=r"holds no table thyroid: choose among tiny\.$"):
        tables_in(folder, ["thyroid"])


def test_a_table_of_one_large_class_has_no_episode() -> None:
    alone = PublicTable("one", pd.DataFrame({"x": range(9)}), np.array(["a"] * 8 + ["b"]))
    assert list(episodes(alone, 1, 3)) == []
