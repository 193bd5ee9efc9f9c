"""Words that a person reads, always in both languages, and the one error that is meant for them.

Floor 0 of the house: imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Words:
    """One text in English and Simplified Chinese, kept on one line so that neither is forgotten.

    >>> Words("Adapt", "适应").into("zh")
    '适应'
    >>> Words("{n} patients", "{n} 位患者").format(n=3).en
    '3 patients'
    """

    en: str
    zh: str

    def into(self, language: Language) -> str:
        """The text in one language."""
        return self.zh if language == "zh" else self.en

    def format(self, **values: object) -> Words:
        """Fill the `{name}` fields of both texts; a value that is itself `Words` is filled in its own language."""
        return Words(
            self.en.format(**{name: _side(value, "en") for name, value in values.items()}),
            self.zh.format(**{name: _side(value, "zh") for name, value in values.items()}),
        )

    def __add__(self, other: Words) -> Words:
        return Words(f"{self.en} {other.en}", f"{self.zh}{other.zh}")

    def __str__(self) -> str:
        return self.en


def _side(value: object, language: Language) -> object:
    return value.into(language) if isinstance(value, Words) else value


class UserError(ValueError):
    """Something the user can mend: one sentence, in both languages, saying what was wrong, where, and what to do.

    It is a `ValueError` so that scikit-learn's tools treat it as bad input.
    """

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words

    def __reduce__(self) -> tuple[type[UserError], tuple[Words]]:
        """An error from another process keeps both languages: an exception is else pickled as its English text alone."""
        return type(self), (self.words,)
