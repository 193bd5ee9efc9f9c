"""What the benchmark of a class presses exists in the lesson, and the code it looks for is written so on the page."""

from __future__ import annotations

from pages.parts.common.classrooms import spoken
from tests.benchmarks.class_of_sixty import CODE, LESSON, PRESSED


def test_every_screen_has_the_buttons_that_a_student_presses() -> None:
    assert len(PRESSED) == len(LESSON.screens)
    for pressed, screen in zip(PRESSED, LESSON.screens, strict=True):
        assert set(pressed) <= {action.name for action in screen.actions}
        assert screen.movable


def test_the_code_is_found_where_it_is_shown() -> None:
    assert CODE.findall(f"Class code\n**{spoken('12345')}**") == [("12", "345")]
