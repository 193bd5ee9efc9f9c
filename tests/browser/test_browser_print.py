"""A report of a comparison on A4: no chart is cut at the edge of the paper or taller than a page, and the intervals are printed."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from metamed_core.evaluation import Comparison
from metamed_core.evaluation.report import About, comparison_html
from metamed_core.words import Words
from pages.parts.compare.shared_comparisons import SHIPPED

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
PAGE = {"width": 680, "height": 1009}  # pixels within the margins of A4
BEYOND = """() => [...document.querySelectorAll('figure')].flatMap(figure => {
  const edge = document.querySelector('main').getBoundingClientRect().right
  const cut = [...figure.querySelectorAll('text')].filter(text => text.getBoundingClientRect().right > edge)
  return [...cut.map(text => text.textContent), ...(figure.getBoundingClientRect().height > 1009 ? ['taller than a page'] : [])]
})"""


def test_no_chart_of_a_comparison_is_cut_on_paper(browser: Browser) -> None:
    comparison = Comparison.from_json(json.loads(gzip.decompress(SHIPPED.read_bytes()))["comparison"])
    page = browser.new_page(viewport=PAGE)
    page.set_content(comparison_html(comparison, About(Words("Cytology", "细胞学")), "en").decode())
    page.emulate_media(media="print")
    assert page.locator("figure svg.mm-plot").count() >= 5
    assert page.evaluate(BEYOND) == []
    assert page.locator(".mm-bar i").first.evaluate("bar => getComputedStyle(bar).printColorAdjust") == "exact", "else paper stays white"
    page.close()
