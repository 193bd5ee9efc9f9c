"""`python -m metamed_core card`: the result of an accuracy check in the card of the weights that it measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from metamed_core.__main__ import main
from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.weight_files import read_card, save_weights
from metamed_core.networks.backbones import ColumnEncoder

CELL = {
    "accuracy": 0.636249,
    "gain": 0.0571,
    "low": -0.03100004,
    "high": 0.08,
    "log_loss": 1.0,
    "ece": 0.14,
    "tables": 19,
    "best_plain": "forest",
}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path, learner, backbone = tmp_path / "ours.safetensors", LEARNERS["prototypical"](), ColumnEncoder(width=8, latents=3, features=2)
    save_weights(path, learner, backbone, learner.init(backbone, torch.Generator().manual_seed(0)), {"command": "a test"})
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.json"
    write(path, {"prototypical": {"1": CELL, "10": {**CELL, "log_loss": float("nan")}}, "forest": {"1": CELL}})
    return path


def write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content))


def card(weights: Path, table: Path, *more: str, learner: str = "prototypical") -> int:
    return main(["card", "--learner", learner, "--measured", str(table), "--episodes", "50", "--weights", str(weights), *more])


def test_the_result_is_put_into_the_card_and_nothing_else_changes(weights: Path, table: Path) -> None:
    before = read_card(weights)
    assert card(weights, table, "--note", "19 public tables") == 0
    rounded = {**CELL, "accuracy": 0.6362, "low": -0.031}
    expected = {"episodes": 50, "note": "19 public tables", "shots": {"1": rounded, "10": {**rounded, "log_loss": None}}}
    assert read_card(weights) == before | {"measured": expected}
    assert "NaN" not in weights.with_suffix(".json").read_text()
    load_weights(str(weights), LEARNERS["prototypical"]())


def test_a_later_measurement_takes_its_place(weights: Path, table: Path) -> None:
    assert card(weights, table, "--note", "old") == 0
    write(table, {"prototypical": {"3": CELL}})
    assert card(weights, table) == 0
    assert (list(read_card(weights)["measured"]["shots"]), read_card(weights)["measured"]["note"]) == (["3"], "")


@pytest.mark.parametrize("content", [{}, {"maml": {"1": CELL}}, {"prototypical": {}}, {"prototypical": 3}, {"prototypical": {"1": 0.6}}])
def test_a_table_without_the_learner_is_refused(content: Any, weights: Path, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(table, content)
    assert card(weights, table) == 2
    assert capsys.readouterr().err == (
        "table.json holds no results of “prototypical”: measure this learner first, or choose the file that has it.\n"
    )
    assert "measured" not in read_card(weights)


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"\xff\xfe\x00"])
def test_what_is_no_table_is_refused(text: bytes, weights: Path, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_bytes(text)
    assert card(weights, table) == 2
    assert capsys.readouterr().err == f"{table} is no table of results: give the JSON file that an accuracy check has written.\n"


def test_a_missing_table_is_refused(weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert card(weights, tmp_path / "none.json") == 2
    assert "none.json is no table of results" in capsys.readouterr().err


def test_another_learners_card_is_refused(weights: Path, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert card(weights, table, learner="maml") == 2
    assert (
        capsys.readouterr().err == "The card of ours.safetensors is of “prototypical”, not of “maml”: name that learner or another file.\n"
    )
