"""What the tests in a browser share."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, BrowserContext, FilePayload, Page

TALK = """
window.metamedTalk = { asked: 0, told: 0 }; // how many messages went to the server before its last one, and how many in all
window.WebSocket = class extends WebSocket {
  constructor(...given) { super(...given); this.addEventListener("message", () => { metamedTalk.told = metamedTalk.asked }) }
  send(message) { metamedTalk.asked += 1; super.send(message) }
}
"""

# Streamlit's shimmer while a page loads is drawn sixty times a second without a graphics card: a quarter of a page's work.
STILL = """
addEventListener("DOMContentLoaded", () => {
  const still = document.createElement("style");
  still.textContent = "*, *::before, *::after { animation: none !important; transition: none !important }";
  document.head.append(still);
})
"""


def new_visitor(browser: Browser, locale: str = "en-US") -> BrowserContext:
    """A visitor of whom the browser knows nothing yet; their pages count what they ask of the server, for `idle`."""
    context = browser.new_context(locale=locale)
    context.add_init_script(TALK)
    context.add_init_script(STILL)
    return context


def check_redrawn_in_place(page: Page, key: str, advance: Callable[[], object]) -> None:
    """A chart that grows is not built anew for each figure: only when the page changes its width, as it does where a scroll bar appears."""
    for _ in range(3):
        page.locator(f".st-key-{key} :is(canvas, svg)").first.evaluate("element => { element.dataset.same = 'yes' }")
        advance()
        if page.locator(f".st-key-{key} [data-same=yes]").count():
            return
    pytest.fail(f"{key} is built anew for each figure")


def csv_file(name: str, text: str) -> FilePayload:
    """A file as a browser uploads it, without one on the disk."""
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def heap(address: str, begins: str = "", *, thaw: bool = False) -> dict[str, Any]:
    """What `heap_server.py` tells of its memory: its sessions, its size, what left it, and the texts that begin so."""
    asked = urlencode({"sdrawkcab": begins[::-1]} | ({"thaw": "1"} if thaw else {}))
    with urllib.request.urlopen(f"{address}/heap?{asked}", timeout=60) as answer:  # noqa: S310 - our own address
        told: dict[str, Any] = json.load(answer)
    return told
