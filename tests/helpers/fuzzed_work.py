"""Files of saved work and of knowledge, damaged by a random generator or hostile by design. Each must be taken or refused in a sentence.

A damaged entry of saved work stands under a checksum that fits it, as whoever wants to do harm would write it.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from metamed_core.data import open_upload
from metamed_core.diagnosis import SavedWork, saved_work
from metamed_core.knowledge import Knowledge, Statement
from tests.helpers.fuzzed_files import DAMAGES
from tests.helpers.fuzzed_weights import ODD, replaced

HEADER = "diagnosis,column,statement,weight,source\n"
TABLE = (
    "Ward 7,,,,\npatient,diagnosis,ferritin (µg/L),MCV (fL),fever\nA-1,iron deficiency,6,68,no\nA-2,iron deficiency,8,70,no\n"
    "B-1,inflammation,420,86,yes\nB-2,inflammation,510,88,yes\nQ-1,,7,69,no\nQ-2,,430,87,yes\n"
)
SAID = f"{HEADER}iron deficiency,ferritin (µg/L),very low,hallmark,a book\ninflammation,fever,35%,,\ngout,MCV (fL),80-100,0.5,\n"


@cache
def _sound() -> dict[str, Any]:
    """Saved work with something in every entry."""
    records = open_upload("clinic.csv", TABLE.encode())[1]
    told = Knowledge((Statement("iron deficiency", "MCV (fL)", "low", 2.0, "a book"),))
    rows = records.raw.index
    work = SavedWork(
        records, records, "prototypical", {}, "clinic.csv", dropped=frozenset({rows[0]}), levels={"diagnosis": ("gout",)}, step=1, knowledge=told, counts_as=2, named={rows[4]: "gout"}
    )  # fmt: skip
    content: dict[str, Any] = json.loads(work.to_json())
    return content


def signed_work(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Saved work after a change, with a checksum that fits it."""
    content = copy.deepcopy(_sound())
    change(content)
    content["sha256"] = saved_work.checksum(content)
    return json.dumps(content).encode()


def fuzzed_work(n: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield `n` damaged files of saved work, each with how it was made."""
    rng = random.Random(seed)  # noqa: S311 - the files must be the same each time
    for at in range(n):
        if rng.random() < 0.8:
            yield f"entries {at}", signed_work(lambda content: replaced(content, rng))
        else:
            yield f"bytes {at}", DAMAGES[rng.choice(list(DAMAGES))](json.dumps(_sound()).encode(), rng)


def fuzzed_knowledge(n: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield `n` damaged files of knowledge, each with how it was made."""
    rng = random.Random(seed)  # noqa: S311
    for at in range(n):
        if rng.random() < 0.5:
            yield f"bytes {at}", DAMAGES[rng.choice(list(DAMAGES))](SAID.encode(), rng)
        else:
            lines = [line.split(",") for line in SAID.splitlines()]
            for _ in range(rng.choice((1, 1, 3))):
                rng.choice(lines)[rng.randrange(5)] = str(rng.choice((*ODD, *MARKS)))
            yield f"cells {at}", "\n".join(map(",".join, lines)).encode("utf-8", "surrogatepass")


MARKS = (
    "1e999",
    "-1e308-1e308",
    "200%",
    "-5%",
    "11-4",
    "٣",
    "=1+1",
    '"',
    "a\x00b",
    "[x](http://x.org)",
    "<b>",
    "{x}",
    "1" * 900 + "x",
    "\u2067",
)
HOSTILE_WORK: dict[str, Callable[[], bytes]] = {
    "rows of knowledge that count as a thousand million": lambda: signed_work(lambda content: content.update(counts_as=10**9)),
    "an infinite step": lambda: signed_work(lambda content: content.update(step=float("inf"))),
    "nested 300,000 deep": lambda: b'{"format": "metamed work", "version": 1, "x": ' + b"[" * 300_000,
    "250,000 columns": lambda: signed_work(lambda content: content["table"].update(columns=content["table"]["columns"] * 50_000)),
    "one cell of 40 MB": lambda: signed_work(lambda content: content["table"]["cells"][0].__setitem__(2, "9" * 40_000_000)),
    "a number of 100,000 digits": lambda: b'{"format": "metamed work", "version": 1' + b"0" * 100_000 + b"}",
    "knowledge of 2 MB": lambda: signed_work(lambda content: content.update(knowledge=_many(130_000).decode())),
    "halves of characters": lambda: signed_work(lambda content: content.update(file="\ud800", sheet="\udfff")),
    "marks of direction": lambda: signed_work(
        lambda content: content.update(file="\u202egpj.csv", added_levels={"diagnosis": ["\u2067gout"]})
    ),
}
"""By what it is: how to make a hostile file of saved work."""
HOSTILE_KNOWLEDGE: dict[str, Callable[[], bytes]] = {
    "130,000 diagnoses": lambda: _many(130_000),
    "130,000 columns": lambda: _file("".join(f"gout,c{at},low,,\n" for at in range(130_000))),
    "as much as is taken": lambda: _many(500),
    "a million empty lines": lambda: _file("\n" * 1_000_000),
    "a million commas": lambda: _file("," * 1_000_000),
    "a quotation mark left open": lambda: _file('gout,fever,35%,,"' + "a,b\n" * 200_000),
    "a cell of 1 MB": lambda: _file(f"{'x' * 2**20},fever,35%,,"),
    "a number of 100,000 digits": lambda: _file(f"iron deficiency,MCV (fL),{'9' * 100_000},,"),
    "a number beyond numbers": lambda: _file("iron deficiency,MCV (fL),1e999,,"),
    "a range beyond numbers": lambda: _file("iron deficiency,MCV (fL),-1e308-1.7e308,,"),
    "a weight that is no number": lambda: _file("iron deficiency,MCV (fL),low,nan,"),
    "blanks without end": lambda: _file(f"iron deficiency,MCV (fL),1{' ' * 400_000}-{' ' * 400_000}x,,"),
    "a formula": lambda: _file("gout,other,=cmd|' /C calc'!A0,,@SUM(A1)"),
    "marks of direction": lambda: _file("\u202etuog,MCV (fL),80-100,,\u2067book"),
    "all bytes": lambda: bytes(range(256)) * 4000,
    "UTF-16": lambda: SAID.encode("utf-16"),
    "half a character": lambda: HEADER.encode() + b"\xed\xa0\x80,fever,35%,,\n",
    "3 MB": lambda: bytes(3 * 2**20),
}
"""By what it is: how to make a hostile file of knowledge."""


def _many(n: int) -> bytes:
    return _file("".join(f"d{at},MCV (fL),low,,\n" for at in range(n)))


def _file(lines: str) -> bytes:
    return (HEADER + lines).encode()
