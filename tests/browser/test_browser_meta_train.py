"""Meta-train in a real browser: start, watch, stop, reload, go on, keep, use; a killed server, and a closed tab."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from safetensors import safe_open

from metamed_core.meta_training import weights_library
from metamed_core.meta_training.checkpoint import KEY as STATE
from tests.browser.test_browser_compare import charts_without_alt, violations
from tests.conftest import serve
from tests.helpers.browsing import check_redrawn_in_place, new_visitor
from tests.helpers.diagnose_browser import idle, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.conftest import Server

pytestmark = pytest.mark.browser

AT = re.compile(r"step (\d+) / (\d+)|Stopped at step (\d+) of (\d+)")
BUSY = 0.25  # share of a core that is still held for work


def kept_files() -> set[Path]:
    """What visitors have kept in the library of the server that the tests share."""
    return set(Path(os.environ[weights_library.HOME]).glob("visitors/*/weights/*"))


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button:enabled").first.click()


def step(page: Page) -> int:
    """The step that the page tells of."""
    told = page.get_by_text(AT).first
    told.wait_for()
    found = AT.search(told.inner_text().replace("*", ""))
    assert found
    return int(found[1] or found[3])


def wait_for_step(page: Page, least: int, seconds: float = 120) -> int:
    deadline = time.monotonic() + seconds
    while (now := step(page)) < least:
        assert time.monotonic() < deadline, f"step {now} after {seconds} s"
        page.wait_for_timeout(200)
    return now


def ready(page: Page) -> None:
    page.locator(".st-key-training_begin button:enabled").first.wait_for(timeout=90_000)
    idle(page)


def test_start_watch_stop_reload_go_on_keep_and_use(open_page: Callable[..., Page]) -> None:
    page = open_page("/meta_train")
    ready(page)
    for part in ("Train on", "Validate on", "Test on"):
        page.get_by_text(part, exact=True).first.wait_for()
    stopped = _watched_and_stopped(page)
    page.reload()
    page.locator(".st-key-training_go_on button:enabled").first.wait_for(timeout=90_000)
    page.wait_for_timeout(4500)  # until the closed session's claim is stale
    assert step(page) <= stopped
    press(page, "training_go_on")
    wait_for_step(page, stopped + 1)
    page.get_by_text("Finished: 24 steps.").first.wait_for(timeout=400_000)
    page.get_by_text("than without meta-training (untrained prototype").first.wait_for(timeout=240_000)
    page.locator(".mm-board tbody tr").nth(7).wait_for(timeout=120_000)
    assert page.locator(".mm-board tbody tr").count() == 2 * 4
    assert charts_without_alt(page) == 0
    before = kept_files()
    _kept(page, "my weights")
    assert sorted(path.name for path in kept_files() - before) == ["my_weights.json", "my_weights.safetensors"]
    _used(page)


def _watched_and_stopped(page: Page) -> int:
    """Start 24 steps, see the curve grow in place, stop; the step where it stands."""
    steps = page.locator("[class*='st-key-training_steps'] input")
    steps.fill("24")
    steps.press("Enter")
    page.get_by_text("24 steps; press Start and watch").first.wait_for()
    press(page, "training_begin")
    wait_for_step(page, 2)
    check_redrawn_in_place(page, "training_accuracy_chart", lambda: wait_for_step(page, step(page) + 2))
    press(page, "training_stop")
    page.get_by_text("Everything so far is kept").first.wait_for()
    assert re.search(r"run=[\w-]{12}", page.url)
    assert re.search(r"library=[\w-]{22}", page.url)
    return step(page)


def _kept(page: Page, name: str) -> None:
    page.get_by_label("Name for these weights").fill(name)
    press(page, "training_keep")
    page.get_by_text(f"Kept as “{name}”.").first.wait_for()


def _used(page: Page) -> None:
    """The kept weights in Diagnose, then in Compare."""
    press(page, "use_my_weights")
    page.get_by_role("heading", level=1, name="Diagnose", exact=True).first.wait_for()
    page.get_by_role("heading", name="Answers").first.wait_for()
    idle(page)
    page.get_by_text("Settings", exact=True).first.click()
    assert page.get_by_role("radio", name="my weights").is_checked()
    page.locator(".st-key-menu").get_by_role("link", name="Meta-train").first.click()
    ready(page)
    press(page, "compare_my_weights")
    page.get_by_role("heading", level=1, name="Compare", exact=True).first.wait_for()
    page.get_by_text("9 methods · ").first.wait_for()


def test_two_visitors_never_see_each_others_weights_nor_stopped_runs(open_page: Callable[..., Page]) -> None:
    mine, theirs = open_page("/meta_train"), open_page("/meta_train")
    for page in (mine, theirs):
        ready(page)
    press(mine, "training_begin")
    wait_for_step(mine, 2)
    press(mine, "training_stop")
    mine.get_by_text("Everything so far is kept").first.wait_for()
    _kept(mine, "my weights")
    mine.locator(".st-key-use_my_weights").first.wait_for()
    found = re.search(r"run=([\w-]{12})", mine.url)
    assert found
    for path in ("/meta_train", f"/meta_train?run={found[1]}", f"/meta_train?run={found[1]}&library={'a' * 22}"):
        theirs.goto(mine.url.partition("/meta_train")[0] + path)
        ready(theirs)
        assert theirs.get_by_text("my weights").count() == 0
        assert theirs.get_by_text("Stopped before").count() == 0
        assert theirs.locator(".st-key-training_go_on").count() == 0
    again = open_page("/meta_train" + mine.url.partition("/meta_train")[2])
    again.locator(".st-key-use_my_weights").first.wait_for(timeout=90_000)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_nothing_grave_for_those_who_cannot_see_well(open_page: Callable[..., Page], color_scheme: str) -> None:
    page = open_page("/meta_train?lang=zh", color_scheme=color_scheme, locale="zh-CN")
    ready(page)
    page.get_by_text("小任务反复从这些疾病中抽取").first.wait_for()
    assert violations(page) == []


def test_a_killed_server_goes_on_from_the_last_written_step(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(weights_library.HOME, str(tmp_path / "home"))
    with serve(tmp_path / "one.log") as server:
        page = new_visitor(browser).new_page()
        page.set_default_timeout(60_000)
        page.goto(server.url + "/meta_train")
        ready(page)
        press(page, "training_begin")
        wait_for_step(page, 3)
        folder = Path(os.environ[weights_library.HOME])
        wait_until(lambda: any(folder.rglob("*.state")))
        os.kill(server.pid, signal.SIGKILL)
        address = page.url.partition("/meta_train")[2]
        page.context.close()
    (state,) = folder.rglob("*.state")
    with safe_open(state, "pt") as file:
        saved = json.loads(file.metadata()[STATE])["step"]
    with serve(tmp_path / "two.log") as server:
        page = new_visitor(browser).new_page()
        page.set_default_timeout(60_000)
        page.goto(server.url + "/meta_train" + address)
        page.locator(".st-key-training_go_on button:enabled").first.wait_for(timeout=90_000)
        press(page, "training_go_on")
        assert wait_for_step(page, saved + 1) < saved + 100, "it goes on from there"
        press(page, "training_stop")
        page.context.close()


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processor time is read from /proc")
def test_a_closed_tab_leaves_no_work_running(open_page: Callable[..., Page], server: Server) -> None:
    page = open_page("/meta_train")
    ready(page)
    press(page, "training_begin")
    wait_for_step(page, 2)
    page.close()

    def at_rest() -> bool:
        used = cpu_seconds(server.pid)
        time.sleep(3)
        return cpu_seconds(server.pid) - used < 3 * BUSY

    wait_until(at_rest, seconds=120)
