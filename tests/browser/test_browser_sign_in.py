"""Sign-in in a real browser against an identity provider on this computer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pages.parts.common.sign_in import NOT_ALLOWED
from tests.conftest import serve
from tests.helpers.browsing import new_visitor
from tests.helpers.diagnose_browser import press, ready, upload
from tests.helpers.identity_provider import identity_provider, secrets_file

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.conftest import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks who comes."""
    folder = tmp_path_factory.mktemp("guarded")
    secrets = folder / "secrets.toml"
    with identity_provider() as provider:
        secrets.write_text(secrets_file(provider, "http://127.0.0.1:{port}"), "utf-8")
        with serve(folder / "server.log", "--secrets.files", str(secrets)) as running:
            yield running
        assert "Traceback" not in running.text(), running.text()


def sign_in(page: Page, who: str) -> None:
    page.get_by_role("button", name="Sign in").first.click()
    page.get_by_role("link", name=who).first.click()
    page.get_by_role("button", name="Sign out").first.wait_for()


def test_nobody_sees_data_before_signing_in_nor_opens_a_table_without_the_group_nor_finds_any_after_signing_out(
    guarded: Server, browser: Browser
) -> None:
    from playwright.sync_api import expect

    page = new_visitor(browser).new_page()
    for path in ("/", "/compare", "/meta_train", "/learn", "/diagnose"):
        page.goto(guarded.url + path)
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        expect(page.locator(".st-key-menu, [data-testid=stDataFrame], [data-testid=stFileUploader]")).to_have_count(0)

    sign_in(page, "Guest")
    to_diagnose(page)
    press(page, "change_patients")
    expect(page.get_by_text(NOT_ALLOWED.en)).to_be_visible()
    expect(page.get_by_test_id("stFileUploader")).to_have_count(0)
    sign_out(page)

    sign_in(page, "Dr. Ada")
    to_diagnose(page)
    upload(page, name="mine.csv")
    sign_out(page)
    sign_in(page, "Dr. Ada")
    to_diagnose(page)
    expect(page.get_by_text("mine.csv")).to_have_count(0)
    page.close()


def to_diagnose(page: Page) -> None:
    page.locator(".st-key-menu").get_by_role("link", name="Diagnose").first.click()
    ready(page)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_role("button", name="Sign in").first.wait_for()
