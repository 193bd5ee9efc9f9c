"""The real server with one address more, by which a test reads its memory and what has left it: `streamlit run tests/helpers/heap_server.py`."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit.runtime.app_session import AppSession

from pages.parts.common import preload, server_limits, sessions
from tests.helpers import what_leaves
from tests.helpers.heap import FROZEN, alive


async def heap(request: Request) -> JSONResponse:
    """The sessions in memory, its size, what left it, and the texts that begin as asked; with `thaw`, what was frozen is looked at too."""
    if "thaw" in request.query_params:
        gc.unfreeze()
    begins = "".join(reversed(request.query_params.get("sdrawkcab", "")))  # or the search would find itself
    found = sorted(alive(rf"{begins}\w\w+")) if begins else []
    n_sessions = sum(type(one) is AppSession and len(one.session_state) > 0 for one in gc.get_objects())
    return JSONResponse({"sessions": n_sessions, "bytes": server_limits.memory_used(), "left": what_leaves.NOTED, "texts": found})


@asynccontextmanager
async def serve(app_: st.App) -> AsyncIterator[None]:
    """As the app does, but keep what it freezes in sight."""
    preload.ready()
    FROZEN.extend(gc.get_objects())
    async with sessions.serve(app_):
        tempfile.gettempdir()  # Python finds out by writing, once
        what_leaves.watch()
        yield


app = st.App(Path(__file__).parents[2] / "home.py", lifespan=serve, routes=[Route("/heap", heap)])
