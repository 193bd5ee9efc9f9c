"""A table without a file: cells pasted from a spreadsheet, or typed into an empty sheet whose first row names the columns.

Both are read by the reader of uploaded text files, so that a typed cell means what the same cell means in a file.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metamed_core.words import UserError, Words

ROWS, COLUMNS, MORE_COLUMNS = 24, 26, 10
TAB_SEPARATED = "sep=\t\n"  # a line that names the separator, as Excel writes it, so that a comma in a cell is never taken for one
NAMES = (Words("patient", "患者"), Words("diagnosis", "诊断"))
PASTED, TYPED = Words("pasted table", "粘贴的表格"), Words("typed table", "录入的表格")


@dataclass
class Sheet:
    """The sheet that is typed into.

    The editor in the browser keeps its edits only as long as it is drawn in every run and its source stays the same. So the source is
    replaced by what was typed only when the editor has to be a new one anyway.

    Parameters
    ----------
    source
        The cells that the editor was given.
    now
        The cells with everything typed since.
    number
        Part of the editor's key; goes up with each new editor.
    read
        The text that was read last, or None.
    asked
        When the button to read was last pressed, on the monotonic clock.
    """

    source: pd.DataFrame
    now: pd.DataFrame
    number: int = 0
    read: bytes | None = None
    asked: float = -math.inf

    @classmethod
    def empty(cls, names: Sequence[str]) -> Sheet:
        """An empty sheet whose first row holds these names of columns."""
        cells = pd.DataFrame([[None] * COLUMNS for _ in range(ROWS)], columns=[column_letters(at) for at in range(COLUMNS)], dtype=object)
        cells.iloc[0, : len(names)] = list(names)
        return cls(cells, cells)

    @property
    def key(self) -> str:
        """The editor's key, without that of the session."""
        return f"typed_{self.number}"

    def take_over(self, edits: Mapping[str, Any]) -> None:
        """Apply all edits of the editor to its source."""
        self.now = with_edits(self.source, edits)

    def renew(self, more_columns: int = 0) -> None:
        """Give a new editor everything typed so far, and further empty columns."""
        n = len(self.now.columns)
        self.now = self.now.reindex(columns=[*self.now.columns, *(column_letters(n + at) for at in range(more_columns))])
        self.now = self.now.astype(object).where(self.now.notna(), None)
        self.source, self.number = self.now, self.number + 1

    def as_text(self) -> bytes:
        """The sheet as tab-separated text, without the empty rows and columns at its end. Raises UserError where nothing was typed."""
        filled = self.now.notna() & (self.now != "")
        if not filled.iloc[1:].to_numpy().any():
            raise UserError(_NOTHING_TYPED)
        last_row, last_column = (int(filled.any(axis=axis).to_numpy().nonzero()[0][-1]) for axis in (1, 0))
        text = io.StringIO()
        csv.writer(text, delimiter="\t", lineterminator="\n").writerows(
            self.now.iloc[: last_row + 1, : last_column + 1].fillna("").to_numpy()
        )
        return (TAB_SEPARATED + text.getvalue()).encode()

    def text_to_read(self) -> bytes:
        """As `as_text`, kept as what was read last."""
        self.read = self.as_text()
        return self.read

    def differs_from(self, data: bytes) -> bool:
        """Whether a text was read last from this sheet, which now holds something else."""
        try:
            return self.read == data != self.as_text()
        except UserError:
            return True  # it was emptied


def column_letters(place: int) -> str:
    """The name of a column as in a spreadsheet: A to Z, AA, AB, ...

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def with_edits(source: pd.DataFrame, edits: Mapping[str, Any]) -> pd.DataFrame:
    """Return cells after the edits of an editor: changed cells, then removed rows, then added ones."""
    cells = source.to_numpy(dtype=object).copy()
    columns = list(source.columns)
    for place, changes in edits.get("edited_rows", {}).items():
        for name, value in changes.items():
            if name in columns:
                cells[int(place), columns.index(name)] = value
    gone = set(edits.get("deleted_rows", ()))
    kept = [list(row) for at, row in enumerate(cells) if at not in gone]
    added = [[row.get(name) for name in columns] for row in edits.get("added_rows", ())]
    return pd.DataFrame([*kept, *added], columns=columns, dtype=object)


@dataclass
class OwnTable:
    """What a visitor pastes or types before it is read: in the memory of the session only.

    Parameters
    ----------
    way
        How the table comes: `upload`, `paste` or `type`.
    sheet
        The sheet that is typed into, once it was opened.
    """

    way: str = "upload"
    sheet: Sheet | None = None

    @property
    def holds_own_data(self) -> bool:
        """Whether anything was typed below the names of the columns."""
        return self.sheet is not None and bool(self.sheet.now.iloc[1:].notna().to_numpy().any())


_NOTHING_TYPED = Words(
    "Nothing was typed below the names of the columns: type one row for each patient, then read the table.",
    "列名下方尚未输入内容：请为每位患者输入一行，然后读取表格。",
)
