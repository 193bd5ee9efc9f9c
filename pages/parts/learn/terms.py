"""The terms of a formula under the figure, as buttons: pointing at one, by pointer, keyboard or finger, marks its place in the figure.

Not in the formula itself: KaTeX gives no element of a formula a name unless it is told to trust it, which Streamlit does not.
"""

from __future__ import annotations

import re
from functools import lru_cache

from latex2mathml.converter import convert
from markupsafe import Markup

from metamed_core.drawing import element
from metamed_core.words import Language, Words
from pages.lessons.lesson import Formula

POINT = Words("Point at a term of the formula to see its place in the figure:", "指向公式中的一项，看它在图中何处：")


def terms_html(formula: Formula, figure: str, language: Language) -> Markup:
    """A button for each term that has a place in this figure (its HTML); nothing where none has."""
    there = {part for parts in re.findall(r'data-part="([^"]*)"', figure) for part in parts.split()}
    buttons = [
        element(
            "button",
            _mathml(formula.term_in(term, language)),
            element("span", term.words.into(language)),
            type="button",
            class_="mm-term",
            data_term=term.part,
            data_name=f"term-{term.part}",
            aria_pressed="false",
        )
        for term in formula.terms
        if term.part in there
    ]
    return element("div", element("span", POINT.into(language)), *buttons, class_="mm-terms") if buttons else Markup()


@lru_cache(maxsize=256)
def _mathml(latex: str) -> Markup:
    """A term as it is drawn: written once, since a step changes the numbers of a formula and none of its terms."""
    return Markup(convert(latex))  # noqa: S704 - our own formulas
