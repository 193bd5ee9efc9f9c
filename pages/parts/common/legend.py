"""How a diagnosis or a method is marked in a line of text: nothing hangs on color alone."""

from __future__ import annotations

import re

from metamed_core.drawing import MARKS, SeriesStyle
from pages.parts.common.markdown_text import plain


def mark(style: SeriesStyle) -> str:
    """A diagnosis's color and marker, for Markdown."""
    return f':color[{MARKS[style.shape]}]{{foreground="{style.color}"}}'


def legend(styles: dict[str, SeriesStyle], counts: dict[str, int] | None = None) -> str:
    """Every diagnosis with its mark, and how many patients it has, as one line of Markdown."""
    many = {} if counts is None else {name: f"\u00a0×\u00a0{n}" for name, n in counts.items()}
    names = {name: _unbroken(plain(style.name)) for name, style in styles.items()}
    return " \u2002 ".join(f"{mark(style)}\u00a0{names[name]}{many.get(name, '')}" for name, style in styles.items())


def _unbroken(name: str) -> str:
    """A name (made `plain`) that is not broken over two lines, neither at a blank or hyphen nor between Chinese characters."""
    name = name.replace(r"\-", "\u2060\u2011\u2060")
    return re.sub(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])", "\u2060", name.replace(" ", "\u00a0"))
