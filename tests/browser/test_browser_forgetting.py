"""What a visitor brought is forgotten: after Delete, reload and closing, on a server that nobody else uses; and the page says what is gone."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks import memory_after_visits
from tests.conftest import PATIENCE, Server, serve
from tests.helpers.browsing import csv_file, heap, new_visitor
from tests.helpers.diagnose_browser import give_diagnosis_first, idle, open_knowledge, press, ready, say_something, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, WebSocketRoute

pytestmark = pytest.mark.browser
SECONDS = 4.0  # after which these servers forget; long enough for a page to reconnect
GONE = "Your table is gone."
MORE_THAN_A_MEGABYTE = 1_100_000  # bytes, from which on a server may receive an upload into a file
MARKS = ("ZqA", "ZqB", "ZqC")
ENOUGH = 40  # texts of a table in memory, so that finding none of them says something


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app, in a hurry to forget, with its memory in sight."""
    log = tmp_path_factory.mktemp("server") / "log"
    with serve(log, script="tests/helpers/heap_server.py", METAMED_FORGET_AFTER=str(SECONDS)) as running:
        yield running
    assert "Traceback" not in running.text(), running.text()


def table(mark: str) -> str:
    """Five diagnoses with six patients each, enough for every page; every word of it is marked."""
    header = f"patient,diagnosis,{mark}ferritin (µg/L),{mark}origin,fever\n"
    rows = [
        f"{mark}P{i},{mark}disease{i % 6},{20 + 15 * (i % 6) + i % 4},{mark}village{i % 3},{'yes' if i % 2 else 'no'}\n" for i in range(36)
    ]
    return header + "".join(rows) + f"{mark}Q1,,33,{mark}village1,yes\n"


@contextmanager
def visitor(browser: Browser) -> Iterator[Page]:
    """A person with a browser of their own."""
    context = new_visitor(browser)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 2)
    yield page
    context.close()


def bring(page: Page, mark: str, rest: str = "") -> None:
    """Upload a table and use it, on whatever page this is; `rest` stands below it in the file."""
    page.locator(".st-key-change_patients").or_(page.get_by_role("button", name="Your own table")).first.wait_for()
    if page.locator(".st-key-change_patients").count():
        press(page, "change_patients")
    elif page.get_by_role("button", name="Your own table").count():
        page.get_by_role("button", name="Your own table").first.click()
    page.locator(".st-key-upload input[type=file]").set_input_files(files=[csv_file(f"{mark}clinic.csv", table(mark) + rest)])
    page.locator(".st-key-upload_check").first.wait_for()
    press(page, "confirm")


def go(page: Page, name: str) -> None:
    page.locator(".st-key-menu").get_by_role("link", name=name).first.click()
    if name != "Home":
        page.get_by_role("heading", level=1, name=name, exact=True).first.wait_for()
    idle(page)


def work_everywhere(page: Page, mark: str) -> None:
    """Upload on Diagnose, say what is known, then look at every page and begin what can be begun there."""
    ready(page)
    bring(page, mark)
    ready(page)
    press(page, "charts")
    say_something(page, mark)
    give_diagnosis_first(page)
    go(page, "Compare")
    open_knowledge(page, mark)
    page.locator(".st-key-compare_run button:enabled").first.click()
    press(page, "compare_stop")
    go(page, "Meta-train")
    begin_training(page)
    press(page, "training_stop")
    go(page, "Learn")
    go(page, "Home")


def begin_training(page: Page) -> None:
    page.locator(".st-key-training_begin button:enabled").first.click()
    page.locator(".st-key-training_stop button:enabled").first.wait_for()


def delete(page: Page) -> None:
    page.get_by_role("button", name="Delete my data").first.click()
    page.locator(".st-key-delete_now button").first.click()
    page.get_by_text("Your data were deleted.").first.wait_for()


def left(server: Server, *, thaw: bool = False) -> Counter[str]:
    """How many texts of each table are in the server's memory."""
    found = Counter(text[:3] for text in heap(server.url, "Zq", thaw=thaw)["texts"])
    return Counter({mark: n for mark, n in found.items() if mark in MARKS})  # a random token may begin so too


def only_these_are_there(server: Server, n_sessions: int) -> None:
    """Wait until the server holds no more sessions than there are tabs."""

    def so_many() -> bool:
        time.sleep(0.5)  # each look takes the server's time
        return bool(heap(server.url)["sessions"] == n_sessions)

    wait_until(so_many)


