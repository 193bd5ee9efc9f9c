"""What the Containerfile copies is enough to run the app: without rights, with nowhere to write, under the proxy's headers."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PATIENCE, ROOT, serve
from tests.helpers.diagnose_browser import ready, upload

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.browser


def copied(to: Path) -> None:
    """What the last stage of the Containerfile copies, in a folder that nobody may write."""
    stage = (ROOT / "Containerfile").read_text("utf-8").rpartition("\nFROM ")[2]
    for line in re.findall(r"^COPY (.+)$", stage, re.MULTILINE):
        source, target = shlex.split(line)
        place = to / (source if target == "./" else target)
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, place)
    for path in (to, *to.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def without_rights() -> tuple[str, ...]:
    """A command that takes root's special rights away, for root writes where nobody may; anybody else has none."""
    return () if os.geteuid() else ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")


def headers() -> dict[str, str]:
    """The response headers of compose.yaml's proxy."""
    block = re.search(r"header \{\n(.*?)\n\s+\}", (ROOT / "compose.yaml").read_text("utf-8"), re.DOTALL)
    assert block is not None
    return {name.lower(): value for name, value in re.findall(r'^\s*([\w-]+) "(.+)"$', block[1], re.MULTILINE)}


def test_the_container_serves_every_page_read_only_and_under_a_strict_policy(tmp_path: Path, browser: Browser) -> None:
    from playwright.sync_api import expect

    shown = tmp_path / "srv"
    copied(shown)
    complaints: list[str] = []

    def through_proxy(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, **headers()})

    with serve(tmp_path / "server.log", folder=shown, before=without_rights(), METAMED_HOME="/data-that-is-not-there", HOME="/") as running:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
        page.route(lambda url: url.startswith(running.url), through_proxy)
        for name in ("compare", "meta_train", "learn", ""):
            page.goto(f"{running.url}/{name}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.goto(f"{running.url}/diagnose")
        ready(page)
        upload(page)
        page.close()
        assert "Traceback" not in running.text(), running.text()
    assert not complaints
