"""Learn as a page: contents, every screen of every lesson in both languages, the address, and what a locked link hides."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.words import LANGUAGES, Language
from pages.lessons import LESSONS
from pages.lessons.lesson import Lesson
from pages.parts.learn.address import Address, link_to, parse_address

ROOT = Path(__file__).parents[3]
SECONDS = 120
each_lesson = pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.key)


def visit(**asked: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=SECONDS)
    app.query_params["lang"] = asked.get("lang", "en")
    app.run()
    app.switch_page("pages/learn.py")
    for name, value in {"lang": "en", **asked}.items():
        app.query_params[name] = value
    return app.run()


def texts(app: AppTest) -> str:
    kinds = ("markdown", "caption", "header", "subheader", "title", "success", "info", "latex", "code")
    return "\n".join(element.value for kind in kinds for element in app.get(kind))


def keys(app: AppTest) -> set[str]:
    return {element.key for kind in ("button", "slider") for element in app.get(kind) if element.key}


def answer(app: AppTest, lesson: Lesson[Any], screen: int, option: int = 0) -> AppTest:
    app.radio(key=f"answer_{lesson.key}_{screen}").set_value(option).run()
    return app.button(key="show").click().run()


@each_lesson
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_runs_through(lesson: Lesson[Any], language: Language) -> None:
    app = visit(lesson=lesson.key, lang=language)
    for at, screen in enumerate(lesson.screens, start=1):
        assert not app.exception
        assert screen.title.into(language) in texts(app)
        assert not app.latex, "a formula would give the answer away"
        assert screen.code.place not in "".join(expander.label for expander in app.expander), "so would the line of code"
        assert not [key for key in keys(app) if key.startswith(("action_", "control_"))], "nothing to press before the prediction"
        assert app.button(key="show").disabled
        answer(app, lesson, at)
        state = app.session_state["learn"][lesson.key].state
        assert screen.question.explained(state).into(language) in texts(app)
        assert screen.formula(state).numbers_in(language) in texts(app)
        assert screen.code.place in "".join(expander.label for expander in app.expander)
        assert {f"action_{action.name}" for action in screen.actions} <= keys(app)
        for action in screen.actions:
            if not app.button(key=f"action_{action.name}").disabled:
                app.button(key=f"action_{action.name}").click().run()
                assert not app.exception
        if at < len(lesson.screens):
            app.button(key="screen_next").click().run()
            assert app.query_params["screen"] in (str(at + 1), [str(at + 1)])
    assert app.button(key="screen_next").disabled
    assert len(app.get("download_button")) == 2 + (lesson.offline is not None)
    app.button(key="action_reset").click().run()
    assert app.session_state["learn"][lesson.key].state == lesson.state()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_contents_show_every_lesson_and_how_far_one_is(language: Language) -> None:
    app = visit(lang=language)
    for lesson in LESSONS.values():
        shown = texts(app)
        assert all(words.into(language) in shown for words in (lesson.title, lesson.goal, lesson.outcome))
        assert str(lesson.minutes) in shown
    first = next(iter(LESSONS.values()))
    app.button(key=f"open_{first.key}").click().run()
    answer(app, first, 1)
    app.button(key="to_contents").click().run()
    assert not app.exception
    assert f"1 {'of' if language == 'en' else '/'} {len(first.screens)}" in texts(app)
    app.button(key=f"open_{first.key}").click().run()
    assert first.screens[1].title.into(language) in texts(app), "goes on where one was"


@each_lesson
def test_a_locked_link_hides_settings_answers_and_notes(lesson: Lesson[Any]) -> None:
    app = visit(lesson=lesson.key, lock="1")
    answer(app, lesson, 1)
    screen, shown = lesson.screens[0], texts(app)
    state = app.session_state["learn"][lesson.key].state
    assert screen.question.explained(state).en not in shown
    assert screen.formula(state).numbers_in("en") in shown, "the figure and its numbers are shown"
    assert lesson.notes[0].words.en not in shown
    assert not [key for key in keys(app) if key.startswith(("action_", "control_", "lock_here", "unlock_here"))]
    assert len(app.get("download_button")) == 1, "for students"


def test_who_has_hidden_the_controls_may_show_them_again() -> None:
    app = visit(lesson="maml")
    app.button(key="lock_here").click().run()
    assert "lesson_notes" not in keys(app)
    assert "lock_here" not in keys(app)
    app.button(key="unlock_here").click().run()
    assert "lock_here" in keys(app)


@each_lesson
def test_the_copied_link_opens_on_the_same_state(lesson: Lesson[Any]) -> None:
    app = visit(lesson=lesson.key, seed="5")
    answer(app, lesson, 1)
    state = app.session_state["learn"][lesson.key].state
    link = link_to(lesson, state, Address(lesson.key, 1), "zh", locked=False)
    assert link in "\n".join(code.value for code in app.code).replace("lang=en", "lang=zh")
    there = visit(**dict(parse_qsl(link.split("?")[1])))
    assert there.session_state["learn"][lesson.key].state == state
    assert lesson.title.zh in texts(there)


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ({}, Address(None)),
        ({"lesson": "maml", "screen": "3", "lock": "1", "large": "1"}, Address("maml", 3, locked=True, large=True)),
        ({"lesson": "maml", "screen": "99", "depth": "steps"}, Address("maml", 5, depth="steps")),
        ({"lesson": "maml", "depth": "abyss"}, Address("maml")),
        ({"lesson": "maml", "screen": "0"}, Address("maml", 1)),
        ({"lesson": "maml", "screen": "-2", "lock": "yes"}, Address("maml", 1)),
        ({"lesson": "maml", "screen": "two"}, Address("maml", 1)),
        ({"lesson": "maml", "screen": "²"}, Address("maml", 1)),
        ({"lesson": "nobody"}, Address(None, unknown="nobody")),
    ],
)
def test_an_address_is_read(asked: dict[str, str], address: Address) -> None:
    assert parse_address(asked) == address


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_lesson_is_said_in_a_sentence(language: Language) -> None:
    app = visit(lesson="<b>x</b> $y$", lang=language)
    assert not app.exception
    (warning,) = app.warning
    assert r"\<b\>x\<\/b\>" in warning.value or r"\<b\>x" in warning.value
    assert all(f"open_{key}" in keys(app) for key in LESSONS)


def test_nonsense_in_the_address_opens_the_lesson_as_it_is() -> None:
    app = visit(lesson="maml", screen="x", seed="many", alpha="nan", rule="' OR 1", lock="2")
    assert not app.exception
    assert app.session_state["learn"]["maml"].state == LESSONS["maml"].state()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_chooses_how_deep_and_the_link_says_so(language: Language) -> None:
    lesson = LESSONS["prototypes"]
    numbers = lesson.screens[0].formula(lesson.state()).numbers_in(language)
    app = visit(lesson="prototypes", depth="picture", lang=language)
    answer(app, lesson, 1)
    seen = {}
    for depth in ("picture", "steps", "arithmetic"):
        app.segmented_control(key="learn_depth").set_value(depth).run()
        assert not app.exception
        seen[depth] = (lesson.steps[1].into(language) in texts(app), numbers in texts(app))
        assert lesson.steps[2].into(language) not in texts(app), "the next screen asks about it"
        assert ("depth=" in "".join(code.value for code in app.code)) == (depth != "arithmetic")
    assert seen == {"picture": (False, False), "steps": (True, False), "arithmetic": (True, True)}
    app.segmented_control(key="learn_depth").set_value("steps").run()
    app.button(key="screen_next").click().run()
    assert app.query_params["depth"] in ("steps", ["steps"])


def test_language_and_large_change_nothing_else() -> None:
    app = visit(lesson="prototypes", screen="4")
    answer(app, LESSONS["prototypes"], 4, 1)
    app.button(key="action_relabel").click().run()
    state = app.session_state["learn"]["prototypes"].state
    app.segmented_control(key="language").set_value("zh").run()
    app.toggle(key="learn_large").set_value(True).run()
    assert not app.exception
    assert app.session_state["learn"]["prototypes"].state == state
    assert LESSONS["prototypes"].title.zh in texts(app)
    assert "正确" in texts(app)
