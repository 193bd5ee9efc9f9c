"""What is forgotten when, and what the page says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.words import LANGUAGES, Language, UserError, Words
from pages.parts.common import own_data, sessions
from pages.parts.common.page_frame import PRIVACY
from tests.helpers.diagnose_page import SECONDS, TABLE, held, upload
from tests.helpers.diagnose_page import opened as open_diagnose

ROOT = Path(__file__).parents[3]
SAID = {"en": "Your table is gone.", "zh": "您的表格已不在此处"}


class Tabs:
    """The part of Streamlit's runtime that the timer asks and tells."""

    def __init__(self, connected: set[str]) -> None:
        self.connected, self.closed = connected, list[str]()

    def is_active_session(self, session: str) -> bool:
        return session in self.connected

    def close_session(self, session: str) -> None:
        self.closed.append(session)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, float]]:
    """Three sessions that were there at the start."""
    monkeypatch.setattr(sessions, "_last_seen", {"stays": 0.0, "sleeps": 0.0, "deletes": 0.0})
    monkeypatch.setattr(sessions, "_ended", {"deletes"})
    return sessions._last_seen


def test_a_session_is_closed_once_its_connection_was_gone_for_long_or_it_was_ended(seen: dict[str, float]) -> None:
    tabs = Tabs({"stays", "sleeps", "deletes"})
    assert sessions.close_who_left(tabs, 10.0) == []  # type: ignore[arg-type]
    tabs.connected = {"stays"}
    assert sessions.close_who_left(tabs, 11.0) == ["deletes"]  # type: ignore[arg-type]
    assert sessions.close_who_left(tabs, 9.0 + sessions.FORGET_AFTER) == []  # type: ignore[arg-type]
    assert sessions.close_who_left(tabs, 10.0 + sessions.FORGET_AFTER) == ["sleeps"]  # type: ignore[arg-type]
    assert tabs.closed == ["deletes", "sleeps"]
    assert set(seen) == {"stays"}
    assert sessions._ended == set()


def test_a_fault_of_one_sweep_is_logged_and_does_not_end_the_forgetting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    swept: list[float] = []

    def sweep(_runtime: object, now: float) -> list[str]:
        swept.append(now)
        if len(swept) == 1:
            raise RuntimeError("a session that cannot be closed")
        return []

    monkeypatch.setattr(sessions, "SWEEP", 0)
    monkeypatch.setattr(sessions, "close_who_left", sweep)
    monkeypatch.setattr(sessions.Runtime, "instance", lambda: None)
    timer = sessions._forget_who_left()
    for _ in range(3):
        timer.send(None)  # it sleeps; without an event loop, which a browser's test may have left running
    timer.close()
    assert len(swept) == 2
    assert "could not be forgotten" in caplog.text


def test_the_page_promises_what_the_timer_keeps() -> None:
    assert sessions.FORGET_AFTER + 2 * sessions.SWEEP <= 60 * sessions.MINUTES
    assert sessions.MINUTES == 1
    assert "within 1 minute after you close or reload the page, or when your laptop sleeps that long" in PRIVACY.en
    assert "关闭或刷新页面后 1 分钟内即被清除，电脑休眠超过此时间也会清除" in PRIVACY.zh


def visit(page: str, language: Language) -> AppTest:
    """A new session whose address says that the tab had a table."""
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=SECONDS)
    app.query_params["lang"], app.query_params["table"] = language, "own"
    app.run()
    return app.switch_page(f"pages/{page}.py").run()


def says_gone(app: AppTest) -> bool:
    return any(SAID[app.session_state["language"]] in one.value for one in app.warning)


@pytest.mark.parametrize(("page", "language"), [("diagnose", "en"), ("compare", "zh"), ("meta_train", LANGUAGES[0])])
def test_what_is_gone_is_said_and_no_other_patients_stand_in_its_place(page: str, language: Language) -> None:
    app = visit(page, language)
    assert not app.exception
    assert says_gone(app)
    drawn = {str(one.key) for one in (*app.button, *app.get("download_button"))}
    assert not drawn & {"csv", "compare_run", "training_begin"}
    app.button(key="go_on_without").click().run()
    assert not says_gone(app)
    assert "table" not in app.query_params
    drawn = {str(one.key) for one in (*app.button, *app.get("download_button"))}
    assert drawn & {"csv", "play", "compare_run", "training_begin"}


def test_a_table_marks_the_address_and_one_that_was_put_back_is_not_gone() -> None:
    app = open_diagnose()
    assert "table" not in app.query_params
    upload(app, "clinic.csv", TABLE.encode())
    assert "own" in app.query_params["table"]
    app.button(key="cancel").click().run()
    assert not says_gone(app)
    assert "table" not in app.query_params
    upload(app, "clinic.csv", TABLE.encode())
    app.button(key="confirm").click().run()
    app.switch_page("pages/learn.py").run()
    assert "own" in app.query_params["table"], "on every page"
    assert "clinic" not in str(app.query_params)
    assert held(app).patients.holds_own_data


def test_a_table_that_is_brought_again_is_there() -> None:
    app = visit("diagnose", "en")
    app.file_uploader[0].upload("clinic.csv", TABLE.encode(), "text/csv").run()
    assert not says_gone(app)
    app.button(key="confirm").click().run()
    assert not app.exception
    assert held(app).patients.current.file == "clinic.csv"


def test_an_edited_table_counts_as_ones_own() -> None:
    app = open_diagnose()
    state = held(app).patients
    state.work_on(replace(state.current, edited=True))
    assert "own" in app.run().query_params["table"]


class Stuck:
    """A state whose file cannot be removed."""

    def forget(self) -> None:
        raise UserError(Words("The file x cannot be removed.", "无法删除文件 x。"))


def test_what_cannot_be_removed_is_said_after_the_page_was_loaded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, object] = {"training": Stuck(), "patients": 1}
    address: dict[str, str] = {}
    monkeypatch.setattr("streamlit.session_state", state)
    monkeypatch.setattr("streamlit.query_params", address)
    own_data.delete_my_data()
    assert state == {own_data.DELETED: True}, "all else is deleted"
    monkeypatch.undo()
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=SECONDS)
    app.query_params[own_data.PARAMETER] = address[own_data.PARAMETER]
    app.run()
    assert [one.value for one in app.error] == [own_data.NOT_ALL.en]
    assert own_data.PARAMETER not in app.query_params
