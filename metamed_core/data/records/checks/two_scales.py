"""Checks for a column in two scales: shares beside percentages, °C beside °F, meters beside centimeters, kilograms beside pounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from metamed_core.data.formats.table import number_text, shown
from metamed_core.data.records.checks.finding import Finding, patients
from metamed_core.data.records.checks.mixed_units import Labels, told_by_label
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.columns.units import unit_in
from metamed_core.data.records.columns.values import Flags, Floats, numbers
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 2
LEAST_CLUMP = 3
"""Fewest patients of a clump."""
LEAST_GAP, WIDEST_CLUMP = 1.25, 2.2
"""The lowest value of the upper clump is so many times the highest of the lower one; the highest of a clump at most so many times its lowest."""


@dataclass(frozen=True)
class Scales:
    """A quantity with two scales whose values in patients do not overlap, or seldom enough.

    Parameters
    ----------
    names
        Pattern of its names in a header.
    low, high
        The spans of values in the scale of the smaller and of the larger numbers.
    to_low
        Converts a value from the larger to the smaller numbers.
    low_unit, high_unit
        The names of the scales.
    clumped
        Whether the scales overlap: only two clumps of values, apart by the factor of the scales, are in both then.
    high_is_usual
        Whether the values in the scale of the smaller numbers are converted rather than the others.
    """

    names: re.Pattern[str]
    low: tuple[float, float]
    high: tuple[float, float]
    to_low: Callable[[Floats], Floats]
    low_unit: str
    high_unit: str
    clumped: bool = False
    high_is_usual: bool = False

    @property
    def odd_unit(self) -> str:
        """The unit that is converted."""
        return self.low_unit if self.high_is_usual else self.high_unit

    @property
    def usual_unit(self) -> str:
        """The unit of the column after the conversion."""
        return self.high_unit if self.high_is_usual else self.low_unit

    def usual(self, odd: Floats) -> Floats:
        """Values in the odd unit, converted."""
        return odd / self.to_low(np.ones(1)) if self.high_is_usual else self.to_low(odd)


def _scales(
    names: str,
    low: tuple[float, float],
    high: tuple[float, float],
    to_low: Callable[[Floats], Floats],
    units: str,
    *,
    clumped: bool = False,
    high_is_usual: bool = False,
) -> Scales:
    low_unit, _, high_unit = units.partition("|")
    return Scales(re.compile(names, re.IGNORECASE), low, high, to_low, low_unit, high_unit, clumped, high_is_usual)


_HEIGHT = r"\b(?:height|ht|stature|body length|größe|körpergröße|groesse|taille|talla|altezza|altura)\b|身高"
_WEIGHT = r"\b(?:(?:body ?)?weight|wt|(?:körper)?gewicht|poids|peso)\b(?! (?:loss|gain|change|for|z))|体重"
_GIRTH = (
    r"\b(?:waist|hip|abdominal girth|girth|(?:waist|hip|abdominal) (?:circumference|circ)|bauchumfang|taillenumfang)\b(?!.*ratio)|腰围|臀围"
)
_COUNTS = r"\b(?:wbc|w\.b\.c|white|leu[ck]o\w*|platelets?|plt|thrombo\w*|neutro\w*|lympho\w*|anc|alc)\b|白细胞|血小板"
SCALES = (
    _scales(r"\b(?:body )?temp(?:erature)?s?\b|体温", (30.0, 44.0), (86.0, 112.0), lambda f: (f - 32) / 1.8, "°C|°F"),
    _scales(_HEIGHT, (0.4, 2.5), (40.0, 250.0), lambda cm: cm / 100, "m|cm"),
    _scales(_HEIGHT, (48.0, 84.0), (120.0, 215.0), lambda cm: cm / 2.54, "inches|cm", clumped=True, high_is_usual=True),
    _scales(_GIRTH, (22.0, 60.0), (55.0, 160.0), lambda cm: cm / 2.54, "inches|cm", clumped=True, high_is_usual=True),
    _scales(_WEIGHT, (38.0, 160.0), (85.0, 360.0), lambda lb: lb / 2.2046, "kg|lb", clumped=True),
    _scales(r"\b(?:birth ?weight)\b|出生体重", (0.3, 7.0), (300.0, 7000.0), lambda g: g / 1000, "kg|g"),
    _scales(
        r"\b(?:hb ?a1c|a1c|glycated ha?emoglobin)\b|糖化血红蛋白", (3.0, 19.9), (20.0, 190.0), lambda m: m / 10.93 + 2.15, "%|mmol/mol"
    ),
    _scales(_COUNTS, (0.0, 1500.0), (1500.0, 2_000_000.0), lambda n: n / 1000, "10⁹/L|/µL"),
)
_SHARE = _scales("", (0.0, 1.0), (1.0, 100.0), lambda percent: percent / 100, "fractions of 1|percent")


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `two_scales`."""
    for column in records.feature_columns:
        if column.role is Role.NUMBER and (found := _mixed(records, column)) is not None:
            scales, odd = found
            n = patients(int(odd.sum()))
            message = (_PERCENT if scales is _SHARE else _MIXED).format(
                name=shown(column.name), n=n, odd=scales.odd_unit, usual=scales.usual_unit
            )
            yield Finding("two_scales", column.name, message, "convert")


