"""No test passes or fails by how fast the computer is: what measures time lives in tests/benchmarks."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOCKS = {"perf_counter", "process_time", "monotonic", "time", "perf_counter_ns", "monotonic_ns", "process_time_ns"}
WAITING = {"wait_until", "idle", "wait_for_step"}
"""Helpers that give up after a minute or two, so that what never comes is named."""
FILES = sorted(path for room in ("unit", "contract", "browser") for path in (ROOT / "tests" / room).rglob("*.py"))


def asserts_by_the_clock(source: str) -> list[int]:
    """Lines of the asserts that read a clock, or a value that was made from one in the same function."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef) and function.name not in WAITING:
            timed = {
                target.id
                for node in ast.walk(function)
                if isinstance(node, ast.Assign) and _reads_a_clock(node.value)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            found += [node.lineno for node in ast.walk(function) if isinstance(node, ast.Assert) and _is_timed(node, timed)]
    return found


def _reads_a_clock(node: ast.AST) -> bool:
    calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    return any(isinstance(f, ast.Attribute) and f.attr in CLOCKS and ast.unparse(f.value) == "time" for f in calls)


def _is_timed(node: ast.Assert, timed: set[str]) -> bool:
    return _reads_a_clock(node.test) or any(isinstance(each, ast.Name) and each.id in timed for each in ast.walk(node.test))


def test_no_assertion_reads_a_clock() -> None:
    found = {path.relative_to(ROOT).as_posix(): asserts_by_the_clock(path.read_text("utf-8")) for path in FILES}
    assert len(found) > 50
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "broken",
    [
        "def test_x():\n    began = time.monotonic()\n    act()\n    assert time.monotonic() - began < 5",
        "def test_x():\n    began = time.perf_counter()\n    act()\n    took = time.perf_counter() - began\n    assert took < 5",
    ],
)
def test_a_planted_assertion_is_found(broken: str) -> None:
    assert len(asserts_by_the_clock(broken)) == 1
