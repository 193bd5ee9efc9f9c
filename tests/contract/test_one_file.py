"""Who adds something adds one file: each kind is planted in a copy of the house, and found there without another line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LEARNER = """
from dataclasses import dataclass
from typing import ClassVar

from metamed_core.learners.prototypical import Prototypical
from metamed_core.words import Words


@dataclass(frozen=True)
class Planted(Prototypical):
    name: ClassVar[str] = "planted"
    title: ClassVar[Words] = Words("Planted", "新学习器")
    order: ClassVar[int] = 50
"""
BASELINE = """
from dataclasses import dataclass
from typing import Any, ClassVar

from metamed_core.learners.baselines.base import Array, Baseline, Labels, LinearRule
from metamed_core.words import Words


@dataclass(frozen=True)
class Planted(Baseline):
    name: ClassVar[str] = "planted_baseline"
    title: ClassVar[Words] = Words("Planted baseline", "新基线")
    summary: ClassVar[Words] = title
    paper: ClassVar[str] = "none"
    link: ClassVar[str] = "none"

    def fit(self, X: Array, y: Labels) -> Any:
        return LinearRule.undecided(X, y)
"""
FORMAT = """
EXTENSIONS = ("planted",)
MAGIC = None


def sheets(data):
    return []


def rows(data, sheet):
    return iter([(n, line.split("~")) for n, line in enumerate(data.decode().splitlines(), 1)])
"""
CHECK = """
from dataclasses import replace

from metamed_core.data.records.checks.finding import Finding
from metamed_core.words import Words

RANK = -1


def check(records):
    yield Finding("planted_kind", "x", Words("Planted.", "新检查。"), "convert")


def mended(records, finding):
    return replace(records, raw=records.raw.assign(x="7"))


REMEDIES = {"planted_kind": mended}
"""
LESSON = """
from dataclasses import replace

from pages.lessons.l01_why.story import LESSON as FIRST

LESSON = replace(FIRST, module=__name__)
"""
PAGE = """
from metamed_core.words import Words
from pages.parts.common.page_frame import frame
from pages.parts.common.menu import Page

PAGE = Page(title=Words("Planted", "新页面"), icon=":material/add:", summary=Words("One more page.", "又一页。"), order=99)
say = frame("pages/planted.py")
"""
FILES = {
    "pages/planted.py": PAGE,
    "metamed_core/learners/planted.py": LEARNER,
    "metamed_core/learners/baselines/planted.py": BASELINE,
    "metamed_core/data/formats/planted.py": FORMAT,
    "metamed_core/data/records/checks/planted.py": CHECK,
    "pages/lessons/l99_planted/__init__.py": "",
    "pages/lessons/l99_planted/story.py": LESSON,
}
VISIT = """
import json
from metamed_core import open_upload
from metamed_core.data import EXTENSIONS
from metamed_core.evaluation import all_methods
from metamed_core.learners import LEARNERS
from metamed_core.learners.baselines import BASELINES
from pages.lessons import LESSONS
from pages.parts.common.menu import PAGES

_, records = open_upload("table.planted", b"x~dx\\n1~a\\n2~b\\n3~\\n")
print(json.dumps({
    "learners": list(LEARNERS),
    "methods": list(all_methods()),
    "meta_steps": LEARNERS["planted"].recipe.meta_steps,
    "baselines": list(BASELINES),
    "extensions": list(EXTENSIONS),
    "rows": records.raw["x"].tolist(),
    "first_finding": records.findings[0].kind,
    "mended": records.with_remedy(records.findings[0]).raw["x"].tolist(),
    "lessons": list(LESSONS),
    "pages": [page.path for page in PAGES],
    "title": PAGES[-1].title.zh,
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a copy of the house offers in which one file of each kind was added."""
    house = tmp_path_factory.mktemp("house")
    for folder in ("metamed_core", "pages"):
        shutil.copytree(ROOT / folder, house / folder, ignore=shutil.ignore_patterns("__pycache__", "*.safetensors"))
    shutil.copy(ROOT / "home.py", house)
    for name, source in FILES.items():
        (house / name).parent.mkdir(exist_ok=True)
        (house / name).write_text(source, "utf-8")
    told = subprocess.run([sys.executable, "-c", VISIT], cwd=house, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    offered: dict[str, Any] = json.loads(told.stdout)
    return offered


def test_a_learner_is_one_file(found: dict[str, Any]) -> None:
    assert found["learners"][-1] == "planted"
    assert "planted-none" in found["methods"]
    assert found["meta_steps"] == 4000


def test_a_baseline_is_one_file(found: dict[str, Any]) -> None:
    assert found["baselines"][-1] == "planted_baseline"
    assert found["methods"][-1] == "planted_baseline"


def test_a_data_format_is_one_file(found: dict[str, Any]) -> None:
    assert "planted" in found["extensions"]
    assert found["rows"] == ["1", "2", "3"]


def test_a_check_of_the_upload_is_one_file_with_its_remedy(found: dict[str, Any]) -> None:
    assert found["first_finding"] == "planted_kind"
    assert found["mended"] == ["7", "7", "7"]


def test_a_lesson_is_one_folder(found: dict[str, Any]) -> None:
    assert found["lessons"][-1] == "planted"


def test_a_page_is_one_file(found: dict[str, Any]) -> None:
    assert found["pages"][0] == "home.py"
    assert found["pages"][-1] == "pages/planted.py"
    assert found["title"] == "新页面"
