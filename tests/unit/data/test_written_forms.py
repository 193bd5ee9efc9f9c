"""Numbers in disguise are read as numbers, and it is said how; digits that cannot be read are told, never silently categories."""

from __future__ import annotations

import pytest

from metamed_core.data.records import Role
from tests.helpers.reading import ROOT2
from tests.helpers.twelve_patients import patients, told, values

SILENT = {
    '="13.9"|="14.2"|="10.1"': [13.9, 14.2, 10.1],
    "'13.9|'14.2|10.1": [13.9, 14.2, 10.1],
    "13·9|14·2|10·1": [13.9, 14.2, 10.1],
    "１３．９|１４．２": [13.9, 14.2],
    "1,10,000|2,17,000|95,000": [110_000, 217_000, 95_000],
    "150’000|95’000": [150_000, 95_000],
    "−0.5|1.5|-0.7": [-0.5, 1.5, -0.7],
    "5.2×10³|6.1*10^3|4.8x10^3": [5200, 6100, 4800],
    "12.5%|13 %|14": [12.5, 13, 14],
    "10^5|10²|1e3": [1e5, 100, 1000],
    "less than 5|above 80|7": [5 / ROOT2, 80 * ROOT2, 7],
}
"""Other signs for the same number: nothing is interpreted, so nothing is said."""


@pytest.mark.parametrize("written", SILENT)
def test_other_signs_for_the_same_number_are_read_silently(written: str) -> None:
    records = patients(x=written)
    assert values(records, "x", len(SILENT[written])) == pytest.approx(SILENT[written])
    assert {finding.kind for finding in records.findings} <= {"censored"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("41*|55 *|H 20|8", [41, 55, 20, 8]),
        ("20 (H)|9.8 L|3.8 CRIT|7 HH", [20, 9.8, 3.8, 7]),
        ("↑51|6 (low)|47 (高)|5", [51, 6, 47, 5]),
        ("~50|ca. 40|60", [50, 40, 60]),
        ("5.2 (4.0-10.0)|11.3 (4-10) H|3.1 [4.0 - 10.0] L", [5.2, 11.3, 3.1]),
        ("15 (12.5%)|12.5±0.3|13", [15, 12.5, 13]),
    ],
)
def test_marks_beside_a_number_are_left_out_and_said(written: str, read: list[float]) -> None:
    records = patients(x=written)
    assert values(records, "x", len(read)) == read
    assert told(records, "marks").startswith("Only the number is read of cells such as")


