"""A class at work: many visitors of one server, each opening a page and stepping through it: `python -m tests.benchmarks.many_visitors`.

    python -m tests.benchmarks.many_visitors                                             # thirty at work on Compare
    python -m tests.benchmarks.many_visitors --page diagnose --clients 60 --spread 6     # sixty arrive at Diagnose

The server is the real one, in a process of its own. A visitor is what a browser is to the server: a socket and a session, told by the same
messages; only the drawing is left out, which thirty students do on thirty computers and not on this one. An interaction lasts from the
message that a widget has changed until the last message of the page's answer has come.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.conftest import serve
from tests.helpers.tab import faults_in, open_tab, texts

N_CLIENTS, PAUSE, SPREAD = 30, 5.0, 10.0
STEPS = (
    ("view_at", "1", "balanced accuracy with 1 labeled patient per diagnosis: "),
    ("view_at", "5", "balanced accuracy with 5 labeled patients per diagnosis: "),
    ("view_metric", "log-loss", "best log-loss with 5 labeled patients per diagnosis: "),
    ("view_details", "Net benefit", "the probability from which you would act"),
    ("view_metric", "balanced accuracy", "balanced accuracy with 5 labeled patients per diagnosis: "),
    ("view_details", "Confusion matrix", "rows are the correct diagnoses"),
    ("view_at", "10", "balanced accuracy with 10 labeled patients per diagnosis: "),
    ("view_details", "Two side by side", "each mark is one episode"),
    ("view_details", "Cost", "further left is quicker"),
    ("view_at", "all together", "balanced accuracy over all numbers of labeled patients: "),
)
"""Which widget is set to what, one after the other, and what stands in the answer."""
RESULTS = {"compare": "best balanced accuracy", "diagnose": "diagnosis"}
"""Stands in the answer to who opens the page, if the result was there without waiting."""


@dataclass
class Seen:
    """What all visitors met with: seconds to open, seconds of each interaction, and whatever went wrong."""

    opened: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


async def visit(address: str, page: str, rng: random.Random, seen: Seen, pause: float, spread: float) -> None:
    """One visitor from opening to leaving."""
    await asyncio.sleep(rng.uniform(0, spread))
    try:
        async with open_tab(address, page) as visitor:
            began = time.perf_counter()
            came = await visitor.ask()
            seen.opened.append(time.perf_counter() - began)
            seen.faults += faults_in(came)
            if RESULTS[page] not in texts(came):
                seen.faults.append("there was no result when the page had opened")
            for name, option, expected in STEPS if page == "compare" else ():
                await asyncio.sleep(rng.uniform(0.5 * pause, 1.5 * pause))
                began = time.perf_counter()
                came = await visitor.choose(name, option)
                seen.waited.append(time.perf_counter() - began)
                seen.faults += faults_in(came)
                if expected not in texts(came):
                    seen.faults.append(f"{name} = {option} was answered without “{expected}”")
    except Exception as error:  # noqa: BLE001 - whatever a visitor meets with is what is counted
        seen.faults.append(f"{type(error).__name__}: {str(error)[:200]}")


async def work(address: str, page: str, n: int, pause: float, spread: float) -> Seen:
    """All visitors at once, after one who has warmed the server up."""
    first, *rngs = [random.Random(number) for number in range(n + 1)]  # noqa: S311 - only pauses
    await visit(address, page, first, Seen(), 0.0, 0.0)
    seen = Seen()
    await asyncio.gather(*(visit(address, page, rng, seen, pause, spread) for rng in rngs))
    return seen


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def processor_seconds(pid: int) -> float:
    """Processor time that a process has used so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run it on a fresh server and say what was measured; 1 if anything went wrong or the median is too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", choices=list(RESULTS), default="compare")
    parser.add_argument("--clients", type=int, default=N_CLIENTS)
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between two interactions of a visitor, on average")
    parser.add_argument("--spread", type=float, default=SPREAD, help="seconds within which all open the page")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder, serve(Path(folder) / "log") as server:
        before = processor_seconds(server.pid)
        seen = asyncio.run(work(server.url, chosen.page, chosen.clients, chosen.pause, chosen.spread))
        spent = processor_seconds(server.pid) - before
        if "Traceback" in server.text():
            seen.faults.append("a traceback in the server's log")
    print(f"{chosen.clients} visitors, {len(seen.waited)} interactions, {len(seen.faults)} faults")
    print(f"processor time of the server, start of the libraries included: {spent:.1f} s")
    for name, values in (("opening", seen.opened), ("interaction", seen.waited)):
        if not values:
            continue
        middle = statistics.median(values)
        print(f"{name:<12} median {middle:.2f} s, nine in ten within {quantile(values, 0.9):.2f} s, longest {max(values, default=0):.2f} s")
    for fault in seen.faults[:10]:
        print(fault)
    slow = statistics.median(seen.waited) >= 1.5 if seen.waited else statistics.median(seen.opened or [9.0]) >= 8
    return int(bool(seen.faults) or slow)


if __name__ == "__main__":
    sys.exit(main())
