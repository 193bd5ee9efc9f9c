"""What the upload check looks at, one file each: a file with a `check` is found here and needs no other line.

Beside `check(records) -> findings` a file has `RANK` (the gravest come first, from 0) and, where columns or rows are not simply dropped,
`REMEDIES`: for a kind of finding what changes the records.
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
    """What a file of this folder offers."""

    RANK: int

    def check(self, records: PatientTable) -> Iterator[Finding]:
        """What is wrong, odd or unwise in these records, one sentence each."""


def found(folder: Iterable[str]) -> tuple[Check, ...]:
    """The checks in the files of a folder, the gravest first."""
    modules = (importlib.import_module(f"{__name__}.{file.name}") for file in pkgutil.iter_modules(folder))
    return tuple(sorted((cast("Check", module) for module in modules if hasattr(module, "check")), key=lambda one: one.RANK))


def remedies(checks: Iterable[Check]) -> dict[str, Callable[[Any, Finding], Any]]:
    """By kind of finding: from the records to the mended ones, of the same type."""
    return {kind: remedy for one in checks for kind, remedy in getattr(one, "REMEDIES", {}).items()}
