"""No switch of the whole process is turned while a file is read or a model is fitted: other threads would feel it."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

from metamed_core.data.formats import csv as csv_format
from metamed_core.data.formats import read_table
from metamed_core.words import UserError

ROOT = Path(__file__).parents[2]
ALLOWED = {"metamed_core/evaluation/sweep.py"}  # the command line's own thread
SWITCHES = {
    "catch_warnings",
    "field_size_limit",
    "filterwarnings",
    "simplefilter",
    "set_default_dtype",
    "manual_seed_all",
    "setlocale",
    "chdir",
}


def switches(tree: ast.Module) -> list[str]:
    """The calls of a switch inside a function; on import one is set once for all."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    calls = [node for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [ast.unparse(call.func) for call in calls if ast.unparse(call.func).rpartition(".")[2] in SWITCHES]


@pytest.mark.parametrize(
    "path",
    sorted(path for folder in ("metamed_core", "pages") for path in (ROOT / folder).rglob("*.py")),
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_no_function_turns_a_switch(path: Path) -> None:
    found = switches(ast.parse(path.read_text("utf-8")))
    assert bool(found) == (path.relative_to(ROOT).as_posix() in ALLOWED), found


def test_a_planted_switch_is_seen() -> None:
    assert switches(ast.parse("def f():\n    with warnings.catch_warnings():\n        pass")) == ["warnings.catch_warnings"]
    assert switches(ast.parse("csv.field_size_limit(3)")) == []


def test_a_cell_that_is_too_long_is_refused_whatever_the_limit_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    before = csv.field_size_limit()
    monkeypatch.setattr(csv_format, "MAX_CELL", 100)
    with pytest.raises(UserError, match="Line 3"):
        read_table("a.csv", b"patient,diagnosis\na,b\n" + b"x" * 101 + b",c\n")
    assert csv.field_size_limit() == before
