"""A tab of the app without a browser: what a browser is to the server, a socket and a session told by the same messages. Nothing is drawn."""

from __future__ import annotations

import asyncio
import json
import re
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

BOUNDARY = "a1b2c3"
PATIENCE = 120  # seconds without a word after which a server is taken to be stuck


@dataclass
class Tab:
    """One session of a page.

    widgets: by the key at the end of its id, the widget and the fragment in which it was shown. timers: seconds between two runs of a fragment.
    """

    socket: ClientConnection
    address: str
    page: str
    query: str = ""
    session: str = ""
    script: str = ""
    widgets: dict[str, tuple[str, str]] = field(default_factory=dict)
    timers: dict[str, float] = field(default_factory=dict)

    async def send(self, *states: WidgetState, fragment: str = "", by_timer: bool = False) -> None:
        """Ask for a run of the page, or of one fragment, with these widgets changed."""
        message = BackMsg()
        asked = message.rerun_script
        asked.page_name, asked.page_script_hash = ("", self.script) if self.script else (self.page, "")
        asked.query_string, asked.fragment_id, asked.is_auto_rerun = self.query, fragment, by_timer
        asked.context_info.locale, asked.context_info.url = "en-US", f"{self.address}/{self.page}"
        asked.widget_states.widgets.extend(states)
        await self.socket.send(message.SerializeToString())

    async def answer(self) -> list[Any]:
        """What comes until the run that was asked for is done."""
        came = []
        while True:
            came.append(one := await asyncio.wait_for(self._next(), PATIENCE))
            if one.WhichOneof("type") == "script_finished" and one.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return came

    async def ask(self, *states: WidgetState, fragment: str = "", by_timer: bool = False) -> list[Any]:
        """`send`, then `answer`."""
        await self.send(*states, fragment=fragment, by_timer=by_timer)
        return await self.answer()

    async def _next(self) -> Any:
        one = ForwardMsg()
        data = await self.socket.recv()
        one.ParseFromString(data if isinstance(data, bytes) else data.encode())
        kind = one.WhichOneof("type")
        if kind == "new_session":
            self.session = one.new_session.initialize.session_id or self.session
            if not one.metadata.run.fragment_ids:
                self.timers.clear()  # the whole page: a fragment that still needs a timer asks for it again
        elif kind == "navigation":
            self.script = one.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = one.page_info_changed.query_string
        elif kind == "auto_rerun":
            self.timers[one.auto_rerun.fragment_id] = one.auto_rerun.interval
        elif kind == "stop_auto_rerun":
            for fragment in one.stop_auto_rerun.fragment_ids:
                self.timers.pop(fragment, None)
        elif kind == "delta":
            element = one.delta.new_element
            found = getattr(getattr(element, element.WhichOneof("type") or "", None), "id", "")
            if found:
                self.widgets[found.rpartition("-")[2]] = (found, one.delta.fragment_id)
        return one

    def pressed(self, key: str) -> tuple[WidgetState, str]:
        """What a browser says of a button that is pressed, and the fragment that it belongs to."""
        widget, fragment = self.widgets[key]
        return WidgetState(id=widget, trigger_value=True), fragment

    async def press(self, key: str) -> list[Any]:
        """Press a button."""
        state, fragment = self.pressed(key)
        return await self.ask(state, fragment=fragment)

    async def choose(self, key: str, option: str) -> list[Any]:
        """Set a segmented control to one of its options."""
        widget, fragment = self.widgets[key]
        state = WidgetState(id=widget)
        state.string_array_value.data.append(option)
        return await self.ask(state, fragment=fragment)

    async def pick(self, key: str, option: str) -> list[Any]:
        """Set a group of radio buttons to one of its options; of those that have replaced one another, the last."""
        widget, fragment = self.widgets[max((one for one in self.widgets if re.fullmatch(rf"{key}(_\d+)?", one)), key=len)]
        return await self.ask(WidgetState(id=widget, string_value=option), fragment=fragment)

    async def drag(self, key: str, name: str, x: float, y: float) -> list[Any]:
        """Move a mark of a figure to a place of its plane."""
        widget, fragment = self.widgets[key]
        moved = [{"event": "done", "value": {"name": name, "x": x, "y": y}}]
        state = WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{widget}__events", json_trigger_value=json.dumps(moved))
        return await self.ask(state, fragment=fragment)

    async def upload(self, name: str, data: bytes) -> list[Any]:
        """Ask where to, put the file there, and say so, as the upload field does."""
        message = BackMsg()
        message.file_urls_request.request_id, message.file_urls_request.session_id = "1", self.session
        message.file_urls_request.file_names.append(name)
        await self.socket.send(message.SerializeToString())
        while (answer := await self._next()).WhichOneof("type") != "file_urls_response":
            pass
        (urls,) = answer.file_urls_response.file_urls
        await asyncio.to_thread(put, self.address, urls.upload_url, name, data)
        state = FileUploaderState()
        state.uploaded_file_info.add(name=name, size=len(data), file_id=urls.file_id, file_urls=urls)
        widget, fragment = self.widgets["upload"]
        return await self.ask(WidgetState(id=widget, file_uploader_state_value=state), fragment=fragment)

    async def ticks(self) -> AsyncIterator[list[Any]]:
        """What the timers of the page bring, as long as it has any; like a browser's, a timer does not wait for the answer to the last tick."""
        due = time.monotonic()
        while self.timers:
            fragment, seconds = next(iter(self.timers.items()))
            due = max(due + seconds, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            yield await self.ask(fragment=fragment, by_timer=True)


@asynccontextmanager
async def open_tab(address: str, page: str, query: str = "") -> AsyncIterator[Tab]:
    """A tab at this address of the server; closed at the end."""
    async with connect(f"ws{address[4:]}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
        yield Tab(socket, address, page, query)


def put(address: str, path: str, name: str, data: bytes) -> None:
    """Put one file there, as a form."""
    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=60) as answer:  # noqa: S310 - our own address
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    body = head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    headers = {"Content-Type": kind, "Cookie": cookie, "X-Xsrftoken": cookie.partition("=")[2]}
    request = urllib.request.Request(address + path, body, headers, method="PUT")  # noqa: S310
    with urllib.request.urlopen(request, timeout=60):  # noqa: S310
        pass


def faults_in(came: list[Any]) -> list[str]:
    """Exceptions and error boxes among the messages of an answer, and an end that is none."""
    found = []
    for answer in came:
        element = answer.delta.new_element
        if element.WhichOneof("type") == "exception" or (
            element.WhichOneof("type") == "alert" and element.alert.format == element.alert.ERROR
        ):
            found.append(str(element)[:200])
    last = came[-1].script_finished if came else ForwardMsg.FINISHED_WITH_COMPILE_ERROR
    return [*found, *(["the page could not run"] if last == ForwardMsg.FINISHED_WITH_COMPILE_ERROR else [])]


def texts(came: list[Any]) -> str:
    """All Markdown of an answer, without the escapes."""
    return "\n".join(answer.delta.new_element.markdown.body for answer in came).replace("\\", "")
