"""What must be defined once is: the sentence on the intended use, and the names of the origins of weights."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN = [*sorted(path for folder in ("metamed_core", "pages") for path in (ROOT / folder).rglob("*.py")), ROOT / "app.py", ROOT / "home.py"]


def texts_with(fragment: str, files: list[Path]) -> list[str]:
    """File and line of each text in code that holds the fragment; docstrings do not count."""
    found = []
    for path in files:
        tree = ast.parse(path.read_text("utf-8"))
        said = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
        found += [
            f"{path.relative_to(files[0].anchor)}:{each.lineno}"
            for each in ast.walk(tree)
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and fragment in each.value and id(each) not in said
        ]
    return found


@pytest.mark.parametrize("fragment", ["not a medical device", "仅供研究与教学"])
def test_the_intended_use_stands_in_one_place(fragment: str) -> None:
    assert [place.split(":")[0].rsplit("/", 1)[-1] for place in texts_with(fragment, OWN)] == ["words.py"]


def assigned(name: str, files: list[Path]) -> list[str]:
    """The files that assign a module-level name."""
    found = []
    for path in files:
        for each in ast.parse(path.read_text("utf-8")).body:
            targets = each.targets if isinstance(each, ast.Assign) else []
            names = {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
            found += [path.name] if name in names else []
    return found


@pytest.mark.parametrize(
    ("name", "file"), [("UNIVERSAL", "initialization.py"), ("RANDOM", "initialization.py"), ("INTENDED_USE", "words.py")]
)
def test_a_name_is_defined_once(name: str, file: str) -> None:
    assert assigned(name, OWN) == [file]


def test_a_copy_is_found(tmp_path: Path) -> None:
    copy = tmp_path / "copy.py"
    copy.write_text(
        '"""Not a medical device: a docstring."""\nUNIVERSAL, RANDOM = "universal", "none"\nX = "It is not a medical device."\n'
    )
    assert assigned("RANDOM", [copy]) == ["copy.py"]
    assert len(texts_with("not a medical device", [copy])) == 1
