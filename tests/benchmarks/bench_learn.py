"""How long a step of each lesson takes in a browser, press to new figure: `python -m tests.benchmarks.bench_learn [lesson ...]`.

A server and a browser of its own. The wait is measured as a reader has it, the browser's and Streamlit's own share in it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from pages.lessons import LESSONS
from pages.lessons.lesson import Control, Lesson
from tests.browser.test_browser_learn import figure, show
from tests.conftest import find_browser, launch, serve
from tests.helpers.diagnose_browser import idle, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

TIMES = 5


def measured(page: Page, act: Callable[[], None]) -> float | None:
    """Seconds from the act until the figure has changed; None where it does not."""
    before, began = figure(page), time.monotonic()
    act()
    try:
        wait_until(lambda: figure(page) != before, seconds=3)
    except AssertionError:
        return None
    return time.monotonic() - began


def press(page: Page, action: str) -> None:
    """A button under the figure, unless it is off."""
    if page.locator(f".st-key-action_{action} button:enabled").count():
        page.locator(f".st-key-action_{action} button:enabled").click()


def move(page: Page, time_: int) -> None:
    """The last mark that can be moved, by an arrow key."""
    page.locator(".mm-hold").last.focus()
    page.keyboard.press("ArrowRight" if time_ < 2 else "ArrowLeft")


def turn(page: Page, lesson: Lesson[Any], control: Control, time_: int) -> None:
    """A slider up, up, down, down, down; one option after the other."""
    own = page.locator(f".st-key-control_{lesson.key}_{control.name}")
    if control.options:
        own.locator("button").nth(time_ % len(control.options)).click()
    else:
        own.get_by_role("slider").focus()
        page.keyboard.press("ArrowRight" if time_ < 2 else "ArrowLeft")


def steps(page: Page, lesson: Lesson[Any], at: int) -> dict[str, Callable[[int], None]]:
    """What a reader can do on a screen whose answer is shown, each told the how-manieth time it is done."""
    screen = lesson.screens[at - 1]
    by_name: dict[str, Callable[[int], None]] = {}
    if screen.movable:
        by_name["arrow"] = lambda time_: move(page, time_)
    for action in screen.actions:
        by_name[action.name] = lambda _, name=action.name: press(page, name)  # type: ignore[misc]
    for control in screen.controls:
        by_name[f"{control.name}:"] = lambda time_, control=control: turn(page, lesson, control, time_)  # type: ignore[misc]
    return by_name


def main() -> None:
    """A table of all lessons or of those named: what is pressed, the first press, the median and the slowest of five."""
    with TemporaryDirectory() as logs, serve(Path(logs) / "log") as server, sync_playwright() as playwright:
        browser = launch(playwright, find_browser())
        for lesson in map(LESSONS.__getitem__, sys.argv[1:] or LESSONS):
            for at in range(1, len(lesson.screens) + 1):
                page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
                page.goto(f"{server.url}/learn?lesson={lesson.key}&screen={at}")
                page.locator(".mm-root :is(svg, table)").first.wait_for()
                idle(page)
                show(page, lesson, at)
                for name, step in steps(page, lesson, at).items():
                    seconds: list[float] = []
                    for i in range(TIMES):
                        took = measured(page, lambda i=i, step=step: step(i))  # type: ignore[misc]
                        idle(page, 0.2)
                        if took is not None:
                            seconds.append(took)
                    told = (
                        f"first {seconds[0]:.2f} s, median {median(seconds):.2f} s, slowest {max(seconds):.2f} s"
                        if seconds
                        else "no change"
                    )
                    print(f"{lesson.key:12} {at} {name:12} {told}", flush=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
