"""A lesson as one HTML file to print: every screen with its question and figure; for teachers then the answers, each with figure, formula (MathML) and line of code.

Both are drawn of the lesson as it begins, whatever a reader has shown or moved since: a figure as it stands may hold an answer.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

from latex2mathml.converter import convert
from markupsafe import Markup, escape

from metamed_core.drawing import figure_html, page_html
from metamed_core.words import Language, Words
from pages.lessons.lesson import Lesson, Screen
from pages.lessons.lesson_state import State

S = TypeVar("S", bound=State)
TEMPLATE = Path(__file__).parent / "handout.html"
TITLE, GOAL = Words("{n} · {title}", "{n} · {title}"), Words("Goal: {goal}", "目标：{goal}")
STUDENTS, TEACHERS = Words("For students", "学生讲义"), Words("For teachers, with the answers", "教师讲义，含答案")
LINKED = Words("The same lesson, live, in a running MetaMed:", "在运行中的 MetaMed 里打开同一节课：")


def handout_html(lesson: Lesson[S], seed: int, language: Language, *, link: str = "", answers: bool) -> bytes:
    """The whole file in one language, UTF-8.

    Parameters
    ----------
    lesson, seed
        The lesson, and the seed that draws its patients.
    language
        The language of the file.
    link
        The address of the lesson, empty for none.
    answers
        With the answers and the notes for the teacher, or without them for students.
    """
    state = lesson.state(seed)

    def say(words: Words) -> Markup:
        return marked(words.into(language))

    return page_html(
        TEMPLATE,
        TITLE.format(n=lesson.number, title=lesson.title),
        language,
        say=say,
        audience=TEACHERS if answers else STUDENTS,
        goal=GOAL.format(goal=lesson.goal),
        screens=[_screen(screen, state, language) for screen in lesson.screens],
        answers=[_answer(screen, state, language) for screen in lesson.screens] if answers else (),
        answers_title=Words("Answers", "答案"),
        notes=[(Words("{n} min", "{n} 分钟").format(n=note.minutes), note.words) for note in lesson.notes],
        notes_title=Words("For the teacher: 45 minutes", "教师备课：45 分钟"),
        link=link,
        linked=LINKED,
    )


def _screen(screen: Screen[S], state: S, language: Language) -> dict[str, object]:
    return {
        "title": screen.title,
        "text": screen.text,
        "figure": figure_html(screen.figure(state, False), language, heading="h3"),
        "ask": screen.question.text,
        "options": screen.question.options,
    }


def _answer(screen: Screen[S], state: S, language: Language) -> dict[str, object]:
    after, question, code = screen.reveal(state), screen.question, screen.code
    formula = screen.formula(after)
    return {
        "option": question.options[question.correct_option(after)],
        "reason": question.explained(after),
        "figure": figure_html(screen.figure(after, True), language, heading="h3"),
        "formula": mathml(formula.latex_in(language)),
        "numbers": mathml(formula.numbers_in(language)),
        "where": formula.where,
        "computed": Words("Computed by {place}", "由 {place} 计算").format(place=code.place),
        "line": code.line,
    }


def mathml(latex: str) -> Markup:
    """LaTeX as MathML, which browsers draw by themselves."""
    return Markup(convert(latex, display="block"))  # noqa: S704 - our own formulas


def marked(text: str) -> Markup:
    """Our own texts use two marks of Markdown, `**strong**` and `$formula$`; everything else is escaped."""
    parts = re.split(r"(\$[^$]+\$)", text)
    made = [convert(part[1:-1]) if part.startswith("$") and len(part) > 2 else _strong(part) for part in parts]
    return Markup("".join(made))  # noqa: S704 - escaped part by part


def _strong(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(text)))
