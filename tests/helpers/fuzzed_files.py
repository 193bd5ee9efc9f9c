"""Files of every format, made on the fly and damaged by a random generator, between them files that are hostile by design.

`fuzzed(n, seed)` gives the same files each time. Each must end in a table or in a sentence.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from tests.helpers.hostile_files import HEAVY, HOSTILE, ROWS
from tests.helpers.odd_files import TABLE, parquet, workbook
from tests.helpers.spreadsheet_files import archive, ods, xls, xlsb


@dataclass(frozen=True)
class Fuzzed:
    """One upload, and how it was made."""

    name: str
    data: bytes
    made: str


def fuzzed(n: int, seed: int = 0, *, heavy: bool = True) -> Iterator[Fuzzed]:
    """Yield `n` files: one in eight hostile by design, the others damaged, the quickly read formats more often than the others.

    Parameters
    ----------
    n, seed
        How many, and which.
    heavy
        Whether to include those that take a second or more to make or to read.
    """
    rng = random.Random(seed)  # noqa: S311 - the files must be the same each time
    hostile = [one for one in HOSTILE.items() if heavy or one[0] not in HEAVY]
    kinds = list(WHOLE)
    weights = [3 if kind in {"csv", "tsv", "json", "jsonl", "csv.gz", "parquet", "zip"} else 1 for kind in kinds]
    for at in range(n):
        if at % 8 == 0:
            made, build = hostile[(at // 8 + 7 * seed) % len(hostile)]
            name, data = build()
            yield Fuzzed(name, data, made)
        else:
            kind = rng.choices(kinds, weights)[0]
            damage = rng.choice(list(DAMAGES))
            yield Fuzzed(f"x.{kind}", damaged(whole(kind), damage, rng), f"{kind} {damage} {at}")


@cache
def whole(kind: str) -> bytes:
    """An undamaged file."""
    return WHOLE[kind]()


def damaged(data: bytes, damage: str, rng: random.Random) -> bytes:
    """Damage the bytes of a file; of a compressed one sometimes those inside, so that the damage reaches the reader."""
    if data.startswith(b"PK\x03\x04") and rng.random() < 0.6:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            members = {name: file.read(name) for name in file.namelist()}
        victim = rng.choice([name for name, content in members.items() if content])
        return archive(members | {victim: DAMAGES[damage](members[victim], rng)})
    if data.startswith(b"\x1f\x8b") and rng.random() < 0.6:
        return gzip.compress(DAMAGES[damage](gzip.decompress(data), rng), 1)
    return DAMAGES[damage](data, rng)


def _flipped(data: bytes, rng: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(rng.choice((1, 2, 8, 40))):
        found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _repeated(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    end = min(len(data), start + rng.randrange(1, 400))
    return data[:end] + data[start:end] * rng.choice((1, 5, 300)) + data[end:]


def _removed(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.randrange(1, 200) :]


def _enlarged(data: bytes, rng: random.Random) -> bytes:
    """Four bytes or a number in the text become enormous: what states a size then states another."""
    digits = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    if digits and rng.random() < 0.5:
        at = rng.choice(digits)
        return data[:at] + str(rng.choice((0, -1, 65_536, 1_048_577, 2**31, 10**18))).encode() + data[at + 1 :]
    at = rng.randrange(len(data))
    return data[:at] + rng.choice((b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x00\x00\x00\x10")) + data[at + 4 :]


def _shuffled(data: bytes, rng: random.Random) -> bytes:
    places = sorted(rng.randrange(len(data)) for _ in range(2))
    return data[: places[0]] + data[places[1] :] + data[places[0] : places[1]]


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "flipped": _flipped,
    "cut": _cut,
    "repeated": _repeated,
    "removed": _removed,
    "enlarged": _enlarged,
    "shuffled": _shuffled,
}


def _frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS[1:], columns=ROWS[0]).astype({"ferritin": float})


def _statistics(kind: str, writer: str, **options: Any) -> Callable[[], bytes]:
    def write() -> bytes:
        import pyreadstat

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"x.{kind}")
            getattr(pyreadstat, writer)(_frame().fillna("").rename(columns={"diagnosis": "dx"}), path, **options)
            return path.read_bytes()

    return write


def _records() -> list[dict[str, Any]]:
    return [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]


def _rich_workbook() -> bytes:
    """A workbook with merged cells, hidden rows, percentages, dates and a second sheet."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(workbook({"Cover": [["study"]], "S": ROWS})))
    sheet = book["S"]
    sheet.merge_cells("E2:E3")
    sheet.row_dimensions[4].hidden = True
    sheet["B5"].number_format = "0%"
    sheet["B6"].number_format = "yyyy-mm-dd"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


WHOLE: dict[str, Callable[[], bytes]] = {
    "csv": TABLE.encode,
    "tsv": lambda: TABLE.replace(",", "\t").encode("utf-16"),
    "json": lambda: json.dumps(_records(), indent=1).encode(),
    "jsonl": lambda: "\n".join(map(json.dumps, _records())).encode(),
    "csv.gz": lambda: gzip.compress(TABLE.encode()),
    "zip": lambda: archive({"x.csv": TABLE.encode(), "README.txt": b"hello"}),
    "parquet": lambda: parquet(_frame()),
    "xlsx": lambda: workbook({"S": ROWS}),
    "xlsm": _rich_workbook,
    "xls": lambda: xls({"S": ROWS}),
    "xlsb": lambda: xlsb({"S": ROWS}),
    "ods": lambda: ods({"S": ROWS}),
    "sav": _statistics("sav", "write_sav", variable_value_labels={"ferritin": {20.0: "low"}}),
    "zsav": _statistics("zsav", "write_sav", compress=True),
    "dta": _statistics("dta", "write_dta"),
    "xpt": _statistics("xpt", "write_xport"),
    "por": _statistics("por", "write_por"),
}
"""By extension: how to make a file."""
