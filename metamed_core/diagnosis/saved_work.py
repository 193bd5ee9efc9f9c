"""Work on one table as one JSON file: the patients with all edits, how they were read, and how the algorithm was asked.

The fields of the file are described in docs/reference/saved-work.md. Reading it never runs anything: it is text and numbers only.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from metamed_core import __version__
from metamed_core.data import PatientRecords, from_json, packed_records, shown, unpacked_records
from metamed_core.knowledge import Knowledge, read_knowledge
from metamed_core.learners import LEARNERS, UNIVERSAL, settings
from metamed_core.statistics import COVERAGE, COVERAGES
from metamed_core.words import UserError, Words, without_controls

FORMAT, VERSION = "metamed work", 2
WITHOUT_KNOWLEDGE = 1
"""The version of a file that holds no knowledge, which also earlier programs open."""
MOST_COPIES = 100
"""Patients that each row of knowledge may count as in a file; the page offers 2 at most."""
_BEGINNING = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"format"\s*:\s*"metamed work"')


@dataclass(frozen=True)
class SavedWork:
    """Everything that leads to the same answers again.

    Parameters
    ----------
    records, original
        The patients with and without edits.
    algorithm, settings
        The learner and its settings.
    file, sheet
        Name and sheet of the table.
    cohort
        Key of a bundled table; empty for one's own.
    dropped
        Row labels of the patients left out.
    levels
        Diagnoses and categories by column that can be chosen although no patient has them.
    weights, weights_sha256
        Origin of the weights without folder, and the SHA-256 of their file; empty for random weights.
    seed
        Seed of random weights.
    step
        The step that was looked at.
    coverage
        The share of patients whose prediction set should hold their diagnosis, 0..1.
    knowledge, counts_as
        What is known of diagnoses, and how many patients each row of it counts as; None: as far as the labeled patients bear it out.
    named
        By row label, the diagnoses that were given before the answer was shown.
    """

    records: PatientRecords
    original: PatientRecords
    algorithm: str
    settings: Mapping[str, float]
    file: str = ""
    sheet: str | None = None
    cohort: str = ""
    dropped: frozenset[Hashable] = frozenset()
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weights: str = UNIVERSAL
    weights_sha256: str = ""
    seed: int = 0
    step: int = 0
    coverage: float = COVERAGE
    knowledge: Knowledge = field(default_factory=Knowledge)
    counts_as: int | None = None
    named: Mapping[Hashable, str] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """The file as UTF-8 text."""
        content: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION if self.knowledge.statements else WITHOUT_KNOWLEDGE,
            "made_by": f"MetaMed {__version__}",
            "file": self.file,
            "sheet": self.sheet,
            "cohort": self.cohort,
            "table": packed_records(self.records),
            "as_opened": None if self.original is self.records else packed_records(self.original),
            "left_out": sorted(self.dropped, key=str),
            "added_levels": {name: list(levels) for name, levels in self.levels.items()},
            "algorithm": self.algorithm,
            "settings": dict(self.settings),
            "weights": self.weights,
            "weights_sha256": self.weights_sha256,
            "seed": self.seed,
            "step": self.step,
            "coverage": self.coverage,
        }
        if self.named:  # it changes no answer, so earlier programs may open the file without it
            content["given_before"] = [*self.named.items()]
        if self.knowledge.statements:
            content |= {"knowledge": self.knowledge.to_csv().decode("utf-8-sig"), "counts_as": self.counts_as}
        content["sha256"] = checksum(content)
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")


def is_saved_work(data: bytes) -> bool:
    """Whether a file is saved work rather than a table, judged by its first field."""
    return _BEGINNING.match(data) is not None


def read_saved_work(name: str, data: bytes) -> SavedWork:
    """Read a file of saved work.

    Parameters
    ----------
    name
        The file name, for error messages.
    data
        The content of the file.

    Raises
    ------
    UserError
        If the file is damaged, was altered, or was saved by a newer version.
    """
    try:
        content = json.loads(data.decode("utf-8-sig", "surrogatepass"))
        return _unpacked(_checked(name, content))
    except UserError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise UserError(_DAMAGED.format(name=shown(name))) from error


def _checked(name: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The content of a file of a version that is known, without marks of writing direction. Raises UserError if it was altered since it was saved."""
    version = content["version"]
    if isinstance(version, int) and version > VERSION:
        raise UserError(_NEWER.format(name=shown(name), version=version))
    if content["sha256"] != checksum(content):
        raise UserError(_ALTERED.format(name=shown(name)))
    text = _text(content)
    seen = without_controls(text)  # a table's file is read so, too
    return content if seen == text else json.loads(seen)


