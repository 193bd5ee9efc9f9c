"""The offline file of a lesson, opened from the disk without a network: after every press it shows what Python computes, draws and says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from metamed_core.drawing import figure_html
from metamed_core.words import Language
from pages.lessons import LESSONS
from pages.lessons.handout import marked, mathml
from pages.lessons.lesson import Screen
from pages.lessons.lesson_state import State
from pages.parts.learn.offline import offline_html
from pages.parts.learn.texts import CORRECT, NOT_QUITE
from tests.browser.test_browser_compare import violations
from tests.browser.test_browser_learn import OVERPRINTS
from tests.conftest import Guard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
LESSON = LESSONS["maml"]
PIXELS = 0.11  # both sides round to a tenth
# Of what Python wrote and of what the file shows: the text; colors, dashes and how each path is made; every coordinate.
COMPARE = """([selector, html]) => {
  const names = ["d", "points", "cx", "cy", "r", "x", "y", "fill", "stroke", "stroke-dasharray", "stroke-width", "data-x", "data-y", "aria-label"];
  const wanted = document.createElement("div"), color = (text) => /^#\\w{6}$/.test(text), number = /-?[\\d.]+/g;
  wanted.innerHTML = html;
  return [wanted, document.querySelector(selector)].map((root) => {
    const shapes = [...root.querySelectorAll("path, polygon, circle, svg text, .mm-hold")].flatMap((one) => names.map((name) => one.getAttribute(name) ?? ""));
    const numbers = shapes.flatMap((text) => (color(text) ? [] : text.match(number) ?? []).map(Number));
    return [root.textContent.replace(/\\s+/g, ""), shapes.map((text) => (color(text) ? text : text.replace(number, "#"))), numbers];
  });
}"""


class Reader:
    """Who reads the file, and what Python makes of the same presses."""

    def __init__(self, page: Page, language: Language, seed: int) -> None:
        self.page, self.language, self.at = page, language, 0
        self.state: State = LESSON.state(seed)
        self.shown: set[int] = set()

    @property
    def screen(self) -> Screen[Any]:
        return LESSON.screens[self.at]

    def button(self, kind: str) -> Any:
        return self.page.locator(f"[data-{kind}]:visible")

    def check(self) -> None:
        """The figure, and with the answer its reason and the formula, are those of Python."""
        shown = self.at in self.shown
        figure = figure_html(self.screen.figure(self.state, shown), self.language, draggable=shown, with_how=False)
        self._same(".mm-root .mm-figure", figure)
        if not shown:
            return
        question, formula = self.screen.question, self.screen.formula(self.state)
        chosen = self.page.locator(f"[name=option{self.at}]").evaluate_all("all => all.findIndex(one => one.checked)")
        verdict = CORRECT if chosen == question.correct_option(self.state) else NOT_QUITE
        here = f'[data-screen="{self.at}"] '
        self._same(f"{here}[data-answer]", marked((verdict + question.explained(self.state)).into(self.language)))
        self._same(f"{here}[data-numbers]", mathml(formula.numbers_in(self.language)))
        self._same(f"{here}[data-where]", marked(formula.where.into(self.language)))
        right = self.page.locator(f"{here}label").evaluate_all("all => all.findIndex(one => one.classList.contains('right'))")
        assert right == question.correct_option(self.state)

    def _same(self, selector: str, html: str) -> None:
        (text, signs, numbers), (found_text, found_signs, found_numbers) = self.page.evaluate(COMPARE, [selector, html])
        assert found_text == text
        assert found_signs == signs
        assert found_numbers == pytest.approx(numbers, abs=PIXELS)

    def show(self) -> None:
        """Predict and show by the keyboard."""
        self.check()
        assert self.button("show").is_disabled()
        self.page.locator(f"[name=option{self.at}]").nth(1).focus()
        self.page.keyboard.press("Space")
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")
        assert self.page.evaluate("document.activeElement.dataset.answer") == "", "the keyboard goes on at the reason"
        self.state = self.screen.reveal(self.state)
        self.shown.add(self.at)
        self.check()

    def press(self, at: int, times: int = 1) -> None:
        """A button of the screen, as often as it can be pressed."""
        action = self.screen.actions[at]
        for _ in range(times):
            if action.disabled(self.state):
                break
            self.button(f"action={action.name}").click()
            self.state = action.apply(self.state)
        assert self.button(f"action={action.name}").is_disabled() == action.disabled(self.state)
        self.check()

    def set(self, name: str, value: float) -> None:
        """A slider, moved by hand or by the arrow keys."""
        self.button(f"field={name}").fill(str(value))
        self.state = self.state.updated(**{name: value})
        self.check()

    def move(self) -> None:
        """The start, by an arrow key; then dragged by the pointer."""
        x, y = (float(self.page.locator(".mm-hold").get_attribute(f"data-{name}") or "nan") for name in "xy")
        self.page.locator(".mm-hold").focus()
        self.page.keyboard.press("ArrowRight")
        self._moved(min(x + 0.2, 4.0), y)
        assert self.page.evaluate("document.activeElement.dataset.name") == "start", "the keyboard stays where it was"
        box = self.page.locator(".mm-hold circle").first.bounding_box()
        assert box
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(*middle)
        self.page.mouse.down()
        self.page.mouse.move(middle[0] + 30, middle[1] - 40, steps=4)
        self.page.mouse.up()
        x, y = (float(self.page.locator(".mm-hold").get_attribute(f"data-{name}") or "nan") for name in "xy")
        assert x > self._start[0]
        assert y > self._start[1]
        self._moved(x, y)

    def _moved(self, x: float, y: float) -> None:
        assert LESSON.on_move
        self.state = LESSON.on_move(self.state, "start", x, y)
        self._start = x, y
        self.check()

    def turn(self) -> None:
        """To the next screen."""
        self.button("to='1'").click()
        self.at += 1


@pytest.mark.parametrize(("language", "scheme", "width", "seed"), [("en", "light", 1280, 7), ("zh", "dark", 1024, 11)])
def test_every_press_gives_the_numbers_and_pictures_of_python(
    browser: Browser, tmp_path: Path, language: Language, scheme: Literal["light", "dark"], width: int, seed: int
) -> None:
    file = tmp_path / "lesson.html"
    file.write_bytes(offline_html(LESSON, seed, language))
    context = browser.new_context(offline=True, color_scheme=scheme, viewport={"width": width, "height": 800})
    page, guard, asked = context.new_page(), Guard(""), list[str]()
    guard.watch(page)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    reader = Reader(page, language, seed)
    for at in range(len(LESSON.screens)):
        reader.show()
        assert page.locator(".mm-root").evaluate_all(OVERPRINTS) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        if at in (0, 4):
            assert violations(page) == []
        reader.press(0, 1 if at == 0 else 3)
        reader.move()
        reader.press(-1, 2)
        if at == 1:
            reader.set("alpha", 2.3)
            reader.set("steps", 6)
        if at == 4:
            reader.set("steps", 3)
            reader.set("alpha", 7.4)
            reader.press(0, 7)
        if at + 1 < len(LESSON.screens):
            reader.turn()
    reader.button("reset").click()
    reader.state = LESSON.state(seed)
    reader.check()
    assert guard.faults == []
    assert asked == [file.as_uri()]
    context.close()
