"""What `from metamed_core import ...` offers: light until asked for, the same to an editor as at run time, complete when installed."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from setuptools import find_packages  # type: ignore[import-untyped]

import metamed_core

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "pandas", "numpy", "scipy", "sklearn", "plotly"}
TREE = ast.parse(Path(metamed_core.__file__).read_text("utf-8"))


def test_importing_the_core_loads_nothing_heavy() -> None:
    code = "import sys, metamed_core; metamed_core.__version__; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert HEAVY & set(loaded) == set()
    assert "metamed_core" in loaded


@pytest.mark.parametrize("name", metamed_core.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(metamed_core, name) is not None
    assert name in dir(metamed_core)


def test_an_editor_sees_the_names_that_are_offered() -> None:
    typed = next(node for node in TREE.body if isinstance(node, ast.If))
    seen = {alias.name: step.module for step in typed.body if isinstance(step, ast.ImportFrom) for alias in step.names}
    assert {*seen, "__version__"} == set(metamed_core.__all__)
    for name, module in seen.items():
        assert getattr(metamed_core, name) is getattr(importlib.import_module(str(module)), name)


def test_an_unknown_name_says_what_there_is() -> None:
    with pytest.raises(AttributeError, match="module 'metamed_core' has no attribute 'FewShot': its public names are FewShotClassifier, "):
        _ = metamed_core.FewShot


def test_the_version_stands_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "metamed_core.__version__"}
    # A plain constant is read by setuptools without importing the package.
    assert any(isinstance(node, ast.Assign) and ast.unparse(node) == f"__version__ = '{metamed_core.__version__}'" for node in TREE.body)


def test_an_installed_package_carries_everything() -> None:
    """Every folder of code is a package, and every other file of the core is named by `package-data`."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    packages = set(find_packages(ROOT, include=options["packages"]["find"]["include"]))
    core = ROOT / "metamed_core"
    carried = {path for pattern in options["package-data"]["metamed_core"] for path in core.glob(pattern)}
    here = [path for path in core.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    code = [path for path in here if path.suffix == ".py"]
    assert {".".join(path.relative_to(ROOT).parent.parts) for path in code} <= packages
    assert set(here) - set(code) - carried == set()
    assert core / "py.typed" in carried
    assert any(path.suffix == ".safetensors" for path in carried)
