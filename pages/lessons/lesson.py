"""A lesson as a value: what is said on each screen, what is asked first, what is drawn, computed and shown of the code.

Everything on a screen is a function of the lesson's state (`lesson_state.State`) and of whether the answer is shown; so a lesson can
be read, tested and printed without a page.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from metamed_core.drawing import Figure
from metamed_core.words import Language, Words
from pages.lessons.lesson_state import State

ROOT = Path(__file__).parents[2]
MAX_SCREENS, CLASS_MINUTES = 5, 45
_FOLDER = re.compile(r"l(?P<number>\d+)_(?P<key>[a-z_]+)\.story$")
S = TypeVar("S", bound=State)


@dataclass(frozen=True)
class Question(Generic[S]):
    """What is asked before the answer is shown.

    correct: index of the correct option; explanation: why it is correct, said with the answer. Both may depend on the state.
    """

    text: Words
    options: tuple[Words, ...]
    correct: int | Callable[[S], int]
    explanation: Words | Callable[[S], Words]

    def correct_option(self, state: S) -> int:
        """The index of the correct option."""
        return self.correct(state) if callable(self.correct) else self.correct

    def explained(self, state: S) -> Words:
        """Why it is correct, with the numbers of this state."""
        return self.explanation(state) if callable(self.explanation) else self.explanation


@dataclass(frozen=True)
class Term:
    """A term of a formula as it stands there (LaTeX), what it is in the figure, and the `part` of the marks that stand for it."""

    latex: str
    words: Words
    part: str


@dataclass(frozen=True)
class Formula:
    """A formula (LaTeX), the same with the numbers of the present state, what its letters mean, and where its terms are in the figure.

    A `<name>` in `latex`, `numbers` or a term stands for the text `words[name]`, in the reader's language.
    """

    latex: str
    numbers: str
    where: Words
    words: Mapping[str, Words] = field(default_factory=dict)
    terms: tuple[Term, ...] = ()

    def latex_in(self, language: Language) -> str:
        """The formula with its words in one language."""
        return self._filled(self.latex, language)

    def numbers_in(self, language: Language) -> str:
        """The formula with numbers, its words in one language."""
        return self._filled(self.numbers, language)

    def term_in(self, term: Term, language: Language) -> str:
        """A term with its words in one language."""
        return self._filled(term.latex, language)

    def _filled(self, latex: str, language: Language) -> str:
        for name, words in self.words.items():
            latex = latex.replace(f"<{name}>", rf"\text{{{words.into(language)}}}")
        return latex


@dataclass(frozen=True)
class Code:
    """The line of code that computes the formula: the one line of `function` (a function, method, property or class) that contains `fragment`."""

    function: Any
    fragment: str

    @property
    def _unwrapped(self) -> Any:
        function: Any = self.function.fget if isinstance(self.function, property) else self.function
        return inspect.unwrap(function)

    @property
    def source(self) -> list[str]:
        """The lines of the function, without their common indentation."""
        return list(_source(self._unwrapped)[0])

    @property
    def index(self) -> int:
        """The position of the line in `source`. Raises ValueError if no line or more than one contains the fragment."""
        found = [i for i, line in enumerate(self.source) if self.fragment in line]
        if len(found) != 1:
            name = f"{self._unwrapped.__module__}.{self._unwrapped.__qualname__}"
            raise ValueError(f"{len(found)} lines of {name} hold {self.fragment!r}; a lesson must point to exactly one.")
        return found[0]

    @property
    def place(self) -> str:
        """File and line, such as `metamed_core/learners/inner_loop.py:81`."""
        file = Path(inspect.getsourcefile(self._unwrapped) or "").resolve()
        return f"{file.relative_to(ROOT).as_posix()}:{_source(self._unwrapped)[1] + self.index}"

    @property
    def line(self) -> str:
        """The line itself."""
        return self.source[self.index].strip()


@cache
def _source(function: Any) -> tuple[tuple[str, ...], int]:
    """The lines of a function and the number of the first: read once, since every step of every reader shows them."""
    lines, first = inspect.getsourcelines(function)
    return tuple(inspect.cleandoc("\n" + "".join(lines)).splitlines()), first


@dataclass(frozen=True)
class Control:
    """A setting under the figure: a field of the state as a slider or, with `options`, as a row of named choices."""

    name: str
    label: Words
    step: float = 1
    options: Mapping[Any, Words] = field(default_factory=dict)


@dataclass(frozen=True)
class Action(Generic[S]):
    """A button under the figure: what it does to the state, and when it is disabled.

    played: whether Play presses it, once a second until it is disabled: for steps that one would press ten times. One on a screen at most.
    """

    name: str
    label: Words
    icon: str
    apply: Callable[[S], S]
    disabled: Callable[[S], bool] = lambda _: False
    played: bool = False


@dataclass(frozen=True)
class Screen(Generic[S]):
    """One idea. `figure(state, shown)` draws it, before the answer is shown and after.

    movable: whether marks with names may be moved by hand once the answer is shown; reveal: what showing the answer does to the state,
    such as a first step. Buttons, settings and numbers appear with the answer. step: how many of the lesson's steps are known by then.
    """

    title: Words
    text: Words
    question: Question[S]
    figure: Callable[[S, bool], Figure]
    formula: Callable[[S], Formula]
    code: Code
    actions: tuple[Action[S], ...] = ()
    controls: tuple[Control, ...] = ()
    movable: bool = False
    reveal: Callable[[S], S] = lambda state: state
    step: int = 0

    @property
    def played(self) -> Action[S] | None:
        """The button that Play presses; None for a screen without Play."""
        return next((action for action in self.actions if action.played), None)


@dataclass(frozen=True)
class TeachingNote:
    """One part of the teacher's plan for a class: how many minutes, and what to do in them."""

    minutes: int
    words: Words


