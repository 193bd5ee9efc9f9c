"""The answer for one patient in a real browser: the keyboard moves through the list, and a clinician's questions are answered beside it, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers.diagnose_browser import choose, download, idle, press, ready, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

VIEWS = {
    "Labeled patients": "Nearest labeled patients",
    "What next": "Measure|Stop measuring|No value is missing|No missing value",
    "Pretest probability": "How common is each diagnosis",
    "Second opinion": "Ask the other algorithms",
    "Compare two patients": "differ in",
    "What if": "The smallest single change|No change of a single value",
}


def test_a_clinicians_questions(open_page: Callable[..., Page], tmp_path: Path) -> None:
    """Arrow keys, each view, a what-if, its report, and the same in 中文."""
    page = open_page("/diagnose")
    ready(page)
    card = page.locator("[class*=st-key-card_]")
    first = card.get_by_role("heading").inner_text()
    page.locator(".st-key-patient_list input[type=radio]").first.focus()
    page.keyboard.press("ArrowDown")
    wait_until(lambda: card.get_by_role("heading").inner_text() != first)
    idle(page)
    card.get_by_text("What speaks for").first.wait_for()
    for view, said in VIEWS.items():
        choose(page, "further", view)
        assert page.locator("[class*=st-key-view_]").filter(has_text=re.compile(said)).count() == 1, view
    field = page.locator("[class*=st-key-view_] input[type=text]").first
    field.fill("77")
    field.press("Enter")
    page.get_by_text("With your values").first.wait_for()
    idle(page)
    report = download(page, "report_of_patient", tmp_path)
    assert "Tried, not measured" in report
    assert "<script" not in report
    choose(page, "language", "中文")
    ready(page)
    page.get_by_text("按您的数值").first.wait_for()
    press(page, "try_none")
    page.get_by_text("按您的数值").first.wait_for(state="detached")
