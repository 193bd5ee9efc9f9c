"""Every block of Python in the documents runs as it stands, those of one document one after the other.

A block that is an outline is marked by a comment before it, `<!-- sketch -->`.
"""

from __future__ import annotations

import re
import types
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"(?P<mark><!-- sketch -->\n)?^(?P<indent> *)```python\n(?P<code>.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks(text: str) -> list[tuple[int, str]]:
    """Line and code of every block that is to run."""
    return [
        (text[: found.start("code")].count("\n"), re.sub(rf"^{found['indent']}", "", found["code"], flags=re.MULTILINE))
        for found in BLOCK.finditer(text)
        if not found["mark"]
    ]


@pytest.mark.parametrize(
    "document", [path for path in DOCUMENTS if blocks(path.read_text("utf-8"))], ids=lambda path: str(path.relative_to(ROOT))
)
def test_the_blocks_run(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)
    module = types.ModuleType("document")  # dataclasses look up the module of a class
    monkeypatch.setitem(__import__("sys").modules, "document", module)
    for line, code in blocks(document.read_text("utf-8")):
        exec(compile("\n" * line + code, str(document), "exec"), module.__dict__)  # noqa: S102 - our own documents
    assert {path.name for path in tmp_path.iterdir()} == {"sample_data"}, "a block leaves nothing behind"


def test_a_broken_block_is_found(tmp_path: Path) -> None:
    ((line, code),) = blocks("# A page\n\n```python\nprint(nothing)\n```\n\n<!-- sketch -->\n```python\nalso = nothing\n```\n")
    assert line == 3
    with pytest.raises(NameError):
        exec(code, {})  # noqa: S102 - a text of this test
