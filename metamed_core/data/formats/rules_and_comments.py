"""Lines that belong to no table: lines of dashes, and comments that begin with #."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from metamed_core.data.formats.cell_kinds import Cells, n_filled

_RULE = re.compile(r"[-–—=_+*~:|\s]{3,}")
_COMMENT = re.compile(r"(?:#|//|%|--)\s?[^\d#]")


def is_rule(cells: Cells) -> bool:
    """Whether a row is a line of dashes, as in Markdown: every filled cell consists of at least three of them."""
    first = next((cell for cell in cells if cell is not None), "")
    if _RULE.fullmatch(first) is None:
        return False
    filled = [cell for cell in cells if cell is not None]
    # A cell such as --- also stands for a missing value, but no patient has nothing else.
    return len(filled) >= max(1, len(cells) // 2) and all(_RULE.fullmatch(cell) for cell in filled)


def comments(rows: Sequence[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    """Yield line and cells of the comments above and below a table: they begin with # and have fewer cells than the patients."""
    widths = Counter(n_filled(cells) for _, cells in rows[:200])
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    for line, cells in rows:
        first = next(cell for cell in cells if cell is not None)
        if first[0] in "#/%-" and _COMMENT.match(first) and n_filled(cells) < max(2, usual):
            yield line, cells
