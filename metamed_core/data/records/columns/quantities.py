"""Numbers whose unit stands in the cell: `18 months` beside `2 years`, `045Y`, `5'8"`, `154 lb`, `1 h 30 min`, brought to one unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metamed_core.data.records.columns.plain_numbers import LIMIT, number

_SPELLED = {
    "time": {
        "years": (365.25, "y|yr|yrs|year|years|yo|y/o|y.o.|ans|an|jahr|jahre|año|años|岁|年|歲|周岁"),
        "months": (365.25 / 12, "mo|mos|mon|mons|mth|mths|mnth|mnths|month|months|monat|monate|mois|mes|meses|个月|個月|月|月龄"),
        "weeks": (7.0, "w|wk|wks|week|weeks|woche|wochen|semaine|semaines|周|星期"),
        "days": (1.0, "d|day|days|tag|tage|jour|jours|día|días|天|日"),
        "h": (1 / 24, "h|hr|hrs|hour|hours|std|stunde|stunden|heure|heures|小时|小時|时"),
        "min": (1 / 1440, "min|mins|minute|minutes|分|分钟|分鐘"),
        "s": (1 / 86400, "s|sec|secs|second|seconds|秒"),
    },
    "length": {
        "cm": (1.0, "cm|厘米|公分"),
        "m": (100.0, "m|meter|metre|米"),
        "mm": (0.1, "mm|毫米"),
        "in": (2.54, "in|inch|inches|\"|''|″|”"),
        "ft": (30.48, "ft|foot|feet"),
    },
    "mass": {
        "kg": (1.0, "kg|kgs|kilo|kilos|公斤|千克"),
        "g": (0.001, "g|gr|gram|grams|克"),
        "mg": (1e-6, "mg|毫克"),
        "µg": (1e-9, "µg|μg|ug|mcg|微克"),
        "lb": (0.45359237, "lb|lbs|pound|pounds"),
        "oz": (0.028349523, "oz|ounce|ounces"),
        "st": (6.35029318, "st|stone|stones"),
        "jin": (0.5, "斤"),
    },
}
FACTORS = {kind: {unit: factor for unit, (factor, _) in units.items()} for kind, units in _SPELLED.items()}
_UNIT_OF = {kind: {word: unit for unit, (_, words) in units.items() for word in words.split("|")} for kind, units in _SPELLED.items()}
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\d\s.,;+-][^\d\s,;+-]*)?(?:\s+of age|\s+old)?\s*(?:[,;+]|and|und|et)?\s*", re.IGNORECASE)
_UNIT_SIGN = re.compile(r"[^\d.,<>≤≥=\s+-]")
_SIGN = re.compile(r"(<=?|>=?|≤|≥)\s*(?=\d)")
_FOOT_INCH = re.compile(r"(\d)\s*(?:'|′|’|ft\.?|feet|foot)\s*(\d{1,2}(?:[.,]\d+)?)?\s*(?:\"|''|″|”|in\.?|inch|inches)?", re.IGNORECASE)


LONGEST_LIFE = 150
"""Years."""


@dataclass(frozen=True)
class Quantities:
    """The texts of a column in one unit.

    Parameters
    ----------
    values
        `(n_texts,)`, NaN where a text is no quantity.
    unit
        The unit of the values.
    units
        The units that occur in the cells.
    changed
        Example of a text whose number was changed.
    own
        Texts that name a unit, by position.
    """

    values: list[float]
    unit: str
    units: tuple[str, ...]
    changed: str
    own: tuple[bool, ...]


def quantities(texts: Sequence[str]) -> Quantities | None:
    """Bring texts with units of one kind to one unit; None if fewer than two units occur and each text is simply a number with its unit."""
    if not any(map(_has_unit, texts)):
        return None
    for kind in _SPELLED:
        parts = [_parts(text, kind) for text in texts]
        own = tuple(bool(part) for part in parts)
        if sum(own) < 0.3 * len(texts) and sum(own) < 3 and kind != "length":
            continue
        if any(own) and (found := _together(texts, parts, kind, own)) is not None:
            return found
    return None


def _has_unit(text: str) -> bool:
    return text[:1] in "<>≤≥0123456789" and _UNIT_SIGN.search(text) is not None


def _together(texts: Sequence[str], parts: Sequence[list[tuple[float, str]]], kind: str, own: tuple[bool, ...]) -> Quantities | None:
    units = tuple(dict.fromkeys(unit for part in parts for _, unit in part))
    dicom = any(re.fullmatch(r"\d{3}[DWMY]", text) for text in texts)
    several = any(len(part) > 1 for part in parts)
    one_unit = len(units) < 2 and not dicom and not several and kind != "length" and not (kind == "mass" and units == ("lb",))
    if one_unit and not any(np.isnan(number(text)[0]) for text, there in zip(texts, own, strict=True) if there):
        return None  # `82 kg` in every cell: a number with its unit
    if kind == "length" and units in {("m",), ("cm",), ("mm",)}:
        return None
    target = _target(kind, units, parts)
    factors = FACTORS[kind]
    values, changed = [], ""
    for text, part in zip(texts, parts, strict=True):
        value = _value(text, part, factors, factors[target])
        changed = changed or (text if part and (len(part) > 1 or part[0][1] != target) else "")
        values.append(value)
    read = sum(not np.isnan(value) for value in values)
    return Quantities(values, target, units, changed, own) if read >= 0.5 * len(texts) else None


def _value(text: str, part: list[tuple[float, str]], factors: Mapping[str, float], target: float) -> float:
    if not part:
        return number(text)[0]
    value = sum(amount * factors[unit] for amount, unit in part) / target
    sign = _SIGN.match(text)
    return value if sign is None else value / LIMIT if sign[1][0] in "<≤" else value * LIMIT


def _target(kind: str, units: Iterable[str], parts: Sequence[list[tuple[float, str]]]) -> str:
    """The unit to which all are brought: years where there are years, cm and kg, else the unit of most cells."""
    units = set(units)
    if kind == "time" and "years" in units:
        return "years"
    if kind == "length":
        return "cm" if units - {"in"} else "in"
    if kind == "mass" and units & {"kg", "st"}:
        return "kg"
    named = [part[0][1] for part in parts if part]
    return max(dict.fromkeys(named), key=named.count)


def _parts(text: str, kind: str) -> list[tuple[float, str]]:
    """The amounts and units in a text; empty unless the whole text consists of them."""
    if kind == "length" and (foot := _FOOT_INCH.fullmatch(text)):
        inches = [(float(foot[2].replace(",", ".")), "in")] if foot[2] else []
        return [(float(foot[1]), "ft"), *inches]
    sign = _SIGN.match(text)
    place = sign.end() if sign else 0
    found: list[tuple[float, str]] = []
    while place < len(text):
        match = _PART.match(text, place)
        if match is None:
            return []
        unit = _unit(match[2], kind, text, last=found[-1][1] if found else "")
        if not unit:
            return []
        found.append((float(match[1].replace(",", ".")), unit))
        place = match.end()
    return [] if any(unit == "years" and amount > LONGEST_LIFE for amount, unit in found) else found  # 2024年1月3日 is a day


def _unit(word: str | None, kind: str, text: str, last: str) -> str:
    if word is None:
        return {"st": "lb", "ft": "in", "h": "min", "m": "cm"}.get(last, "")  # 11 st 4, 5 ft 6, 1 h 30
    lower = word.lower().rstrip(".")
    if kind == "time" and lower == "m":  # 018M and `3y 6m` are months, `1h 30m` are minutes
        return "min" if last == "h" else "months"
    return _UNIT_OF[kind].get(lower, "")
