"""Marks of diagnoses and methods in text; they differ in shape as well as in color."""

from __future__ import annotations

import re

from metamed_core.drawing import MARKS, SeriesStyle
from pages.parts.common.markdown_text import plain


def mark(style: SeriesStyle) -> str:
    """Return the color and marker of a diagnosis as Markdown."""
    return f':color[{MARKS[style.shape]}]{{foreground="{style.color}"}}'


def legend(styles: dict[str, SeriesStyle], counts: dict[str, int] | None = None) -> str:
    """Return all diagnoses with marks and, optionally, numbers of patients, as one line of Markdown."""
    many = {} if counts is None else {name: f"\u00a0×\u00a0{n}" for name, n in counts.items()}
    names = {name: unbroken(plain(style.name)) for name, style in styles.items()}
    return " \u2002 ".join(f"{mark(style)}\u00a0{names[name]}{many.get(name, '')}" for name, style in styles.items())


def unbroken(name: str) -> str:
    """Return a text that `plain` escaped, with all line breaks inside it prevented."""
    name = name.replace(r"\-", "\u2060\u2011\u2060")
    return re.sub(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])", "\u2060", name.replace(" ", "\u00a0"))
