"""The frame in a real browser: deep links, language, dark, tablet, and nothing from another host (see conftest's guard)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from metamed_core.words import INTENDED_USE
from pages.parts.common.menu import PAGES
from tests.conftest import Guard
from tests.helpers.diagnose_browser import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.conftest import Server

pytestmark = pytest.mark.browser
OpenPage = Callable[..., "Page"]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WHITE = "rgb(255, 255, 255)"
BACKGROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
OVERFLOW = "(() => { const main = document.querySelector('[data-testid=stMain]'); return main.scrollWidth - main.clientWidth; })()"
CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")


def expect_frame(page: Page, path: str, language: str = "en") -> None:
    """The whole frame: title, menu, language choice, intended use, delete, and no built-in menu."""
    from playwright.sync_api import expect

    here = next(entry for entry in PAGES if entry.path == path)
    title = here.summary if path == "home.py" else here.title
    expect(page.get_by_role("heading", level=1)).to_have_text(title.into(language))
    links = page.locator(".st-key-menu").get_by_role("link")
    expect(links).to_have_count(len(PAGES))
    assert [text.splitlines()[-1] for text in links.all_inner_texts()] == [entry.title.into(language) for entry in PAGES]
    expect(page.get_by_role("radio", name="中文")).to_be_visible()
    expect(page.get_by_text(INTENDED_USE.into(language), exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Delete my data" if language == "en" else "删除我的数据")).to_be_visible()
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)


def settle(page: Page) -> None:
    """Wait until the script has run to its end."""
    from playwright.sync_api import expect

    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()


def test_a_deep_link_has_the_whole_frame(open_page: OpenPage) -> None:
    expect_frame(open_page("/diagnose"), "pages/diagnose.py")
    expect_frame(open_page("/"), "home.py")


def test_the_menu_leads_to_every_page_and_back(page: Page) -> None:
    for entry in (*PAGES[1:], PAGES[0]):
        page.locator(".st-key-menu").get_by_role("link", name=entry.title.en).first.click()
        expect_frame(page, entry.path)


def test_the_language_is_the_browsers_and_then_the_chosen_one(open_page: OpenPage) -> None:
    page = open_page("/", locale="zh-CN")
    expect_frame(page, "home.py", "zh")
    page.get_by_role("radio", name="English").first.click()
    expect_frame(page, "home.py", "en")
    page.reload()
    expect_frame(page, "home.py", "en")
    page.locator(".st-key-menu").get_by_role("link", name="Compare").first.click()
    expect_frame(page, "pages/compare.py", "en")
    page.reload()
    expect_frame(page, "pages/compare.py", "en")
    expect_frame(open_page("/learn?lang=zh"), "pages/learn.py", "zh")


def test_the_doors_open(page: Page) -> None:
    page.get_by_role("button", name="Open Diagnose").first.click()
    expect_frame(page, "pages/diagnose.py")
    page.go_back()
    expect_frame(page, "home.py")


def test_delete_my_data_says_that_it_did(page: Page) -> None:
    from playwright.sync_api import expect

    page.get_by_role("button", name="Delete my data").first.click()
    page.get_by_role("button", name="Delete now").first.click()
    expect(page.get_by_text("Your data were deleted.")).to_be_visible()
    expect_frame(page, "home.py")


@pytest.mark.parametrize("path", ["/", "/meta_train", "/learn"])
def test_every_text_can_be_read_and_nothing_is_cut_off(open_page: OpenPage, path: str) -> None:
    """Light and dark, on a computer and a tablet. WCAG AA: 4.5 to 1, or 3 to 1 for large text, on every page that this file draws alone.

    Compare is looked at by axe-core, which knows that the marks beside the methods' names are no text.
    """
    page = open_page(path)
    expect_frame(page, "home.py" if path == "/" else f"pages{path}.py")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        wait_until(lambda light=scheme == "light": (page.evaluate(BACKGROUND) == WHITE) == light)
        settle(page)
        assert page.evaluate(CONTRAST) == []
    for width in (1280, 820):
        page.set_viewport_size({"width": width, "height": 800})
        settle(page)
        assert page.evaluate(OVERFLOW) <= 0


def test_the_guard_sees_what_nobody_sees(browser: Browser) -> None:
    guard = Guard("127.0.0.1:1")
    page = browser.new_page()
    guard.watch(page)
    page.set_content(
        "<p style='color: #aaa'>faint</p><script>console.error('oops'); setTimeout(() => { throw new Error('late'); })</script>"
    )
    page.set_content("<img src='http://192.0.2.1/pixel.png'>", wait_until="commit")
    page.wait_for_timeout(300)
    page.close()
    assert {fault.split(":")[0] for fault in guard.faults} == {"console error", "page error", "request to another host"}


def test_the_contrast_check_sees_faint_text(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        "<p style='color: #aaa'>faint</p><p style='color: #666'>clear</p><p style='color:#888; opacity:.5; font-size: 30px'>big</p>"
    )
    found = page.evaluate(CONTRAST)
    page.close()
    assert [line.split(": ")[1] for line in found] == ["faint", "big"]


def test_the_server_says_nothing_on_its_log_but_its_address(open_page: OpenPage, server: Server) -> None:
    settle(open_page("/"))
    assert "Warning" not in server.text()
    assert server.url in server.text()
