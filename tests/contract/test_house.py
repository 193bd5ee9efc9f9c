"""The laws of the house, held by reading the code; each law is also shown to fail on a house that breaks it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parents[2]
CORE = "metamed_core"
N_PAGE_LINES = 150
LEARNERS = ("prototypical", "matching", "maml", "reptile", "prior_fitted")
MATHEMATICS = {"numpy", "torch", "scipy", "sklearn"}
SPOKEN = {
    "badge", "button", "caption", "error", "header", "info", "markdown", "subheader", "success", "text", "title", "toast", "warning", "write",
}  # fmt: skip


# -- reading the house -----------------------------------------------------------------------------------------------


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def _core(root: Path) -> Iterator[tuple[Path, ast.Module]]:
    return ((path, _tree(path)) for path in sorted((root / CORE).rglob("*.py")))


def _pages(root: Path) -> list[Path]:
    return [path for path in (root / "app.py", *sorted((root / "pages").glob("*.py"))) if path.exists()]


def imports(root: Path, path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that a file imports when it runs, also inside functions; relative names resolved.

    What stands under `if TYPE_CHECKING:` never runs: a check of a table may name the table's type.
    """
    package = path.relative_to(root).parent.parts
    unrun = {id(node) for each in ast.walk(tree) if _only_for_types(each) for statement in each.body for node in ast.walk(statement)}
    for node in ast.walk(tree):
        if id(node) in unrun:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = list(package[: len(package) - node.level + 1]) if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def _only_for_types(node: ast.AST) -> TypeGuard[ast.If]:
    return isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def _says(root: Path, path: Path, line: int, fault: str) -> str:
    return f"{path.relative_to(root)}:{line}: {fault}"


# -- the laws: each gives the list of what breaks it -----------------------------------------------------------------


def core_knows_no_screen(root: Path) -> list[str]:
    """Nothing under the core imports streamlit or a page."""
    forbidden = {"streamlit", "pages", "app"}
    return [
        _says(root, path, line, f"imports {name}")
        for path, tree in _core(root)
        for line, name in imports(root, path, tree)
        if name.split(".")[0] in forbidden
    ]


def only_drawing_draws(root: Path) -> list[str]:
    """Only the room `drawing` imports plotly."""
    files = [path for folder in (CORE, "pages") for path in sorted((root / folder).rglob("*.py"))]
    return [
        _says(root, path, line, f"imports {name}")
        for path in files
        if "drawing" not in path.parts
        for line, name in imports(root, path, _tree(path))
        if name.split(".")[0] == "plotly"
    ]


def learners_are_strangers(root: Path) -> list[str]:
    """A learner imports no other learner; only the folder's own list knows them all."""
    folder = root / CORE / "learners"
    return [
        _says(root, path, line, f"imports {name}")
        for path in sorted(folder.glob("*.py"))
        if path.stem in LEARNERS
        for line, name in imports(root, path, _tree(path))
        if any(name.startswith(f"{CORE}.learners.{other}.") for other in LEARNERS)
    ]


def pages_are_prose(root: Path) -> list[str]:
    """A page has fewer than 150 lines and imports no mathematics."""
    faults = []
    for path in _pages(root):
        n_lines = len(path.read_text("utf-8").splitlines())
        if n_lines >= N_PAGE_LINES:
            faults.append(_says(root, path, n_lines, f"{n_lines} lines"))
        faults += [
            _says(root, path, line, f"imports {name}")
            for line, name in imports(root, path, _tree(path))
            if name.split(".")[0] in MATHEMATICS
        ]
    return faults


def pages_begin_with_the_frame(root: Path) -> list[str]:
    """A page's first call of Streamlit or of our own is `say = frame("its own path")`."""
    faults = []
    for path in _pages(root):
        calls = [node.value for node in _tree(path).body if isinstance(node, (ast.Expr, ast.Assign)) and isinstance(node.value, ast.Call)]
        page = path.relative_to(root).as_posix()
        framed = [call for call in calls if ast.unparse(call) == f"frame('{page}')"]
        drawn = [call for call in calls if ast.unparse(call.func).startswith("st.")]
        if not framed or any(call.lineno < framed[0].lineno for call in drawn):
            faults.append(_says(root, path, 1, f'does not begin with say = frame("{page}")'))
    return faults


