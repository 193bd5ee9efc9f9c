"""The one way from values to HTML: templates and elements that escape every text, and the shell that every exported file shares."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from metamed_core.words import INTENDED_USE, LANGUAGES, Language, Words

TEMPLATES = Path(__file__).parent / "templates"
FIGURE_STYLE = (TEMPLATES / "figure.css").read_text("utf-8")
"""What figures on a page of our own need; a file made by `page_html` has it."""
LANGUAGE_TAGS = dict(zip(LANGUAGES, ("en", "zh-Hans"), strict=True))


def page_html(template: str | Path, title: Words, language: Language, *, caution: Words | None = None, **values: Any) -> bytes:
    """A whole file that opens offline, without a request to anywhere; equal values give equal bytes. No script runs unless the template allows its own.

    Parameters
    ----------
    template
        A template of this room by its name, or the path of one elsewhere; it extends `base.html`.
    title
        The title of the file and its first heading.
    language
        The language of the whole file.
    caution
        Follows the sentence on the intended use, which every file has.
    **values
        What the template names. `Words` are written in the language of the file; every text is escaped.

    Returns
    -------
    bytes
        HTML in UTF-8.
    """
    intended_use = INTENDED_USE if caution is None else INTENDED_USE + caution
    shell = {"title": title, "lang": LANGUAGE_TAGS[language], "intended_use": intended_use}
    return render(template, language, **shell, **values).encode("utf-8")


def render(template: str | Path, language: Language, **values: Any) -> Markup:
    """A part of a page from a template; see `page_html`."""
    environment = _environment(language)
    found = environment.from_string(template.read_text("utf-8")) if isinstance(template, Path) else environment.get_template(template)
    return Markup(found.render(**values))  # noqa: S704 - the template has escaped it


def element(name: str, *content: str, **attributes: object) -> Markup:
    """One element of HTML or SVG, its texts and attributes escaped.

    `_` in the name of an attribute stands for `-`, and one at its end for nothing (`class_`); None leaves an attribute out;
    a float is written with one decimal.
    """
    # Joined and not formatted by `Markup`, which costs ten times as much: a figure has hundreds of elements.
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{f"{value:.1f}" if isinstance(value, float) else escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = f">{''.join(map(escape, content))}</{name}>" if content else "/>"
    return Markup(f"<{name}{given}{inside}")  # noqa: S704 - all that comes from outside is escaped


@cache
def _environment(language: Language) -> Environment:
    def written(value: Any) -> Any:
        return value.into(language) if isinstance(value, Words) else value

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=written,
        trim_blocks=True,
        lstrip_blocks=True,
    )
