"""Meta-train in a real browser on the simulated blood panel: Start to finished, judged, Stop. Part of `make bench`, or alone: `python -m tests.benchmarks.bench_meta_train`."""

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

N_STOPS = 7
MINUTES = 10 * 60_000


def meta_train_page(browser: Browser, url: str) -> None:
    """Print the times and the verdict; what they should be stands beside them."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-US")
    page.set_default_timeout(MINUTES)
    page.goto(f"{url}/meta_train")
    print("\nMeta-train in a browser: simulated blood panel, prototypical from the shipped weights, 300 steps of 16 tasks")
    print(f"Stop, median of {N_STOPS} (at most 0.5 s){_stop(page):>35.2f} s")
    trained, judged, verdict = _run(page)
    print(f"Start to the last step (under 120 s){trained:>31.1f} s\njudged on the novel diseases, after that{judged:>27.1f} s\n{verdict}")
    page.close()


def _press(page: Page, act: str) -> None:
    page.locator(f".st-key-training_{act} button:enabled").click()


def _run(page: Page) -> tuple[float, float, str]:
    """Seconds from the click to the last step, from there to the judgment, and the sentence on it."""
    began = time.perf_counter()
    _press(page, "begin")
    page.get_by_text(re.compile(r"^(Testing on|Finished:)")).first.wait_for()
    trained = time.perf_counter()
    page.get_by_text("Finished:").wait_for()
    sentence = page.get_by_text(re.compile("than without meta-training")).first
    sentence.wait_for()
    return trained - began, time.perf_counter() - trained, sentence.inner_text()


def _stop(page: Page) -> float:
    """Median seconds from the click on Stop until nothing runs any more."""
    times = []
    for _ in range(N_STOPS):
        _press(page, "begin")
        page.get_by_text(re.compile(r"step [1-9]\d* / 300")).wait_for()
        page.wait_for_timeout(1500)
        began = time.perf_counter()
        _press(page, "stop")
        page.locator(".st-key-training_stop button:disabled").wait_for()
        times.append(time.perf_counter() - began)
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    return statistics.median(times)


def main() -> None:
    """On a fresh server."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, serve(Path(folder) / "log") as server, sync_playwright() as playwright:
        browser = launch(playwright, find_browser())
        meta_train_page(browser, server.url)
        browser.close()


if __name__ == "__main__":
    main()
