"""Usual adult ranges: offered where a header names the analyte and its unit is known, never set unasked; units read from headers."""

from __future__ import annotations

import pytest

from metamed_core.data import PatientRecords, open_upload, unit_in, usual_ranges, with_usual_ranges
from metamed_core.data.reference_ranges import SOURCES, entries


def records_with(header: str, sexes: str = "fmfm") -> PatientRecords:
    lines = [
        f"{kind}-{at},{label},{sexes[at]},{10 + at}.5"
        for at, (kind, label) in enumerate(zip("AABB", ["gout"] * 2 + ["sepsis"] * 2, strict=True))
    ]
    return open_upload("t.csv", "\n".join([f"patient,diagnosis,sex,{header}", *lines]).encode())[1]


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("haemoglobin_g_dl", "g/dL"),
        ("wbc_10e9_l", "10^9/L"),
        ("plt_x10_9_per_l", "10^9/L"),
        ("rbc_10e12_l", "10^12/L"),
        ("temp_c", "°C"),
        ("body_temperature_f", "°F"),
        ("creatinine_umol_l", "µmol/L"),
        ("hba1c_pct", "%"),
        ("resp_rate_per_min", "/min"),
        ("vitamin_c", ""),
        ("group_a", ""),
        ("glucose (mmol/L)", "mmol/L"),
        ("PLT (K/uL)", "K/uL"),
    ],
)
def test_a_unit_is_read_from_a_header(header: str, unit: str) -> None:
    assert unit_in(header) == unit


# By hand from the ABIM list of January 2026: hemoglobin women 12-16 and men 14-18 g/dL; ferritin 24-307 and 24-336 ng/mL; CRP up to 0.8 mg/dL;
# creatinine women 0.5-1.1 mg/dL, times 88.4. NEWS2: temperature 36.1-38.0 without points.
@pytest.mark.parametrize(
    ("header", "sexes", "expected"),
    [
        ("haemoglobin_g_dl", "ffff", (12, 16, "female")),
        ("Hb (g/L)", "mmmm", (140, 180, "male")),
        ("hemoglobin (g/dL)", "fmfm", (12, 18, "both")),
        ("serum ferritin (ng/mL)", "fmfm", (24, 336, "both")),
        ("CRP (mg/dL)", "fmfm", (0, 0.8, "")),
        ("肌酐 (µmol/L)", "ffff", (44.2, 97.2, "female")),
        ("temp_c", "fmfm", (36.1, 38, "")),
        ("HDL (mg/dL)", "fmfm", (40, None, "")),
        ("MCV", "fmfm", (80, 98, "")),
    ],
)
def test_a_named_analyte_is_offered_its_range(header: str, sexes: str, expected: tuple[float, float | None, str]) -> None:
    records = records_with(header, sexes)
    assert records.reference_ranges == {}, "never set unasked"
    (one,) = usual_ranges(records)
    assert (one.low, one.high, one.sex) == expected
    used = with_usual_ranges(records, [one])
    assert (used.column(header).low, used.column(header).high) == expected[:2]
    assert usual_ranges(used) == ()


@pytest.mark.parametrize(
    "header", ["hemoglobin", "hemoglobin drop (g/dL)", "urine sodium (mmol/L)", "glucose (mg/L)", "ferritin index", "temp_f"]
)
def test_without_a_known_unit_or_name_nothing_is_offered(header: str) -> None:
    assert usual_ranges(records_with(header)) == ()


def test_the_file_is_sound() -> None:
    titles = {entry.title.en for entry in entries()}
    assert len(titles) >= 40
    for entry in entries():
        assert entry.source in SOURCES
        assert entry.low is None or entry.high is None or entry.low < entry.high
        assert len([one for one in entries() if one.title == entry.title]) == (2 if entry.sex else 1)
