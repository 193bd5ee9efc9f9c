"""The audit log of a server: what was done and when, without a cell, a patient's code, or a name of a person, file or column.

Off unless the environment variable METAMED_AUDIT_LOG names its file. What may stand in a line is written out at each call of `note`: counts,
and words of the program's own. There is no hash of a table either: a small one can be guessed from it, cell by cell.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from metamed_core import __version__
from metamed_core.words import UserError, Words

VARIABLE = "METAMED_AUDIT_LOG"
REFUSED = "MetaMed does not start, for its audit log cannot be written to: {why}. Set METAMED_AUDIT_LOG to a file that can, or unset it."
CANNOT_WRITE = Words(
    "This server keeps an audit log, which cannot be written to at the moment, so nothing can be done here: tell whoever runs it.",
    "本服务器须写入审计日志，但目前无法写入，因此暂时不能进行任何操作：请通知服务器管理员。",
)
_LOG = logging.getLogger("metamed.audit")

_pseudonyms: dict[str, str] = {}  # by session of the server: random, so that a line leads back to no address or cookie
_lost = 0  # lines that the file did not take
_lock = threading.Lock()


def begin() -> None:
    """Note that the server has started. Raises SystemExit with a sentence where there is to be a log that cannot be written to."""
    try:
        _append("server_started", {"version": __version__})
    except (OSError, UserError) as error:
        raise SystemExit(REFUSED.format(why=error)) from error


def end() -> None:
    """Note that the server stops, and with it every session."""
    _write("server_stopped", {})


def note(event: str, **facts: str | int) -> None:
    """Note what was done in the session of the running page: `event`, with counts and words of the program's own."""
    context = get_script_run_ctx()
    if _path() is not None and context is not None:
        _write(event, {"session": _pseudonym(context.session_id), **facts})


def noted(make: Callable[[], bytes], event: str, **facts: str | int) -> Callable[[], bytes]:
    """The same for a file that is made when its button is pressed, outside any run of the page."""
    context = get_script_run_ctx()
    if _path() is None or context is None:
        return make
    session = _pseudonym(context.session_id)

    def made() -> bytes:
        _write(event, {"session": session, **facts})
        return make()

    return made


def note_visit() -> Words | None:
    """Note a session once, and its subject where it has signed in; returns why the page must do nothing, where the log takes no line."""
    context = get_script_run_ctx()
    if _path() is None or context is None:
        return None
    if context.session_id not in _pseudonyms:
        note("session_began")
        # The provider's own number of the account: name and address stay with the provider, who alone can tell whose it is.
        if st.user.get("is_logged_in"):
            note("signed_in", subject=str(st.user.get("sub", "")))
    return None if _resumed() else CANNOT_WRITE


def note_end(session: str, *, deleted: bool) -> None:
    """Note that a session of the server has ended: by its visitor's wish, or because its tab was gone."""
    if (pseudonym := _pseudonyms.pop(session, None)) is not None:
        _write("session_ended", {"session": pseudonym, "why": "deleted" if deleted else "left"})


def _path() -> Path | None:
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def _pseudonym(session: str) -> str:
    return _pseudonyms.setdefault(session, secrets.token_hex(8))


def _write(event: str, facts: dict[str, str | int]) -> None:
    """Add a line; one that the file does not take goes to the server's own log, and the pages stop until the file takes lines again."""
    global _lost  # noqa: PLW0603 - one log of one process
    try:
        _append(event, facts)
    except (OSError, UserError) as error:
        _LOG.critical("The audit log took no line: %s. %s", error, json.dumps({"event": event, **facts}))
        with _lock:
            _lost += 1


def _resumed() -> bool:
    """Whether the log takes lines; where it did not, it is tried again and noted how many it lacks."""
    global _lost  # noqa: PLW0603
    with _lock:
        try:
            if _lost:
                _append("log_resumed", {"lines_lost": _lost})
                _lost = 0
        except (OSError, UserError):
            return False
    return True


def _append(event: str, facts: dict[str, str | int]) -> None:
    from metamed_core.data import append_to_log  # late: it imports torch

    if (path := _path()) is not None:
        append_to_log(path, {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts})
