"""The translator's catalog: what is exported comes back unchanged, a changed text lands on its line, and what does not fit changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.tools.translations import ROOT, changes, export, main, pairs, take_back

SOURCE = '''"""A page."""
from metamed_core.words import Words

TITLE = Words("Adapt", "适应")
OTHER = {"é": Words("Adapt", "适配"), "n": Words("{n} {n:patient|patients}", "{n} 位患者")}  # 两个
LONG = Words(
    "Two lines of one "
    "text.",
    "一段话的"
    "两行。",
)
FORMULA = Words(r"The loss \\frac{1}{2}", "损失")
PARTS = Words(f"{TITLE.en}!", f"{TITLE.zh}！")
'''


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small project of one file."""
    for name in ("pages", "metamed_core"):
        (tmp_path / name).mkdir()
    (tmp_path / "home.py").write_text(SOURCE, "utf-8")
    return tmp_path


def edited(house: Path, old: str, new: str) -> Path:
    """The catalog of that project with one line edited by a translator."""
    po = house / "zh.po"
    export(po, house)
    text = po.read_text("utf-8")
    assert text.count(old) == 1
    po.write_text(text.replace(old, new), "utf-8")
    return po


def test_every_text_of_the_project_is_exported_with_its_file_and_line(tmp_path: Path) -> None:
    po = tmp_path / "all.po"
    assert export(po) > 1500
    with po.open("rb") as file:
        catalog = read_po(file)
    places = {place for message in catalog for place in message.locations}
    assert places == {(pair.file, pair.line) for pair in pairs()}
    assert {pair.file.split("/")[0] for pair in pairs()} == {"home.py", "pages", "metamed_core"}


def test_what_was_exported_comes_back_without_a_change(tmp_path: Path) -> None:
    po = tmp_path / "all.po"
    export(po)
    assert changes(po) == ([], [])


def test_a_changed_text_lands_on_its_line_and_nothing_else_moves(house: Path) -> None:
    po = edited(house, 'msgstr "适配"', 'msgstr "“调整”"')
    assert take_back(po, house) == 1
    assert (house / "home.py").read_text("utf-8") == SOURCE.replace('Words("Adapt", "适配")', 'Words("Adapt", "“调整”")')
    assert take_back(po, house) == 0, "a second import changes nothing"


def test_a_text_over_several_lines_is_replaced_as_a_whole(house: Path) -> None:
    assert take_back(edited(house, 'msgstr "一段话的两行。"', 'msgstr "一行 \\"够了\\"。"'), house) == 1
    found = {pair.en: pair.zh for pair in pairs(house)}
    assert found["Two lines of one text."] == '一行 "够了"。'
    assert found[r"The loss \frac{1}{2}"] == "损失"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'msgstr "{n} 位患者"',
            'msgstr "一些患者"',
            r"^home\.py:5: the Chinese of “\{n\} \{n:patient\|patients\}” must hold \{n\}, as it did",
        ),
        ('msgstr "损失"', 'msgstr "损失 {x}"', r"^home\.py:12: the Chinese of .* must hold no field, as it did"),
        ('msgstr "损失"', 'msgstr ""', r"^home\.py:12: .* has no Chinese"),
    ],
)
def test_what_does_not_fit_is_named_and_changes_nothing(house: Path, old: str, new: str, sentence: str) -> None:
    po = edited(house, old, new)
    po.write_text(po.read_text("utf-8").replace('msgstr "适配"', 'msgstr "改"'), "utf-8")
    with pytest.raises(ValueError, match=sentence):
        take_back(po, house)
    assert (house / "home.py").read_text("utf-8") == SOURCE


def test_where_the_english_has_changed_since_the_export_it_is_refused(house: Path) -> None:
    po = edited(house, 'msgstr "损失"', 'msgstr "损失值"')
    (house / "home.py").write_text(SOURCE.replace("The loss", "A loss"), "utf-8")
    with pytest.raises(ValueError, match=r"^home\.py: the source no longer has the English text “The loss .* export again"):
        take_back(po, house)


def test_lines_may_have_moved_since_the_export(house: Path) -> None:
    po = edited(house, 'msgstr "损失"', 'msgstr "损失值"')
    (house / "home.py").write_text("# one line more\n" + SOURCE, "utf-8")
    assert take_back(po, house) == 1
    assert 'Words(r"The loss \\frac{1}{2}", "损失值")' in (house / "home.py").read_text("utf-8")


def test_the_command_tells_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    po = tmp_path / "new" / "all.po"
    assert main(["export", str(po)]) == 0
    assert main(["import", str(po)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith(f"texts written to {po}")
    assert said[1] == "0 texts changed; now run: make format test"
    assert main(["import", str(ROOT / "nothing.po")]) == 1
    assert "Nothing was changed." in capsys.readouterr().err
