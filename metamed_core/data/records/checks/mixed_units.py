"""Checks for a laboratory column in two units: its values form two groups, a known conversion factor apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from metamed_core.data.formats.table import number_text, shown
from metamed_core.data.records.checks.finding import Finding, listed, patients
from metamed_core.data.records.columns.roles import Role
from metamed_core.data.records.columns.units import Analyte, analyte, same_unit, unit_in
from metamed_core.data.records.columns.values import Flags, Floats, numbers
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 2

NOBODY: Flags = np.zeros(0, dtype=np.bool_)
Labels = npt.NDArray[np.object_]


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `mixed_unit`."""
    for column in records.feature_columns:
        if column.role is not Role.NUMBER:
            continue
        known, named = analyte(column.name), records.cells(column.name).units()
        odd, odd_is_large = _odd(records, column.name, known) if known else (NOBODY, False)
        if not odd.any() and len(named) > 1 and numbers(records.cells(column.name)).written is None:
            yield Finding("mixed_unit", column.name, _NAMED.format(name=shown(column.name), units=listed(named)), None)
        if known and odd.any():
            unit, usual = (known.large, known.small) if odd_is_large else (known.small, known.large)
            n = patients(int(odd.sum()))
            yield Finding("mixed_unit", column.name, _MIXED.format(name=shown(column.name), n=n, odd=unit, usual=usual), "convert")


def converted(records: Records, finding: Finding) -> Records:
    """Return the records with deviating cells converted to the unit of the others, to four digits; the column's unit is set."""
    name, known = finding.column, analyte(finding.column or "")
    if name is None or known is None:
        return records
    odd, odd_is_large = _odd(records, name, known)
    values = records.features[name].to_numpy(dtype=np.float64) * (1 / known.factor if odd_is_large else known.factor)
    raw = records.raw.copy()
    # Four digits exceed the precision of these measurements.
    raw.loc[odd, name] = [number_text(float(f"{value:.4g}")) for value in values[odd]]
    usual = known.small if odd_is_large else known.large
    columns = [replace(one, unit=one.unit or usual) if one.name == name else one for one in records.columns]
    return replace(records, raw=raw, columns=tuple(columns))


REMEDIES = {"mixed_unit": converted}


def _odd(records: PatientTable, name: str, known: Analyte) -> tuple[Flags, bool]:
    """Patients whose value is in the deviating unit, `(n_patients,)`, and whether that unit has the larger numbers.

    The deviating unit is the one that the header does not name; without a unit in the header, the less frequent one.
    """
    limits = numbers(records.cells(name)).censored  # the true value beyond a detection limit is unknown
    values = np.where(limits, np.nan, records.features[name].to_numpy(dtype=np.float64))
    unit = unit_in(name)
    large = _in_large_unit(values, known, records.labels.to_numpy(dtype=object), surely=bool(unit))
    small = np.isfinite(values) & ~large & large.any()
    odd_is_large = same_unit(unit, known.small) if unit else large.sum() <= small.sum()
    return (large, True) if odd_is_large else (small, False)


def _in_large_unit(values: Floats, known: Analyte, labels: Labels, *, surely: bool) -> Flags:
    """Values above the widest gap, if the two groups look like two units of one quantity; else none, `(n_patients,)`.

    surely: require values that are impossible in one of the units, as the header already names a unit.
    """
    positive = np.sort(values[np.isfinite(values) & (values > 0)])
    nothing = np.zeros(len(values), dtype=np.bool_)
    if len(positive) < 4:
        return nothing
    gaps = positive[1:] / positive[:-1]
    place = int(gaps.argmax()) + 1
    lower, upper = positive[:place], positive[place:]
    ratio = float(np.median(upper) / np.median(lower))
    above: Flags = values >= upper[0]
    if _impossible(lower, upper, known) and gaps.max() > known.factor**0.25 and 0.4 < ratio / known.factor < 2.5:
        return above
    return above if not surely and _alike(lower, upper, known, ratio) and not told_by_label(above, np.isfinite(values), labels) else nothing


def _impossible(lower: Floats, upper: Floats, known: Analyte) -> bool:
    """Whether the upper group is beyond survivable values in the small unit, and the lower group in the large unit."""
    return bool(np.mean(upper > known.highest) > 0.5 and np.mean(lower < known.lowest) > 0.5)


def _alike(lower: Floats, upper: Floats, known: Analyte, ratio: float) -> bool:
    """Whether both groups are narrow, clearly separated, and overlap after conversion."""
    if (
        min(len(lower), len(upper)) < 3
        or known.factor < 5
        or upper[0] / lower[-1] < known.factor**0.4
        or not 0.6 < ratio / known.factor < 1.6
    ):
        return False
    both = np.concatenate([lower, upper / known.factor])
    widths = [float(np.log(group.max() / group.min())) for group in (lower, upper)]
    return max(widths) < np.log(known.factor) and float(np.log(both.max() / both.min())) < 1.3 * max(widths)


def told_by_label(above: Flags, known: Flags, labels: Labels) -> bool:
    """Return whether the two groups coincide with the diagnoses: then the value is a strong marker, not a mixture of units."""
    names = {label for label in labels[known] if label is not None}
    shares = [float(above[known & (labels == name)].mean()) for name in names]
    return bool(shares) and all(share <= 0.2 or share >= 0.8 for share in shares) and min(shares) < 0.5 < max(shares)


_NAMED = Words(
    "The cells of “{name}” name several units ({units}) and are read as one: write all of them in one unit.",
    "“{name}”的单元格中有多种单位（{units}），将按同一单位读取：请统一单位。",
)
_MIXED = Words(
    "“{name}” seems to be in two units: {n} in {odd}, the others in {usual}: convert the former to {usual}.",
    "“{name}”似乎混用了两种单位：{n}为 {odd}，其余为 {usual}：请将前者换算为 {usual}。",
)
