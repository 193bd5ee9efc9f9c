"""`python -m metamed_core audit verify`: finds any changed, removed or reordered line of a server's audit log."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from metamed_core.data import read_log
from metamed_core.words import UserError, Words, plural

MOST_TOLD = 20
"""Lines that are listed before the rest is only counted."""
EXAMPLES = """examples:
  %(prog)s verify audit.jsonl
  %(prog)s verify audit.jsonl --last 5f1c...   (64 digits: the hash that was kept elsewhere)"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `audit` to `parser`."""
    parser.set_defaults(run=run)
    parser.add_argument("what", choices=["verify"], help="the one thing that can be done with a log")
    parser.add_argument("file", type=Path, metavar="FILE", help="the log that METAMED_AUDIT_LOG names on the server")
    parser.add_argument(
        "--last",
        type=_hash,
        metavar="HASH",
        help="the last hash of an earlier check: the log must still hold its line (default: not asked)",
    )


def _hash(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", text.lower()):
        raise argparse.ArgumentTypeError("a hash has 64 digits of 0-9 and a-f: give one that an earlier check has printed")
    return text.lower()


def run(options: argparse.Namespace) -> None:
    """Check every line and say which do not hold; ends with status 1 if there are any. Raises UserError if the file cannot be read."""
    n_lines, n_faults, last, kept_line = 0, 0, "", 0
    try:
        with options.file.open("rb") as lines:
            for line in read_log(lines):
                n_lines, last = line.number, line.hash
                kept_line = line.number if line.hash == options.last else kept_line
                if line.problem is not None:
                    n_faults += 1
                    if n_faults <= MOST_TOLD:
                        sys.stdout.write(f"line {line.number} {line.problem}\n")
    except OSError as error:
        raise UserError(_UNREADABLE.format(file=options.file, why=error.strerror)) from error
    if n_faults > MOST_TOLD:
        sys.stdout.write(f"and {n_faults - MOST_TOLD} more\n")
    if options.last and not kept_line:
        sys.stdout.write(
            f"after line {n_lines} the line is missing whose hash was kept: the end was cut off, or the log was written anew\n"
        )
        n_faults += 1
    if n_faults:
        raise SystemExit(1)
    sys.stdout.write(f"{n_lines} {plural(n_lines, 'line', 'lines')}, unbroken. Last hash: {last or 'none'}\n")
    if kept_line:
        sys.stdout.write(f"The hash that was kept is that of line {kept_line}.\n")


_UNREADABLE = Words("The audit log {file} cannot be read: {why}.", "无法读取审计日志 {file}：{why}。")
