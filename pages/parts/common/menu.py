"""The menu. Each script in `pages/` declares its entry as `PAGE = Page(...)` and is found automatically.

The scripts are parsed, not executed, since drawing one page requires the entries of all others.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metamed_core.words import Words

ROOT = Path(__file__).parents[3]
HOME = "home.py"


@dataclass(frozen=True)
class Page:
    """One entry of the menu.

    Parameters
    ----------
    title, icon, summary
        Name, Material icon, and a one-sentence description.
    order
        Position in the menu.
    path
        Path of the script; filled in by `pages_in`.
    """

    title: Words
    icon: str
    summary: Words
    order: int
    path: str = ""


def pages_in(root: Path) -> tuple[Page, ...]:
    """Return the pages whose scripts are under `root`, home first."""
    found = [page for path in (root / HOME, *sorted((root / "pages").glob("*.py"))) for page in _declared(path, root)]
    return tuple(sorted(found, key=lambda page: page.order))


def _declared(path: Path, root: Path) -> Iterator[Page]:
    for node in ast.parse(path.read_text("utf-8"), filename=str(path)).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.targets[0]) == "PAGE":
            fields: dict[str, Any] = {str(field.arg): _value(field.value) for field in node.value.keywords}
            yield Page(**fields, path=path.relative_to(root).as_posix())


def _value(node: ast.expr) -> object:
    """Evaluate a constant, or `Words` of two constants."""
    return Words(*map(ast.literal_eval, node.args)) if isinstance(node, ast.Call) else ast.literal_eval(node)


PAGES = pages_in(ROOT)
