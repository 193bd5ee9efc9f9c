"""The parser of all commands: what cannot be parsed is one sentence, and `--help` is what `%(prog)s` was started as."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from metamed_core.meta_training import reports_errors


class OptionParser(argparse.ArgumentParser):
    """An `ArgumentParser` that refuses in one sentence, and keeps the lines of its epilog."""

    def __init__(self, **how: object) -> None:
        super().__init__(**{"formatter_class": argparse.RawDescriptionHelpFormatter, **how})  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """End with status 2 and one sentence; the usage, which argparse would print before it, stands in `--help`."""
        what = " ".join(message.removeprefix("argument ").split())
        self.exit(2, f"{what[:1].upper()}{what[1:]}; {self.prog} --help lists what can be given.\n" if reports_errors() else None)


def parser_of(commands: Mapping[str, tuple[ModuleType, str]], about: str, epilog: str) -> OptionParser:
    """Return the parser of all commands.

    Parameters
    ----------
    commands
        By name: the file of the command, with `EXAMPLES` and `add_options`, and what the command does.
    about, epilog
        What `--help` says before and after the list of commands; `%(prog)s` in an epilog is how the program was started.
    """
    parser = OptionParser(prog=_program(), description=about, epilog=epilog)
    choice = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (command, does) in commands.items():
        command.add_options(choice.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.", epilog=command.EXAMPLES))
    return parser


def _program() -> str:
    """How the program was started: by its command, or as a module."""
    return "metamed" if Path(sys.argv[0]).stem == "metamed" else "python -m metamed_core"
