"""Compare in a real browser: from the opening result through a run, Stop and all that is shown, to the files one takes home."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers.browsing import check_redrawn_in_place
from tests.helpers.diagnose_browser import idle, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

# A plan of a few seconds, with twins and a learner that takes a while, so that there is something to stop.
PLAN = "who=prototypical,maml,maml-none,logistic_regression&shots=1,3&episodes=6"
STYLES = {
    "en": ("Calibration", "Net benefit", "Cost", "Two side by side", "Disagreements", "Confusion matrix"),
    "zh": ("校准", "净获益", "计算成本", "两两对照", "有分歧的患者", "混淆矩阵"),
}


def numbers(page: Page) -> list[str]:
    """Every figure of the leaderboard but the times, which differ from run to run."""
    page.locator(".mm-board tbody tr").first.wait_for()
    return [" | ".join(row.locator("th, td").all_inner_texts()[:-1]) for row in page.locator(".mm-board tbody tr").all()]


def press(page: Page, name: str) -> None:
    """Choose a segment or chip by its name, and wait until the page has followed."""
    page.get_by_role("radio", name=name, exact=True).or_(page.get_by_role("button", name=name, exact=True)).first.click()
    idle(page)


def violations(page: Page) -> list[str]:
    """What axe-core finds serious or critical on the page, Streamlit's own parts included; its script comes from the wheel."""
    from axe_playwright_python.sync_playwright import Axe

    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    grave = [rule for rule in found if rule["impact"] in {"serious", "critical"}]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in grave for node in rule["nodes"]]


def charts_without_alt(page: Page) -> int:
    """Charts and tables that a screen reader would not name."""
    return int(
        page.evaluate(
            "[...document.querySelectorAll('[data-testid=stPlotlyChart], [data-testid=stVegaLiteChart]')].filter("
            "chart => !(chart.getAttribute('aria-label') || chart.querySelector('[aria-label]'))).length"
        )
    )


