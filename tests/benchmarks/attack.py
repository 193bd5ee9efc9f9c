"""An attack on everything that comes from outside: `python -m tests.benchmarks.attack` (with `--share 0.1` a tenth of it).

Damaged and hostile uploads of all formats, saved work, files of knowledge, archives of weights, and addresses of pages, each in a process of
its own whose processor time and memory are measured. Wanted: each ends in a result or a sentence, none takes more than 10 s or 1 GB, and every page opens afterwards.
Exit status 1 otherwise. Needs a system that can fork.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from streamlit.testing.v1 import AppTest

from metamed_core.data import ReadOptions, open_upload
from metamed_core.diagnosis import SavedWork
from metamed_core.diagnosis.trace import start
from metamed_core.knowledge import read_knowledge
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL
from metamed_core.meta_training import Library
from metamed_core.words import UserError
from pages.parts.common.adapt_request import AdaptRequest, RequestState
from pages.parts.common.opened import opened_file
from pages.parts.common.patients_state import UPLOAD, Patients, PatientsState
from pages.parts.diagnose import known_edits
from pages.parts.diagnose.adaptation_state import Adaptation
from tests.benchmarks.fuzz_uploads import Ending, measured, outcome
from tests.helpers.fuzzed_addresses import PAGES, fuzzed_addresses
from tests.helpers.fuzzed_files import Fuzzed, fuzzed
from tests.helpers.fuzzed_weights import BOMBS, fuzzed_weights
from tests.helpers.fuzzed_work import HOSTILE_KNOWLEDGE, HOSTILE_WORK, TABLE, fuzzed_knowledge, fuzzed_work
from tests.helpers.hostile_files import HOSTILE

ROOT = Path(__file__).parents[2]
UPLOADS, WORK, KNOWLEDGE, WEIGHTS, ADDRESSES = 3000, 500, 500, 1000, 1000
SECONDS = 300

Attempt = tuple[str, Callable[[], str]]
"""What it is, and how to make it; gives what came of it."""


@dataclass
class Tally:
    """What came of one kind of attack."""

    endings: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[int, str] = (0, "")
    faults: int = 0

    def add(self, made: str, ending: Ending) -> None:
        """Count one."""
        self.endings[ending.said.partition(":")[0].partition("\n")[0]] += 1
        self.slowest = max(self.slowest, (ending.seconds, made))
        self.largest = max(self.largest, (ending.memory, made))
        if ending.fault:
            self.faults += 1
            print(f"{made}: {ending.fault}", flush=True)

    def row(self, kind: str) -> str:
        """A row of the table."""
        said = ", ".join(f"{n:,} {name}" for name, n in sorted(self.endings.items()))
        (seconds, slow), (memory, large) = self.slowest, self.largest
        return (
            f"| {kind} | {self.endings.total():,} | {said} | {self.faults} | {seconds:.1f} s ({slow}) | {memory / 2**20:.0f} MB ({large}) |"
        )


def uploads(n: int) -> Iterator[Attempt]:
    """Every hostile file, and `n` damaged ones."""
    files = (Fuzzed(*build(), made) for made, build in HOSTILE.items())
    for file in (*files, *fuzzed(n)):
        yield file.made, partial(outcome, file)


def work(n: int) -> Iterator[Attempt]:
    """Saved work that is hostile, and `n` damaged files of it."""
    for made, data in (*((made, build()) for made, build in HOSTILE_WORK.items()), *fuzzed_work(n)):
        yield made, partial(worked_on, data)


def worked_on(data: bytes) -> str:
    """Open saved work as the page does, and adapt; "result" or "sentence: ..."."""
    try:
        found = opened_file("metamed_work.json", data, (), ReadOptions())
        if isinstance(found, SavedWork):
            learner, begin = LEARNERS[found.algorithm](**found.settings), found.weights if found.weights == RANDOM else UNIVERSAL
            start(found.records.without(found.dropped), learner, begin, found.seed, found.knowledge, found.counts_as).run()
    except UserError as error:
        return f"sentence: {error}"
    return "result"


def knowledge(n: int) -> Iterator[Attempt]:
    """Files of knowledge that are hostile, and `n` damaged ones."""
    for made, data in (*((made, build()) for made, build in HOSTILE_KNOWLEDGE.items()), *fuzzed_knowledge(n)):
        yield made, partial(believed, data)


def believed(data: bytes) -> str:
    """Open a file of knowledge on Diagnose, adapt with it, and write it again; "result" or "sentence: ..."."""
    records = open_upload("clinic.csv", TABLE.encode())[1]
    here = Patients(UPLOAD, records, records, "clinic.csv")
    state = Adaptation(PatientsState(here, {UPLOAD: here}), RequestState(AdaptRequest("prototypical", (), UNIVERSAL, 0)))
    try:
        known_edits.open_file(state, "known.csv", data)
        state.adapt()
        state.stop_at(state.total)
    except UserError as error:
        return f"sentence: {error}"
    told = state.patients.current.knowledge
    return "result" if read_knowledge("known.csv", told.to_csv()).sha256 == told.sha256 else "it is written otherwise"


def weights(n: int) -> Iterator[Attempt]:
    """Archives to be imported: every bomb, and `n` damaged ones."""
    for made, data in (*((made, build()) for made, build in BOMBS.items()), *fuzzed_weights(n)):
        yield made, partial(imported, data, made)


def imported(data: bytes, name: str) -> str:
    """Import an archive; "result" or "sentence: ..."."""
    try:
        Library().import_zip(data, name)
    except UserError as error:
        return f"sentence: {error}"
    return "result"


def addresses(n: int) -> Iterator[Attempt]:
    """Pages opened by odd addresses."""
    for page, asked in fuzzed_addresses(n):
        made = f"{page}?{'&'.join(f'{name[:12]!r}={value[:12]!r}' for name, value in asked.items())}"
        yield made, partial(opened, page, asked)


def opened(page: str, asked: dict[str, str]) -> str:
    """Open a page by an address; "result" or what the page shows instead of itself."""
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=SECONDS)
    for name, value in asked.items():
        app.query_params[name] = value
    app.run()
    for name, value in asked.items():
        app.query_params[name] = value
    app.switch_page(f"pages/{page}.py").run()
    return "\n".join([one.stack_trace[-1] if one.stack_trace else one.message for one in app.exception]) or "result"


ATTACKS: dict[str, tuple[Callable[[int], Iterator[Attempt]], int]] = {
    "uploads": (uploads, UPLOADS),
    "saved work": (work, WORK),
    "knowledge": (knowledge, KNOWLEDGE),
    "weights and cards": (weights, WEIGHTS),
    "addresses": (addresses, ADDRESSES),
    "pages afterwards": (lambda _: ((page, partial(opened, page, {})) for page in PAGES), 1),
}
"""By what is attacked: the attempts, and how many are made."""


def main(arguments: list[str] | None = None) -> int:
    """Attack, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the numbers of attempts")
    parser.add_argument("--only", choices=list(ATTACKS), action="append", help="what is attacked; everything unless given")
    options = parser.parse_args(arguments)
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    rows, faults = [], 0
    with tempfile.TemporaryDirectory() as folder:
        # The library of this process and of those that it starts; a single user's, so that the page lists what was taken.
        os.environ |= {"METAMED_HOME": folder, "METAMED_SINGLE_USER": "1"}
        opened("diagnose", {})  # what every server has done once
        for kind in options.only or ATTACKS:
            attempts, n = ATTACKS[kind]
            tally = Tally()
            for made, attempt in attempts(round(n * options.share)):
                tally.add(made, measured(attempt))
            rows.append(tally.row(kind))
            faults += tally.faults
    print("| attacked | attempts | ended in | faults | slowest | largest process |\n|---|---|---|---|---|---|")
    print("\n".join(rows))
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
