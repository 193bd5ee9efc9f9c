"""The result type of the upload check, and phrases that its messages share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from metamed_core.data.formats.reading import Choice
from metamed_core.data.formats.table import shown
from metamed_core.words import Words


@dataclass(frozen=True)
class Finding:
    """One finding of the upload check.

    Parameters
    ----------
    kind
        Identifies the problem: `identifier`, `leak`, `mixed_unit`, `duplicate_rows`, ...
    column
        The affected column; None for the table as a whole.
    message
        One sentence; text from the file is enclosed in “ and ”.
    remedy
        `drop`, `convert`, `cap`, `pivot`, `merge` or `turn`; None if there is no automatic correction.
    choices
        The plausible readings; where there is more than one, the finding asks, and a page waits for the answer. One button for each,
        with `choice.title`. Where `choice.options` is given, the file is read again with them:
        `open_upload(name, data, sheet, options=choice.options)`; otherwise
        `records.with_remedy(replace(finding, remedy=choice.remedy))`.
    """

    kind: str
    column: str | None
    message: Words
    remedy: str | None
    choices: tuple[Choice, ...] = ()


def listed(texts: Iterable[str], most: int = 3) -> Words:
    """Return the first `most` texts in one line: “a”, “b” and 5 more."""
    quoted = [f"“{shown(text)}”" for text in texts]
    first, rest = quoted[:most], len(quoted) - most
    if rest <= 0:
        return Words(", ".join(first), "、".join(first))
    return Words(f"{', '.join(first)} and {rest} more", f"{'、'.join(first)}等 {len(quoted)} 个")


def patients(n: int) -> Words:
    """Return the number of patients in words, such as “3 patients”."""
    return Words(f"{n} patient{'' if n == 1 else 's'}", f"{n} 位患者")


def cells(n: int) -> Words:
    """Return the number of cells in words, such as “3 cells”."""
    return Words(f"{n} cell{'' if n == 1 else 's'}", f"{n} 个单元格")
