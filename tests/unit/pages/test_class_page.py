"""A class on the page Learn: a lecturer and students, each a page of their own, and what each of them is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.words import LANGUAGES, Language
from pages.lessons import LESSONS
from pages.parts.common import classrooms
from pages.parts.common.classrooms import Classroom, Classrooms
from pages.parts.learn import class_strip, classroom
from tests.helpers.widgets import named
from tests.unit.pages.test_learn_page import keys, texts, visit

MAML = LESSONS["maml"]


@dataclass
class Visitor:
    """A page and whose it is; what is done to it is done by that visitor."""

    name: str
    app: AppTest
    become: Callable[[str], None]

    def press(self, key: str) -> None:
        self.become(self.name)
        self.app.button(key=key).click().run()
        assert not self.app.exception

    def look(self) -> str:
        self.become(self.name)
        self.app.run()
        assert not self.app.exception
        return texts(self.app)

    def vote(self, screen: int, option: int) -> None:
        self.become(self.name)
        named(self.app.radio, f"answer_maml_{screen}").set_value(option).run()
        assert not self.app.exception


Enter = Callable[..., Visitor]


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Enter:
    """Open Learn as a visitor, on a server without classes."""
    here = ["nobody"]
    rooms = Classrooms()
    for module in (classrooms, classroom):
        monkeypatch.setattr(module, "CLASSROOMS", rooms)
    monkeypatch.setattr(classroom, "this_visitor", lambda: here[0])

    def become(name: str) -> None:
        here[0] = name

    def opened(name: str, **asked: str) -> Visitor:
        become(name)
        app = visit(**asked)
        assert not app.exception
        return Visitor(name, app, become)

    return opened


def begin(enter: Enter, **asked: str) -> tuple[Visitor, Classroom]:
    lecturer = enter("lecturer", lesson="maml", **asked)
    lecturer.press("class_open")
    room: Classroom = lecturer.app.session_state["classroom"].room
    assert classrooms.spoken(room.code) in texts(lecturer.app)
    return lecturer, room


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_class_votes_and_the_lecturer_shows_the_answer(enter: Enter, language: Language) -> None:
    lecturer, room = begin(enter, lang=language)
    assert not lecturer.app.radio, "the lecturer does not vote"
    ada = enter("ada", lang=language, **{"class": room.code})
    assert ada.app.query_params["lesson"] in ("maml", ["maml"]), "led to the lecturer's question"
    ben = enter("ben", lang=language)
    ben.app.text_input(key="class_code").set_value(f" {classrooms.spoken(room.code)}").run()
    assert "show" not in keys(ada.app) | keys(ben.app), "nobody but the lecturer shows the answer"
    ada.vote(1, 0)
    ada.vote(1, 1)
    ben.vote(1, 0)
    question = MAML.screens[0].question
    bars = lecturer.look()
    assert [bar.text.split(" · ")[0] for bar in progress(lecturer)] == ["**1**", "**1**", "**0**"]
    assert {"en": "2 votes, 2 joined", "zh": "2 票，2 人已加入"}[language] in bars
    explained = question.explained(MAML.state()).into(language)
    assert explained not in bars + ada.look()
    lecturer.press("show")
    assert explained in texts(lecturer.app)
    assert ":material/check_circle:" in progress(lecturer)[1].text
    right, wrong = {"en": ("Correct.", "Not quite."), "zh": ("正确。", "不完全对。")}[language]
    assert right in ada.look()
    assert wrong in ben.look()
    assert right not in texts(lecturer.app)
    assert wrong not in texts(lecturer.app), "who has not voted was not wrong"
    late = enter("late", lang=language, lesson="maml", **{"class": room.code})
    assert explained in texts(late.app)
    assert wrong not in texts(late.app)


def progress(visitor: Visitor) -> list[object]:
    """The bars of the tally."""
    return [element.proto for element in visitor.app.get("progress")]


def test_students_are_asked_about_the_lecturers_figure(enter: Enter) -> None:
    """Which task ends lowest depends on the start: a vote must be about what the lecturer will explain."""
    lecturer, room = begin(enter, screen="2", x="3.0", y="3.0")
    ada = enter("ada", lesson="maml", screen="2", **{"class": room.code})
    assert ada.app.session_state["learn"]["maml"].state == lecturer.app.session_state["learn"]["maml"].state
    right = MAML.screens[1].question.correct_option(MAML.state().updated(x=3.0, y=3.0))
    assert right != MAML.screens[1].question.correct_option(MAML.state()), "or this test would show nothing"
    ada.vote(2, right)
    lecturer.press("show")
    assert "Correct." in ada.look()
    shown = ada.app.session_state["learn"]["maml"].state
    assert shown.inner == shown.steps > 0, "the answer shows every inner step to a student, too"


def test_a_student_follows_and_leaves(enter: Enter) -> None:
    lecturer, room = begin(enter)
    ada = enter("ada", **{"class": room.code})
    assert "class_follow" not in keys(ada.app)
    ada.vote(1, 2)
    lecturer.press("screen_next")
    ada.look()
    ada.press("class_follow")
    assert MAML.screens[1].title.en in texts(ada.app)
    ada.press("class_leave")
    assert "class" not in ada.app.query_params
    assert "show" in keys(ada.app), "and goes on alone"
    assert room.tally(("maml", 1), 3) == [0, 0, 1], "a vote that was cast stays counted"


def test_a_class_that_is_closed_is_over_for_everybody(enter: Enter) -> None:
    lecturer, room = begin(enter)
    ada = enter("ada", **{"class": room.code})
    ada.vote(1, 2)
    lecturer.press("class_close_now")
    assert not room.is_open
    assert "class" not in lecturer.app.query_params
    ada.look()
    assert [warning.value for warning in ada.app.warning] == [classroom.OVER.en]
    assert "show" in keys(ada.app)
    ada.look()
    assert not ada.app.warning, "said once"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_of_no_class_is_said_to_be_none(enter: Enter, language: Language) -> None:
    ada = enter("ada", lang=language, lesson="maml", **{"class": "12345"})
    assert [warning.value for warning in ada.app.warning] == [classroom.UNKNOWN.format(code="12345").into(language)]
    ada.app.text_input(key="class_code").set_value("abc").run()
    assert [warning.value for warning in ada.app.warning] == [classroom.NO_CODE.into(language)]
    assert "class" not in ada.app.query_params


def test_a_reloaded_page_keeps_its_seat_its_vote_and_its_class(enter: Enter) -> None:
    lecturer, room = begin(enter)
    ada = enter("ada", **{"class": room.code})
    ada.vote(1, 2)
    again = enter("ada", lesson="maml", **{"class": room.code})
    assert named(again.app.radio, "answer_maml_1").value == 2
    assert room.n_seats == 1
    back = enter("lecturer", lesson="maml", **{"class": room.code})
    assert "class_close_now" in keys(back.app)
    assert lecturer.app.session_state["classroom"].room is back.app.session_state["classroom"].room


def test_delete_my_data_takes_votes_back_and_closes_a_lecturers_class(enter: Enter) -> None:
    lecturer, room = begin(enter)
    ada = enter("ada", **{"class": room.code})
    ada.vote(1, 2)
    ada.press("delete_now")
    assert (room.tally(("maml", 1), 3), room.n_seats) == ([0, 0, 0], 0)
    lecturer.press("delete_now")
    assert not room.is_open


def test_a_loopback_address_is_not_shown_to_students(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_strip, "server", lambda: "http://localhost:8501")
    lecturer, room = begin(enter)
    assert "localhost" not in texts(lecturer.app).partition("Predict")[0]
    monkeypatch.setattr(class_strip, "server", lambda: "https://lessons.example.org")
    assert f"https://lessons.example.org/learn?class={room.code}" in lecturer.look()
