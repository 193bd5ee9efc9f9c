"""Every lesson as a value: complete in both languages, the same from the same link, and pointing to code that is there. New ones are met here."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from metamed_core.drawing import Axis, Chart, Figure, Table, figure_html
from metamed_core.learners import LEARNERS
from metamed_core.words import LANGUAGES, Words
from pages.lessons import LESSONS
from pages.lessons.handout import mathml
from pages.lessons.lesson import Code, Lesson, TeachingNote
from pages.lessons.lesson_state import State, bounds, integer_field, real_field, text_field
from pages.parts.learn.terms import terms_html

ROOT = Path(__file__).parents[2]
SCREENS = [pytest.param(lesson, at, id=f"{lesson.key}-{at + 1}") for lesson in LESSONS.values() for at in range(len(lesson.screens))]
each_lesson = pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.key)
each_screen = pytest.mark.parametrize(("lesson", "at"), SCREENS)
TEN, A_MINUTE = 10, 60  # presses of a button until it has nothing left to do: Play makes one a second
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def figures(lesson: Lesson[Any], at: int, state: State) -> list[Figure]:
    """Before the answer and after it."""
    screen = lesson.screens[at]
    return [screen.figure(state, False), screen.figure(screen.reveal(state), True)]


@each_screen
def test_the_same_link_gives_the_same_figures_and_numbers(lesson: Lesson[Any], at: int) -> None:
    asked = {"lesson": lesson.key, "screen": str(at + 1), "seed": "11", "lock": "1", "lang": "zh"}
    one, other = lesson.state.from_address(asked), lesson.state.from_address({**asked, **lesson.state.from_address(asked).to_address()})
    assert one == other
    assert one.seed == 11
    shown = [figures(lesson, at, state) for state in (one, other)]
    assert shown[0] == shown[1]
    screen = lesson.screens[at]
    assert screen.formula(screen.reveal(one)) == screen.formula(screen.reveal(other))


@each_lesson
def test_what_a_reader_did_goes_into_the_link_and_back_to_the_bit(lesson: Lesson[Any]) -> None:
    state = lesson.state(23)
    for screen in lesson.screens:
        state = screen.reveal(state)
        for action in screen.actions:
            state = state if action.disabled(state) else action.apply(state)
        for control in screen.controls:
            state = state.updated(
                **{control.name: bounds(lesson.state, control.name)[1] if not control.options else list(control.options)[-1]}
            )
        for name in held_marks(screen.figure(state, True)):
            state = lesson.on_move(state, name, 0.123456, -0.98765) if lesson.on_move else state
            state = lesson.on_pick(state, name) if lesson.on_pick else state
        again = lesson.state.from_address({"seed": "23", **state.to_address()})
        assert again == state
        assert screen.figure(again, True) == screen.figure(state, True)


@each_screen
def test_what_one_would_press_ten_times_has_a_play_button(lesson: Lesson[Any], at: int) -> None:
    screen, long = lesson.screens[at], []
    for action in screen.actions:
        state, presses = lesson.state(), 0
        while not action.disabled(state) and presses <= A_MINUTE:
            state, presses = action.apply(state), presses + 1
        long += [action] if TEN <= presses <= A_MINUTE else []
    assert long == [action for action in screen.actions if action.played] == ([screen.played] if screen.played else [])


def held_marks(figure: Figure) -> list[str]:
    pictures = [part for part in figure if isinstance(part, Chart)]
    return [name for picture in pictures for mark in picture.marks for name in getattr(mark, "handles", ())]


@each_screen
def test_another_seed_draws_other_patients(lesson: Lesson[Any], at: int) -> None:
    one, other = (figures(lesson, at, lesson.state(seed))[1] for seed in (1, 2))
    assert one != other


@each_screen
def test_a_screen_is_whole_in_both_languages(lesson: Lesson[Any], at: int) -> None:
    screen = lesson.screens[at]
    after = screen.reveal(lesson.state())
    question = screen.question
    assert len(question.options) >= 2
    assert 0 <= question.correct_option(after) < len(question.options)
    formula = screen.formula(after)
    rows = re.findall(r"\\begin\{p?matrix\}(.*?)\\end\{p?matrix\}", f"{formula.latex} {formula.numbers}")
    assert not [row for row in rows if r"\\" in row and re.search(r"\\frac|\\underbrace", row)], "what is in a row would lie over the next"
    for language in LANGUAGES:
        latex = f"{formula.latex_in(language)} {formula.numbers_in(language)}"
        assert not re.search(r"<\w+>", latex), "a name in a formula has no words"
        assert not re.search(r"\\|\[\d+pt", re.sub(r"<[^>]*>", "", mathml(latex))), "the handout cannot draw a command of this formula"
        said = [screen.title, screen.text, question.text, question.explained(after), formula.where]
        for figure in figures(lesson, at, lesson.state()):
            said += [part.title for part in figure] + [part.alt for part in figure if isinstance(part, Chart)]
            drawn = figure_html(figure, language, draggable=True)
            assert "nan" not in drawn.lower().replace("nan_", "")
            assert "{" not in re.sub(r"<[^>]*>", "", drawn), "a field is not filled"
        for words in said:
            assert words.into(language).strip()
            assert "{" not in re.sub(r"\$[^$]*\$", "", words.into(language)), f"a field is not filled: {words.en}"
            assert not re.search(r"\d[eE][-+]?\d", words.into(language)), "nobody reads a number with its power of ten after an e"
        if language == "zh":
            assert all(CHINESE.search(words.zh) for words in said)
            # Markdown does not close ** between full-width punctuation and a Chinese character.
            assert not [
                words.zh for words in said if re.search(r"[：，。；、！？）”]\*\*[\u4e00-\u9fff“（]", words.zh) and wrongly_bold(words.zh)
            ]


def wrongly_bold(text: str) -> bool:
    """Whether a closing ** stands after punctuation: the second, fourth ... of the text."""
    ends = [match.start() for match in re.finditer(r"\*\*", text)][1::2]
    return any(text[end - 1] in "：，。；、！？）”" and CHINESE.match(text[end + 2 : end + 3] or " ") for end in ends)


ALGORITHMS = {"maml", "reptile", "prototypes", "matching", "prior_fitted"}


def test_the_lesson_of_each_algorithm_has_three_depths() -> None:
    assert {lesson.key for lesson in LESSONS.values() if lesson.steps} == ALGORITHMS
    assert len(ALGORITHMS) == len(LEARNERS)
    for key in ALGORITHMS:
        lesson = LESSONS[key]
        told = [screen.step for screen in lesson.screens]
        assert 3 <= len(lesson.steps) <= 6
        assert min(told) >= 1
        assert max(told) == len(lesson.steps), "in the end all of them are said"
        assert all(CHINESE.search(step.zh) and not wrongly_bold(step.zh) for step in lesson.steps)


@pytest.mark.parametrize(("lesson", "at"), [one for one in SCREENS if LESSONS[str(one.id).rsplit("-", 1)[0]].key in ALGORITHMS])
def test_the_terms_of_a_formula_have_their_place_in_the_figure(lesson: Lesson[Any], at: int) -> None:
    state = lesson.screens[at].reveal(lesson.state())
    formula = lesson.screens[at].formula(state)
    assert formula.terms
    figure = str(figure_html(lesson.screens[at].figure(state, True), "en"))
    assert len({term.part for term in formula.terms}) == len(formula.terms)
    for language in LANGUAGES:
        html = str(terms_html(formula, figure, language))
        assert [term.part for term in formula.terms] == re.findall(r'data-term="([^"]*)"', html), "each is drawn"
        assert all(term.words.into(language) in html for term in formula.terms)
        assert not re.search(r"<\w+>", "".join(formula.term_in(term, language) for term in formula.terms))
    assert [term.latex for term in formula.terms if term.latex not in formula.latex + formula.numbers] == []


@each_screen
def test_a_screen_points_to_the_line_that_computes_it(lesson: Lesson[Any], at: int) -> None:
    code = lesson.screens[at].code
    file, line = code.place.split(":")
    assert (ROOT / file).read_text("utf-8").splitlines()[int(line) - 1].strip() == code.line
    assert file.startswith(("metamed_core/", "pages/lessons/"))


@each_lesson
def test_a_lesson_fits_its_frame(lesson: Lesson[Any]) -> None:
    assert list(LESSONS.values()) == sorted(LESSONS.values(), key=lambda one: one.number)
    assert 1 <= len(lesson.screens) <= 5
    assert sum(note.minutes for note in lesson.notes) == 45
    assert lesson.minutes <= 20
    assert re.fullmatch(r"[a-z_]+", lesson.key)
    assert len(re.findall(r"[.!?]", lesson.goal.en)) == 1, "the goal is one sentence"
    assert any("break" in screen.title.en.lower() for screen in lesson.screens), "each lesson has a way to break it"


@pytest.mark.parametrize(
    "asked",
    [
        {"seed": "x", "steps": "many", "alpha": "nan", "rule": "sgd"},
        {"seed": "-1", "steps": "99", "alpha": "inf", "edits": "0:9.99,0.00,7;", "x": "1e9"},
        {"seed": "", "steps": "", "leaked": "<script>", "edits": "'; drop", "rule": ""},
        {"seed": "7" * 400, "shots": "1.5", "edits": "99:1.00,1.00,0;", "x": "٣"},
    ],
)
@each_lesson
def test_nonsense_in_an_address_is_a_sane_default(lesson: Lesson[Any], asked: dict[str, str]) -> None:
    state = lesson.state.from_address(asked)
    for at in range(len(lesson.screens)):
        assert figures(lesson, at, state)


def test_a_state_holds_its_bounds() -> None:
    @dataclasses.dataclass(frozen=True)
    class Some(State):
        n: int = integer_field(3, 1, 5)
        x: float = real_field(0.5, -1, 1)
        name: str = text_field("a", "[ab]+")

    assert Some.from_address({"n": "4", "x": "-0.25", "name": "ba", "other": "1"}) == Some(n=4, x=-0.25, name="ba")
    assert Some.from_address({"n": "6", "x": "2", "name": "c"}) == Some()
    assert Some().updated(n=9, x=-7.0) == Some(n=5, x=-1.0)
    assert Some(n=4).to_address() == {"n": "4"}
    assert Some.from_address(Some(x=0.1 + 0.2).to_address()).x == 0.1 + 0.2
    assert bounds(Some, "n") == (1, 5)


def test_code_must_be_one_line() -> None:
    with pytest.raises(ValueError, match="must point to exactly one"):
        _ = Code(bounds, "no such line").index


def test_a_lesson_must_fill_its_class_and_stand_in_a_folder_of_its_own() -> None:
    one = next(iter(LESSONS.values()))
    with pytest.raises(ValueError, match="notes for 45 minutes"):
        dataclasses.replace(one, notes=(TeachingNote(10, Words("x", "甲")),))
    with pytest.raises(ValueError, match="must be named like l03_maml"):
        _ = dataclasses.replace(one, module="pages.lessons.maml").number
    assert dataclasses.replace(one, module="pages.lessons.l12_new_idea.story").number == 12
    assert dataclasses.replace(one, module="pages.lessons.l12_new_idea.story").key == "new_idea"


def test_a_picture_escapes_and_a_table_too() -> None:
    evil = Words("<b>&", "<b>&")
    axis = Axis(evil, 0, 1)
    html = figure_html((Chart(evil, evil, evil, axis, axis, ()), Table(evil, evil, (evil,), ((evil,),))), "en")
    assert "<b>" not in html
