"""A docstring that lists parameters (numpydoc) lists those that there are, all of them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(path for path in (ROOT / "metamed_core").rglob("*.py"))
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def sections(docstring: str) -> dict[str, list[str]]:
    """The lines of each numpydoc section by its title."""
    lines = inspect.cleandoc(docstring).splitlines()
    titles = [i for i in range(len(lines) - 1) if lines[i] and set(lines[i + 1]) == {"-"} and len(lines[i + 1]) == len(lines[i])]
    return {lines[i]: lines[i + 2 : end] for i, end in zip(titles, [*titles, len(lines)][1:], strict=True)}


def told(docstring: str) -> list[str]:
    """The names in the section Parameters; `a, b` stand for two."""
    lines = sections(docstring).get("Parameters", [])
    return [name.strip().lstrip("*") for line in lines if line and not line.startswith(" ") for name in line.split(" :")[0].split(",")]


def there(node: Documented) -> list[str]:
    """The parameters of a function, of a class with `__init__`, or the fields of a dataclass."""
    if isinstance(node, ast.ClassDef):
        made = next((each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
        if made is not None:
            return there(made)
        fields = [each for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]
        return [each.target.id for each in fields if "ClassVar" not in ast.unparse(each.annotation) and isinstance(each.target, ast.Name)]
    given = node.args
    extra = [each for each in (given.vararg, given.kwarg) if each is not None]
    names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs, *extra)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def faults(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Documented) and (docstring := ast.get_docstring(node)) and "Parameters" in sections(docstring):
            named, real = told(docstring), there(node)
            if sorted(named) != sorted(real):
                yield f"{node.name}: documents {', '.join(named)}; has {', '.join(real)}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_parameters_are_documented_as_they_are(path: Path) -> None:
    assert list(faults(path.read_text("utf-8"))) == []


def test_a_missing_and_an_invented_parameter_are_found() -> None:
    head = '    """One.\n\n    Parameters\n    ----------\n    '
    assert list(faults(f'def f(a, b):\n{head}a, b\n        Both.\n    """\n')) == []
    assert list(faults(f'def f(a, b):\n{head}a\n        One.\n    """\n')) == ["f: documents a; has a, b"]
    assert list(faults(f'class C:\n{head}a, c\n        Both.\n    """\n    a: int\n')) == ["C: documents a, c; has a"]
    assert list(faults(f'class C:\n{head}a\n        One.\n    """\n    def __init__(self, a): ...\n')) == []
