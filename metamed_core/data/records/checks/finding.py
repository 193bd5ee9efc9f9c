"""One thing that the upload check found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from metamed_core.data.formats.table import shown
from metamed_core.words import Words


@dataclass(frozen=True)
class Finding:
    """One thing that the upload check found, in one sentence.

    kind: identifier, leak, mixed_unit, duplicate_rows, ...; column: where, None for the table as a whole;
    remedy: drop, convert or cap; None where only the user can mend it. Texts from the file stand between “ and ”.
    """

    kind: str
    column: str | None
    message: Words
    remedy: str | None


def listed(texts: Iterable[str], most: int = 3) -> Words:
    """Texts from the file in one line, the first few of them: “a”, “b” and 5 more."""
    quoted = [f"“{shown(text)}”" for text in texts]
    first, rest = quoted[:most], len(quoted) - most
    if rest <= 0:
        return Words(", ".join(first), "、".join(first))
    return Words(f"{', '.join(first)} and {rest} more", f"{'、'.join(first)}等 {len(quoted)} 个")


def patients(n: int) -> Words:
    """A number of patients."""
    return Words(f"{n} patient{'' if n == 1 else 's'}", f"{n} 位患者")


def cells(n: int) -> Words:
    """A number of cells."""
    return Words(f"{n} cell{'' if n == 1 else 's'}", f"{n} 个单元格")
