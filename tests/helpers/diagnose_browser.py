"""Diagnose in a real browser: waiting for it, reading it, editing a cell, and comparing the step that is shown with the one that is used."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers.browsing import csv_file

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Position

# Two diagnoses that ferritin tells apart; Q-3 lies between them, so that one value decides.
TABLE = (
    "patient,diagnosis,ferritin (µg/L),MCV (fL),fever\n"
    "Q-11,iron deficiency,6,68,no\nQ-12,iron deficiency,8,70,no\nQ-13,iron deficiency,5,71,no\nQ-14,iron deficiency,9,69,no\n"
    "Q-21,inflammation,420,86,yes\nQ-22,inflammation,510,88,yes\nQ-23,inflammation,380,84,no\nQ-24,inflammation,460,87,yes\n"
    "Q-1,,7,69,no\nQ-2,,440,86,yes\nQ-3,,12,74,no\n"
)
RUNNING = "[data-testid=stApp]:not([data-test-script-state=notRunning])"
PLAYING = ".st-key-stop button:enabled"  # the adaptation goes on by itself
POLL = 50  # milliseconds between two looks
QUIET = """async ([busy, looks, poll]) => {
  const began = performance.now();
  for (let quiet = 0; quiet < looks; ) {
    if (performance.now() - began > 120_000) return false;
    await new Promise(done => setTimeout(done, poll));
    quiet = document.querySelector(busy) || window.metamedTalk?.told < window.metamedTalk?.asked ? 0 : quiet + 1;
  }
  return true;
}"""
FIRST_CELL: Position = {"x": 20, "y": 52}  # below the header, in pixels


def step_shown(page: Page) -> tuple[int, int]:
    """The step that is shown and how many there are."""
    text = page.get_by_text(re.compile(r"(Step|第) \d+ / \d+")).first.inner_text()
    shown, total = re.findall(r"\d+", text)[:2]
    return int(shown), int(total)


def wait_until(what: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it is so; fails where it does not come."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, "it did not come"
        time.sleep(0.02)


def idle(page: Page, seconds: float = 0.4) -> None:
    """Wait until all is answered and nothing has run or moved by itself for a while: a run may be followed by the next one.

    Asked inside the page, where a slider or a cell waits 0.2 s before it reports: a busy page is late with both, and no quiet one.
    """
    assert page.evaluate(QUIET, [f"{RUNNING}, {PLAYING}", seconds * 1000 / POLL, POLL]), "the app did not come to rest"


def ready(page: Page) -> None:
    """Wait until the answers are there and nothing moves any more."""
    page.locator(".st-key-csv button").first.wait_for()
    idle(page)


def press(page: Page, key: str) -> None:
    """Press the button of that key, and wait for what comes of it."""
    page.locator(f".st-key-{key} button").first.click()
    idle(page)


def named(page: Page, key: str) -> Locator:
    """A bound widget: once replaced, its key has figures behind its name."""
    return page.locator(f"[class*='st-key-{key}']").first


def choose(page: Page, key: str, option: str) -> None:
    """Choose one of a row of segments."""
    named(page, key).get_by_text(option, exact=True).first.click()
    idle(page)


def upload(page: Page, table: str = TABLE, name: str = "clinic.csv") -> None:
    """Drop a file; what was folded is unfolded first."""
    if not page.locator("input[type=file]").count():
        press(page, "change_patients")
    page.locator("input[type=file]").set_input_files(files=[csv_file(name, table)])
    page.locator(".st-key-upload_check").first.wait_for()
    idle(page)


def card(page: Page, name: str) -> Locator:
    """The answer of a patient, who is chosen in the list first."""
    shown = page.locator("[class*=st-key-card_]").filter(has=page.get_by_role("heading", name=name))
    if not shown.count():
        page.locator(".st-key-patient_list label").filter(has_text=name).first.click()
        idle(page)
    return shown


def download(page: Page, key: str, folder: Path) -> str:
    """The text of the file that a button gives."""
    with page.expect_download() as coming:
        page.locator(f".st-key-{key} button").first.click()
    file = folder / coming.value.suggested_filename
    coming.value.save_as(file)
    return file.read_text("utf-8-sig")


def rows_of(page: Page, folder: Path) -> list[dict[str, str]]:
    """The rows of the CSV."""
    return list(csv.DictReader(io.StringIO(download(page, "csv", folder))))


def check_step(page: Page, folder: Path, expected: int | None = None) -> int:
    """The step that is shown, the slider, the cards and the CSV are of the same step; a banner says so where it is not the last. Returns it."""
    shown, total = step_shown(page)
    assert expected in (None, shown)
    if total:
        assert int(page.get_by_role("slider").first.input_value()) == shown, "the slider"
    rows = rows_of(page, folder)
    assert {int(row["step"]) for row in rows} == {shown}, "the CSV"
    first = page.locator("[class*=st-key-card_]").first.inner_text()
    row = next(row for row in rows if first.startswith(row["patient"]))
    probability = float(row["probability"])
    figure = ">0.99" if probability > 0.995 else f"{probability:.2f}"
    assert figure in first, "the cards"
    assert page.locator(".st-key-last_step").count() == (shown < total), "the banner"
    return shown


def edit_cell(page: Page, table: str, row: int, column: int, text: str, *, offered: bool = False) -> None:
    """Type into a cell of a data editor, or choose what is offered: it is a canvas, so by the keyboard, from its first cell."""
    from playwright.sync_api import TimeoutError as TooLate

    editor = page.locator(f"[class*=st-key-{table}_]")
    grid, wanted = editor.locator(".dvn-scroller").first, editor.locator(f"#glide-cell-{column}-{row}[aria-selected=true]")
    for _ in range(5):
        idle(page)
        grid.hover(position=FIRST_CELL)
        page.wait_for_timeout(200)  # the grid learns from the pointer which cell is meant
        grid.click(position=FIRST_CELL)
        for key in ["ArrowDown"] * row + ["ArrowRight"] * column:
            page.keyboard.press(key)
            page.wait_for_timeout(50)
        # A page that still moves puts the click elsewhere: the grid says which cell is selected, else once more.
        with suppress(TooLate):
            wanted.wait_for(state="attached", timeout=2000)
            page.keyboard.press("Enter")
            if offered:
                page.get_by_role("option", name=text, exact=True).click(timeout=2000)
            else:
                page.locator(".gdg-input").fill(text, timeout=2000)
                page.keyboard.press("Enter")
            idle(page)
            return
    pytest.fail(f"the cell {column}, {row} of {table} could not be edited")


def say_something(page: Page, mark: str) -> None:
    """Open a file of knowledge on Diagnose and type a further diagnosis, every word of it marked."""
    press(page, "change_known")
    told = f"diagnosis,column,statement,weight,source\n{mark}disease1,{mark}ferritin (µg/L),low,,{mark}book\n{mark}disease9,fever,35%,,{mark}book\n"
    page.locator(".st-key-known_file input[type=file]").set_input_files(files=[csv_file(f"{mark}known.csv", told)])
    page.get_by_text("2 statements on 2 diagnoses").first.wait_for()
    ready(page)
    page.locator(".st-key-known_name input").first.fill(f"{mark}further")
    press(page, "known_add")


def give_diagnosis_first(page: Page) -> None:
    """Name a diagnosis for a patient before the answer is shown."""
    page.locator(".st-key-commit_first label").first.click()
    idle(page)
    page.locator("[class*=st-key-named_] input").first.click()
    page.get_by_role("option").first.click()
    idle(page)
    press(page, "commit")
    ready(page)


def open_knowledge(page: Page, mark: str) -> None:
    """Open a file of knowledge on Compare."""
    page.locator(".st-key-compare_known [data-testid=stPopoverButton]").first.click()
    told = f"diagnosis,column,statement,weight,source\n{mark}disease1,{mark}ferritin (µg/L),high,,{mark}paper\n"
    page.locator(".st-key-compare_known_file input[type=file]").set_input_files(files=[csv_file(f"{mark}compared.csv", told)])
    page.get_by_text(f"from {mark}compared.csv").first.wait_for()
    page.keyboard.press("Escape")
    idle(page)
