"""The command line: each file implements one command of `metamed` (`python -m metamed_core`).

Each command file has `EXAMPLES`, `add_options(parser)` and `run(options)`.

- `audit`: checks the audit log of a server.
- `bench`: measures the speed of meta-training on this computer.
- `calibrate`: fits calibration temperatures on simulated tasks.
- `card`: writes a measured accuracy into a model card.
- `diagnose`: predicts the diagnoses of undiagnosed patients in a file.
- `evaluate`: compares methods on a file.
- `meta_train`: meta-trains a learner.
- `OptionParser`: refuses in one sentence.
- `parser_of`: the parser of all commands.
- `weights`: lists, shows and removes kept weights.
"""

from __future__ import annotations

from metamed_core.cli import audit, bench, calibrate, card, diagnose, evaluate, meta_train, weights
from metamed_core.cli.option_parser import OptionParser, parser_of

__all__ = [
    "OptionParser",
    "audit",
    "bench",
    "calibrate",
    "card",
    "diagnose",
    "evaluate",
    "meta_train",
    "parser_of",
    "weights",
]
