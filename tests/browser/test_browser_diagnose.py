"""The main job in a real browser, from a deep link on a fresh server to the CSV."""

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

pytestmark = pytest.mark.browser

# Two diagnoses that ferritin tells apart; Q-3 lies between them, so that one value decides.
TABLE = (
    "patient,diagnosis,ferritin (µg/L),MCV (fL),fever\n"
    "Q-11,iron deficiency,6,68,no\nQ-12,iron deficiency,8,70,no\nQ-13,iron deficiency,5,71,no\nQ-14,iron deficiency,9,69,no\n"
    "Q-21,inflammation,420,86,yes\nQ-22,inflammation,510,88,yes\nQ-23,inflammation,380,84,no\nQ-24,inflammation,460,87,yes\n"
    "Q-1,,7,69,no\nQ-2,,440,86,yes\nQ-3,,12,74,no\n"
)
FIRST_CELL: Position = {"x": 20, "y": 52}  # below the header, in pixels
FILE = csv_file("clinic.csv", TABLE)


def step_shown(page: Page) -> tuple[int, int]:
    """The step that is shown and how many there are."""
    text = page.get_by_text(re.compile(r"(Step|第) \d+ / \d+")).first.inner_text()
    shown, total = re.findall(r"\d+", text)[:2]
    return int(shown), int(total)