def nobody_shouts(root: Path) -> list[str]:
    """No print, no assert and no swallowed exception in the core; the command line may print its results."""
    faults = []
    for path, tree in _core(root):
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert):
                faults.append(_says(root, path, node.lineno, "assert"))
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "print" and path.name != "__main__.py":
                faults.append(_says(root, path, node.lineno, "print"))
            if isinstance(node, ast.ExceptHandler) and all(isinstance(step, ast.Pass) for step in node.body):
                faults.append(_says(root, path, node.lineno, "an exception is swallowed"))
    return faults


def every_text_is_said(root: Path) -> list[str]:
    """What a page shows goes through `say(Words(..))`: no text stands bare in a call of Streamlit."""
    faults = []
    for path in [*_pages(root), *sorted((root / "pages" / "parts").rglob("*.py"))]:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SPOKEN and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and re.search(r"[A-Za-z]{2}", first.value):
                    faults.append(_says(root, path, node.lineno, f"bare text {first.value!r}"))
    return faults


LAWS = (
    core_knows_no_screen,
    only_drawing_draws,
    learners_are_strangers,
    pages_are_prose,
    pages_begin_with_the_frame,
    nobody_shouts,
    every_text_is_said,
)
Law = Callable[[Path], list[str]]

MAP = '"""The core."""'
HOUSE = {
    f"{CORE}/__init__.py": MAP,
    f"{CORE}/words.py": "import dataclasses\n",
    f"{CORE}/records.py": "from metamed_core.words import Words\n",
    f"{CORE}/episode.py": "from metamed_core import words\nif TYPE_CHECKING:\n    from metamed_core.data.records import PatientRecords\n",
    f"{CORE}/learners/__init__.py": "from metamed_core.learners.maml import MAML\n",
    f"{CORE}/learners/maml.py": "from metamed_core.data.records import PatientRecords\n",
    f"{CORE}/drawing/figures.py": "import plotly.graph_objects as go\nfrom metamed_core.learners import MAML\n",
    "app.py": 'from pages.parts.common.frame import frame\nsay = frame("app.py")\nst.markdown(say(WELCOME))\n',
    "pages/learn.py": 'say = frame("pages/learn.py")\n',
    "pages/parts/common/frame.py": "import streamlit as st\n",
}
BROKEN: tuple[tuple[Law, str, str], ...] = (
    (core_knows_no_screen, f"{CORE}/records.py", "import streamlit as st\n"),
    (core_knows_no_screen, f"{CORE}/records.py", "from pages.parts.common.frame import frame\n"),
    (only_drawing_draws, f"{CORE}/records.py", "from plotly import express\n"),
    (only_drawing_draws, "pages/learn.py", "import plotly.express as px\n"),
    (learners_are_strangers, f"{CORE}/learners/reptile.py", "from metamed_core.learners.maml import MAML\n"),
    (learners_are_strangers, f"{CORE}/learners/reptile.py", "from metamed_core.learners.maml import MAML as M\n"),
    (pages_are_prose, "pages/learn.py", "import numpy as np\n"),
    (pages_are_prose, "app.py", "x = 1\n" * N_PAGE_LINES),
    (pages_begin_with_the_frame, "pages/learn.py", "x = 1\n"),
    (pages_begin_with_the_frame, "pages/learn.py", 'say = frame("app.py")\n'),
    (pages_begin_with_the_frame, "pages/learn.py", 'st.title(T)\nsay = frame("pages/learn.py")\n'),
    (nobody_shouts, f"{CORE}/records.py", "print(1)\n"),
    (nobody_shouts, f"{CORE}/records.py", "def f(x):\n    assert x\n"),
    (nobody_shouts, f"{CORE}/records.py", "try:\n    x = 1\nexcept ValueError:\n    pass\n"),
    (every_text_is_said, "app.py", 'st.title("Hello there")\n'),
    (every_text_is_said, "pages/parts/common/frame.py", 'def f(box):\n    box.caption("Hello there")\n'),
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_house_keeps_the_law(law: Law) -> None:
    assert law(ROOT) == []


def build(root: Path, house: dict[str, str]) -> Path:
    for name, source in house.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(source, "utf-8")
    return root


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_sound_house_passes(law: Law, tmp_path: Path) -> None:
    assert law(build(tmp_path, HOUSE)) == []


@pytest.mark.parametrize(("law", "name", "source"), BROKEN, ids=lambda value: getattr(value, "__name__", None))
def test_a_broken_house_fails(law: Law, name: str, source: str, tmp_path: Path) -> None:
    faults = law(build(tmp_path, {**HOUSE, name: source}))
    assert len(faults) == 1
    assert faults[0].startswith(f"{name}:")


def test_every_law_is_broken_once() -> None:
    assert {law for law, _, _ in BROKEN} == set(LAWS)
