"""Whether one visitor's work stops another's page: `python -m tests.benchmarks.busy_server`.

    python -m tests.benchmarks.busy_server                                                          # a file of 50 MB and a comparison beside
    python -m tests.benchmarks.busy_server --files 0 --comparisons 4 --trainings 1 --bystanders 30  # thirty go on clicking beside these
    python -m tests.benchmarks.busy_server --files 0 --comparisons 0 --tables 1                     # a long adaptation beside

The server is the real one, in a process of its own; visitors are told by a browser's messages (`tests.helpers.tab`). While some keep it busy,
bystanders click on Diagnose; a click lasts from the message that a button was pressed until the last message of the page's answer.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import statistics
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tests.conftest import serve
from tests.helpers.tab import Tab, faults_in, open_tab, texts

CLICKS = {"reset": "Step **0 / ", "step_once": "Step **1 / ", "last_step": "Answers", "charts": "Step **"}
"""Buttons on Diagnose that a bystander presses one after the other, and what then stands on the page."""
LOADS = {
    "files": "read a file of 50 MB again and again",
    "comparisons": "run a comparison",
    "trainings": "run a meta-training",
    "tables": "adapt the prior-fitted network to 5,000 of 20,000 patients",
}


@dataclass
class Seen:
    """Seconds that the bystanders' clicks took, that a run took to stop, slices of each load, the longest tick, and whatever went wrong."""

    clicks: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    longest: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def note(self, load: str, seconds: float) -> None:
        """One more piece of work of a load."""
        self.done[load] = self.done.get(load, 0) + 1
        self.longest[load] = max(self.longest.get(load, 0.0), seconds)


def numbers(n_rows: int, n_columns: int, digits: int, n_labeled: int) -> bytes:
    """A table of numbers, of which so many rows have one of five diagnoses."""
    values = np.random.default_rng(0).normal(50, 10, size=(n_rows, n_columns))
    rows = [
        f"P{i:05d},{f'd{i % 5}' if i < n_labeled else ''}," + ",".join(f"{value:.{digits}f}" for value in row)
        for i, row in enumerate(values.tolist())
    ]
    return "\n".join(["patient,diagnosis," + ",".join(f"x{n}" for n in range(n_columns)), *rows]).encode()


def check_expected(came: list[Any], expected: str, seen: Seen) -> None:
    """Count it as a fault if something went wrong or is not said."""
    seen.faults += faults_in(came)
    if expected not in texts(came) and expected not in str(came):
        seen.faults.append(f"no “{expected}” in the answer")


async def bystander(address: str, rng: random.Random, n_clicks: int, pause: float, seen: Seen) -> None:
    """Click on Diagnose."""
    await asyncio.sleep(rng.uniform(0, pause))
    async with open_tab(address, "diagnose") as tab:
        seen.faults += faults_in(await tab.ask())
        for key in itertools.islice(itertools.cycle(CLICKS), n_clicks):
            await asyncio.sleep(rng.uniform(0.5 * pause, 1.5 * pause))
            began = time.perf_counter()
            came = await tab.press(key)
            seen.clicks.append(time.perf_counter() - began)
            check_expected(came, CLICKS[key], seen)


async def run_again(tab: Tab, load: str, seen: Seen, over: asyncio.Event, start: str) -> None:
    """Press Start whenever the run is at its end, and let its timer tick."""
    while not over.is_set():
        seen.faults += faults_in(await tab.press(start))
        began = time.perf_counter()
        async for came in tab.ticks():
            seen.note(load, time.perf_counter() - began)
            seen.faults += faults_in(came)
            if over.is_set():
                break
            began = time.perf_counter()


async def stop(tab: Tab, key: str, says: str, seen: Seen) -> None:
    """Press Stop in the middle of a slice; how long until it is said that it has stopped."""
    if not tab.timers:
        return
    await tab.send(fragment=next(iter(tab.timers)), by_timer=True)
    await asyncio.sleep(0.05)
    began = time.perf_counter()
    state, fragment = tab.pressed(key)
    await tab.send(state, fragment=fragment)
    while says not in texts(await tab.answer()):
        pass
    seen.stops.append(time.perf_counter() - began)


async def comparisons(address: str, seen: Seen, over: asyncio.Event) -> None:
    """A visitor who runs the default comparison."""
    async with open_tab(address, "compare") as tab:
        seen.faults += faults_in(await tab.ask())
        await run_again(tab, "comparisons", seen, over, "compare_run")
        await stop(tab, "compare_stop", "Stopped after", seen)


