"""A lesson as a value: what is said on each screen, what is asked first, what is drawn, computed and shown of the code.

Everything on a screen is a function of the lesson's state (`state.State`) and of whether the answer is shown; so a lesson can be
read, tested and printed without a page.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from metamed_core.drawing.picture import Figure
from metamed_core.words import Language, Words
from pages.lessons.state import State

ROOT = Path(__file__).parents[2]
MOST_SCREENS = 5
S = TypeVar("S", bound=State)


@dataclass(frozen=True)
class Question(Generic[S]):
    """Asked before the reveal. right: number of the right option, from 0; because: why, said after the reveal. Both may depend on the state."""

    ask: Words
    options: tuple[Words, ...]
    right: int | Callable[[S], int]
    because: Words | Callable[[S], Words]

    def answer(self, state: S) -> int:
        """The right option."""
        return self.right(state) if callable(self.right) else self.right

    def reason(self, state: S) -> Words:
        """Why it is right, with today's numbers."""
        return self.because(state) if callable(self.because) else self.because


@dataclass(frozen=True)
class Formula:
    """latex: the formula; numbers: the same with today's numbers; where: what its letters mean. A `<word>` in either stands for a text of `words`."""

    latex: str
    numbers: str
    where: Words
    words: Mapping[str, Words] = field(default_factory=dict)

    def latex_in(self, language: Language) -> str:
        """The formula in a language."""
        return self._filled(self.latex, language)

    def numbers_in(self, language: Language) -> str:
        """Today's numbers in a language."""
        return self._filled(self.numbers, language)

    def _filled(self, latex: str, language: Language) -> str:
        for name, words in self.words.items():
            latex = latex.replace(f"<{name}>", rf"\text{{{words.into(language)}}}")
        return latex


@dataclass(frozen=True)
class Code:
    """The line of the library that computes the formula. thing: function, method or class; fragment: a text that only this line of it has."""

    thing: Any
    fragment: str

    @property
    def source(self) -> list[str]:
        """The lines of the function, without their common indentation."""
        return inspect.cleandoc("\n" + inspect.getsource(inspect.unwrap(self.thing))).splitlines()

    @property
    def at(self) -> int:
        """Which of these lines it is, from 0. Raises ValueError if none or more than one has the fragment."""
        found = [i for i, line in enumerate(self.source) if self.fragment in line]
        if len(found) != 1:
            name = f"{self.thing.__module__}.{self.thing.__qualname__}"
            raise ValueError(f"{len(found)} lines of {name} hold {self.fragment!r}; a lesson must point to exactly one.")
        return found[0]

    @property
    def place(self) -> str:
        """File and line, such as `metamed_core/learners/inner_loop.py:81`."""
        file = Path(inspect.getsourcefile(inspect.unwrap(self.thing)) or "").resolve()
        first = inspect.getsourcelines(inspect.unwrap(self.thing))[1]
        return f"{file.relative_to(ROOT).as_posix()}:{first + self.at}"

    @property
    def line(self) -> str:
        """The line itself."""
        return self.source[self.at].strip()


@dataclass(frozen=True)
class Knob:
    """A setting the reader may turn: a number field of the state as a slider, or a field with named options as segments."""

    name: str
    label: Words
    step: float = 1
    options: Mapping[Any, Words] = field(default_factory=dict)


@dataclass(frozen=True)
class Act(Generic[S]):
    """A button: what it does to the state, and when it cannot."""

    name: str
    label: Words
    icon: str
    do: Callable[[S], S]
    off: Callable[[S], bool] = lambda _: False


@dataclass(frozen=True)
class Screen(Generic[S]):
    """One idea. figure(state, shown): what is drawn, before the answer is shown and after it.

    movable: whether marks with names may be moved by hand after the reveal; reveal: what showing the answer does to the state, such as
    the first step. Buttons, knobs and today's numbers come with the answer.
    """

    title: Words
    text: Words
    question: Question[S]
    figure: Callable[[S, bool], Figure]
    formula: Callable[[S], Formula]
    code: Code
    acts: tuple[Act[S], ...] = ()
    knobs: tuple[Knob, ...] = ()
    movable: bool = False
    reveal: Callable[[S], S] = lambda state: state


@dataclass(frozen=True)
class Note:
    """A part of the teacher's plan: how many minutes, and what to do in them."""

    minutes: int
    words: Words


@dataclass(frozen=True)
class Lesson(Generic[S]):
    """goal: one sentence; after: what one can do afterwards; minutes: to read it alone; notes: a class of 45 minutes.

    moved(state, name, x, y) and picked(state, name): what a mark that is moved or clicked does. Raises ValueError for a script that
    breaks the frame: one to five screens, notes that fill 45 minutes.
    """

    key: str
    number: int
    minutes: int
    title: Words
    goal: Words
    after: Words
    state: type[S]
    screens: tuple[Screen[S], ...]
    notes: tuple[Note, ...]
    moved: Callable[[S, str, float, float], S] | None = None
    picked: Callable[[S, str], S] | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.screens) <= MOST_SCREENS or sum(note.minutes for note in self.notes) != 45:
            raise ValueError(f"Lesson {self.key} needs 1 to {MOST_SCREENS} screens and notes for 45 minutes in all.")
