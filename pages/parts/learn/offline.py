"""A lesson as one HTML file that still computes, opened by a double click without a network: for a lesson that has a script of its own.

The script gives the numbers (`offline.js` in the lesson's folder); every text, formula, style and axis is the lesson's own, written here.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from markupsafe import Markup

from metamed_core.drawing import OUTLINES, figure_html, page_html
from metamed_core.words import Language, Words
from pages.lessons.handout import GOAL, TITLE, marked, mathml
from pages.lessons.lesson import ROOT, Lesson, Offline, Screen
from pages.lessons.lesson_state import State, bounds
from pages.parts.learn import figure as lesson_figure
from pages.parts.learn import texts
from pages.parts.learn.terms import terms_html

HERE = Path(__file__).parent
COMPUTED = {"points", "pieces"}
"""What the script computes of a mark."""
SLOT = re.compile(r"(?:[-+] ?)?\d+\.\d+")
"""A number in a formula, with the sign before it."""


def offline_html(lesson: Lesson[Any], seed: int, language: Language) -> bytes:
    """The whole file in one language, UTF-8, with the answers. Raises ValueError for a lesson without a script.

    Parameters
    ----------
    lesson, seed
        The lesson, and the seed that draws its patients.
    language
        The language of the file.
    """
    if lesson.offline is None:
        raise ValueError(f"Lesson {lesson.key} has no script that computes it without Python.")
    offline = lesson.offline(seed)
    screens = [_screen(screen, offline.state, language) for screen in lesson.screens]
    limits = {one.name: bounds(lesson.state, one.name) for one in dataclasses.fields(lesson.state) if "low" in one.metadata}
    script = _script(lesson, offline, {"language": language, "bounds": limits, "screens": screens}, language)
    return page_html(
        HERE / "offline.html",
        TITLE.format(n=lesson.number, title=lesson.title),
        language,
        say=lambda words: marked(words.into(language)),
        texts=texts,
        figure_style=Markup(lesson_figure.PAGE_STYLE),  # noqa: S704 - our own style
        goal=GOAL.format(goal=lesson.goal),
        screens=list(zip(range(len(screens)), lesson.screens, screens, strict=True)),
        steps=lesson.steps,
        bounds=limits,
        script=Markup(script),  # noqa: S704 - our own script; its texts are escaped
        script_hash=f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
    )


def _script(lesson: Lesson[Any], offline: Offline[Any], given: dict[str, Any], language: Language) -> str:
    """What Python knows, the page's script for marks, the lesson's own and that of the file."""
    given |= {"values": offline.values, "state": dataclasses.asdict(lesson.state(offline.state.seed)), "outlines": OUTLINES}
    given |= {"verdicts": (texts.NOT_QUITE, texts.CORRECT)}
    known = json.dumps(_plain(given, language), ensure_ascii=False, allow_nan=False).replace("<", r"\u003c")
    own = ROOT / Path(*lesson.module.split(".")[:-1]) / "offline.js"
    scripts = [path.read_text("utf-8") for path in (own, HERE / "offline.js")]
    return "\n".join([f"const given = {known};", lesson_figure.JS, *scripts])


def _screen(screen: Screen[Any], state: State, language: Language) -> dict[str, Any]:
    """A screen before the answer and after it. correct, why: None where they depend on the numbers."""
    figures, formula, asked = [screen.figure(state, shown) for shown in (False, True)], screen.formula(state), screen.question
    return {
        "figures": figures,
        "how": [reduce(add, (part.how for part in figure)) for figure in figures],
        "terms": terms_html(formula, figure_html(figures[1], language), language),
        "formula": mathml(formula.latex_in(language)),
        "numbers": mathml(SLOT.sub(r"\\text{@}", formula.numbers_in(language))),
        "where": formula.where,
        "correct": None if callable(asked.correct) else asked.correct,
        "why": None if callable(asked.explanation) else asked.explanation,
    }


def _plain(value: Any, language: Language) -> Any:
    """A value as JSON holds it: texts as HTML in one language, charts and marks as their fields."""
    if isinstance(value, Words):
        return str(marked(value.into(language)))
    if dataclasses.is_dataclass(value):
        fields = {one.name: getattr(value, one.name) for one in dataclasses.fields(value) if one.name not in COMPUTED}
        return _plain({"kind": type(value).__name__} | fields, language)
    if isinstance(value, Mapping):
        return {name: _plain(each, language) for name, each in value.items()}
    return [_plain(each, language) for each in value] if isinstance(value, tuple | list) else value
