"""How long a step of each lesson takes in a browser, from the press to the new figure: `python -m tests.bench_learn`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from pages.lessons import LESSONS
from tests.conftest import find_browser, launch, serve
from tests.test_browser_diagnose import idle, wait_until
from tests.test_browser_learn import figure, show

if TYPE_CHECKING:
    from playwright.sync_api import Page

TIMES = 5


def measured(page: Page, act: Callable[[], None]) -> float:
    """Seconds from the act until the figure has changed; NaN where it does not."""
    before, began = figure(page), time.monotonic()
    act()
    try:
        return wait_until(lambda: figure(page) != before, seconds=3) and time.monotonic() - began
    except AssertionError:
        return float("nan")


def main() -> None:
    """A table: lesson, screen, what is pressed, median and slowest of five."""
    with TemporaryDirectory() as logs, serve(Path(logs) / "log") as server, sync_playwright() as playwright:
        browser = launch(playwright, find_browser())
        for lesson in LESSONS.values():
            for at, screen in enumerate(lesson.screens, start=1):
                page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
                page.goto(f"{server.url}/learn?lesson={lesson.key}&screen={at}")
                page.locator(".mm-root :is(svg, table)").first.wait_for()
                idle(page)
                show(page, lesson, at)
                presses: dict[str, Callable[[], None]] = {
                    act.name: page.locator(f".st-key-act_{act.name} button").click for act in screen.acts[:1]
                }
                if screen.movable:
                    page.locator(".mm-hold").last.focus()
                    presses = {"arrow": lambda page=page: page.keyboard.press("ArrowRight"), **presses}
                for name, press in presses.items():
                    seconds = []
                    for _ in range(TIMES):
                        if not page.locator(f".st-key-act_{name} button:disabled").count():
                            seconds.append(measured(page, press))
                            idle(page, 0.2)
                    known = [value for value in seconds if value == value]  # noqa: PLR0124 - NaN is not itself
                    if known:
                        print(f"{lesson.key:12} {at} {name:14} median {median(known):.2f} s, slowest {max(known):.2f} s")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
