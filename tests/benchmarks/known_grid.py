"""How long the knowledge grid takes to fill: three diagnoses by six findings, as a new user would, by mouse and by keyboard.

    streamlit run app.py --server.port 8501
    python -m tests.benchmarks.known_grid http://localhost:8501

Each click or key is one action. An action takes 0.6 seconds, as for somebody who looks before they press, a further arrow or Tab 0.2; the page's own time comes
on top. The count starts on Diagnose with the table of rare findings open, and ends when the page says how many statements it holds.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from tests.conftest import find_browser, launch
from tests.helpers.browsing import new_visitor
from tests.helpers.diagnose_browser import idle, ready

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROWS, PAUSE, SEEN = 3, 0.6, 0.2
"""Diagnoses; seconds before each action, and until what it has done is seen."""
SAID = ("always", "very frequent", "frequent", "occasional", "very rare", "excluded")
"""What is said in the six columns."""
ACROSS = (340, 468, 630, 818, 964, 1053)
"""Where the six columns stand in a window of 1280 pixels."""
ROW = 35
"""Height of a row."""
GRID = "[class*=st-key-known_grid_]"


class Hand:
    """Acts at the speed of a person, and counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def click(self, x: float, y: float) -> None:
        """One click."""
        time.sleep(PAUSE)
        self.page.mouse.click(x, y)
        self.actions += 1

    def press(self, key: str, times: int = 1) -> None:
        """A key, several times in a row if asked."""
        for again in range(times):
            time.sleep(SEEN if again else PAUSE)
            self.page.keyboard.press(key)
            self.actions += 1

    def option(self, name: str) -> None:
        """A click on an offered word."""
        found = self.page.get_by_role("option", name=name, exact=True)
        while found.count():
            box = found.bounding_box()
            if box is not None:
                self.click(box["x"] + 30, box["y"] + box["height"] / 2)
            time.sleep(SEEN)


def by_mouse(hand: Hand) -> None:
    """In each cell one click selects, one opens the list, one chooses."""
    time.sleep(PAUSE)
    hand.page.locator(".st-key-change_known button").first.click()
    hand.actions += 1
    grid = hand.page.locator(f"{GRID} .dvn-scroller").first
    grid.wait_for()
    idle(hand.page)
    box: Any = grid.bounding_box()
    for row in range(ROWS):
        for at, word in zip(ACROSS, SAID, strict=True):
            # A person sees whether the list has opened, and clicks again where it has not.
            while not hand.page.get_by_role("option").count():
                hand.click(box["x"] + at, box["y"] + ROW * (row + 1.5))
                time.sleep(SEEN)
            hand.option(word)


def by_keyboard(hand: Hand) -> None:
    """Tab to the grid; in each cell Enter opens the list, arrows go to the word, and Enter takes it and goes one row down."""
    hand.page.locator(".st-key-change_known button").first.focus()
    hand.press("Enter")
    hand.page.locator(f"{GRID} .dvn-scroller").first.wait_for()
    idle(hand.page)
    while not hand.page.locator(f"{GRID} :is(canvas, [id^=glide-cell]):focus").count():  # past the grid's own buttons
        hand.press("Tab")
    for at in range(len(SAID)):
        hand.press("ArrowRight")
        for _ in range(ROWS):
            hand.press("Enter")
            hand.page.get_by_role("option").first.wait_for()
            hand.press("ArrowDown", at + 1)  # past the empty one
            hand.press("Enter")
            hand.page.get_by_role("option").first.wait_for(state="detached")
        hand.press("ArrowUp", ROWS)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = launch(playwright, find_browser())
        for way, fill in (("keyboard", by_keyboard), ("mouse", by_mouse)):
            page = new_visitor(browser).new_page()
            page.set_default_timeout(120_000)
            page.goto(f"{options.address}/diagnose?cohort=rare_findings")
            ready(page)
            hand, began = Hand(page), time.monotonic()
            fill(hand)
            page.get_by_text(f"{ROWS * len(SAID)} statements on {ROWS} diagnoses").first.wait_for()
            print(f"by {way}: {hand.actions} actions, {time.monotonic() - began:.0f} s", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
