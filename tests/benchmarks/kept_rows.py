"""Results of a long measurement, kept line by line, so that it goes on where it was stopped; and how they are told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from metamed_core.statistics.intervals import mean_interval

Row = dict[str, Any]


def kept(out: Path | None) -> list[Row]:
    """What stands in a file of results; nothing without one."""
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()] if out and out.exists() else []


def keep(out: Path | None, rows: Sequence[Row]) -> None:
    """Add results to a file, if there is one."""
    if out:
        with out.open("a", encoding="utf-8") as file:
            file.write("".join(json.dumps(row) + "\n" for row in rows))


def interval(values: pd.Series[float]) -> str:
    """A mean with Student's 95% interval."""
    found = mean_interval(np.asarray(values, dtype=np.float64))
    return f"{found.mean:+.1f} [{found.low:+.1f}, {found.high:+.1f}]"