async def trainings(address: str, seen: Seen, over: asyncio.Event) -> None:
    """A visitor who runs the default meta-training."""
    async with open_tab(address, "meta_train") as tab:
        seen.faults += faults_in(await tab.ask())
        await run_again(tab, "trainings", seen, over, "training_begin")
        await stop(tab, "training_stop", "Stopped at step", seen)


async def files(address: str, seen: Seen, over: asyncio.Event) -> None:
    """A visitor who opens a file of nearly 50 MB."""
    data = numbers(20_000, 190, 9, 5_000)
    while not over.is_set():
        async with open_tab(address, "diagnose") as tab:
            seen.faults += faults_in(await tab.ask())
            seen.faults += faults_in(await tab.press("change_patients"))
            began = time.perf_counter()
            seen.faults += faults_in(await tab.upload("large.csv", data))
            async for came in tab.ticks():
                seen.faults += faults_in(came)
                if over.is_set():
                    break
            else:
                seen.note("files", time.perf_counter() - began)
                if "confirm" not in tab.widgets:
                    seen.faults.append("the large file was not read")


async def tables(address: str, seen: Seen, over: asyncio.Event) -> None:
    """A visitor who adapts to a large table, once."""
    async with open_tab(address, "diagnose", "algorithm=prior_fitted") as tab:
        seen.faults += faults_in(await tab.ask())
        seen.faults += faults_in(await tab.press("change_patients"))
        seen.faults += faults_in(await tab.upload("wide.csv", numbers(20_000, 20, 2, 5_000)))
        async for came in tab.ticks():
            seen.faults += faults_in(came)
        began = time.perf_counter()
        seen.faults += faults_in(await tab.press("confirm"))
        seen.note("tables", time.perf_counter() - began)
        began = time.perf_counter()
        async for came in tab.ticks():
            seen.note("tables", time.perf_counter() - began)
            seen.faults += faults_in(came)
            if over.is_set():
                break
            began = time.perf_counter()
        await stop(tab, "stop", "Step **", seen)


BUSY = {"files": files, "comparisons": comparisons, "trainings": trainings, "tables": tables}


async def watched(work: Coroutine[Any, Any, None], seen: Seen) -> None:
    """Whatever a visitor meets with is counted, and stops no other."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - see above
        seen.faults.append(f"{type(error).__name__}: {str(error)[:200]}")


async def measure(address: str, chosen: argparse.Namespace) -> Seen:
    """The bystanders' clicks while the others are at work."""
    warm, seen, over = Seen(), Seen(), asyncio.Event()
    await bystander(address, random.Random(0), len(CLICKS), 0.0, warm)  # noqa: S311 - only pauses
    loads = [asyncio.create_task(watched(BUSY[load](address, seen, over), seen)) for load in LOADS for _ in range(getattr(chosen, load))]
    await asyncio.sleep(chosen.lead)
    rngs = [random.Random(n) for n in range(chosen.bystanders)]  # noqa: S311 - only pauses
    await asyncio.gather(*(watched(bystander(address, rng, chosen.clicks, chosen.pause, seen), seen) for rng in rngs))
    over.set()
    await asyncio.gather(*loads)
    seen.faults += warm.faults
    return seen


def told(values: list[float]) -> str:
    """Median, the value that 95% do not exceed, and the longest."""
    if not values:
        return "none"
    high = sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]
    return f"median {statistics.median(values):.2f} s, 95% within {high:.2f} s, longest {max(values):.2f} s ({len(values)})"


def main() -> int:
    """Measure it on a fresh server and say so; 1 if anything went wrong or the median click takes 1 s."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for load, does in LOADS.items():
        parser.add_argument(f"--{load}", type=int, default=int(load in ("files", "comparisons")), help=f"visitors who {does}")
    parser.add_argument("--bystanders", type=int, default=1, help="visitors who click on Diagnose")
    parser.add_argument("--clicks", type=int, default=40, help="clicks of each")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two clicks of one visitor, on average")
    parser.add_argument("--lead", type=float, default=20.0, help="seconds that the others have been at work before")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder, serve(Path(folder) / "log") as server:
        seen = asyncio.run(measure(server.url, chosen))
        if "Traceback" in server.text():
            seen.faults.append("a traceback in the server's log")
    print(f"click on Diagnose: {told(seen.clicks)}")
    print(f"Stop: {told(seen.stops)}")
    for load, n in seen.done.items():
        print(f"{load}: {n} {'reads' if load == 'files' else 'ticks'}, the longest took {seen.longest[load]:.2f} s")
    print(*seen.faults[:10], sep="\n")
    return int(bool(seen.faults) or not seen.clicks or statistics.median(seen.clicks) >= 1)


if __name__ == "__main__":
    sys.exit(main())
