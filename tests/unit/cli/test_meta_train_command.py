"""`meta-train --cohort`: a table of many diagnoses on the command line, as an upload in the app."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metamed_core.__main__ import main
from metamed_core.data.records import Column, Role
from metamed_core.data.records.columns.column_spec import read_columns
from metamed_core.knowledge import knowledge_of
from metamed_core.learners import validated_on
from metamed_core.learners.weight_files import read_card
from metamed_core.meta_training import Practice, weights_library
from metamed_core.meta_training.training import MetaTraining
from metamed_core.words import UserError, Words

DATA = Path(__file__).parents[3] / "sample_data"
BLOOD = [
    "--cohort",
    str(DATA / "blood_panel.csv"),
    "--columns",
    str(DATA / "blood_panel.columns.csv"),
    "--truth",
    str(DATA / "blood_panel.truth.csv"),
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(weights_library.HOME, str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def kept_on(card: dict[str, Any]) -> str:
    on = validated_on(card)
    return "" if on is None else on.words.en


def command(*more: str) -> int:
    return main(["meta-train", "--learner", "prototypical", "--meta-steps", "2", "--meta-batch", "2", "--validate", "1", *more])


def test_weights_split_and_judgment_are_told_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(*BLOOD, "--fold", "1", "--keep", "my blood") == 0
    said = capsys.readouterr()
    (kept,) = weights_library.Library().list_weights("prototypical")
    run = MetaTraining.of_card(kept.card["run"])
    assert (kept.name, run.source, run.budget.meta_steps, run.n_way, run.shots) == ("my blood", "", 2, 5, (1, 5))
    assert run.split is not None
    for part in ("base", "validation", "novel"):
        assert f"{part}: {getattr(run.split, part)[0]} (" in said.err
    assert "nearest_centroid 0." in said.err
    assert f"{kept_on(kept.card)}; the best of 2 looks at the same patients flatters, expect less on others\n" in said.err
    assert (
        f"evaluate {DATA / 'blood_panel.csv'} --weights prototypical_table.safetensors --diagnoses '{','.join(run.split.novel)}'"
        in said.err
    )
    assert (tmp_path / "prototypical_table.safetensors").exists()


def test_one_json_object_says_what_was_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(*BLOOD, "--json", "--out", "mine.safetensors") == 0
    told = json.loads(capsys.readouterr().out)
    card = read_card(Path("mine.safetensors"))
    assert (told["weights"], told["kept"], told["sha256"]) == ("mine.safetensors", None, card["sha256"])
    assert told["best"] in told["validation"]
    assert set(told["baselines"]) == {"nearest_centroid", "logistic_regression"}
    assert MetaTraining.of_card(told["run"]) == MetaTraining.of_card(card["run"])


def test_what_is_known_is_practiced_and_stands_on_the_card(capsys: pytest.CaptureFixture[str]) -> None:
    known = DATA / "blood_panel.knowledge.csv"
    assert command(*BLOOD, "--knowledge", str(known), "--knowledge-share", "0.5", "--out", "mine.safetensors") == 0
    run = MetaTraining.of_card(read_card(Path("mine.safetensors"))["run"])
    assert run.practice == Practice(knowledge_of(known).sha256, 0.5, 0.2)
    said = capsys.readouterr().err
    simulated = next(line for line in said.splitlines() if line.startswith("also simulated from blood_panel.knowledge.csv: "))
    assert run.split is not None
    assert set(simulated.partition(": ")[2].split(", ")) <= set(run.split.base), "none that is held out"


def test_simulated_tasks_say_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("--json", "--out", "mine.safetensors") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run"]["split"], set(told["baselines"]), told["best"]["step"]) == (None, {"nearest_centroid", "logistic_regression"}, 2)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--cohort", "nowhere.csv"], "The file nowhere.csv cannot be read: check the path and that you may read it."),
        ([*BLOOD, "--label", "ferritine"], "The table has no column “ferritine”: choose one of patient, "),
        (
            [*BLOOD, "--network", "one_panel", "--start", "universal"],
            "There are no shipped weights for the columns of one table: start from random weights.",
        ),
        (
            ["--knowledge", str(DATA / "blood_panel.knowledge.csv")],
            "Patients are simulated from what is known beside those of a table: give the table too, or do without knowledge.",
        ),
        (["--cohort", str(DATA / "breast_cytology.csv")], "2 diagnoses with 4 or more patients are too few to split: two are needed"),
    ],
)
def test_what_cannot_be_is_one_sentence(more: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(*more) == 2
    assert sentence in capsys.readouterr().err.splitlines()[-1]


def test_a_column_may_be_dropped_or_tell_a_group() -> None:
    assert (
        command(*BLOOD, "--out", "one.safetensors")
        == command(*BLOOD, "--drop", "CRP (mg/L)", "--group", "sex", "--shots", "1", "--out", "two.safetensors")
        == 0
    )
    one, two = (read_card(Path(f"{name}.safetensors"))["run"]["sha256"] for name in ("one", "two"))
    assert one != two


def test_what_a_file_tells_of_columns() -> None:
    told = read_columns("c.csv", "column,role,unit,low,high,en,zh\nferritin,number,µg/L,30,,Ferritin,铁蛋白\nid,identifier,,,,,\n".encode())
    assert told == (
        Column("ferritin", Role.NUMBER, "µg/L", 30.0, None, Words("Ferritin", "铁蛋白")),
        Column("id", Role.IDENTIFIER, ""),
    )
    assert read_columns("c.csv", b"column,role,cost\nx,number,2.5\n")[0].cost == 2.5
    assert read_columns("c.csv", b"column,role\nx,group\n") == (Column("x", Role.GROUP, ""),)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "c.csv does not describe columns: give a CSV with the fields"),
        (b"\xff\xfe", "c.csv does not describe columns"),
        (b"name,unit\nx,y\n", "c.csv does not describe columns"),
        (b"column,role\nx,wizard\n", "c.csv describes the column “x” wrongly: the role must be one of"),
        (b"column,role,low\nx,number,little\n", "c.csv describes the column “x” wrongly"),
        (b"column,role,cost\nx,number,-2\n", "c.csv describes the column “x” wrongly"),
    ],
)
def test_a_file_that_tells_nonsense_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=f"^{sentence}"):
        read_columns("c.csv", data)
