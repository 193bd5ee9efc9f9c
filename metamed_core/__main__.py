"""The command line: `python -m metamed_core meta-train --learner maml`; `--help` lists every command.

Floor 15 of the house.
"""

from __future__ import annotations

import argparse
import sys

from metamed_core import calibrate
from metamed_core.commands import bench, card, meta_train
from metamed_core.compute import speaks
from metamed_core.words import UserError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m metamed_core", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    meta_train.add_options(commands.add_parser("meta-train", help="meta-train a learner and write its weights and card"))
    card.add_options(commands.add_parser("card", help="put the result of an accuracy check into the card of the weights it measured"))
    calibrate.add_options(commands.add_parser("calibrate", help="learn temperatures on prior tasks and write them into the card"))
    bench.add_options(commands.add_parser("bench", help="measure how fast meta-training is on this computer, beside plain loops"))
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except UserError as error:
        if speaks():
            sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        if speaks():
            sys.stderr.write("Stopped. Meta-training goes on from its last state when the same command is given again.\n")
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
