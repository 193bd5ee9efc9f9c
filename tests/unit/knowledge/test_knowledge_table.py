"""The CSV file of knowledge: what is read, what is refused in which words, and that it is written back the same."""

from __future__ import annotations

import pytest

from metamed_core.knowledge import HALLMARK, Knowledge, Statement, canonical, read_knowledge
from metamed_core.knowledge.statement import Grade, Share, Usual, Word, read_statement
from metamed_core.words import UserError
from tests.helpers.knowing import HEADER, RIGHT, knowledge, shuffled, statement


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("very low", Grade(-3.0)), ("↓↓", Grade(-3.0)), ("Low", Grade(-1.5)), ("normal", Grade(0.0)), ("正常", Grade(0.0)),
        ("↑", Grade(1.5)), ("very  HIGH", Grade(3.0)),
        ("7", Usual(7.0, 7.0)), ("-2.5", Usual(-2.5, -2.5)), ("4-11", Usual(4.0, 11.0)), ("4 – 11", Usual(4.0, 11.0)), ("-3--1", Usual(-3.0, -1.0)),
        ("always", Share(1.0)), ("very frequent", Share(0.9)), ("frequent", Share(0.55)), ("occasional", Share(0.17)),
        ("very rare", Share(0.025)), ("excluded", Share(0.0)), ("必有", Share(1.0)), ("35%", Share(0.35)), ("12.5 %", Share(0.125)),
        ("female", Word("female")), ("11-4", None), ("101%", None),
    ],
)  # fmt: skip
def test_a_statement_means(text: str, meaning: object) -> None:
    assert read_statement(text) == meaning


def test_a_file_is_read_with_its_lines_and_written_the_same() -> None:
    known = knowledge("iron,mcv,↓↓,hallmark,Hoffbrand\n\niron,hb,low,0.5,\nvitamin,sex,f,,\nvitamin,hb,,,nothing said\n")
    assert known.statements == (
        Statement("iron", "mcv", "very low", HALLMARK, "Hoffbrand", 2),
        Statement("iron", "hb", "low", 0.5, "", 4),
        Statement("vitamin", "sex", "f", 1.0, "", 5),
    )
    again = read_knowledge("known.csv", known.to_csv())
    assert again.sha256 == known.sha256 == shuffled(known).sha256
    assert again.diagnoses == ("iron", "vitamin")


def test_what_a_spreadsheet_would_compute_is_written_harmless_and_read_back() -> None:
    known = Knowledge((Statement("=iron", "mcv", "low", 1.0, "@book"),))
    assert b"'=iron,mcv,low,1,'@book" in known.to_csv()
    assert read_knowledge("k.csv", known.to_csv()).statements[0].diagnosis == "=iron"
    told = Knowledge((statement("=cmd|' /C calc'!A0"), statement("-2", "hb"), statement("-4--2", "base")))
    assert b"iron,mcv,'=cmd|' /C calc'!A0,1," in told.to_csv()
    assert b"iron,hb,-2,1," in told.to_csv(), "a number is no formula"
    assert read_knowledge("k.csv", told.to_csv()).sha256 == told.sha256


def test_a_file_whose_name_is_long_is_named_in_short() -> None:
    with pytest.raises(UserError) as refused:
        read_knowledge("\u202e" + "x" * 5000 + ".csv", b"")
    assert len(str(refused.value)) < 200
    assert "\u202e" not in str(refused.value)


@pytest.mark.parametrize("text", ["1e999", "9" * 400, "1e307-1.7e308", "-1e999"])
def test_a_number_beyond_all_reason_is_no_usual_value(text: str) -> None:
    assert read_statement(text) == Word(text)