FORMS = {
    "titres": ("<1:40|1:80|1:1,280 (speckled)|neg", [40 / ROOT2, 80, 1280, 0], "titres"),
    "titres with a stroke": ("1/20|1/40|nonreactive", [20, 40, 0], "titres"),
    "ranges": ("0-5|10–20|>50 /hpf|TNTC", [2.5, 15, 50 * ROOT2, 100], "ranges"),
    "age groups": ("18-29|30 to 39|70+", [23.5, 34.5, 70 * ROOT2], "ranges"),
    "scores": ("7/10|3/10|5/10", [7, 3, 5], "scores"),
    "eye charts": ("6/12|6/6|6/60", [0.5, 1, 0.1], "ratios"),
    "pressures": ("120/80|131/85 mmHg|99/60", [120, 131, 99], "two numbers in one cell"),
    "coma scales": ("E4V5M6|E3 V4 M5|E1VTM1", [15, 12, 3], "coma scales"),
    "clock times": ("08:15|14:30|0:05", [495, 870, 5], "times"),
    "times of half a day": ("8:15 AM|2:30 PM|12:05 am", [495, 870, 5], "times"),
    "ratios": ("1:3|5:2|2:1", [1 / 3, 2.5, 2], "ratios"),
    "brackets": ("(0.2)|1.5|(1.2)", [-0.2, 1.5, -1.2], "numbers in brackets"),
    "a minus behind": ("0.2-|1.3-|0.5", [-0.2, -1.3, 0.5], "minus sign behind"),
    "flags of sign": ("5.2+|4.1-|3.3", [5.2, 4.1, 3.3], "flags + and -"),
    "ages of images": ("018M|045Y|002Y", [1.5, 45, 2], "years"),
    "ages of children": ("3y 6m|18 months|2 years", [3.5, 1.5, 2], "years"),
    "ages in Chinese": ("3岁|18个月|45岁", [3, 1.5, 45], "years"),
    "ages in two languages": ("61 yrs|58|66 Jahre", [61, 58, 66], "years"),
    "durations": ("1 h 30 min|2 hours|45 min", [1.5, 2, 0.75], "in h"),
    "feet": ("5'8\"|6 ft|170", [172.72, 182.88, 170], "in cm"),
    "pounds": ("154 lb|70 kg|11 st 4 lb", [69.853, 70, 71.668], "in kg"),
    "thousands": ("150K|210k|98|15万", [150_000, 210_000, 98, 150_000], "thousands"),
    "weeks and days": ("38+4|39|40+1|27+6", [38 + 4 / 7, 39, 40 + 1 / 7, 27 + 6 / 7], "weeks and days"),
    "weeks and sevenths": ("38 4/7|39 0/7|40 1/7", [38 + 4 / 7, 39, 40 + 1 / 7], "weeks and days"),
    "two numbers with a dash": ("120-80|131-85|99-60", [120, 131, 99], "two numbers in one cell"),
    "counted days": ("Day 1|Day 5|day 12", [1, 5, 12], "counts"),
    "feet without a sign": ("5'8|6'1|5'11", [172.72, 185.42, 180.34], "in cm"),
    "meters and centimeters": ("1m75|1.62 m|180 cm", [175, 162, 180], "in cm"),
    "doses": ("5 mg|200 µg|7 mg", [5, 0.2, 7], "in mg"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_a_column_shares_is_read_and_said(form: str) -> None:
    written, read, sentence = FORMS[form]
    records = patients(x=written)
    assert records.column("x").role is Role.NUMBER
    assert values(records, "x", len(read)) == pytest.approx(read, rel=1e-3)
    assert sentence in told(records, "written_form")
    assert not told(records, "mixed_unit")


@pytest.mark.parametrize("written", ["120/80|131/85|99/60", "120-80|131-85|99-60", "120 over 80|131 Over 85|99 over 60"])
def test_a_pair_is_split_into_two_columns(written: str) -> None:
    records = patients(bp=written)
    (finding,) = records.findings
    assert finding.remedy == "split"
    parts = records.with_remedy(finding)
    assert parts.features["bp (first number)"].tolist()[:3] == [120, 131, 99]
    assert parts.features["bp (second number)"].tolist()[:3] == [80, 85, 60]
    assert "bp" not in parts.raw.columns
    assert not parts.findings


@pytest.mark.parametrize(
    "written",
    [
        "G2P1|G3P2A1|G1P0",
        "3+4=7|4+4=8|3+3=6",
        "PT1H45M|PT1H30M|PT2H5M",
        "12.5 odd|x13.1|14.2 odd",
        "Jan-24|Feb-23|Mar-22",
        "pending|1.2|3.3|4.4|lost",
    ],
)
def test_digits_that_are_not_read_as_numbers_are_told(written: str) -> None:
    records = patients(x=written)
    assert records.column("x").role is Role.CATEGORY
    assert "“x”" in told(records, "digits_in_words")


@pytest.mark.parametrize("written", ["A|B|C", "stage one|stage two", "HLA-B27|HLA-B8", "T1|T2|T3", "type 1|type 2"])
def test_words_are_words(written: str) -> None:
    records = patients(x=written)
    assert records.column("x").role is Role.CATEGORY
    assert not records.findings


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0|1+|2+|3+", [0, 1, 2, 3]),
        ("0|1|2+|3+", [0, 1, 2, 3]),
        ("neg|trace|1+|2+", [0, 0.5, 1, 2]),
        ("0|1+|2+ (equivocal)|3+", [0, 1, 2, 3]),
        ("-|+|++|+++", [0, 1, 2, 3]),
        ("I|II|III|IV", [1, 2, 3, 4]),
        ("IA|IIB|IIIC", [1, 2 + 1 / 3, 3 + 2 / 3]),
        ("Grade 1|Grade 2|Grade 3", [1, 2, 3]),
        ("NYHA II|NYHA III|NYHA IV", [2, 3, 4]),
        ("Ⅰ期|Ⅱ期|Ⅲ期", [1, 2, 3]),
    ],
)
def test_grades_have_equal_steps_as_written(written: str, read: list[float]) -> None:
    records = patients(x=written)
    assert values(records, "x", len(read)) == pytest.approx(read)
    assert not records.findings