@dataclass(frozen=True)
class _Request:
    """The fields beside the tables, as JSON holds them. Raises ValueError for a number out of bounds."""

    algorithm: str
    settings: Mapping[str, float]
    file: str
    sheet: str | None
    cohort: str
    left_out: tuple[int | str, ...]
    added_levels: Mapping[str, tuple[str, ...]]
    weights: str
    weights_sha256: str
    seed: int
    step: int
    coverage: float = COVERAGE  # files of before it could be chosen lack it
    given_before: tuple[tuple[int | str, str], ...] = ()
    knowledge: str = ""
    counts_as: int | None = None

    def __post_init__(self) -> None:
        in_bounds = 0 <= self.seed < 2**63 and 0 <= self.step < 2**31 and 0 <= (self.counts_as or 0) <= MOST_COPIES
        if not in_bounds or self.coverage not in COVERAGES:
            raise ValueError("a number is out of bounds")


def _unpacked(content: Mapping[str, Any]) -> SavedWork:
    asked, records, opened = from_json(_Request, content), unpacked_records(content["table"]), content["as_opened"]
    bounds = {one.name: one for one in settings(LEARNERS[asked.algorithm])}
    chosen = {name: type(bounds[name].default)(value) for name, value in asked.settings.items()}
    if any(not bounds[name].low <= value <= bounds[name].high for name, value in chosen.items()):
        raise ValueError("a setting is out of bounds")
    told = read_knowledge("knowledge", asked.knowledge.encode()).statements if asked.knowledge else ()
    return SavedWork(
        records=records,
        original=records if opened is None else unpacked_records(opened),
        algorithm=asked.algorithm,
        settings=chosen,
        file=asked.file,
        sheet=asked.sheet,
        cohort=asked.cohort,
        dropped=frozenset(asked.left_out),
        levels=asked.added_levels,
        weights=asked.weights,
        weights_sha256=asked.weights_sha256,
        seed=asked.seed,
        step=asked.step,
        coverage=asked.coverage,
        named=dict(asked.given_before),
        knowledge=Knowledge(tuple(replace(one, line=None) for one in told)),
        counts_as=asked.counts_as,
    )


def _text(content: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in content.items() if name != "sha256"}
    return json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def checksum(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content without its own checksum, independent of blanks and of the order of the fields."""
    return hashlib.sha256(_text(content).encode("utf-8", "surrogatepass")).hexdigest()


_DAMAGED = Words(
    "The saved work “{name}” is damaged or incomplete: save it again, or open an earlier copy.",
    "保存的工作“{name}”已损坏或不完整：请重新保存，或打开较早的副本。",
)
_ALTERED = Words(
    "The saved work “{name}” was altered after it was saved, so it is not opened: open an unaltered copy.",
    "保存的工作“{name}”在保存后被改动，因此未打开：请打开未经改动的副本。",
)
_NEWER = Words(
    "The saved work “{name}” comes from a newer MetaMed (its format has version {version}): open it there, or update this one.",
    "保存的工作“{name}”来自较新的 MetaMed（格式版本 {version}）：请在新版中打开，或更新当前版本。",
)
