"""Uploads of damaged and hostile files: `python -m tests.benchmarks.fuzz_uploads --files 2000`.

Every file is read and checked in a process of its own, whose processor time and memory are measured (those of the readers that it
starts included). Wanted: each ends in a table or a sentence; none takes more than 10 s or 1 GB. Exit status 1 otherwise. Needs a system
that can fork.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from metamed_core.data import open_upload
from metamed_core.words import UserError
from tests.helpers.fuzzed_files import Fuzzed, fuzzed

MOST_SECONDS = 10.0
MOST_BYTES = 2**30


@dataclass(frozen=True)
class Ending:
    """What became of a file: "result", "sentence" or the end of a traceback; processor seconds, and the largest process in bytes."""

    said: str
    seconds: float
    memory: int

    @property
    def fault(self) -> str:
        """What is wrong with it; empty if nothing."""
        if self.said.partition(":")[0] not in {"result", "sentence"}:
            return self.said
        slow = f"took {self.seconds:.1f} s" if self.seconds > MOST_SECONDS else ""
        return slow or (f"took {self.memory / 2**20:.0f} MB" if self.memory > MOST_BYTES else "")


def outcome(file: Fuzzed) -> str:
    """Read and check a file; "result" or "sentence: ..."."""
    try:
        _, records = open_upload(file.name, file.data)
        _ = records.features, records.findings, records.problem
    except UserError as error:
        return f"sentence: {error}"
    return "result"


def measured(act: Callable[[], str]) -> Ending:
    """What `act` gives in a child process, with its time and memory."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = act()
        except BaseException:  # noqa: BLE001 - whatever it is, it is the finding
            said = traceback.format_exc(limit=-4)
        os.write(writable, said.encode()[:4000])
        os._exit(0)
    os.close(writable)
    _, status, usage = os.wait4(child, 0)
    said = os.read(readable, 4000).decode("utf-8", "replace")
    os.close(readable)
    unit = 1 if sys.platform == "darwin" else 1024
    return Ending(said or f"died with status {status}", usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    endings: Counter[str] = Counter()
    slowest, largest = ("", 0.0), ("", 0)
    faults = 0
    for file in fuzzed(options.files, options.seed):
        ending = measured(partial(outcome, file))
        endings[ending.said.partition(":")[0].partition("\n")[0]] += 1
        slowest = max(slowest, (file.made, ending.seconds), key=lambda one: one[1])
        largest = max(largest, (file.made, ending.memory), key=lambda one: one[1])
        if ending.fault:
            faults += 1
            print(f"{file.made} ({file.name}, {len(file.data):,} bytes): {ending.fault}", flush=True)
    print(f"{options.files} files: {dict(endings)}; {faults} faults")
    print(
        f"slowest: {slowest[0]}, {slowest[1]:.1f} s (under {MOST_SECONDS:.0f}); largest: {largest[0]}, {largest[1] / 2**20:.0f} MB (under 1,024)"
    )
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
