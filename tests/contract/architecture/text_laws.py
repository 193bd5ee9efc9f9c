"""Laws of what stands in a file: pages are short prose, nobody shouts, every text is said, no learner is special-cased, sizes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.contract.architecture.import_laws import learner_classes
from tests.contract.architecture.reading import CORE, PAGES, File, House

N_PAGE_LINES = 150
N_FILE_LINES = 250
N_FUNCTION_LINES = 40
N_ENTRIES = 15
MATHEMATICS = {"numpy", "torch", "scipy", "sklearn"}
SPOKEN = {
    "badge", "button", "caption", "error", "header", "info", "markdown", "subheader", "success", "text", "title", "toast", "warning", "write",
}  # fmt: skip


def pages_are_prose(house: House) -> list[str]:
    """A page has fewer than 150 lines and imports no mathematics."""
    faults = []
    for file in house.scripts:
        n_lines = len(file.source.splitlines())
        if n_lines >= N_PAGE_LINES:
            faults.append(file.says(n_lines, f"{n_lines} lines"))
        faults += [file.says(one.line, f"imports {one.module}") for one in file.imports if one.module.split(".")[0] in MATHEMATICS]
    return faults


def pages_begin_with_the_frame(house: House) -> list[str]:
    """A page's first call of Streamlit or of our own is `say = frame("its own path")`."""
    faults = []
    for file in house.scripts:
        calls = [node.value for node in file.tree.body if isinstance(node, (ast.Expr, ast.Assign)) and isinstance(node.value, ast.Call)]
        framed = [call for call in calls if ast.unparse(call) == f"frame('{file.name}')"]
        drawn = [call for call in calls if ast.unparse(call.func).startswith("st.")]
        if not framed or any(call.lineno < framed[0].lineno for call in drawn):
            faults.append(file.says(1, f'does not begin with say = frame("{file.name}")'))
    return faults


def nobody_shouts(house: House) -> list[str]:
    """No print, no assert and no swallowed exception in core and pages; the command line may print its results."""
    faults = []
    for file in house.files.values():
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Assert):
                faults.append(file.says(node.lineno, "assert"))
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "print" and file.module != f"{CORE}.__main__":
                faults.append(file.says(node.lineno, "print"))
            if isinstance(node, ast.ExceptHandler) and all(isinstance(step, ast.Pass) for step in node.body):
                faults.append(file.says(node.lineno, "an exception is swallowed"))
    return faults


def every_text_is_said(house: House) -> list[str]:
    """What a page shows goes through `say(Words(..))`: no text stands bare in a call of Streamlit."""
    faults = []
    for file in [*house.scripts, *(file for file in house.files.values() if file.module.startswith(f"{PAGES}.parts"))]:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SPOKEN and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and re.search(r"[A-Za-z]{2}", first.value):
                    faults.append(file.says(node.lineno, f"bare text {first.value!r}"))
    return faults


def no_learner_is_special(house: House) -> list[str]:
    """No file names a learner, as a text or by its class, but the learner's own; lessons are about one and may."""
    faults = []
    for file in house.files.values():
        if file.room != f"{PAGES}.lessons":
            faults += [file.says(line, f"special-cases the learner {name!r}") for line, name in _learners_named(house, file)]
    return faults


def _learners_named(house: House, file: File) -> Iterator[tuple[int, str]]:
    """Line and name of every learner that a file names and is not itself."""
    others = [other for other in house.files.values() if other.room == f"{CORE}.learners" and other.module != file.module]
    classes = {kind: name for other in others for kind, name in learner_classes(other).items()}
    texts = re.compile(rf"({'|'.join(map(re.escape, classes.values()))})(-\w+)?") if classes else re.compile(r"(?!)")
    seen: set[int] = set()
    for node in ast.walk(file.tree):
        name = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and texts.fullmatch(node.value):
            name = node.value
        elif isinstance(node, (ast.Name, ast.alias)) and (node.id if isinstance(node, ast.Name) else node.name) in classes:
            name = node.id if isinstance(node, ast.Name) else node.name
        if name and isinstance(node, (ast.Constant, ast.Name, ast.alias)) and node.lineno not in seen:
            seen.add(node.lineno)
            yield node.lineno, name


def files_are_short(house: House) -> list[str]:
    """No source file is longer than 250 lines."""
    counted = [(file, len(file.source.splitlines())) for file in _measured(house)]
    return [file.says(n, f"{n} lines") for file, n in counted if n > N_FILE_LINES]


def functions_are_short(house: House) -> list[str]:
    """No function is longer than 40 lines, its docstring counted."""
    return [
        file.says(node.lineno, f"{node.name} has {_length(node)} lines")
        for file in _measured(house)
        for node in ast.walk(file.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _length(node) > N_FUNCTION_LINES
    ]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _measured(house: House) -> list[File]:
    return house.under(CORE, PAGES, "home", "app", "sample_data", "tests")


def the_core_is_seen_at_a_glance(house: House) -> list[str]:
    """`metamed_core/` has at most 15 entries."""
    entries = sorted(path.name for path in (house.root / CORE).iterdir() if path.name != "__pycache__")
    return [f"{CORE}/{entries[-1]}: {len(entries)} entries: {', '.join(entries)}"] if len(entries) > N_ENTRIES else []


TEXT_LAWS = (
    pages_are_prose,
    pages_begin_with_the_frame,
    nobody_shouts,
    every_text_is_said,
    no_learner_is_special,
    files_are_short,
    functions_are_short,
    the_core_is_seen_at_a_glance,
)