@dataclass(frozen=True)
class Offline(Generic[S]):
    """What lets a lesson go on without Python, by the script `offline.js` in its folder.

    values: for that script, its texts under `texts`; state: one in which every mark of the figures is drawn.
    """

    values: Mapping[str, Any]
    state: S


@dataclass(frozen=True)
class Lesson(Generic[S]):
    """A whole lesson.

    module: `__name__` of its story; the folder `l03_maml` makes it number 3 with the key `maml`, which stands in links.
    minutes: to read it alone; goal: one sentence; outcome: what the reader can do afterwards; state: the class of its states;
    notes: the teacher's plan for a class of 45 minutes; on_move(state, name, x, y) and on_pick(state, name): what moving or clicking
    a mark does; steps: of the lesson's algorithm in words, given where a reader may choose the depth; offline: of a seed, for a lesson
    with a script of its own. Raises ValueError for a story outside a lesson's folder, without one to five screens or without notes for 45 minutes.
    """

    module: str
    minutes: int
    title: Words
    goal: Words
    outcome: Words
    state: type[S]
    screens: tuple[Screen[S], ...]
    notes: tuple[TeachingNote, ...]
    on_move: Callable[[S, str, float, float], S] | None = None
    on_pick: Callable[[S, str], S] | None = None
    steps: tuple[Words, ...] = ()
    offline: Callable[[int], Offline[S]] | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.screens) <= MAX_SCREENS or sum(note.minutes for note in self.notes) != CLASS_MINUTES:
            raise ValueError(f"Lesson {self.key} needs 1 to {MAX_SCREENS} screens and notes for {CLASS_MINUTES} minutes in all.")

    @property
    def number(self) -> int:
        """Its place among the lessons, from 1: the number of its folder."""
        return int(self._folder["number"])

    @property
    def key(self) -> str:
        """Its name in links: that of its folder, without the number."""
        return self._folder["key"]

    @property
    def _folder(self) -> re.Match[str]:
        found = _FOLDER.search(self.module)
        if found is None:
            raise ValueError(f"{self.module} is not the story of a lesson: its folder must be named like l03_maml.")
        return found
