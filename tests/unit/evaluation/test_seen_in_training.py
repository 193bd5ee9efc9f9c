"""Weights compared on the patients that they were meta-trained on: said on the page, in the report, in JSON and by the script."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metamed_core.__main__ import main
from metamed_core.data import Cohort, PatientRecords, read_table
from metamed_core.evaluation import (
    About,
    Comparison,
    Method,
    Plan,
    Source,
    as_python,
    comparison_html,
    methods,
    training_warnings,
    unseen_diagnoses,
)
from metamed_core.learners import LEARNERS, read_card, write_card
from metamed_core.learners.weight_files import SHIPPED
from metamed_core.words import LANGUAGES, Language, Words
from tests.helpers.comparing import cohort

TABLE = {"a": 6, "b": 6, "c": 6, "d": 6, "e": 6, "f": 6}
SPLIT = {"base": ["a", "b"], "validation": ["c", "d"], "novel": ["e", "f"]}
SAME = (
    "Prototypical (mine) was meta-trained on patients of this very table, with a, b, c, d: its figures on them are too good. "
    "Compare on the diagnoses that it has not seen: e, f."
)
ALIKE = (
    "Prototypical (mine) was meta-trained on a table with diagnoses of the same names (a, b): "
    "if these are the same patients, its figures are too good."
)


def trained_on(table: Cohort, folder: Path) -> Method:
    """Weights whose card says that they were meta-trained on this table."""
    path = folder / "mine.safetensors"
    path.write_bytes((SHIPPED / "prototypical.safetensors").read_bytes())
    card = dict(read_card(SHIPPED / "prototypical.safetensors"))
    write_card(path, card | {"run": {**card.get("run", {}), "sha256": table.sha256, "split": SPLIT}})
    return Method(LEARNERS["prototypical"](), str(path))


def plan(table: Cohort, one: Method) -> Plan:
    return Plan(table, (one, *methods(("prototypical", "nearest_centroid"))), (1,), 1)


def test_the_same_table_is_said_and_the_new_diagnoses_are_offered(tmp_path: Path) -> None:
    table = cohort(TABLE)
    mine = trained_on(table, tmp_path)
    assert [said.en for said in training_warnings(Comparison.of(plan(table, mine)))] == [SAME]
    assert unseen_diagnoses((mine,), table) == ("e", "f")
    assert training_warnings(Comparison.of(plan(table.only(("e", "f")), mine))) == ()
    assert unseen_diagnoses(methods(("prototypical", "nearest_centroid")), table) == tuple(TABLE)


def test_other_patients_with_the_same_diagnoses_may_be_the_same(tmp_path: Path) -> None:
    mine, other = trained_on(cohort(TABLE), tmp_path), cohort({"a": 6, "b": 6, "x": 6}, seed=1)
    assert [said.en for said in training_warnings(Comparison.of(plan(other, mine)))] == [ALIKE]
    assert unseen_diagnoses((mine,), other) == ("a", "b", "x"), "another clinic's table is no reason to leave a diagnosis out"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_and_the_kept_file_say_it_too(tmp_path: Path, language: Language) -> None:
    table = cohort(TABLE)
    comparison = Comparison.of(plan(table, trained_on(table, tmp_path)))
    again = Comparison.from_json(comparison.to_json())
    assert again.entries == comparison.entries
    (said,) = training_warnings(again)
    assert said.into(language) in comparison_html(again, About(Words("x", "x")), language).decode()


def test_a_comparison_kept_before_this_was_asked_can_be_read() -> None:
    kept = json.loads(Comparison.of(plan(cohort(TABLE), methods(("maml",))[0])).to_json())
    for entry in kept["entries"]:
        del entry["seen"], entry["seen_in"]
    assert training_warnings(Comparison.from_json(json.dumps(kept))) == ()


def test_the_command_says_it_before_the_first_episode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    table = cohort(TABLE, n_undiagnosed=0)
    table.features.assign(diagnosis=list(table.labels)).to_csv("patients.csv", index=False)
    records = PatientRecords.from_table(read_table("patients.csv", Path("patients.csv").read_bytes()))
    trained_on(Cohort.of_records(records), tmp_path)
    command = [
        "evaluate",
        "patients.csv",
        "--weights",
        "mine.safetensors",
        "--methods",
        "nearest_centroid",
        "--shots",
        "1",
        "--episodes",
        "1",
    ]
    assert main([*command, "--json"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith(SAME + "\n")
    assert json.loads(said.out)["warnings"] == [SAME]
    assert main([*command, "--diagnoses", "e,f"]) == 0
    assert "meta-trained" not in capsys.readouterr().err


def test_the_script_compares_the_same_diagnoses_and_warns(tmp_path: Path) -> None:
    table = cohort(TABLE)
    mine = trained_on(table, tmp_path)
    script = as_python(plan(table.only(("a", "e")), mine), Source("patients.csv", diagnoses=("a", "e")))
    assert "cohort = Cohort.of_records(records).only(('a', 'e'))\n" in script
    assert "for warning in training_warnings(comparison):\n    print(warning.en)\n" in script
    assert "print(warning.en)" not in as_python(plan(table, methods(("maml",))[0]), Source("patients.csv"))
