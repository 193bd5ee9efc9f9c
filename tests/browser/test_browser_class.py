"""A class in two real browsers, the lecturer's and a student's: who reloads the page is still who they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from pages.lessons import LESSONS
from tests.browser.test_browser_compare import violations
from tests.browser.test_browser_learn import cut
from tests.helpers.diagnose_browser import idle, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_class_votes_and_a_reload_is_no_second_vote(open_page: Callable[..., Page]) -> None:
    lecturer = open_page("/learn?lesson=maml&large=1")
    lecturer.locator(".st-key-class_door button").first.click()
    # By keyboard: while the figure above it grows, the open door moves out of sight of a mouse.
    lecturer.locator(".st-key-class_open button").first.press("Enter")
    lecturer.locator(".st-key-class_code_shown").first.wait_for()
    idle(lecturer)  # while the page is rebuilt, the place of the code still holds what stood there before, too
    code = lecturer.locator(".st-key-class_code_shown").first.inner_text()
    student = open_page("/learn", locale="zh-CN", color_scheme="dark", width=1024)
    student.locator(".st-key-class_door button").first.click()
    student.locator(".st-key-class_code input").first.fill(code)
    student.locator(".st-key-class_join button").first.click()
    vote(student, 0)
    student.reload()
    vote(student, 2)
    lecturer.reload()
    bars = lecturer.locator(".st-key-class_tally")
    wait_until(lambda: [text.split(" ·")[0] for text in bars.locator("[data-testid=stProgress] p").all_inner_texts()] == ["0", "0", "1"])
    bars.get_by_text("1 vote, 1 joined").first.wait_for()
    assert cut(lecturer) == []
    assert violations(lecturer) == []
    assert violations(student) == []
    lecturer.locator(".st-key-show button").first.click()
    student.get_by_text(LESSONS["maml"].screens[0].question.explanation.zh[:12]).first.wait_for()  # type: ignore[union-attr]
    lecturer.locator(".st-key-class_close button").first.click()
    lecturer.locator(".st-key-class_close_now button").first.click()
    student.get_by_text("课堂已结束").first.wait_for()
    lecturer.locator(".st-key-class_strip").first.wait_for(state="detached")


def vote(student: Page, option: int) -> None:
    """Choose an option, and wait until it is counted."""
    student.locator(".st-key-lesson_question [role=radiogroup] label").nth(option).click()
    student.get_by_text("您的投票已匿名计入").first.wait_for()


PROJECTOR = 720  # lines of the projector of many a lecture room
BOTTOM = "one => one.getBoundingClientRect().bottom"
TALLEST = "matching"  # of all lessons its questions and answers reach lowest; the others on request


@pytest.mark.parametrize("key", [pytest.param(key, marks=[pytest.mark.slow] if key != TALLEST else []) for key in LESSONS])
def test_a_projector_shows_question_votes_and_answer_without_scrolling(open_page: Callable[..., Page], key: str) -> None:
    page, below = open_page(f"/learn?lesson={key}&large=1", width=1280, height=PROJECTOR), dict[str, float]()
    page.locator(".st-key-class_door button").first.click()
    page.locator(".st-key-class_open button").first.press("Enter")
    page.locator(".st-key-class_code_shown").first.wait_for()
    question, button = page.locator(".st-key-lesson_question").first, page.locator(".st-key-show button").first
    for at, screen in enumerate(LESSONS[key].screens, start=1):
        page.get_by_role("heading", name=screen.title.en, exact=True).first.wait_for()
        button.wait_for()
        idle(page, 0.2)
        below[f"{at} asked"] = question.evaluate(BOTTOM)
        button.click()
        button.wait_for(state="detached")
        idle(page, 0.2)
        below[f"{at} shown"] = max(question.evaluate(BOTTOM), page.locator(".st-key-lesson [data-testid=stAlert]").first.evaluate(BOTTOM))
        if at < len(LESSONS[key].screens):
            page.locator(".st-key-screen_next button").first.click()
    assert {where: y for where, y in below.items() if y > PROJECTOR} == {}