def test_three_or_more_is_a_limit_not_a_grade() -> None:
    assert values(patients(parity="0|1|2|3+"), "parity", 4) == pytest.approx([0, 1, 2, 3 * ROOT2])


def test_letters_before_a_number_are_a_grade_only_where_the_header_speaks_of_one() -> None:
    assert values(patients(tumor__grade="G1|G2|G3"), "tumor grade", 3) == [1, 2, 3]
    assert patients(ward="G1|G2|G3").column("ward").role is Role.CATEGORY


TWO_SCALES = {
    "neut": ("0.4|42%|0.44|46%", [0.4, 0.42, 0.44, 0.46], "percent"),
    "hct": ("36|0.37|0.38|39", [0.36, 0.37, 0.38, 0.39], "percent"),
    "temperature": ("38.4|101.3|36.8|98.6", [38.4, 38.5, 36.8, 37], "°F"),
    "body temp": ("38.4 C|101.3 F|36.8°C|98.6°F", [38.4, 38.5, 36.8, 37], "°F"),
    "height": ("170|1.75|168|1.62", [1.7, 1.75, 1.68, 1.62], "cm"),
    "WBC": ("5.2|5200|6.1|7100", [5.2, 5.2, 6.1, 7.1], "/µL"),
    "HbA1c": ("6.1|43|7.2|55", [6.1, 6.084, 7.2, 7.182], "mmol/mol"),
}


@pytest.mark.parametrize("name", TWO_SCALES)
def test_two_scales_in_one_column_are_told_and_converted(name: str) -> None:
    written, read, unit = TWO_SCALES[name]
    records = patients(**{name.replace(" ", "__"): written})
    assert unit in told(records, "two_scales")
    mended = records.with_remedy(next(finding for finding in records.findings if finding.kind == "two_scales"))
    assert values(mended, name, 4) == pytest.approx(read, rel=1e-3)
    assert not told(mended, "two_scales")


KG, CM = [62, 75, 81, 58, 90, 70, 66, 84, 77, 59, 73, 68], [162, 175, 181, 158, 190, 170, 166, 184, 177, 159, 173, 168]


def every_third(values: list[int], factor: float) -> str:
    return "|".join(f"{value if place % 3 else value * factor:.0f}" for place, value in enumerate(values))


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("weight", every_third(KG, 2.2046), KG),
        ("Körpergewicht", every_third(KG, 2.2046), KG),
        ("体重", every_third(KG, 2.2046), KG),
        ("Height", every_third(CM, 1 / 2.54), CM),
        ("waist circumference", every_third([value - 80 for value in CM], 1 / 2.54), [value - 80 for value in CM]),
    ],
)
def test_two_clumps_apart_by_the_factor_of_two_units_are_told_and_converted(name: str, written: str, read: list[int]) -> None:
    records = patients(**{name.replace(" ", "__"): written})
    assert "seems to be in two units: 4 patients" in told(records, "two_scales")
    mended = records.with_remedy(next(finding for finding in records.findings if finding.kind == "two_scales"))
    assert values(mended, name, 12) == pytest.approx(read, rel=0.01)
    assert mended.column(name).unit == ("kg" if read is KG else "cm")
    assert not told(mended, "two_scales")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("weight", "12|14|18|9|11|62|75|81|58|90|13|66"),  # children and adults
        ("weight (kg)", every_third(KG, 2.2046)),
        ("weight", "50|52|49|51|110|112|115|109|48|108|53|111"),  # the first four patients have one diagnosis, the next four another
        ("weight loss", every_third(KG, 2.2046)),
        ("height", "162|175|181|158|190|170|66|184|177|159|173|168"),  # one slip is no second unit
        ("height", "120|125|131|140|148|155|160|166|171|178|183|190"),
    ],
)
def test_other_spreads_are_no_two_units(name: str, written: str) -> None:
    assert not told(patients(**{name.replace(" ", "__"): written}), "two_scales")


def test_an_honest_spread_is_not_two_scales() -> None:
    assert not patients(crp="0.3|0.5|60|44|12|3", saturation="97|98|95", share="0.2|0.4|0.9").findings
    assert not told(patients(tsh="<0.01|1.2|1.4"), "two_scales"), "a limit is no share"
