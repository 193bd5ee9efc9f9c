"""A server, a real Chromium, and a guard that fails a test on any fault that a person would not see."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import pytest

from tests.helpers.browsing import new_visitor

# Before torch is imported: nets of this size are quicker on one thread, on a busy computer many times so.
os.environ.setdefault("OMP_NUM_THREADS", "1")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

ROOT = Path(__file__).parents[1]
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
    "--disable-features=LocalNetworkAccessChecks",  # a page whose headers a test has changed counts as one from elsewhere
)
PATIENCE = 60_000  # milliseconds to wait for what must come: a busy computer is slow, not wrong
CLOSED_TAB = re.compile(
    r'Exception in ASGI application\n(?:(?!Exception in ASGI)[^\n]*\n)*?starlette\.websockets\.\w+: Cannot call "send" once a close message has been sent\.\n'
)
LONGEST = ("test_browser_meta_train", "test_browser_forgetting")
# On a deep link Streamlit's own front end first looks for its server under the page's address, and is told 404.
PROBE = re.compile(r"^/\w+/_stcore/(health|host-config)$")


@pytest.fixture(scope="session", autouse=True)
def library_of_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Weights and runs of tests, also of the servers they start, stay out of the user's own library."""
    os.environ["METAMED_HOME"] = str(tmp_path_factory.mktemp("metamed"))


@dataclass(frozen=True)
class Server:
    """A running app: its address, the log it has written so far, and its process."""

    url: str
    log: Path
    pid: int = 0

    def text(self) -> str:
        """The log as it stands, without Streamlit's word on a tab that was closed while it connected."""
        return CLOSED_TAB.sub("", self.log.read_text(encoding="utf-8", errors="replace"))


@contextmanager
def serve(
    log: Path, *options: str, script: str = "app.py", port: int = 0, folder: Path = ROOT, before: tuple[str, ...] = (), **variables: str
) -> Iterator[Server]:
    """The app in a process of its own, on a free port, that nobody has visited yet; its library is not the user's own.

    options: further ones of `streamlit run`. script: what it runs. folder: where the app lies. before: a command that runs it. variables: of its
    environment.
    """
    port = port or _free_port()
    environment = {"METAMED_HOME": str(log.parent / "metamed"), **os.environ, **variables}
    command = [
        *before,
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script,
        "--server.headless",
        "true",
        "--server.port",
        str(port),
        *options,
    ]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out) as process,
    ):
        running = Server(f"http://127.0.0.1:{port}", log, process.pid)
        try:
            _wait_until_healthy(running, process)
            yield running
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of a process: each visitor's work is their own, and torch is imported once."""
    with serve(tmp_path_factory.mktemp("server") / "server.log") as running:
        yield running
    assert "Traceback" not in running.text(), running.text()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(server: Server, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5) as answer:  # noqa: S310 - our own address
                if answer.read() == b"ok":
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"The server did not start within {seconds:.0f} s:\n{server.text()}")


def find_browser() -> str | None:
    """The path of an installed Chromium, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def launch(playwright: Playwright, path: str | None) -> Browser:
    """That Chromium, headless and quiet."""
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests; without it they are skipped, or fail where METAMED_REQUIRE_BROWSER is set."""
    path = find_browser()
    if path is None:
        reason = f"No Chromium on this computer ({', '.join(BROWSERS)} were looked for): install one to run the browser tests."
        pytest.fail(reason) if os.environ.get("METAMED_REQUIRE_BROWSER") else pytest.skip(reason)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = launch(playwright, path)
        yield chromium
        chromium.close()


@dataclass
class Guard:
    """What went wrong in a page without anybody seeing it."""

    host: str
    faults: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to everything that a page logs, raises and asks for."""
        page.on("console", lambda message: self._console(message.type, message.text, message.location["url"]))
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("request", lambda request: self._request(request.url))
        page.on("websocket", lambda socket: self._request(socket.url))

    def _console(self, kind: str, text: str, url: str) -> None:
        if kind == "error" and not PROBE.match(urlsplit(url).path):
            self.faults.append(f"console error: {text} ({url})")

    def _request(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme not in {"data", "blob"} and address.netloc != self.host:
            self.faults.append(f"request to another host: {url}")


@pytest.fixture(scope="session")
def visitors(browser: Browser) -> Callable[[str], BrowserContext]:
    """One browser profile for each language: it loads and compiles Streamlit's scripts once, a second and more of work for each page."""
    return cache(partial(new_visitor, browser))


@pytest.fixture
def open_page(visitors: Callable[[str], BrowserContext], server: Server) -> Iterator[Callable[..., Page]]:
    """Open the app as a new visitor, whose work is bound to the page: `open_page("/diagnose", locale="zh-CN", color_scheme="dark")`. Guarded."""
    guard, said, pages = Guard(urlsplit(server.url).netloc), len(server.text()), []

    def open_at(
        path: str = "/", *, locale: str = "en-US", color_scheme: Literal["light", "dark"] = "light", width: int = 1280, height: int = 800
    ) -> Page:
        page = visitors(locale).new_page()
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=color_scheme)
        guard.watch(page)
        page.goto(server.url + path)
        return page

    yield open_at
    for page in pages:
        page.close()
    assert guard.faults == []
    assert "Traceback" not in server.text()[said:], server.text()[said:]


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """Home, in English, as a new visitor."""
    return open_page("/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first: at the end of a run one of them would keep a single process busy and the others idle."""
    items.sort(key=lambda item: (item.get_closest_marker("browser") is None, item.path.stem not in LONGEST))