def _mixed(records: PatientTable, column: Column) -> tuple[Scales, Flags] | None:
    """The scales in which a column is, and the patients whose value is in the one to convert; None for one scale."""
    limits = numbers(records.cells(column.name)).censored  # the true value beyond a detection limit is unknown
    values = np.where(limits, np.nan, records.features[column.name].to_numpy(dtype=np.float64))
    known = np.isfinite(values)
    name = re.sub(r"[_.]+|(?<=[a-z])(?=[A-Z])", " ", column.name)
    for scales in SCALES:
        if not scales.names.search(name):
            continue
        high = known & (values >= scales.high[0]) & (values <= scales.high[1])
        low = known & (values > scales.low[0]) & (values <= scales.low[1])
        if scales.clumped:
            if not unit_in(column.name) and (above := _clumps(values, known, scales, records.labels.to_numpy(dtype=object))) is not None:
                return scales, known & ~above if scales.high_is_usual else above
        elif (
            high.any()
            and low.any()
            and (high | low)[known].mean() >= 0.9
            and _alike(values[low], scales.to_low(values[high]), apart=scales)
        ):
            return scales, high
    signs = np.array(["%" in text for text in records.cells(column.name).levels] + [False])[records.cells(column.name).codes]
    high = known & (values > 1)
    low = known & (values >= 0) & (values <= 1)
    if high.any() and low.sum() > 1 and (high | low)[known].all() and values[high].max() <= 100 and _shares(values, low, high, signs):
        return _SHARE, high
    return None


def _alike(low: Floats, converted: Floats, apart: Scales) -> bool:
    """Whether both groups are about the same after conversion."""
    if apart.low_unit in {"°C", "%"}:
        return True
    return bool(0.3 < np.median(converted) / np.median(low) < 3)


def _clumps(values: Floats, known: Flags, scales: Scales, labels: Labels) -> Flags | None:
    """The patients in the upper of two clumps of values that are alike after conversion; None where there are no such clumps."""
    ordered = np.sort(values[known])
    if len(ordered) < 2 * LEAST_CLUMP or ordered[0] <= 0:
        return None
    gaps = ordered[1:] / ordered[:-1]
    place = int(gaps.argmax()) + 1
    lower, upper = ordered[:place], ordered[place:]
    ratio = float(np.median(scales.to_low(upper)) / np.median(lower))
    inside = [span[0] <= group[0] and group[-1] <= span[1] for group, span in ((lower, scales.low), (upper, scales.high))]
    narrow = max(lower[-1] / lower[0], upper[-1] / upper[0]) < WIDEST_CLUMP
    above: Flags = known & (values >= upper[0])
    if min(len(lower), len(upper)) < LEAST_CLUMP or gaps.max() < LEAST_GAP or not all(inside) or not narrow or not 0.75 < ratio < 1.35:
        return None
    return None if told_by_label(above, known, labels) else above


def _shares(values: Floats, low: Flags, high: Flags, signs: Flags) -> bool:
    """Whether some values are shares and others percentages of one quantity."""
    if signs.any() and not signs[low].any():  # 42% beside 0.4
        return bool(signs[high].all()) or _groups(values, low, high, least=1)
    return not signs.any() and _groups(values, low, high, least=2)


def _groups(values: Floats, low: Flags, high: Flags, *, least: int) -> bool:
    shares, percents = values[low & (values > 0)], values[high] / 100
    if min(len(shares), len(percents)) < least or 0 in {len(shares), len(percents)} or values[low].min() <= 0:
        return False
    alike = 0.5 < np.median(percents) / np.median(shares) < 2
    widths = (shares.max() / shares.min(), percents.max() / percents.min())
    return bool(alike and max(widths) < 8 and percents.min() * 100 > 4 * shares.max())


def converted(records: Records, finding: Finding) -> Records:
    """Return the records with the values in the odd scale converted, to four digits."""
    column = records.column(finding.column or "")
    found = _mixed(records, column)
    if found is None:
        return records
    scales, odd = found
    values = records.features[column.name].to_numpy(dtype=np.float64)
    raw = records.raw.copy()
    raw.loc[odd, column.name] = [number_text(float(f"{value:.4g}")) for value in scales.usual(values[odd])]
    unit = "" if scales is _SHARE else scales.usual_unit
    columns = [replace(one, unit=unit) if one.name == column.name else one for one in records.columns]
    return replace(records, raw=raw, columns=tuple(columns))


REMEDIES = {"two_scales": converted}

_MIXED = Words(
    "“{name}” seems to be in two units: {n} in {odd}, the others in {usual}: convert the former to {usual}.",
    "“{name}”似乎混用了两种单位：{n}为 {odd}，其余为 {usual}：请将前者换算为 {usual}。",
)
_PERCENT = Words(
    "“{name}” seems to mix percent (such as 42) and fractions of 1 (such as 0.42): {n} in percent; convert these to fractions.",
    "“{name}”似乎混用了百分数（如 42）与小数（如 0.42）：{n}为百分数，请换算为小数。",
)
