"""The documents against the code: what they name exists, and what exists is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from metamed_core.learners import LEARNERS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "sample_data" / "README.md"]
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", document.read_text("utf-8")):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), f"{document.name} points to {target}"


@each_document
def test_paths_in_code_marks_exist(document: Path) -> None:
    for path in re.findall(r"`((?:metamed_core|pages|tests|sample_data|docs)/[\w./-]+)`", document.read_text("utf-8")):
        assert (ROOT / path).exists(), f"{document.name} names {path}"


@each_document
def test_make_targets_exist(document: Path) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make (\w+)", document.read_text("utf-8"))) <= targets


@each_document
def test_modules_to_run_exist(document: Path) -> None:
    for module in re.findall(r"python -m ([\w.]+)", document.read_text("utf-8")):
        if module.split(".")[0] in {"metamed_core", "tests"}:
            path = ROOT / module.replace(".", "/")
            assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), f"{document.name} runs {module}"


@pytest.mark.parametrize("name", list(LEARNERS))
def test_every_learner_is_documented(name: str) -> None:
    title = LEARNERS[name].title.en
    for document in ("README.md", "docs/how-it-works.md", "docs/evaluation.md"):
        assert title.lower() in (ROOT / document).read_text("utf-8").lower(), f"{document} does not name {title}"


def test_the_two_commands_stand_on_the_first_screen_of_the_readme() -> None:
    first_screen = (ROOT / "README.md").read_text("utf-8").split("\n## ")[0:2]
    assert all(command in "".join(first_screen) for command in ("make run", "make test"))


def test_every_glossary_row_has_chinese() -> None:
    rows = [line for line in (ROOT / "docs/glossary.md").read_text("utf-8").splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) > 20
    for row in rows:
        assert re.search(r"[一-鿿]", row.split("|")[3]), row
