"""The handout of every lesson: opened anywhere, with answers for teachers only."""

from __future__ import annotations

import re
from typing import Any

import pytest
from markupsafe import escape

from metamed_core.words import LANGUAGES, Language
from pages.lessons import LESSONS
from pages.lessons.handout import handout_html, marked, mathml
from pages.lessons.lesson import Lesson, Screen
from pages.lessons.lesson_state import State

each_lesson = pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.key)


def told_with_the_answer(screen: Screen[Any], before: State, language: Language) -> list[str]:
    """What a handout holds of a screen for teachers only, as it stands in the file: the reason, titles of the figures that show it, formula, line of code."""
    after, asked = screen.reveal(before), {part.title for part in screen.figure(before, False)}
    formula = screen.formula(after)
    found = [str(marked(words.into(language))) for words in (screen.question.explained(after), formula.where)]
    found += [str(mathml(formula.latex_in(language))), str(mathml(formula.numbers_in(language))), str(escape(screen.code.line))]
    return found + [str(escape(part.title.into(language))) for part in screen.figure(after, True) if part.title not in asked]


@each_lesson
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_handout_opens_anywhere_and_that_of_students_has_no_answer(lesson: Lesson[Any], language: Language) -> None:
    seed, link = lesson.state().seed, "/learn?lesson=x&seed=7"
    teachers, students = (handout_html(lesson, seed, language, link=link, answers=answers).decode("utf-8") for answers in (True, False))
    for whole_file in (teachers, students):
        assert "<script" not in whole_file
        assert "http" not in re.sub(r'xmlns="[^"]*"|http-equiv', "", whole_file)
        assert "/learn?lesson=x&amp;seed=7" in whole_file
        for screen in lesson.screens:
            assert screen.title.into(language) in whole_file.replace("&#x27;", "'")
            assert all(f"<li>☐ {marked(option.into(language))}</li>" in whole_file for option in screen.question.options)
    assert (teachers.count("<article>"), students.count("<article>")) == (2 * len(lesson.screens), len(lesson.screens))
    pages = students.split("<article>")
    for at, screen in enumerate(lesson.screens, start=1):
        told = told_with_the_answer(screen, lesson.state(seed), language)
        assert [text for text in told if text not in teachers] == []
        assert [text for text in told if text in "".join(pages[: at + 1])] == [], "neither on its page nor on one before"
    notes = [str(marked(note.words.into(language))) for note in lesson.notes]
    assert [(text in teachers, text in students) for text in notes] == [(True, False)] * len(notes)
    before, after = teachers.split('<section class="answer-part">')
    assert "<math" not in before, "a formula would give the answer away"
    assert all(screen.code.place not in before and screen.code.place in after for screen in lesson.screens)
