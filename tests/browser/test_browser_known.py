"""What one knows, in a real browser: typed into the grid and into a row, it moves an answer; a conflict is shown; file and 中文 too."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers.browsing import csv_file
from tests.helpers.diagnose_browser import card, choose, download, edit_cell, press, ready, upload

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def figures(page: Page) -> list[str]:
    """The probabilities of the patient between the two diagnoses."""
    return re.findall(r"[<>]?0\.\d\d", card(page, "Q-3").inner_text())[:2]


def test_a_statement_moves_an_answer_and_a_conflict_is_shown(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page("/diagnose")
    ready(page)
    upload(page)
    press(page, "confirm")
    ready(page)
    choose(
        page, "algorithm", "Prototypical"
    )  # to the prior-fitted network one wrong statement is a remark, no conflict: other columns tell it enough
    ready(page)
    before = figures(page)
    press(page, "change_known")
    edit_cell(page, "known_grid", 1, 1, "↑↑", offered=True)
    page.get_by_text("1 statement on 1 diagnosis").first.wait_for()
    page.locator("[class*=st-key-known_grid_] [aria-selected=true]").first.wait_for(state="attached")  # one goes on by keyboard from there
    page.get_by_text("conflict: ferritin (µg/L)").first.wait_for()
    edit_cell(page, "known_row", 1, 1, "60-75")
    page.get_by_text("2 statements on 2 diagnoses").first.wait_for()
    choose(page, "counts_as", "2 patients")
    ready(page)
    assert figures(page) != before
    file = download(page, "known_csv", tmp_path)
    assert file.splitlines()[1:] == ["inflammation,MCV (fL),60-75,1,", "iron deficiency,ferritin (µg/L),very high,1,"]
    press(page, "known_forget")
    page.get_by_text("nothing yet").first.wait_for()
    page.locator(".st-key-known_file input[type=file]").set_input_files(files=[csv_file("mine.csv", file)])
    page.get_by_text("2 statements on 2 diagnoses").first.wait_for()
    choose(page, "language", "中文")
    page.get_by_role("heading", name="您的知识起了什么作用", exact=True).first.wait_for()
    page.get_by_text("冲突：ferritin (µg/L)").first.wait_for()