def wait_until(what: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it is so."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, "it did not come"
        time.sleep(0.02)


def idle(page: Page, seconds: float = 0.5) -> None:
    """Wait until the app has had nothing to do for a while: a run may be followed by the next one."""
    running, quiet_since = page.locator("[data-testid=stApp]:not([data-test-script-state=notRunning])"), time.monotonic()
    began = quiet_since
    while time.monotonic() - quiet_since < seconds:
        page.wait_for_timeout(50)
        if running.count():
            quiet_since = time.monotonic()
        assert time.monotonic() - began < 60, "the app did not come to rest"


def card(page: Page, name: str) -> Locator:
    """The answer card of a patient."""
    return page.locator("[class*=st-key-card_]").filter(has_text=name)


def edit_cell(page: Page, table: str, row: int, column: int, text: str) -> None:
    """Type into a cell of a data editor: it is a canvas, so by the keyboard, from its first cell."""
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
            page.locator(".gdg-input").fill(text, timeout=2000)
            page.keyboard.press("Enter")
            idle(page)
            return
    pytest.fail(f"the cell {column}, {row} of {table} could not be edited")


def test_the_main_job(open_page: Callable[..., Page], tmp_path: Path) -> None:
    """Deep link, upload, roles, MAML, live curve, Stop, Step, back, prototypes, answers, an edit, 中文, CSV."""
    page = open_page("/diagnose")
    page.get_by_role("heading", name="Diagnose", exact=True).wait_for()
    for name in ("Home", "Diagnose", "Compare", "Learn"):
        page.get_by_role("link", name=name, exact=True).first.wait_for()
    page.get_by_role("button", name="Predictions (CSV)", exact=True).wait_for()
    assert "simulated" in page.locator("[class*=st-key-cohort] input").input_value()
    wait_until(lambda: step_shown(page)[0] == step_shown(page)[1])  # already adapted, without a click

    page.locator("input[type=file]").set_input_files(files=[FILE])
    page.get_by_role("heading", name="Check the columns of clinic.csv").wait_for()
    page.get_by_role("button", name="Use these patients").click()
    page.locator("strong").filter(has_text=re.compile("2 diagnoses with 4 labeled patients each.*3 columns; 3 to diagnose")).wait_for()

    page.get_by_role("radio", name="MAML").or_(page.get_by_role("button", name="MAML")).first.click()
    page.get_by_text("Takes a few gradient steps").wait_for()
    page.get_by_text("Settings", exact=True).click()
    # More steps than usual, so that Stop comes before the end on a slow computer too.
    page.get_by_label("Steps (0–200)", exact=True).fill("64")
    page.get_by_label("Steps (0–200)", exact=True).press("Enter")
    wait_until(lambda: step_shown(page) == (64, 64), seconds=60)
    idle(page)
    watch_it_adapt(page)

    page.get_by_role("heading", name="5 · Prototypes").wait_for()
    assert page.get_by_label("Prototype of each diagnosis in original units").count()
    before = card(page, "Q-3").inner_text()
    assert before.index("iron deficiency") < before.index("inflammation")

    edit_cell(page, "undiagnosed", row=2, column=2, text="480")
    wait_until(lambda: card(page, "Q-3").inner_text() != before)
    edited = card(page, "Q-3").inner_text()
    figures = re.findall(r"0\.\d\d", edited)
    at = step_shown(page)

    page.get_by_role("radio", name="中文").or_(page.get_by_role("button", name="中文")).first.click()
    page.get_by_role("heading", name="4 · 答案").wait_for()
    idle(page)
    assert step_shown(page) == at
    assert "clinic.csv" in page.locator("[class*=st-key-cohort] input").input_value()
    assert re.findall(r"0\.\d\d", card(page, "Q-3").inner_text()) == figures
    assert page.get_by_text("从专为快速适应而学得的起点出发").is_visible(), "still MAML"

    with page.expect_download() as download:
        page.get_by_role("button", name="预测结果（CSV）", exact=True).click()
    file = tmp_path / "predictions.csv"
    download.value.save_as(file)
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    assert [row["patient"] for row in rows] == ["Q-1", "Q-2", "Q-3"]
    assert rows[0]["predicted"] == "iron deficiency"
    assert {row["algorithm"] for row in rows} == {"maml"}


def watch_it_adapt(page: Page) -> None:
    """Reset, Play, see the curve grow on the same canvas, Stop, Step, and slide back; leaves the last step shown."""
    page.get_by_role("button", name="Reset", exact=True).click()
    wait_until(lambda: step_shown(page)[0] == 0)
    idle(page)
    total = step_shown(page)[1]
    chart = page.locator(".st-key-loss_chart :is(canvas, svg)").first
    chart.evaluate("element => { element.dataset.same = 'yes' }")
    page.get_by_role("button", name="Play", exact=True).click()
    wait_until(lambda: step_shown(page)[0] >= 2)
    assert page.locator(".st-key-loss_chart [data-same=yes]").count() == 1, "the chart is redrawn, not rebuilt"

    # Streamlit's own header has a "Stop" too while a script runs.
    stop = page.locator(".st-key-stop button")
    stop.click()
    wait_until(stop.is_disabled)
    at = step_shown(page)[0]
    assert 2 <= at < total, "stopped on the way"
    page.wait_for_timeout(1000)
    assert step_shown(page)[0] == at, "it stays stopped"

    page.get_by_role("button", name="Step", exact=True).click()
    wait_until(lambda: step_shown(page)[0] == at + 1)
    idle(page)
    page.get_by_role("slider").first.press("ArrowLeft")
    wait_until(lambda: step_shown(page)[0] == at)
    idle(page)
    page.get_by_role("slider").first.press("End")
    wait_until(lambda: step_shown(page)[0] == total)
    idle(page)


def test_a_file_that_cannot_be_read_keeps_what_was_there(open_page: Callable[..., Page]) -> None:
    """One sentence, and the patients from before are still there."""
    page = open_page("/diagnose")
    page.get_by_role("button", name="Predictions (CSV)", exact=True).wait_for()
    idle(page)
    sentence = page.get_by_text(re.compile(r"14-way")).first.inner_text()
    page.locator("input[type=file]").set_input_files(files=[csv_file("x.csv", "")])
    alert = page.get_by_role("alert").filter(has_text=re.compile("file|table|empty")).first
    alert.wait_for()
    assert page.get_by_text(re.compile(r"14-way")).first.inner_text() == sentence
    assert "Traceback" not in page.locator("body").inner_text()


def test_no_html_from_a_table_is_drawn(open_page: Callable[..., Page]) -> None:
    """Names and diagnoses that look like HTML or Markdown are shown as they stand."""
    evil = "<img src=x onerror=alert(1)>"
    table = (
        f"patient,diagnosis,<b>a</b>,b\nA-1,{evil},1,2\nA-2,{evil},2,1\nA-3,**x** :red[y] $z$,8,9\nA-4,**x** :red[y] $z$,9,8\nA-5,,2,2\n"
    )
    page = open_page("/diagnose")
    page.get_by_role("button", name="Predictions (CSV)", exact=True).wait_for()
    page.locator("input[type=file]").set_input_files(files=[csv_file("<i>evil</i>.csv", table)])
    page.get_by_role("button", name="Use these patients").click()
    page.get_by_role("heading", name="4 · Answers").wait_for()
    idle(page)
    assert page.locator("img[src=x]").count() == 0
    assert evil in card(page, "A-5").inner_text()
    assert "**x** :red[y] $z$" in card(page, "A-5").inner_text()
