"""Units in headers and cells, and conversion factors between the two customary units of a laboratory value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from metamed_core.data.records.columns.header_units import split_header
from metamed_core.data.records.columns.texts import narrow
from metamed_core.words import Words

_BASE = r"(?:(?:[kcdmµμunpf]|mc)?(?:g|mol|eq|osm|l|m|s|iu|u|kat)|mmhg|kpa|cmh2o|%|percent|bpm|kg|cells|copies|years?|yrs?|months?|weeks?|days?|h|hours?|min|deg|岁|天|周|月|年|小时|分钟|次/分)"
_PER = r"(?:/(?:(?:[mcdµμu]?l|m2|m²|kg|g|h|24h|d|day|min|mm3|mm³|hpf|s|mol|mmol|1\.73m2|次|分)))*"
_COUNT = r"(?:[km]/[µμu]l|[×x*]?\s?10\s?[\^*]?\s?[0-9⁹¹²]{1,2}/(?:[mµμu]?l))"
UNIT = re.compile(rf"(?:{_COUNT}|{_BASE}{_PER})", re.IGNORECASE)

_BRACKETS = re.compile(r"[\(\[]([^()\[\]]+)[\)\]]\s*$")
_RATE = re.compile(r"\b(?:per|last|past|previous|this|each|a|the|of|in) \w+$", re.IGNORECASE)
_POWER = re.compile(r"(?<=10)\^(\d+)")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_TIMES = {"years": "岁", "months": "个月", "weeks": "周", "days": "天", "hours": "小时"}
_LAST_WORD = re.compile(r"[\s,_]+([^\s,_]+)$")


def unit_in(header: str) -> str:
    """Return the unit in a header as written: `glucose (mmol/L)` -> `mmol/L`, `hb_g_dl` -> `g/dL`; empty if there is none."""
    text = narrow(header)
    if written := split_header(text)[1]:
        return written
    bracketed = _BRACKETS.search(text)
    if bracketed:
        return bracketed[1].strip() if UNIT.fullmatch(bracketed[1].strip()) else ""
    last = None if _RATE.search(text) else _LAST_WORD.search(text)
    # A single letter is more likely part of a name (`vitamin D`, `factor g`) than a unit.
    return last[1] if last and len(last[1]) > 1 and UNIT.fullmatch(last[1]) else ("%" if text.endswith("%") else "")


_CELL = re.compile(r"((?:[<>≤≥]=?\s*)?[+-]?\d[\d.,' ]*(?:e[+-]?\d+)?)\s*([^\d\s.,'].*)", re.IGNORECASE)
_FLAG = re.compile(r"[hl]|\[[hl]\]|\([hl]\)|[↑↓]", re.IGNORECASE)
"""Laboratory flags for high and low values."""


_DEGREES = re.compile(r"[°º˚]\s?[CF]|℃|℉|[CF]|(?:degrees? |deg\.? )?(?:celsius|fahrenheit)|度|摄氏度", re.IGNORECASE)


def with_unit(cell: str) -> tuple[str, str]:
    """Split a cell into number and unit: `82 g/L` -> `82`, `g/L`.

    A high or low flag is removed and is no unit: `5.2 H` -> `5.2` and an empty unit. Other cells are returned unchanged, without unit.
    """
    match = _CELL.fullmatch(cell)
    if match and _FLAG.fullmatch(match[2].strip()):
        return match[1].strip(), ""
    if match and (UNIT.fullmatch(match[2].strip()) or _DEGREES.fullmatch(match[2].strip())):
        return match[1].strip(), match[2].strip()
    return cell, ""


def units_in(cells: Iterable[str]) -> list[str]:
    """Return the distinct units in the cells of a column, each in its first spelling."""
    first: dict[str, str] = {}
    for cell in cells:
        unit = "" if cell.replace(".", "", 1).isdecimal() else with_unit(cell.lstrip("<>≤≥= "))[1]
        if unit:
            first.setdefault(_folded(unit), unit)
    return list(first.values())


def unit_words(unit: str) -> Words:
    """Return a unit in display form: `10^9/L` -> `10⁹/L`; units of time are translated."""
    text = _POWER.sub(lambda power: power[1].translate(_SUPERSCRIPTS), unit)
    return Words(text, _TIMES.get(text, text))


def without_unit(header: str) -> str:
    """Return a header without its unit."""
    name, written = split_header(narrow(header))
    if written:
        return name
    unit = unit_in(header)
    return narrow(header).replace(f"({unit})", "").replace(f"[{unit}]", "").removesuffix(unit).strip(" ,_") if unit else narrow(header)


@dataclass(frozen=True, slots=True)
class Analyte:
    """A laboratory value with two customary units.

    Parameters
    ----------
    names
        Pattern of its names in a header.
    small, large
        The unit with the smaller and with the larger numbers.
    factor
        A value in `small` times `factor` is the value in `large`.
    highest
        Largest survivable value, in `small`.
    lowest
        Smallest survivable value, in `large`.
    """

    names: re.Pattern[str]
    small: str
    large: str
    factor: float
    highest: float
    lowest: float


def _analyte(names: str, small: str, large: str, factor: float, highest: float, lowest: float) -> Analyte:
    return Analyte(re.compile(names, re.IGNORECASE), small, large, factor, highest, lowest)


# Factors: AMA Manual of Style, SI conversion table. Bounds are wide: outside values reported in survivors.
ANALYTES: tuple[Analyte, ...] = (
    _analyte(r"(?<!urine )creatinine(?! clear| kinase)|\bs?cr(?:ea?t?)?\b|肌酐", "mg/dL", "µmol/L", 88.4, 30, 12),
    _analyte(r"glucose|blood sugar|\bglu\b|\bf[pb]g\b|\b[fr]bs\b|血糖|葡萄糖", "mmol/L", "mg/dL", 18.0, 60, 18),
    _analyte(r"cholesterol|\b[hl]dl\b|\bldl-?c\b|\bhdl-?c\b|胆固醇", "mmol/L", "mg/dL", 38.67, 25, 8),
    _analyte(r"triglycerides?|\btg\b|甘油三酯|三酰甘油", "mmol/L", "mg/dL", 88.57, 60, 15),
    _analyte(r"\bbun\b|urea nitrogen|尿素氮", "mmol/L", "mg/dL", 2.8, 90, 1.5),
    _analyte(r"\burea\b(?! nitrogen)|尿素(?!氮)", "mmol/L", "mg/dL", 6.0, 90, 4),
    _analyte(r"bilirubin|\bt?bil\b|胆红素", "mg/dL", "µmol/L", 17.1, 60, 1.2),
    _analyte(r"calcium|血钙|\bca\b(?! ?-?\d)|\bca ?2?\+|钙", "mmol/L", "mg/dL", 4.0, 5, 4.2),
    _analyte(r"\bha?emoglobin(?! a1c)|\bhg?b\b|血红蛋白", "g/dL", "g/L", 10.0, 26, 25),
    _analyte(r"\balbumin(?!.*(ratio|urine))|\balb\b|白蛋白", "g/dL", "g/L", 10.0, 8, 8),
    _analyte(r"uric acid|\burate\b|\bua\b|尿酸", "mg/dL", "µmol/L", 59.48, 40, 45),
)


_OTHER_QUANTITY = re.compile(
    r"corpuscular|urine|尿(?!素|酸)|ratio|比|glycat|a1c|平均|糖化|f(?:o)?etal|\bfree\b|\bcsf\b|\bauc\b|breath|游离|脑脊液", re.IGNORECASE
)


def analyte(header: str) -> Analyte | None:
    """Return the laboratory value that a header names; None if it is unknown or the header names another unit."""
    name, unit = without_unit(header).replace("_", " "), unit_in(header)
    if _OTHER_QUANTITY.search(name):
        return None
    known = next((one for one in ANALYTES if one.names.search(name)), None)
    return known if known is None or not unit or same_unit(unit, known.small) or same_unit(unit, known.large) else None


def same_unit(one: str, other: str) -> bool:
    """Whether two spellings denote one unit, as `umol/l` and `µmol/L` do."""
    return _folded(one) == _folded(other)


def _folded(unit: str) -> str:
    return re.sub("[µμ]|mc(?=mol|g)", "u", unit.replace(" ", "").lower())


def is_age(header: str) -> bool:
    """Whether a header names an age in years."""
    name, unit = without_unit(header).lower(), unit_in(header).lower()
    return re.fullmatch(r"(patient |current )?age([ _](at|in|of|on)\b.*)?|年龄.*|患者年龄|岁数", name) is not None and unit in (
        "",
        "years",
        "year",
        "yrs",
        "yr",
        "岁",
    )
