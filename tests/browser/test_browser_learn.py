"""Learn in a real browser: every lesson there is, in both languages, by pointer and by keyboard, checked with axe-core."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from metamed_core.words import Language
from pages.lessons import LESSONS
from pages.lessons.lesson import Lesson
from tests.browser.test_browser_compare import violations
from tests.helpers.diagnose_browser import idle, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
OpenPage = Callable[..., "Page"]
# Some on request: all run through in both languages without a browser too (tests/unit/pages/test_learn_page.py), and are built of the same parts.
PATTERNS = [
    pytest.param(lesson, number % 2, id=lesson.key, marks=[pytest.mark.slow] if number % 3 != 1 else [])
    for number, lesson in enumerate(LESSONS.values())
]


def figure(page: Page) -> str:
    """The figure as Python has drawn it: without what the browser itself has shifted while a mark is in hand."""
    return re.sub(r' transform="translate[^"]*"', "", str(page.locator(".mm-root").inner_html()))


def changes_the_figure(page: Page, act: Callable[[], Any]) -> None:
    """Do something and wait until the figure has changed."""
    before = figure(page)
    act()
    wait_until(lambda: figure(page) != before, seconds=20)


def show(page: Page, lesson: Lesson[Any], at: int) -> None:
    """Predict by the keyboard, then show."""
    page.locator(".st-key-lesson_question input[type=radio]").first.focus()
    page.keyboard.press("Space")
    page.locator(".st-key-show button:enabled").first.click()
    page.locator(".st-key-show").first.wait_for(state="detached")
    idle(page, 0.2)


RIGHT = ".getBoundingClientRect().right"
FORMULAS = f"all => all.filter(one => [...one.querySelectorAll('.katex-html .base')].pop(){RIGHT} > one.parentElement{RIGHT} + 1).map(one => one.innerText)"
FIGURES = f"all => all.filter(one => one{RIGHT} > one.closest('.mm-root'){RIGHT} + 1).map(one => one.textContent)"


# Texts of a figure that lie over one another: each pair by more than a pixel both ways.
OVERPRINTS = """roots => roots.flatMap(root => {
  const all = [...root.querySelectorAll("svg text, .mm-title, .mm-legend li, th, td")].filter(one => one.textContent.trim());
  const boxes = all.map(one => { const range = document.createRange(); range.selectNodeContents(one); return range.getBoundingClientRect() });
  const apart = (a, b) => a.right - 1 <= b.left || b.right - 1 <= a.left || a.bottom - 3 <= b.top || b.bottom - 3 <= a.top;
  return all.flatMap((one, i) => all.slice(i + 1).filter((_, j) => !apart(boxes[i], boxes[i + 1 + j])).map(other => `${one.textContent} over ${other.textContent}`));
})"""


def cut(page: Page, widths: Iterable[int] = (1024, 1180, 1280)) -> list[str]:
    """Formulas, tables and pictures that reach beyond their place, and texts over one another, where nobody can read them, with the width."""
    usual, found = page.viewport_size, list[str]()
    assert usual
    for width in widths:
        page.set_viewport_size({"width": width, "height": usual["height"]})
        page.wait_for_timeout(50)
        seen = page.locator(".st-key-lesson_formula .katex-display").evaluate_all(FORMULAS)
        seen += page.locator(".mm-root :is(.mm-table, .mm-plot)").evaluate_all(FIGURES)
        seen += page.locator(".mm-root").evaluate_all(OVERPRINTS)
        found += [f"{width}: {text}" for text in seen]
    page.set_viewport_size(usual)
    return found


WIDEST = {("maml", 3), ("maml", 4), ("reptile", 2), ("uncertainty", 4)}
"""Screens whose formulas are the widest of all; the others on request."""
EVERY = [
    pytest.param(lesson, at, id=f"{lesson.key}-{at}", marks=[] if (lesson.key, at) in WIDEST else [pytest.mark.slow])
    for lesson in LESSONS.values()
    for at in range(1, len(lesson.screens) + 1)
]


@pytest.mark.parametrize(("lesson", "at"), EVERY)
def test_nothing_is_cut_from_a_tablet_to_a_laptop(open_page: OpenPage, lesson: Lesson[Any], at: int) -> None:
    page = open_page(f"/learn?lesson={lesson.key}&screen={at}&lang=zh", width=1400)
    page.locator(".mm-root svg, .mm-root table").first.wait_for()
    show(page, lesson, at)
    page.locator(".st-key-lesson_formula .katex-display").last.wait_for()
    assert cut(page, range(1000, 1401, 20)) == []


@pytest.mark.parametrize(("lesson", "odd"), PATTERNS)
def test_a_lesson_runs_through(open_page: OpenPage, lesson: Lesson[Any], odd: int) -> None:
    link = f"/learn?lesson={lesson.key}&lang=en" + ("&large=1" if odd else "")
    page = open_page(link, color_scheme="dark" if odd else "light", width=1024 if odd else 1280)
    page.locator(".mm-root svg, .mm-root table").first.wait_for()
    idle(page)
    for at, screen in enumerate(lesson.screens, start=1):
        language: Language = "en" if (at + odd) % 2 else "zh"
        if at > 1 or language != "en":
            page.get_by_role("radio", name={"en": "English", "zh": "中文"}[language]).first.click()
        page.get_by_role("heading", name=screen.title.into(language), exact=True).first.wait_for()
        show(page, lesson, at)
        body = page.locator(".st-key-lesson").inner_text()
        assert "Traceback" not in body
        assert cut(page) == []
        if at == 1 + odd:  # each takes a second, and the screens are built alike
            assert violations(page) == []
        if language == "zh":
            assert not [word for word in ("How to read", "Right:", "Predict", "Next", "Handout") if word in body]
        # What the answer has already shown in full cannot be pressed.
        buttons = [page.locator(f".st-key-action_{action.name} button").first for action in screen.actions]
        for button in [one for one in buttons if one.is_enabled()][:1]:
            changes_the_figure(page, button.click)
        if screen.movable:
            held = page.locator(".mm-hold").last
            held.focus()
            changes_the_figure(page, lambda: page.keyboard.press("ArrowRight"))
            assert page.evaluate("document.activeElement.shadowRoot?.activeElement?.dataset.name ?? ''"), "the keyboard stays where it was"
            idle(page, 0.2)
            changes_the_figure(page, lambda: drag(page))
        if at < len(lesson.screens):
            page.locator(".st-key-screen_next button").first.click()
            page.get_by_role("heading", name=lesson.screens[at].title.into(language), exact=True).first.wait_for()
            idle(page, 0.2)


def drag(page: Page) -> None:
    """Take the last mark by the pointer and move it a little."""
    # Asked in one go: between two questions a new figure may have taken the place of the old.
    x, y = page.locator(".mm-hold").last.evaluate(
        "mark => { mark.scrollIntoView({ block: 'center' }); const box = mark.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] }"
    )
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 20, y - 20, steps=4)
    page.mouse.up()


def test_a_term_of_the_formula_marks_its_place_for_pointer_keyboard_and_finger(open_page: OpenPage) -> None:
    page = open_page("/learn?lesson=prototypes&screen=2&lang=en")
    page.locator(".mm-root svg").first.wait_for()
    show(page, LESSONS["prototypes"], 2)
    terms, lit = page.locator(".mm-term"), page.locator(".mm-plot > .mm-lit")

    def marked() -> set[str]:
        return {part.split()[0] for part in lit.evaluate_all("all => all.map(one => one.dataset.part)")}

    assert marked() == set()
    terms.nth(0).hover()
    assert marked() == {"asked"}
    faded = page.locator(".mm-plot > [data-part^=prototype]").first.evaluate("one => getComputedStyle(one).opacity")
    assert float(faded) < 0.5
    page.mouse.move(0, 0)
    assert marked() == set()
    terms.nth(1).focus()
    assert marked() == {"prototype"}
    page.keyboard.press("Tab")
    assert marked() == {"gap"}
    page.keyboard.press("Enter")
    assert terms.nth(2).get_attribute("aria-pressed") == "true"
    page.locator(".mm-hold").first.focus()
    assert marked() == {"gap"}, "stays, as for a finger"
    changes_the_figure(page, lambda: page.keyboard.press("ArrowRight"))
    assert marked() == {"gap"}, "and in the next figure, too"
    assert violations(page) == []


def test_play_steps_by_itself_until_it_is_paused_by_the_keyboard(open_page: OpenPage) -> None:
    page = open_page("/learn?lesson=reptile&screen=1&lang=en")
    page.locator(".mm-root svg").first.wait_for()
    show(page, LESSONS["reptile"], 1)
    button = page.locator(".st-key-action_play button").first
    button.focus()
    changes_the_figure(page, lambda: page.keyboard.press("Enter"))
    for _ in range(2):
        changes_the_figure(page, lambda: None)  # nothing is pressed
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    idle(page)
    paused = figure(page)
    page.wait_for_timeout(1500)
    assert figure(page) == paused
    assert button.evaluate("one => one === document.activeElement"), "the keyboard stays where it was"


def test_a_link_opened_twice_shows_the_same_and_a_locked_one_hides(open_page: OpenPage, tmp_path: Path) -> None:
    link = "/learn?lesson=maml&screen=4&seed=11&x=2.5&y=-3.0&outer=5&lang=zh"
    page = open_page(link)
    page.locator(".mm-root svg").first.wait_for()
    show(page, LESSONS["maml"], 4)
    there = open_page(f"{link}&lock=1&large=1", width=1024, color_scheme="dark")
    there.locator(".mm-root svg").first.wait_for()
    show(there, LESSONS["maml"], 4)
    assert plotted(there) == plotted(page), "the same picture data"
    assert there.locator("[class*=st-key-action_], [class*=st-key-control_], .st-key-lesson_notes, .mm-hold").count() == 0
    assert violations(there) == []
    overflow = "(() => { const main = document.querySelector('[data-testid=stMain]'); return main.scrollWidth - main.clientWidth; })()"
    assert there.evaluate(overflow) <= 0
    assert there.get_by_role("button", name=re.compile("教师讲义|整节课")).count() == 0
    files = {}
    for who, name in (("students", "学生讲义（无答案）"), ("teachers", "教师讲义（含答案）"), ("offline", "整节课：可离线使用的单个文件")):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).first.click()
        assert download.value.suggested_filename == f"metamed_lesson_3_maml_{who}_zh.html"
        files[who] = tmp_path / f"{who}.html"
        download.value.save_as(files[who])
    told = LESSONS["maml"].screens[0].question.explained(LESSONS["maml"].state(11)).zh[:12]
    assert told not in files["students"].read_text("utf-8"), "though the answer was shown on the page"
    assert told in files["teachers"].read_text("utf-8")
    printed = there.context.new_page()
    printed.goto(files["teachers"].as_uri())
    assert violations(printed) == []


def plotted(page: Page) -> list[str]:
    """What the legend says of the ends of the three ways, to the last digit shown."""
    return [text.strip() for text in page.locator(".mm-legend li").all_inner_texts()]


def test_the_contents_lead_into_a_lesson_and_back(open_page: OpenPage) -> None:
    page = open_page("/")
    page.locator(".st-key-enter_learn button").first.click()
    first = next(iter(LESSONS.values()))
    page.locator(f".st-key-open_{first.key} button").first.click()
    page.get_by_role("heading", name=first.screens[0].title.en).first.wait_for()
    page.locator(".st-key-screen_next button").first.click()
    page.get_by_role("heading", name=first.screens[1].title.en).first.wait_for()
    assert "screen=2" in page.url
    page.locator(".st-key-menu").get_by_role("link", name="Learn").first.click()
    page.locator(f".st-key-open_{first.key} button").first.wait_for()
    assert violations(page) == []
