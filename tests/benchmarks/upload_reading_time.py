"""How long reading a table takes on this computer: `python -m tests.benchmarks.upload_reading_time`. Part of `make bench`.

A table of 2,000 patients and 100 columns is read and checked, one of its cells is edited, and every odd file of the tests is refused
or read; the slowest is named. Wanted: under 1 s, under 0.1 s, under 10 s.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from metamed_core.data import PatientRecords, open_upload
from metamed_core.words import UserError
from tests.helpers.odd_files import ODD_FILES

N_PATIENTS, N_COLUMNS = 2000, 100


def large_table(seed: int = 0) -> pd.DataFrame:
    """Text of `N_COLUMNS` measurements of `N_PATIENTS` patients with five diagnoses, as a file gives it."""
    values = np.random.default_rng(seed).normal(size=(N_COLUMNS, N_PATIENTS))
    table = pd.DataFrame({f"x{n}": [f"{value:.3f}" for value in column] for n, column in enumerate(values)}, dtype=object)
    return table.assign(diagnosis=[f"d{n % 5}" for n in range(N_PATIENTS)])


def seconds(act: Callable[[], object]) -> float:
    """Processor seconds of an act."""
    began = time.process_time()
    act()
    return time.process_time() - began


def outcome(name: str, data: bytes) -> str:
    """What becomes of an upload: "works", or the sentence that refuses it."""
    try:
        _, records = open_upload(name, data)
    except UserError as error:
        return error.words.en
    return "works" if records.problem is None else records.problem.en


def reading() -> None:
    """Measure and print."""
    table, records = large_table(), list[PatientRecords]()

    def read() -> None:
        records.append(PatientRecords.from_table(table))
        _ = records[-1].features, records[-1].findings

    def edit() -> None:
        _ = records[-1].with_cell(3, "x4", "7").features

    print(f"\nreading {N_PATIENTS:,} patients x {N_COLUMNS} columns (under 1 s)     {seconds(read):.2f} s")
    print(f"an edit of one of its cells (under 0.1 s)           {seconds(edit):.3f} s")
    built = {odd: odd.build() for odd in ODD_FILES}
    took = {odd.key: seconds(partial(outcome, odd.name, built[odd])) for odd in ODD_FILES}
    slowest = max(took, key=lambda key: took[key])
    print(f"the slowest of {len(took)} odd files, {slowest} (under 10 s)   {took[slowest]:.2f} s")


if __name__ == "__main__":
    reading()
