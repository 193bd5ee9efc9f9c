"""Columns of ticks, lists of answers in a cell, and days: read as meant, and told where two readings are possible."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metamed_core.data.records import PatientRecords, Role
from tests.helpers.twelve_patients import patients, told, values

TICKS = {"x|": [1, 0], "✓||NA": [1, 0, None], "1||": [1, 0, 0], "yes||": [1, 0, 0], "x|-": [1, 0], "X||x": [1, 0, 1], "sign|": [1, 0]}


@pytest.mark.parametrize("written", TICKS)
def test_empty_cells_of_ticks_mean_no_and_it_is_said(written: str) -> None:
    records = patients(sign=written)
    assert records.column("sign").role is Role.YES_NO
    assert values(records, "sign", len(TICKS[written])) == TICKS[written]
    assert "Empty cells of “sign” are read as no" in told(records, "ticks")
    unknown = records.with_remedy(next(one for one in records.findings if one.kind == "ticks"))
    assert not any(value == 0 for value in unknown.features["sign"])


@pytest.mark.parametrize("written", ["✓|✗", "☑|☐", "x|0", "ja|nein", "Checked|Unchecked", "sí|no"])
def test_both_signs_of_a_tick_are_yes_and_no(written: str) -> None:
    records = patients(sign=written)
    assert values(records, "sign", 2) == [1, 0]
    assert not records.findings


def test_yes_with_a_few_gaps_is_no_column_of_ticks() -> None:
    records: PatientRecords = patients(sign="yes|yes|yes|yes|yes|")
    assert values(records, "sign", 6) == [1, 1, 1, 1, 1, None]
    assert not told(records, "ticks")


def test_several_answers_in_a_cell_are_split_on_request() -> None:
    records = patients(signs="toe pain; fever|rash|toe pain, rash|fever")
    assert "“toe pain; fever”" in told(records, "several_answers")
    split = records.with_remedy(next(one for one in records.findings if one.kind == "several_answers"))
    assert [split.features[f"signs: {sign}"].tolist()[:4] for sign in ("toe pain", "fever", "rash")] == [
        [1, 0, 1, 0],
        [1, 0, 0, 1],
        [0, 1, 1, 0],
    ]
    assert "signs" not in split.raw.columns


@pytest.mark.parametrize(
    "written",
    [
        "1;3;5|1;2|2;3|5",
        "1,2,3|1,2|2|3|1,3",
        "fever and rash|rash|fever|cough and rash|cough",
        "a|b".replace("|", "; ") + "|a|b; c|c",
        "chest/arm|chest|arm|arm/leg",
    ],
)
def test_lists_of_any_separator_are_told(written: str) -> None:
    assert told(patients(x=written), "several_answers")


@pytest.mark.parametrize(
    "written", ["iron, low|normal", "type A/B|type C|type D", "yes|no", "left arm, fracture|right leg, burn|head, cut"]
)
def test_words_with_a_comma_are_no_lists(written: str) -> None:
    assert not told(patients(x=written), "several_answers")


DAYS = {
    "05JAN2024|11FEB2023": [19727, 19399],
    "5-Jan-24|11-Feb-23": [19727, 19399],
    "Jan 5, 2024|February 11, 2023": [19727, 19399],
    "5. Januar 2024|11. Februar 2023": [19727, 19399],
    "5 janvier 2024|11 février 2023": [19727, 19399],
    "2024-Jan-05|2023-Feb-11": [19727, 19399],
    "05JAN2024:08:15:00|11FEB2023:10:00:00": [19727, 19399],
    "20240105|20230211|20220301": [19727, 19399, 19052],
    "45296|2023-02-11|2022-03-01": [19727, 19399, 19052],
}


@pytest.mark.parametrize("written", DAYS)
def test_days_are_read_as_people_write_them(written: str) -> None:
    records = patients(onset=written)
    assert records.column("onset").role is Role.DATE
    assert values(records, "onset", len(DAYS[written])) == DAYS[written]


def test_whether_the_day_comes_first_is_asked_unless_a_cell_proves_it() -> None:
    records = patients(onset="01/02/2024|03/04/2023|05/06/2022")
    assert "the day or the month comes first" in told(records, "day_order")
    finding = next(one for one in records.findings if one.kind == "day_order")
    day_first, month_first = (records.with_remedy(replace(finding, remedy=choice.remedy)) for choice in finding.choices)
    assert (day_first.features["onset"][0], month_first.features["onset"][0]) == (19754, 19724)
    assert not told(day_first, "day_order")
    for proved in ("13/02/2024|03/04/2023", "02/13/2024|03/04/2023", "13.02.2024|03.04.2023", "04/04/2023|05/05/2023"):
        assert not told(patients(onset=proved), "day_order")
    elsewhere = patients(onset="01/02/2024|03/04/2023", seen="13/02/2024|05/06/2023")
    assert not told(elsewhere, "day_order"), "one file is written in one order"
    assert elsewhere.features["onset"][0] == 19754


def test_days_that_stand_for_none_are_asked_about() -> None:
    assert "“1900-01-01”, “9999-12-31”" in told(patients(onset="2020-01-05|1900-01-01|2021-02-03|9999-12-31"), "missing_code")


@pytest.mark.parametrize(
    "written", ["TP53|KRAS|2-Sep|EGFR", "TP53|2024-03-01|BRCA1|KRAS", "TP53|44805|KRAS|EGFR", "mild|moderate|severe|01.02.2024"]
)
def test_dates_among_words_are_told(written: str) -> None:
    assert "“x” holds dates" in told(patients(x=written), "stray_dates")


def test_codes_that_became_rounded_numbers_are_not_measurements() -> None:
    records = patients(sample__no="4.50012E+11|4.50013E+11", HBV__DNA="1.2E+09|4.5E+10")
    assert records.column("sample no").role is Role.IDENTIFIER
    assert "“sample no”" in told(records, "rounded_codes")
    assert records.column("HBV DNA").role is Role.NUMBER
