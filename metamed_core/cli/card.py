"""`python -m metamed_core card`: writes the result of an accuracy measurement into the model card of the measured weights."""

from __future__ import annotations

import argparse
from pathlib import Path

from metamed_core.cli.option_numbers import at_least
from metamed_core.cli.option_weights import file_of
from metamed_core.learners import LEARNERS, UNIVERSAL
from metamed_core.meta_training import record_measurement

EXAMPLES = """example:
  %(prog)s --learner maml --measured table.json --episodes 100"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `card` to `parser`."""
    parser.set_defaults(run=run)
    parser.add_argument("--learner", choices=list(LEARNERS), required=True, help="whose weights were measured")
    parser.add_argument("--measured", type=Path, required=True, metavar="FILE.json", help="the table that the accuracy check has written")
    parser.add_argument("--episodes", type=at_least(1), required=True, help="episodes behind each figure and table")
    parser.add_argument("--note", default="", help="what else a reader must know of the measurement (default: nothing)")
    parser.add_argument(
        "--weights",
        default=UNIVERSAL,
        help="whose card is filled: universal (shipped), a file made by meta-train, or a name in the library (default %(default)s)",
    )


def run(options: argparse.Namespace) -> None:
    """Write the measurement into the card. Raises UserError under the conditions given in `record_measurement`."""
    weights = file_of(options.weights, options.learner)
    record_measurement(weights, options.learner, options.measured, options.episodes, options.note)
