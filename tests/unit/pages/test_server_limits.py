"""One visitor more than a server takes is told so; those who are there stay, and a place that is given up is taken."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.words import LANGUAGES, Language, UserError, Words
from pages.parts.common import server_limits, sessions, sign_in
from pages.parts.common.server_limits import FULL, LOOK_AGAIN, NO_MEMORY, leave, let_in
from tests.helpers.diagnose_page import ROOT


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """A server for two, nobody in it; these are connected."""
    monkeypatch.setattr(server_limits, "MOST_SESSIONS", 2)
    monkeypatch.setattr(server_limits, "_inside", set())
    return {"first", "second", "third"}


def test_who_is_inside_stays_and_who_comes_later_waits_for_a_place(connected: set[str]) -> None:
    full = FULL.format(n=2, seconds=LOOK_AGAIN)

    def asked(session: str) -> Words | None:
        return let_in(session, connected.__contains__)

    assert [asked("first"), asked("second"), asked("third")] == [None, None, full]
    assert [asked("first"), asked("second"), asked("third")] == [None, None, full], "asking again changes nothing"
    connected.discard("second")
    assert asked("third") is None, "a tab without a connection takes no place"
    connected.add("second")
    assert asked("second") is None, "and is not sent away when it comes back"
    leave("first")
    leave("second")
    assert asked("fourth") is None


def test_nobody_new_is_let_in_and_no_table_opened_without_memory(connected: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert server_limits.memory_used() < server_limits.memory_there_is(), "this computer says both"
    assert let_in("first", connected.__contains__) is None
    monkeypatch.setattr(server_limits, "MOST_MEMORY", 1)
    assert let_in("second", connected.__contains__) == NO_MEMORY.format(seconds=LOOK_AGAIN)
    with pytest.raises(UserError, match="no memory left for another table, so it was not opened"):
        sign_in.check_may_open_tables()
    leave("first")
    assert let_in("second", connected.__contains__) is None, "where nobody is, nobody's leaving would make room"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_of_a_full_server_says_so_and_computes_nothing(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    why = FULL.format(n=2, seconds=LOOK_AGAIN)
    monkeypatch.setattr(sessions, "let_in", lambda: why)
    app = AppTest.from_file(str(ROOT / "home.py"))
    app.query_params["lang"] = language
    app.run()
    assert [warning.value for warning in app.warning] == [why.into(language)]
    assert not app.title
    monkeypatch.setattr(sessions, "let_in", lambda: None)
    app.button(key="try_again").click().run()
    assert not app.warning
    assert app.title
