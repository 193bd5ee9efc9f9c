"""The Compare page in a real browser: opening, first results, the whole comparison, Stop. Part of `make bench`, or alone: `python -m tests.benchmarks.bench_compare`."""

from __future__ import annotations

import re
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.conftest import find_browser, launch, serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PLAN = "/compare?episodes=30&seed=1"  # breast cytology, 8 methods, 1, 3, 5 and 10 shots, 30 episodes each; its result is not shipped
N_STOPS = 7
MINUTES = 10 * 60_000


def compare_page(browser: Browser, url: str) -> None:
    """Print the four times; what they should be stands beside them."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-US")
    page.set_default_timeout(MINUTES)
    print("\nCompare in a browser: breast cytology, 8 methods x 1, 3, 5, 10 shots x 30 episodes")
    began = time.perf_counter()
    page.goto(f"{url}/compare")
    page.get_by_role("heading", name="5 · Take away").wait_for()
    print(f"opening with the shipped result, server warm{time.perf_counter() - began:>22.2f} s")
    page.goto(url + PLAN)
    print(f"Stop, median of {N_STOPS} (at most 0.5 s){_stop(page):>35.2f} s")
    page.locator(".st-key-compare_clear button").click()
    page.get_by_text("press Run").wait_for()
    _rest(page)
    first, whole = _run(page)
    print(f"first results (under 3 s){first:>41.2f} s\nthe whole comparison (under 90 s){whole:>34.1f} s")
    page.close()


def _rest(page: Page) -> None:
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.wait_for_timeout(500)


def _run(page: Page) -> tuple[float, float]:
    """Seconds from Run to the first marks of the chart, and to the leaderboard."""
    began = time.perf_counter()
    page.locator(".st-key-compare_run button:enabled").click()
    page.get_by_text("/ 120 episodes").first.wait_for()
    page.locator(".st-key-compare_scores_chart .mark-symbol path, .st-key-compare_scores_chart canvas").first.wait_for()
    first = time.perf_counter() - began
    page.get_by_text("Finished:").wait_for()
    page.locator(".mm-board").wait_for()
    return first, time.perf_counter() - began


def _stop(page: Page) -> float:
    """Median seconds from the click on Stop until nothing runs any more."""
    times = []
    for _ in range(N_STOPS):
        page.locator(".st-key-compare_run button:enabled").wait_for()
        _rest(page)
        page.locator(".st-key-compare_run button:enabled").click()
        page.locator(".st-key-compare_scores_chart").wait_for()
        page.wait_for_timeout(1500)
        began = time.perf_counter()
        page.locator(".st-key-compare_stop button").click()
        page.locator(".st-key-compare_stop button:disabled").wait_for()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    """On a fresh server, once warmed up."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, serve(Path(folder) / "log") as server, sync_playwright() as playwright:
        browser = launch(playwright, find_browser())
        page = browser.new_page()
        page.goto(f"{server.url}/compare")
        page.get_by_role("heading", name=re.compile("5 · ")).wait_for(timeout=MINUTES)
        page.close()
        compare_page(browser, server.url)
        browser.close()


if __name__ == "__main__":
    main()
