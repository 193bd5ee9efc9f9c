"""How long reading a table takes on this computer: `python -m tests.benchmarks.upload_reading_time`. Part of `make bench`.

A table of 2,000 patients and 100 columns is read and checked, one of its cells is edited, and every odd file of the tests is refused
or read; the slowest is named. Wanted: under 1 s, under 0.1 s, under 10 s. A file of 20,000 patients and 50 columns is read and checked as
CSV (under 3 s) and as a workbook (under 10 s), and so are the largest that are allowed: 11 MB of text (under 8 s), 45 MB of numbers (under
15 s), 50 MB of blank lines (at once). All are processor seconds, those of the readers in processes of their own included.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from metamed_core.data import PatientRecords, open_upload
from metamed_core.words import UserError
from tests.helpers.odd_files import ODD_FILES, workbook

N_PATIENTS, N_COLUMNS = 2000, 100


def large_table(seed: int = 0) -> pd.DataFrame:
    """Text of `N_COLUMNS` measurements of `N_PATIENTS` patients with five diagnoses, as a file gives it."""
    values = np.random.default_rng(seed).normal(size=(N_COLUMNS, N_PATIENTS))
    table = pd.DataFrame({f"x{n}": [f"{value:.3f}" for value in column] for n, column in enumerate(values)}, dtype=object)
    return table.assign(diagnosis=[f"d{n % 5}" for n in range(N_PATIENTS)])


def seconds(act: Callable[[], object]) -> float:
    """Processor seconds of an act, those of the processes that it starts included."""

    def now() -> float:
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system

    began = now()
    act()
    return now() - began


def largest_files() -> dict[str, bytes]:
    """A table of 20,000 patients and 50 columns as CSV and as a workbook, by file name."""
    values = np.random.default_rng(1).normal(50, 10, size=(20_000, 48)).round(2).tolist()
    rows = [[f"P{n:05d}", *row, ("a", "b", "c", None)[n % 4]] for n, row in enumerate(values)]
    rows.insert(0, ["patient", *(f"x{n}" for n in range(48)), "diagnosis"])
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    return {"largest.csv": text.encode(), "largest.xlsx": workbook({"S": rows})}


def text_of_11_mb() -> bytes:
    """A CSV of 20,000 patients: remarks that are all different, words of a short list, codes, and a diagnosis."""
    rng = np.random.default_rng(2)
    words = np.array(
        [f"{first}{last}" for first in ("hyper", "hypo", "dys", "peri", "endo") for last in ("tonia", "trophy", "plasia", "carditis")]
    )
    remarks = [" ".join(row) for row in words[rng.integers(len(words), size=(5 * 20_000, 7))].tolist()]
    short = words[rng.integers(len(words), size=(20_000, 12))].tolist()
    rows = [f"P{n:05d},{','.join(remarks[5 * n : 5 * n + 5])},{','.join(row)},d{n % 4}" for n, row in enumerate(short)]
    header = ",".join(["patient", *(f"remark {n}" for n in range(5)), *(f"finding {n}" for n in range(12)), "diagnosis"])
    return "\n".join([header, *rows]).encode()


def numbers_of_45_mb() -> bytes:
    """A CSV of 20,000 patients and 199 columns, nearly as many cells as are allowed, nearly all different."""
    values = np.random.default_rng(3).uniform(100, 1000, size=(20_000, 197))
    rows = [f"P{n:05d},{','.join([f'{value:.7f}' for value in row])},{'abc'[n % 3]}" for n, row in enumerate(values.tolist())]
    return "\n".join([",".join(["patient", *(f"x{n}" for n in range(197)), "diagnosis"]), *rows]).encode()


ALLOWED: dict[str, tuple[Callable[[], bytes], int]] = {
    "11 MB of text": (text_of_11_mb, 8),
    "45 MB of numbers": (numbers_of_45_mb, 15),
    "50 MB of blank lines": (lambda: b"\n" * (50 * 2**20), 1),
}
"""The largest files that are allowed, by name, and the seconds within which each is to be read."""


def checked(name: str, data: bytes) -> None:
    """Read a file as the page does, with its findings."""
    _, records = open_upload(name, data)
    _ = records.features, records.findings, records.problem


def outcome(name: str, data: bytes) -> str:
    """What becomes of an upload: "works", or the sentence that refuses it."""
    try:
        _, records = open_upload(name, data)
        _ = records.features, records.findings
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
    for (name, data), most in zip(largest_files().items(), (3, 10), strict=True):
        print(f"{name}, 20,000 patients x 50 columns (under {most} s)     {seconds(partial(checked, name, data)):.2f} s")
    for name, (build, most) in ALLOWED.items():
        print(f"{name} (under {most} s)     {seconds(partial(outcome, 'allowed.csv', build())):.2f} s")
    built = {odd: odd.build() for odd in ODD_FILES}
    took = {odd.key: seconds(partial(outcome, odd.name, built[odd])) for odd in ODD_FILES}
    slowest = max(took, key=lambda key: took[key])
    print(f"the slowest of {len(took)} odd files, {slowest} (under 10 s)   {took[slowest]:.2f} s")


if __name__ == "__main__":
    reading()