def test_it_opens_on_a_result_runs_stops_goes_on_and_gives_files(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page("/compare")
    page.get_by_role("heading", name="3 · Results").first.wait_for()
    page.get_by_text("has the best balanced accuracy with 5 labeled patients per diagnosis").first.wait_for()
    assert len(numbers(page)) == 8

    page = open_page(f"/compare?{PLAN}&episodes=40")
    page.locator(".st-key-compare_run button").first.click()
    page.get_by_text(re.compile(r"\d+ / 80 episodes")).first.wait_for()
    check_redrawn_in_place(page, "compare_scores_chart", lambda: more_episodes(page, 2))
    stop = page.locator(".st-key-compare_stop button").first
    stop.click()
    page.locator(".st-key-compare_stop button:disabled").first.wait_for()
    page.get_by_text(re.compile(r"Stopped after \d+ of 80 episodes")).first.wait_for()
    assert len(numbers(page)) == 4, "what was measured is shown"

    # The same URL, less of it: what is measured is kept, and the rest is run.
    page = open_page(f"/compare?{PLAN}")
    run_to_the_end(page)
    here = numbers(page)
    there = open_page(page.url.replace(page.url.split("/compare")[0], ""), locale="en-US")
    there.get_by_role("heading", name="3 · Results").first.wait_for()
    assert numbers(there) == here, "the next visitor of the address sees the same at once"
    press(there, "1")
    assert "at=1" in there.url
    assert numbers(there) != here

    take_files(page, tmp_path)


def episodes_done(page: Page) -> int:
    text = page.get_by_text(re.compile(r"\d+ / \d+ (episodes|个小任务)")).first.inner_text()
    return int(re.findall(r"\d+", text)[0])


def more_episodes(page: Page, more: int) -> None:
    before = episodes_done(page)
    wait_until(lambda: episodes_done(page) >= before + more)


def run_to_the_end(page: Page, finished: str = "Finished:") -> None:
    """Press Run and wait; by the keyboard, as some must."""
    button = page.locator(".st-key-compare_run button").first
    button.wait_for()
    idle(page)
    if page.get_by_text(finished).count():
        return
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_text(finished).first.wait_for(timeout=180_000)
    idle(page)


def take_files(page: Page, folder: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="Results (CSV)", exact=True).first.click()
    download.value.save_as(folder / "results.csv")
    rows = list(csv.DictReader(io.StringIO((folder / "results.csv").read_text("utf-8-sig"))))
    assert len(rows) == 4 * 2 * 6
    with page.expect_download() as download:
        page.get_by_role("button", name="Report (HTML)", exact=True).first.click()
    download.value.save_as(folder / "report.html")
    asked: list[str] = []
    report = page.context.new_page()
    report.on("request", lambda request: asked.append(request.url))
    report.goto((folder / "report.html").as_uri())
    report.get_by_role("heading", name="Comparison of learners: Breast cytology (Wisconsin)").first.wait_for()
    assert report.locator("svg[role=img]").count() >= 4
    assert [url for url in asked if not url.startswith("file:")] == [], "it opens without a network"
    report.close()


def test_the_switch_brings_a_twin_with_knowledge_on_the_same_episodes(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page("/compare?cohort=rare_findings&who=prototypical,nearest_centroid&shots=1&episodes=2&seed=5")
    page.locator("[class*=st-key-compare_with_knowledge] label").first.click()
    idle(page)
    page.locator(".st-key-compare_settings summary").first.click()
    press(page, "0")
    run_to_the_end(page)
    for title in ("Prototypical (with knowledge)", "原型网络（有知识）"):
        if "有" in title:
            press(page, "中文")
            page.get_by_text("知识给平衡准确率带来的提升").first.wait_for()
        board = page.locator(".mm-board tbody").first.inner_text()
        assert board.count(title) == 1, "one of the two methods has a twin; a baseline has none"
        assert page.locator("[data-testid=stMain]").inner_text().count(title) > 1, "and in the legend of the lines"
    with page.expect_download() as download:
        page.get_by_role("button", name="结果（CSV）", exact=True).first.click()
    download.value.save_as(tmp_path / "results.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "results.csv").read_text("utf-8-sig"))))
    asked = {
        one: sorted((row["k_shot"], row["episode"], row["n_query"]) for row in rows if row["method"] == one)
        for one in ("prototypical", "prototypical-knowledge")
    }
    assert len(asked["prototypical"]) == 4, "no patient and one, two episodes each"
    assert asked["prototypical"] == asked["prototypical-knowledge"]


def test_every_look_in_both_languages_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page(f"/compare?{PLAN}&seed=1")
    run_to_the_end(page)
    for language, styles in STYLES.items():
        if language == "zh":
            press(page, "中文")
            page.get_by_role("heading", name="4 · 深入查看").first.wait_for()
        for style in styles:
            press(page, style)
            assert charts_without_alt(page) == 0
            body = page.locator("[data-testid=stMain]").inner_text()
            assert "Traceback" not in body
            if language == "zh":
                assert "How to read" not in body
        page.get_by_text(re.compile("How to read: rows are|读法：行为真实诊断")).first.wait_for()
        choose = page.locator("[class*=st-key-view_cell] input")
        before = page.locator("[class*=st-key-view_cell] input").input_value()
        choose.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        idle(page)
        assert page.locator("[class*=st-key-view_cell] input").input_value() != before, "a cell can be chosen without a pointer"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_that_axe_finds_is_ours(open_page: Callable[..., Page], scheme: str) -> None:
    page = open_page("/compare", color_scheme=scheme)
    page.get_by_role("heading", name="5 · Take away").first.wait_for()
    idle(page)
    assert violations(page) == []
    page.locator(".st-key-compare_settings summary").first.click()
    press(page, "Confusion matrix")
    assert violations(page) == []
    press(page, "中文")
    press(page, "净获益")
    assert violations(page) == []


def test_axe_sees_what_is_wrong(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html lang='en'><title>x</title><main><button></button><p style='color: #bbb; background: #fff'>faint</p></main>")
    found = violations(page)
    page.close()
    assert {line.split(":")[0] for line in found} == {"button-name", "color-contrast"}


def test_a_run_survives_a_change_of_language(open_page: Callable[..., Page]) -> None:
    page = open_page(f"/compare?{PLAN}&seed=2&episodes=60", color_scheme="dark")
    page.locator(".st-key-compare_run button").first.click()
    wait_until(lambda: page.get_by_text(re.compile(r"\d+ / 120 episodes")).count() > 0 and episodes_done(page) >= 2, seconds=60)
    page.get_by_role("radio", name="中文").first.click()
    page.get_by_text(re.compile(r"\d+ / 120 个小任务")).first.wait_for()
    at = episodes_done(page)
    assert at >= 2
    wait_until(lambda: episodes_done(page) > at, seconds=60)
    page.locator(".st-key-compare_stop button").first.click()
    page.get_by_text(re.compile("测得的结果均已保留")).first.wait_for()
    page.get_by_role("heading", name="3 · 结果").first.wait_for()


def test_a_page_as_wide_as_a_tablet_cuts_nothing(open_page: Callable[..., Page]) -> None:
    page = open_page("/compare", width=820, height=1180)
    page.get_by_role("heading", name="5 · Take away").first.wait_for()
    idle(page)
    overflow = "(() => { const main = document.querySelector('[data-testid=stMain]'); return main.scrollWidth - main.clientWidth; })()"
    assert page.evaluate(overflow) <= 0