def test_nothing_of_a_table_is_left_in_the_memory(browser: Browser, server: Server) -> None:
    """Two browsers. After every page and from several, deleted, reloaded and closed; at last nobody is there to help."""
    with visitor(browser) as one, visitor(browser) as other:
        one.goto(server.url + "/diagnose")
        other.goto(server.url + "/compare")
        work_everywhere(one, "ZqA")
        other.locator(".st-key-compare_run").first.wait_for()
        bring(other, "ZqB", "\n" * MORE_THAN_A_MEGABYTE)
        before = left(server)
        assert min(before["ZqA"], before["ZqB"]) > ENOUGH
        delete(one)
        other.reload()
        other.get_by_text(GONE).first.wait_for()
        only_these_are_there(server, 2)
        assert left(server) == {}
        go(one, "Meta-train")
        bring(one, "ZqC")
        begin_training(one)
    only_these_are_there(server, 0)
    assert left(server, thaw=True) == {}, "also where the collector never looks"
    what_left, weights = heap(server.url)["left"], os.environ["METAMED_HOME"]
    assert [line for line in what_left if weights not in line] == [], "nothing else is written, nobody is called"
    assert what_left, "but Meta-train writes, so what would be written is seen"


@pytest.mark.slow  # that nothing is left is tested above; this is how much memory that is
def test_visitors_who_leave_give_their_memory_back(tmp_path: Path) -> None:
    """A few of the 200 of the benchmark."""
    with ThreadPoolExecutor() as beside:  # Playwright's own loop runs in this thread
        told = beside.submit(memory_after_visits.measure, tmp_path, 4).result()
    assert (told["faults"], told["sessions"], told["texts"]) == ([], 0, [])
    assert told["after"] - told["before"] < memory_after_visits.MOST


class Line:
    """The connection of a page to its server, which a test can cut: a laptop that sleeps, say."""

    def __init__(self, page: Page) -> None:
        self.is_cut = False
        self.routes: list[tuple[WebSocketRoute, WebSocketRoute]] = []
        page.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        if self.is_cut:
            route.close()
        else:
            self.routes.append((route, route.connect_to_server()))

    def cut(self) -> None:
        """No connection from now on."""
        self.is_cut = True
        for end in (end for ends in self.routes for end in ends):
            end.close()
        self.routes.clear()

    def mend(self) -> None:
        """The page may connect again, which it tries by itself."""
        self.is_cut = False


def touch(page: Page) -> None:
    """Once the page is connected again, click on it: by itself it may go on showing what it showed."""
    page.locator(".st-key-change_patients button:enabled, .st-key-table_gone").first.wait_for(timeout=PATIENCE * 5)
    if not page.locator(".st-key-table_gone").count():
        press(page, "change_patients")


def has_its_table(page: Page) -> None:
    """The table that was brought is the one that is worked on."""
    page.locator(".st-key-patients_section").first.wait_for()
    page.locator(".st-key-patients_line").get_by_text("clinic.csv").first.wait_for()
    assert page.get_by_text(GONE).count() == 0


def says_that_it_is_gone(page: Page) -> None:
    """It does, and shows no other patients in its place."""
    page.get_by_text(GONE).first.wait_for()
    idle(page)
    assert page.locator("[class*=st-key-card_], .st-key-csv").count() == 0


def test_a_short_sleep_keeps_the_table_and_a_long_one_says_that_it_is_gone(browser: Browser, server: Server) -> None:
    with visitor(browser) as page:
        line = Line(page)
        page.goto(server.url + "/diagnose")
        ready(page)
        bring(page, "")
        line.cut()
        page.wait_for_timeout(SECONDS * 200)
        line.mend()
        touch(page)
        has_its_table(page)
        line.cut()
        page.wait_for_timeout(SECONDS * 2000)
        line.mend()
        touch(page)
        says_that_it_is_gone(page)
        go(page, "Compare")
        page.get_by_text(GONE).first.wait_for()
        assert page.locator(".st-key-compare_run").count() == 0, "on every page"


@pytest.mark.slow
def test_a_reload_and_a_restart_say_that_the_table_is_gone(browser: Browser, server: Server, tmp_path: Path) -> None:
    """The last test of this file: it kills the server."""
    with visitor(browser) as page:
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(server.url + "/diagnose")
        ready(page)
        bring(page, "")
        page.reload()
        says_that_it_is_gone(page)
        press(page, "go_on_without")
        ready(page)
        page.reload()
        ready(page)
        assert page.get_by_text(GONE).count() == 0, "it is said once"
        bring(page, "")
        os.kill(server.pid, signal.SIGKILL)
        with serve(tmp_path / "again", port=int(server.url.rpartition(":")[2])):
            touch(page)
            says_that_it_is_gone(page)
