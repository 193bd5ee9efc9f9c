"""Cells: numbers, yes and no, dates, grades and units as people write them, in both languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from metamed_core.data import open_upload
from metamed_core.data.formats.table import shown
from metamed_core.data.records import PatientRecords, Role
from metamed_core.data.records.columns.dates import days
from metamed_core.data.records.columns.units import is_age, unit_in, unit_words
from metamed_core.data.records.columns.values import Cells, numbers, yes_no
from metamed_core.words import Words
from tests.helpers.reading import ROOT2, roles


def cells(*texts: str | None) -> Cells:
    return Cells(pd.Series(texts, dtype=object))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.5", 12.5),
        ("-3", -3),
        (".5", 0.5),
        ("1e3", 1000),
        ("１２．５", 12.5),
        ("−4", -4),
        ("12.5 %", 12.5),
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567),
        ("2×10^3", 2000),
        ("<0.1", 0.1 / ROOT2),
        ("＜ 0.1", 0.1 / ROOT2),
        ("≤2", 2 / ROOT2),
        (">1000", 1000 * ROOT2),
        (">=1,000", 1000 * ROOT2),
        ("90+", 90 * ROOT2),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: float) -> None:
    assert numbers(cells(text)).values[0] == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "most", "seen"),
    [
        ("e\u0301" * 3, 3, "e\u0301" * 3),
        ("e\u0301" * 4, 3, "e\u0301" * 2 + "…"),
        ("👩\u200d👧\u200d👦" * 3, 2, "👩\u200d👧\u200d👦…"),
        ("🇩🇪🇫🇷🇮🇹", 2, "🇩🇪…"),
        ("👍🏽👍🏽👍🏽", 3, "👍🏽👍🏽👍🏽"),
        ("a" + "\u0301" * 9999, 3, "a" + "\u0301" * 11 + "…"),
        ("缺铁性\n 贫血", 5, "缺铁性 …"),
        ("gout\u202efdp", 9, "goutfdp"),
    ],
)
def test_a_name_is_cut_by_what_is_seen(text: str, most: int, seen: str) -> None:
    assert shown(text, most) == seen


@pytest.mark.parametrize("mark", "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x9b")
def test_no_name_turns_the_direction_of_writing(mark: str) -> None:
    _, records = open_upload("x.csv", f"pa{mark}tient,diag{mark}nosis,x\nA{mark}1,go{mark}ut,1\nB1,gout,2\nC1,sepsis,3\nD1,,4\n".encode())
    assert records.classes == ("gout", "sepsis"), "and two names that look the same are the same"
    assert list(records.raw.columns) == ["patient", "diagnosis", "x"]
    assert records.patient_names.iloc[0] == "A1"


@pytest.mark.parametrize("text", ["abc", "1_000", "inf", "1e999", "1,23,4", "3.4.5", "0x1f", "½"])
def test_what_is_no_number_is_missing_and_marked(text: str) -> None:
    read = numbers(cells(text))
    assert np.isnan(read.values[0])
    assert read.unreadable[0]


@pytest.mark.parametrize(
    "text", ["NA", "n/a", "-", "?", "nan", "NULL", "None", "--", "#N/A", "not done", "缺失", "未查", "无数据", "不详", " ", "—", None]
)
def test_missing_is_missing_and_never_zero(text: str | None) -> None:
    read = numbers(cells("1", text))
    assert np.isnan(read.values[1])
    assert not read.unreadable[1]


def test_decimal_commas_are_told_from_thousands_by_the_column() -> None:
    assert numbers(cells("3,5", "1,234")).values.tolist() == [3.5, 1.234]
    assert numbers(cells("1,234", "5,678")).values.tolist() == [1234, 5678]
    assert numbers(cells("1.234,5", "0,7")).values.tolist() == [1234.5, 0.7]


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("yes", "no"),
        ("Y", "n"),
        ("TRUE", "FALSE"),
        ("pos", "neg"),
        ("Positive", "negative"),
        ("present", "absent"),
        ("+", "-"),
        ("有", "无"),
        ("是", "否"),
        ("阳性", "阴性"),
        ("＋", "－"),
        ("1", "0"),
        ("1.0", "0.0"),
        ("t", "f"),
    ],
)
def test_yes_and_no_in_both_languages(yes: str, no: str) -> None:
    values, unreadable = yes_no(cells(yes, no, "NA"))
    assert values[:2].tolist() == [1, 0]
    assert np.isnan(values[2])
    assert not unreadable.any()
    assert roles(f"sign,diagnosis\n{yes},a\n{no},b\n,a\n{yes},b\n")["sign"] == "yes_no"


def test_dates_become_days() -> None:
    assert days(cells("1970-01-02", "1970/1/3", "1970年1月4日", "05.01.1970", "19700106", "7 Jan 1970"))[0].tolist() == [1, 2, 3, 4, 5, 6]
    assert days(cells("01/02/1970", "25/01/1970"))[0].tolist() == [31, 24], "25 shows that the day comes first"
    assert days(cells("2024-02-30"))[1].all()


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("glucose (mmol/L)", "mmol/L"),
        ("glucose [mmol/L]", "mmol/L"),
        ("creatinine umol/L", "umol/L"),
        ("血糖（mmol/L）", "mmol/L"),
        ("WBC (10^9/L)", "10^9/L"),
        ("白细胞(×10^9/L)", "×10^9/L"),
        ("hematocrit %", "%"),
        ("TSH_mIU/L", "mIU/L"),
        ("age years", "years"),
        ("BMI kg/m2", "kg/m2"),
        ("sex (1 = male)", ""),
        ("fevers in the last year", ""),
        ("vitamin D", ""),
        ("ferritin", ""),
    ],
)
def test_units_are_read_from_headers(header: str, unit: str) -> None:
    assert unit_in(header) == unit


def test_ages_are_known_by_name() -> None:
    assert all(map(is_age, ["age", "Age (years)", "age at onset", "年龄", "年龄（岁）"]))
    assert not any(map(is_age, ["stage", "age months", "gestational age weeks", "dosage"]))


@pytest.mark.parametrize(
    ("written", "en", "zh"),
    [("10^9/L", "10⁹/L", "10⁹/L"), ("10^12/L", "10¹²/L", "10¹²/L"), ("years", "years", "岁"), ("g/L", "g/L", "g/L")],
)
def test_a_unit_is_shown_as_one_reads_it(written: str, en: str, zh: str) -> None:
    assert unit_words(written) == Words(en, zh)


@pytest.mark.parametrize(
    ("grades", "numbers"),
    [(["-", "+", "++", "+++", "±"], [0, 1, 2, 3, 0.5]), (["-", "1+", "2+"], [0, 1, 2]), (["阴性", "±", "+"], [0, 0.5, 1])],
)
def test_grades_are_numbers_and_a_dash_among_them_is_negative(grades: list[str], numbers: list[float]) -> None:
    texts = grades * 4
    records = PatientRecords.from_table(pd.DataFrame({"urine protein": texts, "dx": (["a", "b"] * len(texts))[: len(texts)]}, dtype=object))
    assert records.column("urine protein").role is Role.NUMBER
    assert records.features["urine protein"].tolist() == numbers * 4
    assert not [finding for finding in records.findings if finding.kind == "unreadable"]


def test_plus_and_minus_alone_are_yes_and_no() -> None:
    records = PatientRecords.from_table(pd.DataFrame({"antibody": ["+", "-"] * 4, "dx": list("abababab")}, dtype=object))
    assert records.column("antibody").role is Role.YES_NO
    assert records.features["antibody"].tolist() == [1.0, 0.0] * 4


def test_plus_and_minus_may_be_diagnoses() -> None:
    records = PatientRecords.from_table(pd.DataFrame({"x": list("0123456789"), "diagnosis": ["+", "-"] * 5}, dtype=object))
    assert records.classes == ("+", "-")


def test_a_dash_among_numbers_is_missing() -> None:
    records = PatientRecords.from_table(pd.DataFrame({"parity": ["0", "1", "3+", "-", "2"], "dx": list("ababa")}, dtype=object))
    assert records.features["parity"].isna().tolist() == [False, False, False, True, False]


def test_no_text_of_a_patient_stays_in_the_process() -> None:
    import gc

    import metamed_core.data.records.columns.values as module

    PatientRecords.from_table(pd.DataFrame({"x": ["a very private remark"] * 3, "dx": list("aab")}, dtype=object))
    gc.collect()
    assert not any(hasattr(thing, "cache_info") for thing in vars(module).values())


@pytest.mark.parametrize(
    "texts",
    [["1", "2.5", None, "-3", "+4", "5.", "007", "1"], ["1", "2.5.1"], ["1", "1e5"], ["1", "2\n3"], ["1", ""], [None], ["1+"], ["\u0661"]],
)
def test_a_column_of_digits_is_read_at_once_and_as_any_other(texts: list[str | None]) -> None:
    column = pd.Series(texts, dtype=object)
    at_once, one_by_one = Cells(column), Cells(column, read_as_missing=("not there",))
    assert at_once.are_digits == one_by_one.are_digits == (len(texts) == 8)
    assert at_once.levels == one_by_one.levels
    assert at_once.codes.tolist() == one_by_one.codes.tolist()
    assert at_once.filled.tolist() == one_by_one.filled.tolist()
    assert at_once.units() == one_by_one.units() == []
