"""Values of compiled libraries as JSON can hold them: text, number, true or false, nothing."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

Cell = str | float | bool | None


class RefusedError(Exception):
    """The file is of the reader's kind, but is not read.

    Parameters
    ----------
    kind
        Why not.
    about
        What the sentence needs.
    """

    def __init__(self, kind: str, **about: object) -> None:
        super().__init__(kind)
        self.kind = kind
        self.about = about


def plain(value: object) -> Cell:
    """Return a cell; a date in ISO form, a duration as hours:minutes:seconds, None for an empty text or a number that is none."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time(0) else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)


def checked_size(n_rows: int, n_columns: int, limits: Sequence[int]) -> None:
    """Raise RefusedError if a table has more rows, columns or cells than `limits` allow."""
    for kind, n, most in zip(
        ("columns", "rows", "cells"), (n_columns, n_rows, n_rows * n_columns), (limits[1], limits[0], limits[2]), strict=True
    ):
        if n > most:
            raise RefusedError(kind, n=n)
