"""Codes for missing are read as missing where nothing else is plausible, else asked about; words for nothing are nothing."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from metamed_core.cli.option_tables import add_table_options, records_of
from tests.helpers.twelve_patients import patients, told, values

SURE = {
    "age of others": "61|999|66|70",
    "hb": "13.9|99.9|12.1|11.5",
    "crp": "41|55|9999|38",
    "k": "4.2|-9|3.9|4.4",
    "pain": "3|1|88|2",
    "answer": "3|1|98|99|0",
    "change": "1.2|-99|-0.8|0.4|1.1|2",
}


@pytest.mark.parametrize("name", SURE)
def test_a_code_that_can_be_nothing_else_is_missing_and_said(name: str) -> None:
    column = name.replace(" ", "__")
    records = patients(**{column: SURE[name]})
    codes = records.column(name).missing
    assert codes
    assert records.features[name].isna().any()
    assert all(f"“{code}”" in told(records, "read_as_missing") for code in codes)
    (finding,) = (one for one in records.findings if one.kind == "read_as_missing")
    back = records.with_remedy(finding)
    assert back.features[name].max() >= 1 or back.features[name].notna().all()
    assert back.features[name].notna().all()
    assert not told(back, "missing_code"), "what the user called a value is not asked about again"


ASKED = {
    "smoker": ("0|1|9|0", "9"),
    "sex code": ("1|2|9", "9"),
    "ill": ("0|1|0|-1", "-1"),
    "pulse now": ("70|72|-1|68|80|90", "-1"),
    "likert": ("1|2|3|9|5|4|9", "9"),
    "letter": ("M|F|9|M", "9"),
    "decimals": ("1.5|-1|2.5|3.1|4.2|5.5|6.1|7.7|8.8|9.1|10.4|11.2", "-1"),
    "group": ("A|B|0|9", "9"),
    "month": ("1|2|3|11|99|12|4|5|6|7|8|9", "99"),
    "age at visit": ("61|58|99|70|24|31|28|99|64|99|57|33", "99"),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_code_with_two_readings_is_asked_about(name: str) -> None:
    written, code = ASKED[name]
    records = patients(**{name.replace(" ", "__"): written})
    assert f"“{code}” in “{name}”" in told(records, "missing_code")
    (finding,) = (one for one in records.findings if one.kind == "missing_code")
    missing, value = (records.with_remedy(replace(finding, remedy=choice.remedy)) for choice in finding.choices)
    assert missing.features[name].isna().any()
    assert not told(missing, "missing_code")
    assert value.features[name].notna().all()
    assert not told(value, "missing_code")


@pytest.mark.parametrize(
    "written",
    [
        "97|98|99|96|99|99",
        "1|2|3|4|5|7|3|2",
        "-2|-1|0|1|2",
        "8|9|7|6|5|9",
        "12|30|250|99|999|1200|700",
        "0|1|2|3|4|5|6|7|8|9",
        "-0.5|-1|1.5|2",
    ],
)
def test_real_values_that_look_like_codes_are_left_alone(written: str) -> None:
    records = patients(x=written)
    assert not records.findings
    assert records.features["x"].notna().all()


@pytest.mark.parametrize(
    ("name", "written", "text"),
    [
        ("crp", "12|-0.3|5|44", "-0.3"),
        ("age years", "61|240|33|44", "240"),
        ("BMI", "25|0|31|22", "0"),
        ("glucose mmol/L", "5.2|0|6.1|5.5", "0"),
        ("pulse", "70|700|80|66", "700"),
        ("pulse", "70|0|80|66", "0"),
        ("weight", "70|0|80|66", "0"),
        ("birth weight", "3.1|2.9|0|3.3", "0"),
        ("systolic bp", "120|130|0|110", "0"),
        ("x", "13.9|-14.2|13.1|12.2|11.4|13.3|15|14|13.6|12.7|11.8|14.9", "-14.2"),
    ],
)
def test_impossible_values_are_told_and_can_be_read_as_missing(name: str, written: str, text: str) -> None:
    records = patients(**{name.replace(" ", "__"): written})
    assert f"“{text}” in “{name}”" in told(records, "impossible")
    finding = next(one for one in records.findings if one.kind == "impossible")
    assert not told(records.with_remedy(finding), "impossible")


def test_a_base_excess_may_be_negative() -> None:
    assert not patients(**{"BE": "-0.5|1|2|3", "z-score": "1|2|-0.3|2", "weight change": "1|-0.2|3"}).findings


@pytest.mark.parametrize(
    "word",
    [
        r"\N",
        "(null)",
        "[NULL]",
        "#NV",
        "#WERT!",
        "k.A.",
        ".a",
        "n/d",
        "(blank)",
        "not applicable",
        "待查",
        "未送检",
        "#N/D",
        "<missing>",
        "no disponible",
    ],
)
def test_words_for_nothing_are_missing(word: str) -> None:
    records = patients(x=f"{word}|1.5|2.5|3.5", kind=f"{word}|a|b|b")
    assert values(records, "x", 4) == [None, 1.5, 2.5, 3.5]
    assert values(records, "kind", 4) == [None, "a", "b", "b"]
    assert not [finding for finding in records.findings if finding.kind != "missing"]


@pytest.mark.parametrize(
    "word",
    [
        "#NV",
        r"\N",
        "(blank)",
        "k.A.",
        "inconclusive",
        "awaiting biopsy",
        "???",
        "unbekannt",
        "待诊断",
        "无",
        "under investigation",
        "#¿NOMBRE?",
    ],
)
def test_a_word_for_an_open_diagnosis_is_no_diagnosis_and_is_told(word: str) -> None:
    records = patients(["gout"] * 4 + ["lupus"] * 4 + [word] * 4)
    assert records.counts == {"gout": 4, "lupus": 4}
    assert f"“{word}” in “diagnosis” is read as not diagnosed yet" in told(records, "open_words")
    kept = records.with_remedy(next(one for one in records.findings if one.kind == "open_words"))
    assert kept.counts == {"gout": 4, "lupus": 4, word: 4}


@pytest.mark.parametrize("name", ["gout?", "?gout", "probable gout", "r/o gout", "疑似痛风", "gout (suspected)"])
def test_an_uncertain_diagnosis_is_told(name: str) -> None:
    records = patients([name] * 4 + ["lupus"] * 4 + [None] * 4)
    assert f"“{name}”" in told(records, "uncertain_label")
    assert records.with_remedy(next(one for one in records.findings if one.kind == "uncertain_label")).classes == ("lupus",)


@pytest.mark.parametrize(
    ("labels", "counts"),
    [
        (["痛风"] * 4 + ["无"] * 4 + [None] * 4, {"无": 4, "痛风": 4}),
        (["有"] * 6 + ["无"] * 6, {"无": 6, "有": 6}),
    ],
)
def test_none_in_chinese_is_a_diagnosis_beside_empty_cells_and_beside_yes(labels: list[str | None], counts: dict[str, int]) -> None:
    records = patients(labels)
    assert records.counts == counts
    assert next(iter(counts)) in told(records, "label_code")


@pytest.mark.parametrize(("written", "asked"), [("34|41|0|29|66|0|38|71", True), ("34|41|0|29|66", True), ("3|4|0|29|66", False)])
def test_a_newborn_among_adults_is_asked_about(written: str, asked: bool) -> None:
    records = patients(age=written)
    assert ("“0” in “age”" in told(records, "missing_code")) == asked
    assert records.features["age"].notna().all()


def test_nd_among_measurements_is_told() -> None:
    assert told(patients(dna="ND|12|<20"), "not_detected").startswith("“ND” in “dna” (4 patients) is read as missing")


def test_nd_beside_empty_cells_is_a_diagnosis_and_asked_about() -> None:
    records = patients(["PD"] * 4 + ["ND"] * 4 + [None] * 4)
    assert records.counts == {"ND": 4, "PD": 4}
    assert "“ND”" in told(records, "label_code")
    without = records.with_remedy(next(one for one in records.findings if one.kind == "label_code"))
    assert without.counts == {"PD": 4}


@pytest.mark.parametrize(
    ("labels", "codes"),
    [
        ("1 1 1 1 2 2 2 2 99 99 99 99", ["99"]),
        ("1 1 1 1 2 2 2 2 9 9 9 9", ["9"]),
        ("0 0 0 0 1 1 1 1 -1 -1 -1 -1", ["-1"]),
        ("a a a a b b b b -9 -9 -9 -9", ["-9"]),
        ("1 1 1 2 2 2 3 3 3 88 99 99", ["88", "99"]),
    ],
)
def test_a_code_among_diagnoses_means_undiagnosed(labels: str, codes: list[str]) -> None:
    records = patients(list(labels.split()))
    assert not set(codes) & set(records.classes)
    assert all(f"“{code}”" in told(records, "read_as_missing") for code in codes)
    with_blank: list[str | None] = [*labels.split()[:-1], None]
    asked = patients(with_blank)
    assert set(codes) <= set(asked.classes)
    assert all(f"“{code}”" in told(asked, "label_code") for code in codes)


@pytest.mark.parametrize("labels", ["1 1 1 2 2 2 3 3 3 4 4 4", "7 7 7 8 8 8 9 9 9 6 6 6", "-1 -1 -1 -1 1 1 1 1 1 1 1 1"])
def test_numbered_diagnoses_are_diagnoses(labels: str) -> None:
    records = patients(list(labels.split()))
    assert sum(records.counts.values()) == 12
    assert not records.findings


def test_a_text_is_read_as_missing_or_as_a_value_on_request() -> None:
    records = patients(x="1|2|7|3", y="7.0|5|6|4").with_reading("7", missing=True)
    assert [values(records, name, 4) for name in "xy"] == [[1, 2, None, 3], [None, 5, 6, 4]]
    one = records.with_reading("7", "x", missing=False)
    assert [values(one, name, 4) for name in "xy"] == [[1, 2, 7, 3], [None, 5, 6, 4]]


@pytest.mark.parametrize(
    ("options", "x", "y"),
    [
        (["--missing", "7"], [1, 2, None, 3], [None, 5, 6, 4]),
        (["--missing", "x=7", "--value", "x=ND"], [1, 2, None, 3], [7, 5, 6, 4]),
        ([], [1, 2, 7, 3], [7, 5, 6, 4]),
    ],
)
def test_the_command_line_names_codes_for_missing(tmp_path: Path, options: list[str], x: list[object], y: list[object]) -> None:
    table = tmp_path / "table.csv"
    table.write_text(patients(x="1|2|7|3", y="7|5|6|4").raw.to_csv(index=False))
    parser = argparse.ArgumentParser()
    add_table_options(parser)
    records = records_of(table, parser.parse_args(options))
    assert [values(records, name, 4) for name in "xy"] == [x, y]
