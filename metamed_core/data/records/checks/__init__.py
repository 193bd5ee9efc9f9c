"""The checks of the upload check, one file each. A file with a function `check` is found automatically.

Besides `check(records) -> findings`, a file has `RANK` (0 is the most serious). It may have `REMEDIES`, which maps the `kind` of a
finding to the function that corrects the records; it is needed where the remedy is not to drop a column.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, cast

from metamed_core.data.records.checks.finding import Finding

if TYPE_CHECKING:
    from metamed_core.data.records.patient_table import PatientTable


class Check(Protocol):
    """Interface of a file of this folder."""

    RANK: int

    def check(self, records: PatientTable) -> Iterator[Finding]:
        """Yield one finding for each problem in these records."""


def found(folder: Iterable[str]) -> tuple[Check, ...]:
    """Return the checks in the files of a folder, the most serious first."""
    modules = (importlib.import_module(f"{__name__}.{file.name}") for file in pkgutil.iter_modules(folder))
    return tuple(sorted((cast("Check", module) for module in modules if hasattr(module, "check")), key=lambda one: one.RANK))


def remedies(checks: Iterable[Check]) -> dict[str, Callable[[Any, Finding], Any]]:
    """Return the function that corrects the records, by `kind` of finding. It returns records of the type that it receives."""
    return {kind: remedy for one in checks for kind, remedy in getattr(one, "REMEDIES", {}).items()}
