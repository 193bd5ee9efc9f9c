"""Options that select a table of patients, read in the same way as an upload in the app."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from metamed_core.cli.option_numbers import at_least
from metamed_core.data import Cohort, Column, PatientRecords, ReadOptions, Role, open_upload, read_columns, read_table, set_aside, shown
from metamed_core.words import UserError, Words

_SEPARATORS = {"tab": "\t", "\\t": "\t", "blank": " ", "space": " ", "comma": ",", "semicolon": ";", "bar": "|"}


def add_table_options(parser: argparse._ActionsContainer, *, truth: bool = True) -> None:
    """Add the options that describe the table; unspecified ones are guessed as in the app.

    Parameters
    ----------
    parser
        The parser or argument group.
    truth
        Whether to add `--truth`, a table of held-out diagnoses.
    """
    parser.add_argument("--label", metavar="COLUMN", help="column of diagnoses (default: guessed)")
    parser.add_argument(
        "--columns", type=Path, metavar="FILE.csv", help="role, unit, reference range and cost of columns (default: guessed)"
    )
    parser.add_argument(
        "--group", metavar="COLUMN", help="column of hospitals, papers or persons, never both labeled and asked in one task (default: none)"
    )
    parser.add_argument("--drop", metavar="COLUMN", action="append", default=[], help="leave out a column; may be repeated (default: none)")
    parser.add_argument("--sheet", help="sheet of a workbook (default: the first that allows a task)")
    parser.add_argument(
        "--header-row", type=at_least(0), metavar="N", help="line of the column names, 0 if there are none (default: judged)"
    )
    parser.add_argument("--separator", metavar="SIGN",
        help=f"between two cells: a sign, or {', '.join(_SEPARATORS)} (default: judged)")  # fmt: skip
    parser.add_argument("--encoding", help="of a text file, such as utf-8, big5, cp1250 (default: judged)")
    parser.add_argument("--decimal", choices=(".", ","), help="decimal sign; the other one groups thousands (default: judged)")
    parser.add_argument(
        "--mend",
        metavar="KIND",
        action="append",
        default=[],
        help="apply the remedy of these findings of the check, as it prints them in brackets; may be repeated (default: none)",
    )
    parser.add_argument("--every-row", action="store_true", help="every row below the header is a patient, also sums, footnotes and units")
    _add_cell_options(parser)
    if truth:
        parser.add_argument("--truth", type=Path, metavar="FILE", help="table of diagnoses that were set aside, by patient (default: none)")


def _add_cell_options(parser: argparse._ActionsContainer) -> None:
    """Add the options that say how cells are read."""
    parser.add_argument(
        "--missing",
        metavar="[COLUMN=]CODE",
        action="append",
        default=[],
        help="a code for a missing value, such as 999, in all columns or in one; may be repeated (default: judged)",
    )
    parser.add_argument(
        "--value",
        metavar="[COLUMN=]TEXT",
        action="append",
        default=[],
        help="a text that is a value although it looks like a missing one, such as ND; may be repeated (default: judged)",
    )
    parser.add_argument("--day-first", action="store_true", help="in dates such as 03/04/2024 the day comes first (default: judged)")


def records_of(path: Path, options: argparse.Namespace) -> PatientRecords:
    """Read the table at `path` with the column roles that the options set. Raises UserError if a file or column cannot be used."""
    told = read_columns(options.columns.name, _bytes(options.columns)) if options.columns else ()
    _, records = open_upload(path.name, _bytes(path), options.sheet, told, options=read_options(options))
    for kind in options.mend:
        records = _mended(records, kind)
    chosen = dict.fromkeys(options.drop, Role.IGNORE) | {name: Role.GROUP for name in [options.group] if name}
    if options.label:
        chosen |= {column.name: Role.IGNORE for column in records.columns if column.role is Role.LABEL} | {options.label: Role.LABEL}
    for name in chosen:
        _known(records, name)
    return with_cells(records.with_columns([_as(column, chosen.get(column.name)) for column in records.columns]), options)


def with_cells(records: PatientRecords, options: argparse.Namespace) -> PatientRecords:
    """Return the records with cells read as the options say: codes for missing, texts that are values, dates. Raises UserError for an unknown column."""
    for texts, missing in ((options.missing, True), (options.value, False)):
        for told in texts:
            column, _, text = told.rpartition("=")
            if column:
                _known(records, column)
            records = records.with_reading(text, column or None, missing=missing)
    if options.day_first:
        records = records.with_columns([replace(one, day_first=True) for one in records.columns])
    return records


def _mended(records: PatientRecords, kind: str) -> PatientRecords:
    """The records after the remedy of every finding of this kind."""
    offered = {finding.kind for finding in records.findings if finding.remedy}
    if kind not in offered:
        raise UserError(_NOTHING_TO_MEND.format(kind=shown(kind), offered=", ".join(sorted(offered)) or "–"))
    for _ in range(1 + len(records.columns)):  # a remedy may bring up further findings of its kind, but not without end
        finding = next((one for one in records.findings if one.kind == kind and one.remedy), None)
        if finding is None:
            break
        records = records.with_remedy(finding)
    return records


def read_options(options: argparse.Namespace) -> ReadOptions:
    """Return how the file is to be read according to the options."""
    separator = _SEPARATORS.get(options.separator, options.separator)
    return ReadOptions(options.header_row, separator, options.encoding, options.decimal, options.every_row)


def cohort_of(path: Path, options: argparse.Namespace) -> Cohort:
    """Read the table at `path` with all known diagnoses, including held-out ones. Raises UserError if it allows no task."""
    records = records_of(path, options)
    truth = set_aside(records, read_table(options.truth.name, _bytes(options.truth))) if options.truth else None
    return Cohort.of_records(records, truth)


def checked_ending(out: Path | None, endings: Sequence[str]) -> None:
    """Check before any computation that the output file can be written.

    Parameters
    ----------
    out
        The output file; None is accepted.
    endings
        Valid extensions, with the dot.

    Raises
    ------
    UserError
        If the extension is not valid or the folder does not exist.
    """
    if out is None:
        return
    if out.suffix not in endings:
        raise UserError(
            Words("{file} cannot be written: its name must end in {endings}.", "无法写为 {file}：文件名须以 {endings} 结尾。").format(
                file=out.name, endings=Words(", ".join(endings[:-1]) + f" or {endings[-1]}", "、".join(endings[:-1]) + f" 或 {endings[-1]}")
            )
        )
    if not out.parent.is_dir():
        raise UserError(
            Words("There is no folder {folder}: make it, or write elsewhere.", "文件夹 {folder} 不存在：请先建立，或写到别处。").format(
                folder=out.parent
            )
        )


def _as(column: Column, role: Role | None) -> Column:
    return column if role is None else replace(column, role=role, confirmed=role is Role.LABEL)


def _known(records: PatientRecords, name: str) -> None:
    if name not in records.raw.columns:
        raise UserError(
            Words("The table has no column “{name}”: choose one of {known}.", "表中没有列“{name}”：请从 {known} 中选择。").format(
                name=shown(name), known=", ".join(shown(column.name) for column in records.columns)
            )
        )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            Words(
                "The file {file} cannot be read: check the path and that you may read it.",
                "无法读取文件 {file}：请检查路径以及读取权限。",
            ).format(file=path)
        ) from error


_NOTHING_TO_MEND = Words(
    "The check has no finding “{kind}” with a remedy: choose one of {offered}.", "上传检查中没有可修正的“{kind}”：请从 {offered} 中选择。"
)
