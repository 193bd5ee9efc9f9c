"""Finds the sign between two cells of a text file, with any number of title lines above the table."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

SEPARATORS = ("\t", ";", "|", ",")
"""In order of preference where several split the lines equally well: commas also occur inside numbers."""
BLANKS = " "
"""Stands for any number of blanks."""

LINES = 80
"""Lines of a file by which its separator is judged."""
_BLANK_CELLS = re.compile(r'"((?:[^"]|"")*)"|(\S+)')


def sniffed(text: str) -> str:
    """Return the separator that splits the lines most evenly into more than one cell; a comma if none does.

    Lines without any separator above the table are titles and do not count, nor do comments.
    """
    head = _without_titles(text[:200_000])
    best = max(SEPARATORS, key=lambda separator: _evenness(head, separator))
    share, width = _evenness(head, best)
    if width < 3 or share < 0.8:
        blank_share, blank_width, header_split = _blanks(head)
        if blank_share >= 0.9 and blank_width > max(2, width) and header_split:
            return BLANKS
    return best if width > 1 else ","


def unwrapped(text: str) -> str:
    """Return a text whose every line is one quoted cell, as if it had been saved twice, with the quotes taken off."""
    lines = text[:20_000].splitlines()
    if len(lines) < 2 or not all(line[0] == line[-1] == '"' and any(sign in line for sign in SEPARATORS) for line in lines[:20] if line):
        return text
    reader = list(islice(csv.reader(lines, strict=False), 20))
    if any(len(cells) != 1 for cells in reader if cells):
        return text
    return "\n".join(line[1:-1].replace('""', '"') if len(line) > 1 else line for line in text.splitlines())


def _without_titles(text: str) -> str:
    """The text from the first line on that holds any separator, without comments that begin with #."""
    lines = [line for line in text.splitlines(keepends=True) if not re.match(r"\s*#\s", line)]
    first = next((at for at, line in enumerate(lines) if any(separator in line for separator in SEPARATORS)), 0)
    return "".join(lines[first:])


def _evenness(text: str, separator: str) -> tuple[float, int]:
    """The share of lines that have the most frequent number of cells above 1, and this number."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False, skipinitialspace=True)
    widths: Counter[int] = Counter()
    try:
        widths.update(len(cells) for cells in islice(reader, LINES) if any(cells))
    except csv.Error:
        return 0.0, 0
    split = {width: n for width, n in widths.items() if width > 1}
    if not split:
        return 0.0, 1
    width = max(split, key=lambda one: (split[one], one))
    # A row may lack its last cells, or have one more than the header.
    near = sum(n for one, n in split.items() if abs(one - width) <= 1)
    return round(near / widths.total(), 1), width


def _blanks(text: str) -> tuple[float, int, bool]:
    """Evenness with blanks as separator, and whether the first line has as many cells or one fewer (R's row names)."""
    lines = [blank_cells(line) for line in text.splitlines()[:LINES] if line.strip()]
    if len(lines) < 3:
        return 0.0, 0, False
    widths = Counter(len(cells) for cells in lines[1:])
    width, n = widths.most_common(1)[0]
    return n / (len(lines) - 1), width, len(lines[0]) in {width, width - 1}


def blank_cells(line: str) -> list[str]:
    """Return the cells of a line that are separated by blanks; quotes enclose cells that hold blanks."""
    return [plain or quoted.replace('""', '"') for quoted, plain in _BLANK_CELLS.findall(line)]


def blank_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of each line of a text whose cells are separated by blanks."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield number, blank_cells(line)
