"""Reads files of SPSS, Stata and SAS by pyreadstat: codes become their value labels, and what the file marks as missing is missing."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pyreadstat

from metamed_core.data.formats.apart.cells import Cell, RefusedError, checked_size, plain

_READERS: dict[str, Callable[..., tuple[Any, Any]]] = {
    "sav": pyreadstat.read_sav,
    "por": pyreadstat.read_por,
    "dta": pyreadstat.read_dta,
    "xpt": pyreadstat.read_xport,
    "sas7bdat": pyreadstat.read_sas7bdat,
}
_WESTERN = "WINDOWS-1252"
_RUN = re.compile(rb"([A-Za-z]?)([\x80-\xff]+)([A-Za-z]?)")


def read(data: bytes, *, kind: str, encoding: str | None, limits: Sequence[int]) -> dict[str, Any]:
    """Return the table of a file.

    Returns
    -------
    dict
        `names`: of the columns; `rows`: the cells of each row; `missing`: of each column with codes that the file marks as missing, the
        number of cells of each code; `guessed_encoding`: the one that the letters were read in without the file stating it, or None.
    """
    columns, meta, guessed = _decoded(data, kind, encoding)
    names = [str(name) for name in columns]
    checked_size(max((len(values) for values in columns.values()), default=0), len(names), limits)
    missing: dict[str, dict[str, int]] = {}
    cells = []
    for name, values in columns.items():
        labels = _labels(meta.variable_value_labels.get(name, {}))
        column, codes = _column(values, labels, meta.missing_ranges.get(name, ()))
        cells.append(column)
        if codes:
            missing[str(name)] = codes
    return {"names": names, "rows": list(zip(*cells, strict=True)), "missing": missing, "guessed_encoding": guessed}


def _decoded(data: bytes, kind: str, encoding: str | None) -> tuple[dict[str, Any], Any, str | None]:
    """Columns and description of a file, and the encoding of its letters where that had to be guessed."""
    try:
        columns, meta = _read(data, kind, encoding)
    except (pyreadstat.ReadstatError, UnicodeDecodeError) as error:
        if encoding or not (isinstance(error, UnicodeDecodeError) or "convert string" in str(error)):
            raise RefusedError("encoding" if encoding else "broken", words=str(error)) from error
        return *_read(data, kind, _WESTERN), _WESTERN
    old_stata = kind == "dta" and not data.startswith((b"<stata_dta><header><release>118", b"<stata_dta><header><release>119"))
    if encoding or not old_stata:
        return columns, meta, None
    guessed = _encoding_of({text for values in columns.values() for text in values if isinstance(text, str) and not text.isascii()})
    return (columns, meta, guessed) if guessed in {None, _WESTERN} else (*_read(data, kind, guessed), guessed)


def _encoding_of(texts: Iterable[str]) -> str | None:
    """The encoding of texts that were read as Western European, which old files of Stata do not state; None without a letter in question."""
    raw = b" ".join(text.encode("cp1252", "ignore") for text in texts)
    if not raw:
        return None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        # Chinese letters are pairs of bytes and stand by themselves; Western ones stand within words.
        runs = _RUN.findall(raw)
        chinese = sum(len(run) % 2 == 0 and not before and not after for before, run, after in runs)
        return "GB18030" if chinese > 0.8 * len(runs) else _WESTERN
    return "UTF-8"


def _read(data: bytes, kind: str, encoding: str | None) -> tuple[dict[str, Any], Any]:
    chosen: dict[str, Any] = {"output_format": "dict"}
    if kind != "por":
        chosen["encoding"] = encoding
    if kind == "sav":
        chosen["user_missing"] = True
    columns, meta = _READERS[kind](io.BytesIO(data), **chosen)
    return columns, meta


def _labels(labels: dict[Any, str]) -> dict[Any, str]:
    """The label of each code; where two codes share one, the code is added, for they are not the same."""
    often = Counter(labels.values())
    return {code: f"{label} ({_shown(code)})" if often[label] > 1 else label for code, label in labels.items()}


def _column(values: Sequence[Any], labels: dict[Any, str], ranges: Sequence[dict[str, Any]]) -> tuple[list[Cell], dict[str, int]]:
    """The cells of a column, and the number of cells of each code that the file marks as missing."""
    codes: Counter[str] = Counter()
    cells: list[Cell] = []
    for value in values:
        cell = plain(value)
        if cell is not None and any(_within(cell, one["lo"], one["hi"]) for one in ranges):
            label = labels.get(value)
            codes[_shown(cell) + (f" “{label}”" if label else "")] += 1
            cells.append(None)
        else:
            cells.append(labels.get(cell, cell))
    return cells, dict(codes)


def _within(cell: Cell, low: Any, high: Any) -> bool:
    alike = isinstance(cell, str) == isinstance(low, str) == isinstance(high, str)
    return alike and bool(low <= cell <= high)


def _shown(code: object) -> str:
    return str(int(code)) if isinstance(code, float) and code.is_integer() else str(code)
