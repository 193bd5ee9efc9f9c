"""Nothing that stands in a patient's cell, and no file name, is ever written: every byte under the library and beside `--out` is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.__main__ import main
from metamed_core.data import Panel, open_upload
from metamed_core.meta_training import ANY_TABLE, ONE_PANEL, export_zip, weights_library
from metamed_core.meta_training.weights_library import Library
from pages.parts.meta_train.own_weights import PRIVACY as AT_KEEP
from tests.helpers.meta_train_page import choose, finish, held, open_page, press, pull, texts, upload

VILLAGES = ("Zzoberdorf", "Zzunterau", "Zzmittelbach")
NOTES = tuple(f"Zznote{n} lives by the river" for n in range(3))
NAMES = tuple(f"Zzname{n}" for n in range(48))
FILE = "Zzhospital.csv"
MARKERS = (*VILLAGES, *NOTES, *NAMES, "Zzhospital")
TABLE = "patient,origin,note,ferritin,MCV,diagnosis\n" + "".join(
    f"{NAMES[i]},{VILLAGES[i * i % 7 % 3]},{NOTES[i // 6 % 3]},{20 + 15 * (i % 6) + i % 4},{70 + 3 * (i % 5) + i % 3},disease {i % 6}\n"
    for i in range(48)
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(weights_library.HOME, str(tmp_path / "home"))
    monkeypatch.setattr("metamed_core.meta_training.job.N_VALIDATION_TASKS", 2)
    return tmp_path / "home"


def written(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file, and the names of the folders."""
    for folder in folders:
        for path in folder.rglob("*"):
            yield str(path.relative_to(folder)), path.read_bytes() if path.is_file() else b""


def found(*folders: Path) -> list[str]:
    """Where a marker stands, also within a .zip of what is kept."""
    everything = list(written(*folders))
    assert any(content for _, content in everything), "nothing was written: the test says nothing"
    forms = [form for marker in MARKERS for form in (marker.encode(), marker.encode("utf-16-le"))]
    return [name for name, content in everything if any(form in content or form in name.encode() for form in forms)]


def has_levels() -> bool:
    """Whether the table has a column of words that a learner reads, or the test would say nothing."""
    return set(VILLAGES) <= set(Panel.of(open_upload(FILE, TABLE.encode())[1].features).levels.get("origin", ()))


@pytest.mark.parametrize("network", [ANY_TABLE, ONE_PANEL])
def test_the_page_writes_no_text_of_a_cell(network: str, home: Path) -> None:
    assert has_levels()
    app = upload(open_page(), TABLE.encode(), FILE)
    assert "Nothing that stands in a patient's cell is written, nor the name of the file." in texts(app)
    choose(app, "segmented_control", "training_network", network)
    choose(app, "number_input", "training_steps", 10)
    press(pull(press(app, "training_begin"), 3), "training_stop")  # a checkpoint lies there
    assert list(home.rglob("*.state"))
    assert found(home) == []
    finish(pull(press(app, "training_go_on"), 10), 4)
    app.text_input(key="training_name").set_value("mine").run()
    press(app, "training_keep")
    assert AT_KEEP.en in texts(app)
    assert "your table" in texts(app)
    assert found(home) == []
    (one,) = held(app).library.list_weights()
    with zipfile.ZipFile(io.BytesIO(export_zip(one.path))) as archive:
        content = b"".join(archive.read(name) + name.encode() for name in archive.namelist())
    assert not [marker for marker in MARKERS if marker.encode() in content]


@pytest.mark.parametrize("network", [ANY_TABLE, ONE_PANEL])
@pytest.mark.parametrize("out", ["mine.safetensors", None])
def test_the_command_writes_no_text_of_a_cell(
    network: str, out: str | None, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / FILE).write_text(TABLE)
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    where = ["--out", out] if out else []
    table = ["--cohort", str(tmp_path / "in" / FILE), "--network", network]
    assert main(["meta-train", "--learner", "prototypical", "--meta-steps", "2", "--keep", "mine", *table, *where]) == 0
    assert len(Library().list_weights()) == 1
    assert len(list((tmp_path / "out").iterdir())) == 2
    assert found(home, tmp_path / "out") == []


def test_both_languages_say_it_beside_the_buttons() -> None:
    app: AppTest = upload(open_page(lang="zh"), TABLE.encode(), FILE)
    assert "患者单元格中的任何内容和文件名都不会写入" in texts(app)
