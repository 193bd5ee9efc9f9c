"""The main job in a real browser, from a deep link to the files that one takes home."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from metamed_core.learners import LEARNERS
from tests.helpers.browsing import check_redrawn_in_place
from tests.helpers.diagnose_browser import (
    card,
    check_step,
    choose,
    download,
    edit_cell,
    idle,
    press,
    ready,
    rows_of,
    step_shown,
    upload,
    wait_until,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

TWO_SCREENS = 1600  # pixels at 1280 x 800


def test_the_main_job(open_page: Callable[..., Page], tmp_path: Path) -> None:
    """Deep link, upload, roles, MAML, live curve, answers, an edit, 中文, files."""
    page = open_page("/diagnose")
    page.get_by_role("heading", name="Diagnose", exact=True).first.wait_for()
    for name in ("Home", "Diagnose", "Compare", "Learn"):
        page.get_by_role("link", name=name, exact=True).first.wait_for()
    ready(page)
    page.get_by_text("Blood panel (simulated)").first.wait_for()
    own_patients(page)
    with_maml(page)
    an_edit_moves_the_answer(page)
    at, before = step_shown(page), card(page, "Q-3").inner_text()
    choose(page, "language", "中文")
    page.get_by_role("heading", name="答案", exact=True).first.wait_for()
    ready(page)
    assert step_shown(page) == at
    assert re.findall(r"0\.\d\d", card(page, "Q-3").inner_text()) == re.findall(r"0\.\d\d", before)
    page.get_by_text(LEARNERS["maml"].summary.zh[:8]).first.wait_for()  # still MAML
    files_to_take_away(page, tmp_path)


def own_patients(page: Page) -> None:
    """A table of one's own; once its columns are confirmed, the section folds to one line."""
    upload(page)
    page.get_by_role("heading", name="Check the columns of clinic.csv").first.wait_for()
    press(page, "confirm")
    ready(page)
    page.get_by_text("2 diagnoses with 4 labeled patients each").first.wait_for()
    page.get_by_text("clinic.csv").first.wait_for()
    assert page.locator("input[type=file]").count() == 0, "folded"


def with_maml(page: Page) -> None:
    """MAML with more steps than usual; the same canvas is redrawn while it plays, and Stop holds it."""
    choose(page, "algorithm", "MAML")
    page.get_by_text(LEARNERS["maml"].summary.en[:30]).first.wait_for()
    page.get_by_text("Settings", exact=True).first.click()
    page.get_by_label("Steps (0–200)", exact=True).fill("24")
    page.get_by_label("Steps (0–200)", exact=True).press("Enter")
    wait_until(lambda: step_shown(page) == (24, 24))
    ready(page)
    press(page, "reset")
    page.locator(".st-key-play button").first.click()
    check_redrawn_in_place(page, "loss_chart", lambda: more_steps(page, 2))
    page.locator(".st-key-stop button").first.click()  # Streamlit's own header has a "Stop" too while a script runs
    wait_until(page.locator(".st-key-stop button").first.is_disabled)
    ready(page)
    at = step_shown(page)[0]
    assert 2 <= at < 24
    page.wait_for_timeout(1000)
    assert step_shown(page)[0] == at, "it stays stopped"
    press(page, "last_step")
    ready(page)


def more_steps(page: Page, more: int) -> None:
    before = step_shown(page)[0]
    wait_until(lambda: step_shown(page)[0] >= before + more)


def an_edit_moves_the_answer(page: Page) -> None:
    """One value of Q-3 decides."""
    before = card(page, "Q-3").inner_text()
    assert before.index("iron deficiency") < before.index("inflammation")
    press(page, "change_patients")
    edit_cell(page, "undiagnosed", row=2, column=2, text="480")
    wait_until(lambda: card(page, "Q-3").inner_text() != before)
    ready(page)


def files_to_take_away(page: Page, folder: Path) -> None:
    """Both files hold the prediction set and the abstention."""
    rows = rows_of(page, folder)
    assert [row["patient"] for row in rows] == ["Q-1", "Q-2", "Q-3"]
    assert rows[0]["predicted"] == "iron deficiency"
    assert {row["algorithm"] for row in rows} == {"maml"}
    assert all("iron deficiency" in row["prediction_set"] or "inflammation" in row["prediction_set"] for row in rows)
    assert "abstention_reason" in rows[0]
    check_step(page, folder)
    report = download(page, "html", folder)
    assert all(row["patient"] in report for row in rows)
    assert "仍有可能" in report, "the prediction set"
    for reason in {row["abstention_reason"] for row in rows} - {""}:
        assert reason in report


def test_answers_and_what_to_do_next_stand_within_two_screens(open_page: Callable[..., Page]) -> None:
    page = open_page("/diagnose")
    ready(page)
    page.get_by_text("What to do next").first.wait_for()
    box = page.locator("[class*=st-key-card_] [data-testid=stTable]").nth(1).bounding_box()  # the findings for and against
    assert box is not None
    assert box["y"] + box["height"] < TWO_SCREENS
    press(page, "charts")
    assert page.locator(".st-key-loss_chart :is(canvas, svg)").count(), "unfolded on request"


def test_delete_my_data_with_an_upload_open(open_page: Callable[..., Page]) -> None:
    """The server's log is free of faults: the upload field that is gone reports once more that it is empty."""
    page = open_page("/diagnose")
    ready(page)
    upload(page)
    page.get_by_text("Delete my data").first.click()
    page.locator(".st-key-delete_now button").first.click()
    page.get_by_text("Your data were deleted.").first.wait_for()  # the page was loaded anew
    ready(page)
    assert page.get_by_text("clinic.csv").count() == 0


def test_a_file_that_cannot_be_read_keeps_what_was_there(open_page: Callable[..., Page]) -> None:
    """One sentence, and the patients from before are still there."""
    page = open_page("/diagnose")
    ready(page)
    press(page, "change_patients")
    page.locator("input[type=file]").set_input_files(files=[{"name": "x.csv", "mimeType": "text/csv", "buffer": b""}])
    page.get_by_role("alert").filter(has_text=re.compile("file|table|empty")).first.wait_for()
    page.get_by_text("14 diagnoses, 61 labeled patients").first.wait_for()
    assert "Traceback" not in page.locator("body").inner_text()


def test_no_html_from_a_table_is_drawn(open_page: Callable[..., Page]) -> None:
    """Names and diagnoses that look like HTML or Markdown are shown as they stand."""
    evil = "<img src=x onerror=alert(1)>"
    table = (
        f"patient,diagnosis,<b>a</b>,b\nA-1,{evil},1,2\nA-2,{evil},2,1\nA-3,**x** :red[y] $z$,4,5\nA-4,**x** :red[y] $z$,5,4\nA-5,,2,2\n"
    )
    page = open_page("/diagnose")
    ready(page)
    upload(page, table, "<i>evil</i>.csv")
    press(page, "confirm")
    ready(page)
    idle(page)
    assert page.locator("img[src=x]").count() == 0
    assert evil in card(page, "A-5").inner_text()
    assert "**x** :red[y] $z$" in card(page, "A-5").inner_text()
