"""Texts in English and Simplified Chinese, and the error class whose message is shown to the user. Imports no other file of the package."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from string import Formatter
from typing import Any, Literal, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Words:
    """One text in English and Simplified Chinese.

    Parameters
    ----------
    en, zh
        The text in each language.

    Examples
    --------
    >>> Words("Adapt", "适应").into("zh")
    '适应'
    >>> Words("{n} {n:patient|patients}", "{n} 位患者").format(n=3).en
    '3 patients'
    """

    en: str
    zh: str

    def into(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.zh if language == "zh" else self.en

    def format(self, **values: object) -> Words:
        """Fill the `{name}` fields of both texts; a value that is itself `Words` is filled in its own language.

        `{n:patient|patients}` becomes the first word if n is 1, else the second (see `plural`). Where a Latin letter or digit meets a
        Chinese character at the edge of a field, a space is inserted.

        >>> Words("{who} is better", "{who}更好").format(who="MAML").zh
        'MAML 更好'
        """
        en = _FORMATTER.format(self.en, **{name: _side(value, "en") for name, value in values.items()})
        zh = _FORMATTER.format(self.zh, **{name: _side(value, "zh") for name, value in values.items()})
        return Words(en.replace(_EDGE, ""), _MIXED_EDGE.sub(" ", zh).replace(_EDGE, ""))

    def __add__(self, other: Words) -> Words:
        return Words(f"{self.en} {other.en}", f"{self.zh}{other.zh}")

    def __str__(self) -> str:
        return self.en


def plural(n: float, one: str, many: str) -> str:
    """Return `one` if `n` equals 1, else `many`.

    >>> plural(1, "patient", "patients"), plural(0, "patient", "patients")
    ('patient', 'patients')
    """
    return one if n == 1 else many


_EDGE = "\ue000"  # a private-use code point, which occurs in no text
_MIXED_EDGE = re.compile(rf"(?<=[\u4e00-\u9fff]){_EDGE}+(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%]){_EDGE}+(?=[\u4e00-\u9fff])")


class _WordsFormatter(Formatter):
    """`str.format` extended by a choice of words by number, `{n:patient|patients}`; marks where each field begins and ends."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Format one field and enclose it in two marks; a format specification with one `|` selects a word by number."""
        format_spec = format_spec.replace(_EDGE, "")
        if format_spec.count("|") == 1:
            text = plural(float(value), *format_spec.split("|"))
        else:
            text = str(super().format_field(value, format_spec))
        return f"{_EDGE}{text}{_EDGE}"


_FORMATTER = _WordsFormatter()


def _side(value: object, language: Language) -> object:
    return value.into(language) if isinstance(value, Words) else value


INTENDED_USE = Words("For research and teaching only; not a medical device.", "仅供研究与教学使用；不是医疗器械。")
"""Shown on every screen and in every exported file."""


class UserError(ValueError):
    """An error that the user can correct: one sentence, in both languages, that names the fault, its place and the remedy.

    It is a `ValueError`, so scikit-learn's tools treat it as invalid input.

    Parameters
    ----------
    words
        The sentence.
    """

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words

    def __reduce__(self) -> tuple[type[UserError], tuple[Words]]:
        """Pickle both languages: by default an exception that crosses a process boundary keeps its English message only."""
        return type(self), (self.words,)


_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MOST_MARKS = 12
"""Code points of one sign that are shown; an emoji of a family has 11, a letter under a tower of accents hundreds."""


def without_controls(text: str) -> str:
    """Return text without control characters and marks of writing direction, with which a name could show itself as another.

    >>> without_controls("gout\u202efdp.exe")
    'goutfdp.exe'
    """
    return text if text.isprintable() else _UNSEEN.sub("", text)


def cut(text: str, most: int) -> str:
    """Return text of at most `most` signs as a reader counts them: a letter with its accents, a flag, a joined emoji is one.

    >>> cut("e\u0301" * 3, 3) == "e\u0301" * 3, cut("abcd", 3)
    (True, 'ab…')
    """
    if text.isascii():
        return text if len(text) <= most else f"{text[: most - 1]}…"
    signs: list[str] = []
    within = 100 * most  # what is longer than that in so few signs need not be read to its end
    for char in text[:within]:
        if not (signs and _belongs(char, signs[-1])):
            signs.append(char)
        elif len(signs[-1]) < _MOST_MARKS:
            signs[-1] += char
        if len(signs) > most:
            return "".join([*signs[: most - 1], "…"])
    return "".join(signs) + ("…" if len(text) > within else "")


def _belongs(char: str, sign: str) -> bool:
    """Whether a character is drawn as a part of the sign before it."""
    flags = "\U0001f1e6" <= char <= "\U0001f1ff" and len(sign) == 1 and "\U0001f1e6" <= sign <= "\U0001f1ff"
    joined = sign.endswith("\u200d") or "\U0001f3fb" <= char <= "\U0001f3ff"
    return flags or joined or char == "\u200d" or unicodedata.category(char) in {"Mn", "Mc", "Me"}


def chance(p: float) -> str:
    """Format a probability with two decimals, never as 0 or 1. Escape it for Markdown, where `>` starts a quotation.

    >>> chance(0.283), chance(0.9999)
    ('0.28', '>0.99')
    """
    return ">0.99" if p > 0.995 else "<0.01" if p < 0.005 else f"{p:.2f}"
