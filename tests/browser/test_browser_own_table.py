"""A table of one's own in a real browser: typed from nothing, pasted, extended."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tests.helpers.diagnose_browser import FIRST_CELL, card, choose, download, edit_cell, idle, press, ready, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

TYPED = [
    ("patient", "diagnosis", "CRP (mg/L)", "fever"),
    ("A-1", "gout", "12,5", "no"),
    ("A-2", "gout", "8,1", "no"),
    ("B-1", "sepsis", "240", "yes"),
    ("B-2", "sepsis", "310", "yes"),
    ("Q-1", "", "290", "yes"),
]


def own_way(page: Page, way: str) -> None:
    """Open the page, and choose how the table comes."""
    ready(page)
    press(page, "change_patients")
    choose(page, "way", way)


def type_cells(page: Page, rows: list[tuple[str, ...]]) -> None:
    """Type cells by the keyboard, from the first cell of the sheet."""
    grid = page.locator("[class*=st-key-typed_] .dvn-scroller").first
    grid.click(position={"x": FIRST_CELL["x"] + 50, "y": FIRST_CELL["y"]})
    for row in rows:
        for cell in row:
            if cell:
                page.keyboard.press("Enter")
                page.locator(".gdg-input").fill(cell)
                page.keyboard.press("Tab")
                page.locator(".gdg-input").first.wait_for(state="detached")
            else:
                page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        for _ in row:
            page.keyboard.press("ArrowLeft")


def test_a_table_typed_from_nothing_leads_to_answers(open_page: Callable[..., Page], tmp_path: Path) -> None:
    """Then a further patient with a new diagnosis, a value with a decimal comma, and the same answers from the saved file."""
    page = open_page("/diagnose")
    own_way(page, "Type a table")
    type_cells(page, TYPED)
    page.locator(".st-key-read_typed button").first.click()  # at once: the last cell is reported a moment after the click
    page.locator(".st-key-upload_check").get_by_text("2 diagnoses with 2 labeled patients each").first.wait_for()
    idle(page)  # nobody has looked at the check before what was reported late is read, too
    press(page, "confirm")
    ready(page)
    assert card(page, "Q-1").inner_text().index("sepsis") < card(page, "Q-1").inner_text().index("gout")
    press(page, "change_patients")
    page.get_by_role("button", name="Add a patient").first.click()
    page.get_by_label("Name or code").fill("N-1")
    page.get_by_label("Diagnosis (leave empty").fill("malaria")
    page.keyboard.press("Enter")
    page.locator("[class*=st-key-patient_add_] button").first.click()
    page.get_by_text("N-1: patient added").first.wait_for()
    idle(page)
    assert "malaria" in card(page, "Q-1").inner_text()
    edit_cell(page, "undiagnosed", row=0, column=2, text="12,5")
    page.get_by_text("Q-1 · CRP (mg/L): 290 → 12.5").first.wait_for()
    edit_cell(page, "undiagnosed", row=0, column=2, text="letters")
    page.get_by_role("alert").filter(has_text="“letters” in CRP (mg/L) of Q-1 cannot be read as “number”").wait_for()
    page.get_by_text("Q-1 · CRP (mg/L): 290 → 12.5").first.wait_for()  # the old value was kept
    before = download(page, "csv", tmp_path)
    download(page, "save_work", tmp_path)
    other = open_page("/diagnose")
    ready(other)
    press(other, "change_patients")
    other.locator("input[type=file]").set_input_files(tmp_path / "metamed_work.json")
    other.locator(".st-key-upload_check").first.wait_for()
    press(other, "confirm")
    ready(other)
    assert download(other, "csv", tmp_path) == before


def workbook() -> bytes:
    """A cover sheet, then a title above the column names."""
    file = io.BytesIO()
    labs = [["Ward 3, laboratory", None, None], [None, None, None], *([*row[:2], row[2]] for row in TYPED)]
    with pd.ExcelWriter(file) as book:
        pd.DataFrame([["Prepared for the ward round"]]).to_excel(book, sheet_name="Cover", index=False, header=False)
        pd.DataFrame(labs).to_excel(book, sheet_name="Labs", index=False, header=False)
    return file.getvalue()


def test_twenty_pasted_rows_and_a_workbook_are_read_at_once(open_page: Callable[..., Page]) -> None:
    """What was read is shown before it is used."""
    page = open_page("/diagnose")
    own_way(page, "Paste cells")
    rows = [
        ("patient", "diagnosis", "ferritin (µg/L)"),
        *((f"R-{at}", ["iron deficiency", "inflammation", ""][at % 3], f"{at % 3 * 200 + at},5") for at in range(20)),
    ]
    page.get_by_label("Copy the cells in your spreadsheet").fill("\n".join("\t".join(row) for row in rows))
    page.locator(".st-key-read_pasted button").first.click()
    check = page.locator(".st-key-upload_check")
    check.get_by_text("21 rows read: 20 patients, 1 header (row 1).").first.wait_for()
    check.get_by_text("the first patient of the table is called “R-0”, the last one “R-19”").first.wait_for()
    press(page, "confirm")
    ready(page)
    wait_until(lambda: card(page, "R-2").count() == 1)
    press(page, "change_patients")
    page.locator("input[type=file]").set_input_files(files=[{"name": "ward.xlsx", "mimeType": "application/zip", "buffer": workbook()}])
    check.get_by_text("5 patients, 1 title line, 1 header (row 3)").first.wait_for()
    check.get_by_text("“pasted table” is not saved: using these patients replaces it").first.wait_for()
