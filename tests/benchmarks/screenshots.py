"""The pictures of the documentation, taken anew from the running app: `python -m tests.benchmarks.screenshots`."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.conftest import ROOT, find_browser, launch, serve
from tests.helpers.browsing import csv_file

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTH = 1180
FLAWED = (
    "MRN,diagnosis,age,glucose,ferritin (µg/L),fever,site\n"
    "4471902,iron deficiency,34,5.1,6,no,A\n4471903,iron deficiency,93,5.4,<5,no,A\n4471904,iron deficiency,41,97,8,no,A\n"
    "4471905,inflammation,58,5.9,420,yes,A\n4471906,inflammation,49,104,510,yes,A\n4471907,inflammation,66,6.1,380,,A\n"
    "4471908,,52,5.5,12,no,A\n4471909,,71,112,440,yes,A\n"
)


def visit(browser: Browser, url: str, *, dark: bool = False, height: int = 900) -> Page:
    """A page as a new visitor sees it, when everything is drawn."""
    page = browser.new_page(viewport={"width": WIDTH, "height": height}, color_scheme="dark" if dark else "light", locale="en-US")
    page.goto(url)
    page.get_by_role("heading", level=1).wait_for()
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until the script has ended and the charts stand."""
    page.wait_for_timeout(2500)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
    page.wait_for_timeout(1500)


def from_heading(page: Page, name: str, path: Path) -> None:
    """One screen that begins at a heading."""
    heading = page.get_by_role("heading", name=name)
    heading.evaluate("element => element.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(1500)
    page.screenshot(path=path)


def take(browser: Browser, url: str, folder: Path) -> None:
    """All pictures."""
    visit(browser, url, height=1000).screenshot(path=folder / "home.png")
    visit(browser, f"{url}/?lang=zh", dark=True, height=960).screenshot(path=folder / "home-zh-dark.png")
    page = visit(browser, f"{url}/diagnose?algorithm=maml", height=1000)
    page.locator(".st-key-charts button").click()
    settle(page)
    page.screenshot(path=folder / "adapt.png")
    page.locator(".st-key-charts button").click()
    settle(page)
    page.set_viewport_size({"width": WIDTH, "height": 1180})
    page.locator(".st-key-patient_list").evaluate("element => { element.style.scrollMarginTop = '80px'; element.scrollIntoView() }")
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / "answers.png")
    page = visit(browser, f"{url}/diagnose?lang=zh", dark=True, height=760)
    from_heading(page, "原型：", folder / "prototypes-zh-dark.png")
    compare(browser, url, folder)
    meta_train(browser, url, folder)
    learn(browser, url, folder)
    page = visit(browser, f"{url}/diagnose", height=1150)
    page.locator(".st-key-change_patients button").click()
    settle(page)
    page.locator("input[type=file]").set_input_files(files=[csv_file("clinic.csv", FLAWED)])
    settle(page)
    page.screenshot(path=folder / "upload-check.png")


def compare(browser: Browser, url: str, folder: Path) -> None:
    """Compare: its result, a run half-way, and a closer look in Chinese, dark."""
    page = visit(browser, f"{url}/compare", height=1000)
    from_heading(page, "3 · Results", folder / "compare.png")
    page.goto(f"{url}/compare?cohort=blood_panel&episodes=30")
    settle(page)
    page.locator(".st-key-compare_run button").click()
    page.wait_for_function("/^([2-9][0-9]) \\/ 90 /m.test(document.body.innerText)", timeout=300_000)
    page.screenshot(path=folder / "compare-running.png")
    page.locator(".st-key-compare_stop button").click()
    page = visit(browser, f"{url}/compare?lang=zh", dark=True, height=900)
    page.get_by_role("radio", name="净获益").click()
    settle(page)
    from_heading(page, "4 · 深入查看", folder / "compare-zh-dark.png")


def meta_train(browser: Browser, url: str, folder: Path) -> None:
    """Meta-train: half-way, then judged; before anything runs, in Chinese, dark."""
    page = visit(browser, f"{url}/meta_train?lang=zh", dark=True, height=960)
    page.screenshot(path=folder / "meta-train-zh-dark.png")
    page = visit(browser, f"{url}/meta_train", height=820)
    page.locator(".st-key-training_begin button").click()
    page.wait_for_function("/step 1[0-9]{2} \\/ 300/.test(document.body.innerText)", timeout=300_000)
    from_heading(page, "3 · Train", folder / "meta-train-running.png")
    page.get_by_text("than without meta-training").wait_for(timeout=300_000)
    settle(page)
    from_heading(page, "4 · Test on", folder / "meta-train-judged.png")


def learn(browser: Browser, url: str, folder: Path) -> None:
    """Learn: MAML's outer loop after ten steps; prototypes after a change of a label, in Chinese, dark; a fault and how it shows."""
    page = visit(browser, f"{url}/learn?lesson=maml&screen=3", height=980)
    predict(page, 1)
    page.locator(".st-key-action_outer_10 button").click()
    settle(page)
    page.screenshot(path=folder / "learn-maml.png")
    page = visit(browser, f"{url}/learn?lesson=prototypes&screen=4&picked=3&lang=zh", dark=True, height=980)
    predict(page, 1)
    page.locator(".st-key-action_relabel button").click()
    settle(page)
    page.screenshot(path=folder / "learn-prototypes-zh-dark.png")
    page = visit(browser, f"{url}/learn?lesson=break_it&screen=3", height=980)
    predict(page, 1)
    page.screenshot(path=folder / "learn-break-it.png")


def predict(page: Page, option: int) -> None:
    """Answer a lesson's question and show."""
    page.locator(".st-key-lesson_question [role=radiogroup] label").nth(option).click()
    settle(page)
    page.locator(".st-key-show button").click()
    settle(page)


def main() -> None:
    """Start a fresh server and a Chromium, and write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "images")
    folder = parser.parse_args().folder
    with TemporaryDirectory() as logs, serve(Path(logs) / "log") as server, sync_playwright() as playwright:
        browser = launch(playwright, find_browser())
        take(browser, server.url, folder)
        browser.close()


if __name__ == "__main__":
    main()
