"""What is kept on disk is optional: a folder that cannot be written to or a damaged file in it breaks no page."""

from __future__ import annotations

from pathlib import Path

import pytest

from metamed_core.learners import shipped
from metamed_core.meta_training.library_files import HOME
from metamed_core.meta_training.weights_library import SINGLE_USER, Library
from tests.helpers.meta_train_page import can_press, held, open_page, press, texts

READ_ONLY = "Nothing can be kept on this computer, so that meta-training is off: set METAMED_HOME to a folder that may be written to"


def test_with_a_home_that_cannot_be_written_to_every_page_works_and_meta_train_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("a file is no folder")
    monkeypatch.setenv(HOME, str(tmp_path / "file" / "home"))
    monkeypatch.delenv(SINGLE_USER, raising=False)
    app = open_page()
    assert not app.exception
    assert texts(app).count(READ_ONLY) == 1
    assert not can_press(app, "training_begin")
    assert not [one for one in app.text_input if one.key == "import_name"]
    assert "None yet." in texts(app)
    for page in ("diagnose", "compare"):
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, page
        assert READ_ONLY not in texts(app)


def test_a_folder_that_fails_while_one_works_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME, str(tmp_path / "home"))
    app = open_page()
    (tmp_path / "home").write_text("in the way")
    press(app, "training_begin")
    assert not app.exception
    assert not held(app).is_running
    assert "cannot be made: set METAMED_HOME to a folder that may be written to" in texts(app)


def test_a_damaged_file_is_left_out_with_a_sentence_and_can_be_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME, str(tmp_path))
    monkeypatch.setenv(SINGLE_USER, "1")
    for name in ("good", "bad"):
        Library().save(shipped("prototypical"), name)
    card = tmp_path / "weights" / "bad.json"
    card.write_text(card.read_text().replace('"validation": [', '"validation": ["x", '))
    app = open_page()
    assert not app.exception
    assert "One file of your kept weights is left out. bad.json is damaged or not made by MetaMed" in texts(app)
    press(app, "remove_bad")
    assert not app.exception
    assert "kept weights is left out" not in texts(app)
    assert sorted(path.name for path in (tmp_path / "weights").iterdir()) == ["good.json", "good.safetensors"]
