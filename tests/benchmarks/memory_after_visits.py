"""What 200 visitors leave in the memory who upload a table, adapt, and close their tab: `python -m tests.benchmarks.memory_after_visits`.

The server is the real one, in a process of its own, and nobody visits it afterwards. A visitor is what a browser is to the server: a socket,
told by the same messages. With `--together 20` so many of them stay until all are there, and what one of them takes is told.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import operator
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.conftest import serve
from tests.helpers.browsing import heap
from tests.helpers.tab import faults_in, open_tab, texts

N_PATIENTS = 60
N_VISITS, AT_ONCE, MOST = 200, 4, 100  # most: MB above the start that count as returned
MARK = "Zqvisit"
FORGET_AFTER = 3  # seconds; what is measured is not how long it takes


def table(number: int, n_patients: int = N_PATIENTS) -> bytes:
    """Patients of a visitor's own, 48 of them labeled, every word marked."""
    rows = [
        f"{MARK}{number}p{i},{MARK}disease{i % 4 if i < 48 else ''},{i % 4 * 50 + i},{i * 7 % 11},{MARK}v{i % 3}" for i in range(n_patients)
    ]
    rows = [row.replace(f"{MARK}disease,", ",") for row in rows]
    return "\n".join(["patient,diagnosis,ferritin (µg/L),CRP (mg/L),origin", *rows]).encode()


async def no_longer() -> None:
    """Stay no longer than it takes."""


async def visit(address: str, number: int, n_patients: int = N_PATIENTS, stay: Callable[[], Awaitable[None]] = no_longer) -> list[str]:
    """One visitor from opening Diagnose to closing the tab; what went wrong."""
    async with open_tab(address, "diagnose") as visitor:
        faults = faults_in(await visitor.ask())
        faults += faults_in(await visitor.press("change_patients"))
        faults += faults_in(await visitor.upload(f"{MARK}{number}.csv", table(number, n_patients)))
        while "confirm" not in visitor.widgets and visitor.timers:  # it is being read
            faults += faults_in(await anext(visitor.ticks()))
        came = await visitor.press("confirm")
        await stay()
        answered = f"{MARK}disease0" in texts(came) or n_patients > N_PATIENTS
        return faults + faults_in(came) + ([] if answered else [f"visitor {number} was shown no answers"])


async def visits(address: str, first: int, n: int) -> list[str]:
    """So many visitors, a few of them at a time; what went wrong."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> list[str]:
        async with free:
            return await visit(address, number)

    return functools.reduce(operator.iadd, await asyncio.gather(*(one(first + number) for number in range(n))), [])


async def together(address: str, first: int, n: int, n_patients: int) -> tuple[list[str], float]:
    """So many visitors who stay until all are there; what went wrong, and the memory then, in MB."""
    all_there = asyncio.Barrier(n + 1)

    async def stay() -> None:
        await all_there.wait()
        await all_there.wait()

    async with asyncio.timeout(600):
        faults = asyncio.gather(*(visit(address, first + number, n_patients, stay) for number in range(n)))
        await all_there.wait()
        size = (await asyncio.to_thread(heap, address))["bytes"] / 2**20
        await all_there.wait()
        return functools.reduce(operator.iadd, await faults, []), size


def rest(address: str, seconds: float = 60) -> dict[str, Any]:
    """The memory once nobody is left, or as it is after so many seconds."""
    until = time.monotonic() + seconds
    while (told := heap(address))["sessions"] and time.monotonic() < until:
        time.sleep(0.5)
    return told | {"texts": heap(address, MARK)["texts"]}


def measure(folder: Path, n: int) -> dict[str, Any]:
    """Visit, leave, and look: faults, sessions and texts that are left, and the memory before and after, in MB."""
    with serve(folder / "log", script="tests/helpers/heap_server.py", METAMED_FORGET_AFTER=str(FORGET_AFTER)) as server:
        # The first pages import what they need, and what so many at a time take the allocator keeps.
        faults = asyncio.run(visits(server.url, 0, AT_ONCE))
        before = rest(server.url)
        faults += asyncio.run(visits(server.url, AT_ONCE, n))
        after = rest(server.url)
        if "Traceback" in server.text():
            faults.append(server.text())
    return {
        "faults": faults,
        "sessions": after["sessions"],
        "texts": after["texts"],
        "before": before["bytes"] / 2**20,
        "after": after["bytes"] / 2**20,
    }


def measure_together(folder: Path, n: int, n_patients: int) -> dict[str, Any]:
    """What each of several visitors takes who are there at once, in MB."""
    with serve(folder / "log", script="tests/helpers/heap_server.py", METAMED_FORGET_AFTER=str(FORGET_AFTER)) as server:
        faults = asyncio.run(visits(server.url, 0, 2))
        before = rest(server.url)["bytes"] / 2**20
        more, size = asyncio.run(together(server.url, 2, n, n_patients))
    return {"faults": faults + more, "visitors": n, "patients": n_patients, "before": before, "each": (size - before) / n}


def main() -> int:
    """Measure it and say so; 1 if anything is left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=N_VISITS)
    parser.add_argument("--together", type=int, default=0, help="instead, so many visitors who are there at once")
    parser.add_argument(
        "--patients", type=int, default=N_PATIENTS, help="with --together: in the table of each; a large one is measured while it adapts"
    )
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        if chosen.together:
            told = measure_together(Path(folder), chosen.together, chosen.patients)
            print(json.dumps(told, indent=1))
            return int(bool(told["faults"]))
        told = measure(Path(folder), chosen.visits)
    print(json.dumps(told, indent=1))
    return int(bool(told["faults"] or told["sessions"] or told["texts"] or told["after"] - told["before"] > MOST))


if __name__ == "__main__":
    sys.exit(main())
