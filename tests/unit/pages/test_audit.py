"""What a server's audit log says of a visit, what it must not say, and what happens when it takes no line."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from metamed_core.__main__ import main
from pages.parts.common import audit
from tests.helpers.diagnose_page import opened, upload

MARKED = (
    "Zqpatient,diagnosis,Zqferritin (µg/L),MCV (fL)\n"
    "Zq-1,Zqlack,6,68\nZq-2,Zqlack,8,70\nZq-3,Zqflame,420,86\nZq-4,Zqflame,510,88\nZq-5,,7,69\nZq-6,,430,87\n"
)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "audit.jsonl"
    monkeypatch.setenv(audit.VARIABLE, str(path))
    monkeypatch.setattr(audit, "_pseudonyms", {})
    monkeypatch.setattr(audit, "_lost", 0)
    return path


def said(log: Path) -> list[dict[str, Any]]:
    """The lines, without what every line has."""
    common = {"time", "session", "previous", "hash"}
    return [{name: value for name, value in json.loads(line).items() if name not in common} for line in log.read_bytes().splitlines()]


def test_a_visit_is_told_by_what_was_done_without_a_word_of_the_table(log: Path) -> None:
    audit.begin()
    app = opened()
    upload(app, "Zqclinic.csv", MARKED.encode())
    app.button(key="confirm").click().run()
    app.button(key="delete_now").click().run()
    session = next(iter(audit._pseudonyms))
    audit.note_end(session, deleted=True)
    audit.end()
    assert [line["event"] for line in said(log)] == [
        "server_started", "session_began", "adapted", "table_opened", "adapted", "data_deleted", "session_ended", "server_stopped",
    ]  # fmt: skip
    assert said(log)[2:5] == [
        {"event": "adapted", "algorithm": "prior_fitted", "table": "public"},
        {"event": "table_opened", "way": "file", "format": "csv", "rows": 6, "columns": 4},
        {"event": "adapted", "algorithm": "prior_fitted", "table": "own"},
    ]
    assert "Zq" not in log.read_text("ascii")
    assert session not in log.read_text("ascii")
    assert len({json.loads(line).get("session") for line in log.read_bytes().splitlines()[1:-1]}) == 1
    assert main(["audit", "verify", str(log)]) == 0


def test_a_file_is_noted_when_it_is_taken_away(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Context:
        session_id = "of the server"

    monkeypatch.setattr(audit, "get_script_run_ctx", Context)
    make = audit.noted(lambda: b"the file", "answers_downloaded", form="csv")
    assert not log.exists()
    assert make() == b"the file"
    assert said(log) == [{"event": "answers_downloaded", "form": "csv"}]


def test_no_page_works_while_the_log_takes_no_line_and_the_lack_is_noted(log: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = opened()
    log.rename(log.with_suffix(".aside"))
    log.mkdir()  # nobody can write into a folder
    with caplog.at_level(logging.ERROR):
        audit._write("adapted", {"algorithm": "maml"})
    assert '{"event": "adapted", "algorithm": "maml"}' in caplog.text
    app.run()
    assert [error.value for error in app.error] == [audit.CANNOT_WRITE.en]
    assert not app.header
    log.rmdir()
    log.with_suffix(".aside").rename(log)
    app.run()
    assert not app.error
    assert app.header
    assert said(log)[-1] == {"event": "log_resumed", "lines_lost": 1}


def test_a_server_whose_log_cannot_be_written_to_does_not_start(log: Path) -> None:
    log.mkdir()
    with pytest.raises(SystemExit, match=r"MetaMed does not start, for its audit log cannot be written to: .*Is a directory"):
        audit.begin()


def test_without_the_variable_nothing_is_noted(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(audit.VARIABLE)
    audit.begin()
    audit.note("adapted")
    assert audit.note_visit() is None
    assert not log.exists()
