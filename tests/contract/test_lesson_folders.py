"""A lesson is one folder: it imports no other lesson, no page and no Streamlit; its story computes nothing. Each rule fails on a planted fault."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MATHEMATICS = {"numpy", "torch", "scipy", "sklearn", "pandas"}
MAX_LINES = 250
FILES = {"__init__.py", "story.py", "computation.py", "pictures.py", "formulas.py"}


def imported(path: Path) -> Iterator[str]:
    """Full dotted names of what a file imports, also under TYPE_CHECKING and inside functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def faults(lessons: Path) -> list[str]:
    """What breaks the rules among the folders of lessons, one sentence each."""
    found = []
    for folder in sorted(path for path in lessons.glob("l[0-9]*") if path.is_dir()):
        found += [f"{folder.name} has no {name}" for name in sorted(FILES) if not (folder / name).exists()]
        for path in sorted(folder.glob("*.py")):
            where = f"{folder.name}/{path.name}"
            if len(path.read_text("utf-8").splitlines()) > MAX_LINES:
                found.append(f"{where} has more than {MAX_LINES} lines")
            for name in imported(path):
                parts = name.split(".")
                if parts[:2] == ["pages", "lessons"] and parts[2] != folder.name and (lessons / parts[2]).is_dir():
                    found.append(f"{where} imports the lesson {parts[2]}")
                elif parts[0] == "streamlit" or (parts[0] == "pages" and parts[1] != "lessons"):
                    found.append(f"{where} imports {name}")
                elif path.name == "story.py" and parts[0] in MATHEMATICS:
                    found.append(f"{where} imports {parts[0]}")
    return found


def test_every_lesson_keeps_the_rules() -> None:
    assert faults(ROOT / "pages" / "lessons") == []


@pytest.mark.parametrize(
    ("file", "source", "fault"),
    [
        ("l01_one/story.py", "import numpy as np\n", "l01_one/story.py imports numpy"),
        ("l01_one/pictures.py", "from pages.lessons.l02_two import pictures\n", "l01_one/pictures.py imports the lesson l02_two"),
        ("l01_one/pictures.py", "from pages.lessons import l02_two\n", "l01_one/pictures.py imports the lesson l02_two"),
        ("l01_one/computation.py", "def f():\n    import streamlit\n", "l01_one/computation.py imports streamlit"),
        ("l01_one/computation.py", "from pages.parts.learn import address\n", "l01_one/computation.py imports pages.parts.learn.address"),
        ("l01_one/computation.py", "x = 1\n" * 251, "l01_one/computation.py has more than 250 lines"),
    ],
)
def test_a_planted_fault_is_found(file: str, source: str, fault: str, tmp_path: Path) -> None:
    for folder in ("l01_one", "l02_two"):
        (tmp_path / folder).mkdir()
        for name in FILES:
            (tmp_path / folder / name).write_text("from pages.lessons import geometry\nimport math\n", "utf-8")
    assert faults(tmp_path) == []
    (tmp_path / file).write_text(source, "utf-8")
    assert faults(tmp_path) == [fault]


def test_a_missing_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "l01_one").mkdir()
    (tmp_path / "l01_one" / "story.py").write_text("", "utf-8")
    assert "l01_one has no pictures.py" in faults(tmp_path)
