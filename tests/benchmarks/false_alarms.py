"""How often the upload check raises a doubt about a clean table: `python -m tests.benchmarks.false_alarms FOLDER [--facts]`.

Reads every table of a folder of clean ones (docs/how-to/repeat-the-figures.md says how to get nineteen) and the bundled cohorts. A doubt is a
finding that asks whether something was read rightly or may be wrong; on a clean table it is a false alarm. A finding of `FACTS` states what is
so (cells are missing, two patients are alike) and is no doubt. Wanted: at most one doubt in ten tables.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from metamed_core.data import Finding, open_upload
from metamed_core.words import UserError, Words

BUNDLED = Path(__file__).parents[2] / "sample_data"
FACTS = frozenset(
    "missing|constant|censored|identifier|age_over_89|free_text|duplicate_rows|duplicate_column|contradiction|single_patient_class".split(
        "|"
    )
)
"""Kinds of finding that state what can be seen in the table, without a doubt."""
WANTED = 0.1
ENDINGS = (".csv", ".tsv", ".xlsx")


@dataclass(frozen=True, slots=True)
class Checked:
    """A table and its findings; a table that is refused or allows no task is a doubt as well."""

    name: str
    doubts: tuple[str, ...]
    facts: tuple[str, ...]


def checked(path: Path) -> Checked:
    """Read a table as an upload and sort its findings into doubts and facts."""
    try:
        _, records = open_upload(path.name, path.read_bytes())
    except UserError as error:
        return Checked(path.stem, (error.words.en,), ())
    problem = () if records.problem is None else (records.problem.en,)
    doubts = tuple(map(_line, (one for one in records.findings if one.kind not in FACTS)))
    return Checked(path.stem, problem + doubts, tuple(map(_line, (one for one in records.findings if one.kind in FACTS))))


def clean_tables(folder: Path) -> Iterator[Path]:
    """Yield the tables of a folder, then the bundled cohorts. Raises UserError where the folder holds none."""
    found = [path for path in sorted(folder.glob("*")) if path.suffix in ENDINGS]
    if not found:
        raise UserError(
            Words(
                "The folder {folder} holds no table: put clean tables there; docs/how-to/repeat-the-figures.md says how to get some.",
                "文件夹 {folder} 中没有表格：请将干净的数据表放入其中，获取方法见 docs/how-to/repeat-the-figures.md。",
            ).format(folder=folder)
        )
    yield from found
    yield from (path for path in sorted(BUNDLED.glob("*.csv")) if not path.stem.endswith((".columns", ".truth", ".knowledge")))


def summary(tables: Sequence[Checked]) -> str:
    """One sentence with the number of doubts in ten tables."""
    n = sum(len(one.doubts) for one in tables)
    return f"{n} doubts in {len(tables)} clean tables: {10 * n / len(tables):.1f} in ten tables (at most {10 * WANTED:.0f} wanted)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the doubts of each table and the summary; the exit status is 1 if there are too many."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="a folder of clean tables")
    parser.add_argument("--facts", action="store_true", help="list the findings that are no doubts as well")
    options = parser.parse_args(arguments)
    tables = []
    try:
        for path in clean_tables(options.folder):
            tables.append(one := checked(path))
            print(f"{one.name}: {len(one.doubts)} doubts, {len(one.facts)} facts", flush=True)
            for line in (*(f"  ? {doubt}" for doubt in one.doubts), *(f"  . {fact}" for fact in one.facts if options.facts)):
                print(line)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    print(summary(tables))
    return int(sum(len(one.doubts) for one in tables) > WANTED * len(tables))


def _line(finding: Finding) -> str:
    return f"{finding.kind}: {finding.message.en}"


if __name__ == "__main__":
    sys.exit(main())
