"""The script of a comparison runs on its own and prints the same leaderboard."""

from __future__ import annotations

import ast
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import torch

from metamed_core.data import Cohort, set_aside
from metamed_core.data.formats import read_table
from metamed_core.data.records import PatientRecords
from metamed_core.evaluation import (
    LEAVE_ONE_OUT,
    NO_PATIENT,
    Comparison,
    Method,
    Plan,
    Source,
    as_python,
    compare,
    knowledge_text,
    leaderboard,
    leaderboard_text,
    methods,
    with_twins,
)
from metamed_core.knowledge import Knowledge, knowledge_of
from metamed_core.learners import LEARNERS
from metamed_core.words import UserError

ROOT = Path(__file__).parents[3]
FILE, TRUTH = "sample_data/breast_cytology.csv", "sample_data/breast_cytology.truth.csv"


def records(file: str = FILE) -> PatientRecords:
    return PatientRecords.from_table(read_table(file, (ROOT / file).read_bytes()))


def run(script: str, tmp_path: Path) -> str:
    """What it prints in a Python of its own."""
    path = tmp_path / "script.py"
    path.write_text(script, "utf-8")
    environment = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, str(path)], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture
def run_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[str], str]]:
    """What a script prints, without waiting for another Python."""
    n_threads, path = torch.get_num_threads(), tmp_path / "script.py"
    monkeypatch.chdir(ROOT)

    def run_it(script: str) -> str:
        path.write_text(script, "utf-8")
        runpy.run_path(str(path))
        return capsys.readouterr().out

    yield run_it
    torch.set_num_threads(n_threads)


def printed(plan: Plan) -> str:
    comparison = Comparison.of(plan).plus(compare(plan))
    return "".join(f"{leaderboard_text(leaderboard(comparison, k))}\n" for k in comparison.views)


def test_the_script_prints_the_same_leaderboard(tmp_path: Path) -> None:
    table = records()
    cohort = Cohort.of_records(table, set_aside(table, read_table(TRUTH, (ROOT / TRUTH).read_bytes())))
    assert cohort.counts == {"benign": 357, "malignant": 212}
    plan = Plan(cohort, methods(("prototypical", "maml-none", "logistic_regression")), (1, 3), 3, 7)
    script = as_python(plan, Source(FILE, table.columns, truth_file=TRUTH))
    assert run(script, tmp_path) == printed(plan)


def test_a_script_without_truth_with_settings_and_leave_one_out(run_here: Callable[[str], str]) -> None:
    table = records("sample_data/rare_findings.csv")
    who = (Method(LEARNERS["maml"](inner_steps=2), "none"), methods(("naive_bayes",))[0])  # type: ignore[call-arg]
    plan = Plan(Cohort.of_records(table), who, (LEAVE_ONE_OUT,))
    script = as_python(plan, Source("sample_data/rare_findings.csv", table.columns))
    assert "Method(LEARNERS['maml'](inner_steps=2), 'none')" in script
    assert "Method(BASELINES['naive_bayes']())" in script
    assert run_here(script) == printed(plan)


def test_a_script_reads_the_knowledge_and_says_so_if_it_is_another(run_here: Callable[[str], str]) -> None:
    file = "sample_data/rare_findings.knowledge.csv"
    table, known = records("sample_data/rare_findings.csv"), knowledge_of(ROOT / file)
    source = Source("sample_data/rare_findings.csv", table.columns, knowledge_file=file)
    plan = Plan(Cohort.of_records(table), with_twins(methods(("prototypical", "naive_bayes")), known), (NO_PATIENT, 1), 2)
    script = as_python(plan, source)
    assert "with_twins(methods(('prototypical', 'naive_bayes')), knowledge)" in script
    assert run_here(script) == f"{printed(plan)}{knowledge_text(Comparison.of(plan).plus(compare(plan)))}\n"
    other = methods(("prototypical",))[0].knowing(Knowledge(known.statements[1:]))
    script = as_python(Plan(plan.cohort, (other,), (1,), 1), source)
    assert "Method(LEARNERS['prototypical'](), 'universal').knowing(knowledge)" in script
    assert "This is not the knowledge of the original comparison" in run_here(script)


@pytest.mark.parametrize(("keys", "truth"), [(("nearest_centroid",), None), (("maml", "naive_bayes"), "b.csv")])
def test_a_script_imports_what_it_uses_and_nothing_else(keys: tuple[str, ...], truth: str | None) -> None:
    table = records("sample_data/rare_findings.csv")
    for who in (methods(keys), (Method(LEARNERS["maml"](), "mine.safetensors"), *methods(keys))):
        script = ast.parse(as_python(Plan(Cohort.of_records(table), who, (1,), 1), Source("a.csv", table.columns, truth_file=truth)))
        names = {node.id for node in ast.walk(script) if isinstance(node, ast.Name)}
        imported = {alias.name for node in script.body if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
        assert imported - names <= {"annotations"}
        assert {"LEARNERS", "Method", "set_aside", "methods"} & names <= imported


def test_a_script_without_its_file_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = records("sample_data/rare_findings.csv")
    script = as_python(Plan(Cohort.of_records(table), methods(("nearest_centroid",)), (1,), 1), Source("nowhere.csv", table.columns))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=r"There is no nowhere\.csv here: add its folder to FOLDERS\."):
        exec(compile(script, "script", "exec"), {})  # noqa: S102 - our own text


def test_a_script_reads_cells_as_the_records_do() -> None:
    table = records("sample_data/rare_findings.csv").with_reading("yes", "scoliosis", missing=True)
    plan = Plan(Cohort.of_records(table), methods(("nearest_centroid",)), (1,), 1)
    assert "Column('scoliosis', Role.YES_NO, missing=('yes',))" in as_python(plan, Source(FILE, table.columns))


def test_a_script_says_so_if_the_patients_are_others(run_here: Callable[[str], str]) -> None:
    table = records("sample_data/rare_findings.csv")
    plan = Plan(Cohort.of_records(table.without(table.diagnosed[:1])), methods(("nearest_centroid",)), (1,), 1)
    script = as_python(plan, Source("sample_data/rare_findings.csv", table.columns))
    assert run_here(script).startswith("These are not the patients of the original comparison")


@pytest.mark.parametrize("columns", [["patient"], ["patient", "a", "b"], ["who", "diagnosis"]])
def test_a_table_of_diagnoses_must_have_two_columns(columns: list[str]) -> None:
    with pytest.raises(UserError, match="must have two columns"):
        set_aside(records(), pd.DataFrame({name: ["x"] for name in columns}))
