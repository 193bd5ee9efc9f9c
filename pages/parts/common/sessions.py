"""The life of a visitor's session: warmed up before the first one, and forgotten by a timer of the server's own.

Streamlit keeps the session of a closed tab for a while, so that an interrupted connection can be taken up again, and drops it only when
another session ends: on an idle server, never. It gives no sign to the server whether a tab was closed or its computer sleeps.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from starlette.formparsers import MultiPartParser
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime, RuntimeState
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.session_manager import SessionClient

from metamed_core.words import Words
from pages.parts.common import audit, clean_process, preload, server_limits
from pages.parts.common.classrooms import CLASSROOMS

if TYPE_CHECKING:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from streamlit.starlette import App

FORGET_AFTER = float(os.environ.get("METAMED_FORGET_AFTER", "40"))
"""Seconds without a connection after which a session is forgotten, whether its tab was closed or its computer sleeps."""
SWEEP = min(5.0, FORGET_AFTER / 4)  # seconds between two looks at the sessions
MINUTES = -int(-(FORGET_AFTER + 2 * SWEEP) // 60)  # within which a closed tab is forgotten, as the page says
TOO_SHORT = "server.disconnectedSessionTTL must exceed METAMED_FORGET_AFTER, or Streamlit drops a session in part, before the timer drops all of it."
NOT_STARTED_BY_APP = Words(
    "Start MetaMed with `streamlit run app.py`: without it nothing would forget the patients of a closed page.",
    "请使用 `streamlit run app.py` 启动 MetaMed：否则关闭页面后患者数据不会被清除。",
)

_LOGGER = logging.getLogger(__name__)
_last_seen: dict[str, float] = {}  # when each session was last connected
_ended: set[str] = set()  # sessions that are not to be taken up again
_serving = threading.Event()


@asynccontextmanager
async def serve(_app: App) -> AsyncIterator[None]:
    """Around the life of the server: warm up before the first visitor, then forget those who have left."""
    if config.get_option("server.disconnectedSessionTTL") <= FORGET_AFTER + 2 * SWEEP:
        raise ValueError(TOO_SHORT)
    _keep_off_the_disk()
    clean_process.start()
    preload.ready()
    # Garbage is collected under the interpreter lock. Visiting all of torch's objects took 0.15 to 0.3 s each time (measured), and delayed
    # Stop. What is frozen is never collected: therefore now, while there is no session.
    gc.collect()
    gc.freeze()
    timer = asyncio.create_task(_forget_who_left())
    _serving.set()
    try:
        yield
    finally:
        timer.cancel()
        audit.end()
        clean_process.stop()


def _keep_off_the_disk() -> None:
    """Two libraries write unasked: a file of more than 1 MB is received into one on the disk, and torch's optimizers make a folder for compiled code."""
    MultiPartParser.spool_max_size = (config.get_option("server.maxUploadSize") + 2) * 2**20
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", sys.prefix)  # a folder that is there already; nothing is compiled


def note_session() -> Words | None:
    """Have the session of the running page forgotten once its tab is gone; returns why that cannot be promised, if so."""
    context = get_script_run_ctx()
    if context is None or not _is_served():
        return None
    if not _serving.is_set():
        return NOT_STARTED_BY_APP
    _last_seen[context.session_id] = time.monotonic()
    return None


def let_in() -> Words | None:
    """Let the session of the running page in; returns why it must wait, where the server is full."""
    context = get_script_run_ctx()
    if context is None or not _is_served():
        return None
    return server_limits.let_in(context.session_id, Runtime.instance().is_active_session)


def end_session() -> None:
    """Have the session of the running page forgotten as soon as its connection ends, which then is not taken up again."""
    context = get_script_run_ctx()
    if context is not None and _is_served():
        Runtime.instance().mark_session_nonresumable(context.session_id)
        _ended.add(context.session_id)


def _is_served() -> bool:
    """Whether the page runs in a server, not in a test of its script."""
    return Runtime.exists() and Runtime.instance().state is RuntimeState.ONE_OR_MORE_SESSIONS_CONNECTED


async def _forget_who_left() -> None:
    while True:
        await asyncio.sleep(SWEEP)
        try:
            await _sweep()
        except Exception:  # whatever it is: if it ended this loop, nobody would be forgotten any more, without a word
            _LOGGER.exception("Who has left could not be forgotten; it is tried again.")


async def _sweep() -> None:
    """Forget who has left."""
    try:
        if close_who_left(Runtime.instance(), time.monotonic()):
            await _empty_visit(Runtime.instance())
        CLASSROOMS.close_idle()
    finally:
        # A session is full of cycles; on an idle server nothing else collects them, nor what a run held that ended after its session. Not after
        # every run of a page (runner.postScriptGC): with sixty visitors that was more than half of the server's work.
        gc.collect()


def close_who_left(runtime: Runtime, now: float) -> list[str]:
    """Close the sessions that have had no connection for `FORGET_AFTER` seconds, and those that are not to be taken up again; return them."""
    gone = []
    for session, seen in list(_last_seen.items()):
        if runtime.is_active_session(session):
            _last_seen[session] = now
        elif session in _ended or now - seen >= FORGET_AFTER:
            runtime.close_session(session)
            gone.append(session)
    for session in gone:
        del _last_seen[session]
        server_limits.leave(session)
        audit.note_end(session, deleted=session in _ended)
        _ended.discard(session)
    return gone


class _Nobody(SessionClient):
    """A client that draws nothing, and knows whether anything was sent to it."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        self.reached.set()

    @property
    def client_context(self) -> None:
        return None


async def _empty_visit(runtime: Runtime) -> None:
    """Streamlit's main loop holds the session that it served last in a variable, until it serves another: it is given an empty one."""
    client, message = _Nobody(), BackMsg(set_run_on_save=False)  # a message that is answered without running a page
    session = runtime.connect_session(client, {})
    runtime.handle_backmsg(session, message)
    with suppress(TimeoutError):
        await asyncio.wait_for(client.reached.wait(), SWEEP)
    runtime.close_session(session)