@pytest.mark.parametrize(
    ("lines", "en", "zh"),
    [
        ("iron,mcv,low,1\n", "Line 2 of k.csv has 4 cells; it must have five, as in diagnosis,column,statement,weight,source: put a text with commas between quotes.",
            "k.csv 第 2 行有 4 个单元格，应为五个（diagnosis,column,statement,weight,source）：含逗号的文字请加引号。"),
        ("iron,hb,low,,\niron,mcv,low,much,\n", "Line 3 of k.csv has the weight “much”: give a number from 0 to 10, hallmark, or nothing.",
            "k.csv 第 3 行的权重为“much”：请填 0 到 10 之间的数、hallmark，或留空。"),
        ("iron,mcv,low,nan,\n", "Line 2 of k.csv has the weight “nan”: give a number from 0 to 10, hallmark, or nothing.",
            "k.csv 第 2 行的权重为“nan”：请填 0 到 10 之间的数、hallmark，或留空。"),
        (",mcv,low,,\n", "Line 2 of k.csv makes a statement without a diagnosis or a column: fill in both.", "k.csv 第 2 行有陈述，却缺少诊断或列名：请补全。"),
        ("iron,mcv,low,,\niron,mcv,high,,\n", "Line 3 of k.csv says something of “iron” and “mcv”, as line 2 does: keep one of them.",
            "k.csv 第 3 行与第 2 行都陈述了“iron”的“mcv”：请只保留一行。"),
        ("iron,mcv,11-4,,\n", "Line 2 of the knowledge table says “11-4”: give a range with the smaller value first, as in 4-11, or a share of at most 100%.",
            "知识表第 2 行为“11-4”：范围请先写较小的值（如 4-11），比例不得超过 100%。"),
        (f"iron,mcv,low,,{'x' * 1001}\n", "Line 2 of k.csv has a cell of more than 1,000 characters: shorten it, or close a quotation mark that was left open.",
            "k.csv 第 2 行有单元格超过 1,000 个字符：请缩短，或补上遗漏的引号。"),
        ('iron,mcv,low,,\niron,hb,low,,"' + "x\n" * 70_000, "Line 3 of k.csv has a cell of more than 1,000 characters: shorten it, or close a quotation mark that was left open.",
            "k.csv 第 3 行有单元格超过 1,000 个字符：请缩短，或补上遗漏的引号。"),
        ("".join(f"iron,c{i},low,,\n" for i in range(10_001)), "k.csv makes more than 10,000 statements, or speaks of more than 500 diagnoses: keep the diagnoses that are in question.",
            "k.csv 的陈述超过 10,000 条，或涉及的诊断超过 500 种：请只保留需要考虑的诊断。"),
        ("".join(f"d{i},mcv,low,,\n" for i in range(501)), "k.csv makes more than 10,000 statements, or speaks of more than 500 diagnoses: keep the diagnoses that are in question.",
            "k.csv 的陈述超过 10,000 条，或涉及的诊断超过 500 种：请只保留需要考虑的诊断。"),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_in_one_sentence_with_its_number(lines: str, en: str, zh: str) -> None:
    with pytest.raises(UserError) as refused:
        read_knowledge("k.csv", (HEADER + lines).encode())
    assert (refused.value.words.en, refused.value.words.zh) == (en, zh)


@pytest.mark.parametrize(
    "data", [b"", b"diagnosis,column\n", b"diagnosis,column,statement,source,weight\n", b"diagnosis;column", b"\xff\xfe\x00"]
)
def test_another_header_is_refused(data: bytes) -> None:
    with pytest.raises(
        UserError, match=r"k\.csv is no knowledge table: its first line must be diagnosis,column,statement,weight,source, in UTF-8"
    ):
        read_knowledge("k.csv", data)


def test_a_cell_is_typed_changed_and_emptied() -> None:
    known = knowledge(RIGHT).with_statement(statement("↑↑"))
    assert known.cell("iron", "mcv") == statement("very high")
    assert len(known.statements) == 4
    assert known.with_statement(statement(" ")).cell("iron", "mcv") is None
    assert known.cell("iron", "ferritin") is None
    with pytest.raises(UserError, match="What is known of “iron” in “mcv” says “9-8”"):
        known.with_statement(statement("9-8"))
    assert known.only({"iron"}).diagnoses == ("iron",)
    assert known.renamed({"iron": "vitamin", "vitamin": "iron"}).cell("vitamin", "mcv") == statement("very high", diagnosis="vitamin")


def test_arrows_are_shown_for_grades_and_words_in_both_languages_for_frequencies() -> None:
    assert (statement("very low").said.en, statement("occasional").said.zh, statement("4-11").said.en) == ("↓↓", "偶见", "4-11")
    assert statement("low", weight=2.0).is_hallmark
    assert canonical("偶见") == "occasional"
