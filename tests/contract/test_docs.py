"""The documents against the code: what they name exists, what exists is named, their code runs, and the site builds without a warning."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from metamed_core.__main__ import COMMANDS
from metamed_core.learners import LEARNERS
from tests.contract.architecture.reading import CORE, LEVELS, House
from tests.tools import picture

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES, ROOT / "sample_data" / "README.md"]
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text("utf-8"), flags=re.DOTALL)
    for target, _, anchor in re.findall(r"\]\(([^)#\s]*)(#([^)\s]+))?\)", prose):
        if not target.startswith("http"):
            there = document.parent / target if target else document
            assert there.exists(), f"{document.name} points to {target}"
            if anchor:
                assert anchor in anchors(there), f"{document.name} points to {target}#{anchor}"


def anchors(document: Path) -> set[str]:
    """What the headings of a document are called in links."""
    headings = re.findall(r"^#+ (.*)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_paths_in_code_marks_exist(document: Path) -> None:
    for path in re.findall(r"`((?:metamed_core|pages|tests|sample_data|docs)/[\w./-]+)`", document.read_text("utf-8")):
        assert (ROOT / path).exists(), f"{document.name} names {path}"


@each_document
def test_names_in_code_marks_exist(document: Path) -> None:
    """`metamed_core.data.Task` is a module, or something in one."""
    for name in re.findall(r"`(metamed_core(?:\.\w+)+)`", document.read_text("utf-8")):
        assert found(name), f"{document.name} names {name}"


def found(name: str) -> bool:
    module, _, rest = name.rpartition(".")
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return bool(module) and hasattr(importlib.import_module(module), rest)
    return True


@each_document
def test_make_targets_exist(document: Path) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make (\w+)", document.read_text("utf-8"), re.MULTILINE)) <= targets


@each_document
def test_modules_to_run_exist(document: Path) -> None:
    for module in re.findall(r"python -m ([\w.]+)", document.read_text("utf-8")):
        if module.split(".")[0] in {"metamed_core", "tests"}:
            path = ROOT / module.replace(".", "/")
            assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), f"{document.name} runs {module}"


@each_document
def test_commands_and_their_options_exist(document: Path) -> None:
    for line in re.findall(r"-m metamed_core ([a-z-]+[^`\n#]*)", document.read_text("utf-8")):
        command, *words = shlex.split(line.replace("…", ""), posix=False)
        assert command in COMMANDS, f"{document.name} runs {command}"
        parser = argparse.ArgumentParser()
        COMMANDS[command][0].add_options(parser)
        known = {option for action in parser._actions for option in action.option_strings}
        asked = {re.split(r"[=,;.)]", word)[0] for word in words if word.startswith("--")}
        assert asked <= known, f"{document.name} gives {command} {sorted(asked - known)}"


@pytest.mark.parametrize("name", list(LEARNERS))
def test_every_learner_is_documented(name: str) -> None:
    title = LEARNERS[name].title.en
    for document in ("README.md", "docs/explanation/how-it-works.md", "docs/explanation/evaluation.md"):
        assert title.lower() in (ROOT / document).read_text("utf-8").lower(), f"{document} does not name {title}"


def test_every_room_and_command_is_in_the_reference() -> None:
    rooms = {room for level in LEVELS for room in level if room.startswith(CORE)} - {f"{CORE}.__main__"}
    assert rooms == set(re.findall(r"^   (metamed_core[\w.]*)$", (ROOT / "docs/reference/python.md").read_text("utf-8"), re.MULTILINE))
    commands = re.findall(r"^```\{command-help\} (\S+)$", (ROOT / "docs/reference/command-line.md").read_text("utf-8"), re.MULTILINE)
    assert commands == list(COMMANDS)


def test_the_picture_of_the_rooms_is_that_of_the_code() -> None:
    assert picture.OUT.read_text("utf-8") == picture.svg(House(ROOT)), "run: python -m tests.tools.picture"


def test_every_page_is_in_the_contents() -> None:
    listed = re.findall(r"^([a-z-]+(?:/[a-z-]+)?)$", (ROOT / "docs/index.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in PAGES if path.stem != "index")


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-d", str(tmp_path / "read"), "docs", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    reference = (tmp_path / "site" / "reference" / "rooms" / "metamed_core.learners.html").read_text("utf-8")
    assert all(kind.__name__ in reference for kind in LEARNERS.values())
    assert "--algorithm" in (tmp_path / "site" / "reference" / "command-line.html").read_text("utf-8")


def test_the_two_commands_stand_on_the_first_screen_of_the_readme() -> None:
    first_screen = (ROOT / "README.md").read_text("utf-8").split("\n## ")[0:2]
    assert all(command in "".join(first_screen) for command in ("make run", "make test"))


def test_every_glossary_row_has_chinese() -> None:
    text = (ROOT / "docs/reference/glossary.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) > 20
    for row in rows:
        assert re.search(r"[一-鿿]", row.split("|")[3]), row
