"""The real server with one address more, by which a test reads its memory: `streamlit run tests/helpers/heap_server.py`."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit.runtime.app_session import AppSession

from pages.parts.common import preload, sessions
from tests.helpers.heap import FROZEN, alive


async def heap(request: Request) -> JSONResponse:
    """The sessions in memory, its size, and the texts that begin as asked; with `thaw`, what was frozen is looked at too."""
    if "thaw" in request.query_params:
        gc.unfreeze()
    begins = "".join(reversed(request.query_params.get("sdrawkcab", "")))  # or the search would find itself
    found = sorted(alive(rf"{begins}\w\w+")) if begins else []
    n_sessions = sum(type(one) is AppSession and len(one.session_state) > 0 for one in gc.get_objects())
    return JSONResponse({"sessions": n_sessions, "bytes": _size(), "texts": found})


def _size() -> int:
    """The memory that the system counts for this process, in bytes."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def serve(app_: st.App) -> AsyncIterator[None]:
    """As the app does, but keep what it freezes in sight."""
    preload.ready()
    FROZEN.extend(gc.get_objects())
    async with sessions.serve(app_):
        yield


app = st.App(Path(__file__).parents[2] / "home.py", lifespan=serve, routes=[Route("/heap", heap)])
