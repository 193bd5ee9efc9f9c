"""The command line: `metamed diagnose patients.csv`, or `python -m metamed_core diagnose patients.csv`; `--help` lists every command."""

from __future__ import annotations

import sys

from metamed_core.cli import audit, bench, calibrate, card, diagnose, evaluate, meta_train, parser_of, weights
from metamed_core.meta_training import reports_errors
from metamed_core.words import INTENDED_USE, UserError

COMMANDS = {
    "diagnose": (diagnose, "adapt to the labeled patients of a table and answer for the others"),
    "evaluate": (evaluate, "compare learners and plain classifiers on a table, here or on a cluster"),
    "meta-train": (meta_train, "meta-train a learner and write its weights and card"),
    "weights": (weights, "list, show or remove the weights that were kept in the library"),
    "calibrate": (calibrate, "learn temperatures on prior tasks and write them into the card"),
    "card": (card, "put the result of an accuracy check into the card of the weights it measured"),
    "bench": (bench, "measure how fast meta-training is on this computer, beside plain loops"),
    "audit": (audit, "check the audit log of a server: was a line changed, removed or moved"),
}
EXAMPLE = f"""example:
  %(prog)s diagnose patients.csv --out predictions.csv

Each command has its own --help. {INTENDED_USE.en}"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status: 2 for what the user can mend, 130 when stopped."""
    options = parser_of(COMMANDS, "Few-shot diagnosis by meta-learning.", EXAMPLE).parse_args(arguments)
    try:
        options.run(options)
    except UserError as error:
        if reports_errors():
            sys.stderr.write(error.words.into(getattr(options, "language", "en")) + "\n")
        return 2
    except KeyboardInterrupt:
        if reports_errors():
            sys.stderr.write(f"Stopped. {getattr(options, 'stopped', '')}".rstrip() + "\n")
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
