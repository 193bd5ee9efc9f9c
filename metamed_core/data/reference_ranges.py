"""Usual adult reference ranges of common analytes, offered where a header names one. Nothing is set without being asked for.

The limits were written down from these sources and partly from memory of them; most were then compared with public transcriptions of the lists:
`docs/reference/file-formats.md` says which.

The ranges stand in `reference_ranges.csv`: one row for each analyte, or one for each sex where they differ, in one unit with factors to others.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from metamed_core.data.records import PatientRecords, Role
from metamed_core.data.records.columns.units import unit_in, without_unit
from metamed_core.words import Words

FILE = Path(__file__).with_suffix(".csv")
SOURCES = {
    "ABIM 2026": Words("ABIM Laboratory Test Reference Ranges, January 2026", "ABIM 实验室参考区间，2026 年 1 月"),
    "ADA 2025": Words("American Diabetes Association, Standards of Care 2025", "美国糖尿病协会诊疗标准 2025"),
    "NCEP ATP III": Words("NCEP Adult Treatment Panel III, 2001 (desirable limits)", "NCEP ATP III，2001（理想界值）"),
    "AHA": Words("American Heart Association (pulse at rest)", "美国心脏协会（静息脉搏）"),
    "NEWS2": Words("Royal College of Physicians, NEWS2, 2017 (no points)", "英国皇家内科医师学会 NEWS2，2017（0 分范围）"),
    "ACC/AHA 2017": Words("ACC/AHA guideline 2017", "ACC/AHA 指南 2017"),
}
_WOMAN = frozenset(("f", "female", "woman", "女", "女性"))
_MAN = frozenset(("m", "male", "man", "男", "男性"))
_SEX = re.compile(r"sex|gender|性别", re.IGNORECASE)
_BEFORE = re.compile(r"^(?:serum|plasma|blood|venous|s|p|b)[ -](?=\w{2})|^(?:血清|血浆)(?=\S{2})", re.IGNORECASE)


@dataclass(frozen=True)
class RangeEntry:
    """One row of the file.

    Parameters
    ----------
    title, names
        What the analyte is called, and the pattern of its names in a header.
    sex
        `female`, `male`, or empty where the range holds for both.
    low, high
        The range in the first of `units`; None where it is open.
    units
        The factor from the first unit to each unit, by its folded spelling.
    source
        Key in `SOURCES`.
    """

    title: Words
    names: re.Pattern[str]
    sex: str
    low: float | None
    high: float | None
    units: dict[str, float]
    source: str


@dataclass(frozen=True)
class UsualRange:
    """The usual adult range that is offered for one column.

    Parameters
    ----------
    column
        Name of the column.
    title
        What the analyte is called.
    low, high, unit
        The range in the column's unit; None where it is open.
    sex
        `female` or `male` if all patients are; `both` where the ranges of women and men differ and were joined; else empty.
    source
        Where the range comes from.
    """

    column: str
    title: Words
    low: float | None
    high: float | None
    unit: str
    sex: str
    source: Words


def usual_ranges(records: PatientRecords) -> tuple[UsualRange, ...]:
    """Return the usual ranges of number columns that have none, whose header names an analyte and whose unit is known."""
    sex = _sex_of(records)
    found = (_offered(column.name, column.unit or unit_in(column.name), sex) for column in records.columns if _lacks(column))
    return tuple(one for one in found if one is not None)


def with_usual_ranges(records: PatientRecords, ranges: Iterable[UsualRange]) -> PatientRecords:
    """Return records whose columns have these ranges."""
    given = {one.column: one for one in ranges}
    columns = [
        replace(c, low=given[c.name].low, high=given[c.name].high, unit=c.unit or given[c.name].unit) if c.name in given else c
        for c in records.columns
    ]
    return records.with_columns(columns)


def _lacks(column: object) -> bool:
    return getattr(column, "role", None) is Role.NUMBER and getattr(column, "low", None) is None and getattr(column, "high", None) is None


@cache
def entries() -> tuple[RangeEntry, ...]:
    """Return all rows of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_entry(row) for row in csv.DictReader(file))


def _entry(row: dict[str, str]) -> RangeEntry:
    units = {_folded(row["unit"]): 1.0}
    for other in filter(None, row["others"].split(";")):
        unit, factor = other.split("=")
        units[_folded(unit)] = float(factor)
    low, high = (float(row[end]) if row[end] else None for end in ("low", "high"))
    names = re.compile(row["names"], re.IGNORECASE)
    return RangeEntry(Words(row["en"], row["zh"]), names, row["sex"], low, high, units, row["source"])


def _offered(column: str, unit: str, sex: str) -> UsualRange | None:
    name = " ".join(re.sub(r"[_.]+", " ", without_unit(column)).split())
    fitting = [one for one in entries() if one.names.fullmatch(name) or one.names.fullmatch(_BEFORE.sub("", name))]
    fitting = [one for one in fitting if _folded(unit) in one.units or (not unit and len(one.units) == 1 and "%" not in one.units)]
    if not fitting:
        return None
    for_sex = [one for one in fitting if one.sex == sex] or fitting
    factors = [one.units.get(_folded(unit), 1.0) for one in for_sex]
    lows = [None if one.low is None else _rounded(one.low * factor) for one, factor in zip(for_sex, factors, strict=True)]
    highs = [None if one.high is None else _rounded(one.high * factor) for one, factor in zip(for_sex, factors, strict=True)]
    low = None if None in lows else min(value for value in lows if value is not None)
    high = None if None in highs else max(value for value in highs if value is not None)
    which = "both" if len(for_sex) > 1 else for_sex[0].sex
    return UsualRange(column, for_sex[0].title, low, high, unit, which, SOURCES[for_sex[0].source])


def _rounded(value: float) -> float:
    """Three significant digits, as laboratories print a converted limit."""
    return float(f"{value:.3g}")


def _sex_of(records: PatientRecords) -> str:
    """`female` or `male` if a column says that all patients are, else empty."""
    for column in records.columns:
        if _SEX.fullmatch(column.name.strip()):
            levels = {level.lower() for level in records.cells(column.name).levels}
            if levels and levels <= _WOMAN:
                return "female"
            return "male" if levels and levels <= _MAN else ""
    return ""


def _folded(unit: str) -> str:
    """One spelling for each unit: `x10e9/l`, `10⁹/L` and `10^9/L` are the same."""
    text = unit.lower().replace(" ", "").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹µμ", "0123456789uu"))
    text = re.sub(r"^(?:mc)(?=[gl])", "u", re.sub(r"^[x×*]?10[\^*e]?(?=\d+/)", "10^", text))
    return text.replace("percent", "%")
