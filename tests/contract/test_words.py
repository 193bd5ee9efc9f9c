"""Every text stands in both languages: the code is read, so that no page need be opened to find one that is missing."""

from __future__ import annotations

import ast
import pickle
import re
import string
from pathlib import Path

import pytest

from metamed_core.words import LANGUAGES, UserError, Words

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "app.py", ROOT / "home.py", *sorted(path for folder in ("metamed_core", "pages") for path in (ROOT / folder).rglob("*.py"))]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]")


def texts(source: str) -> list[tuple[int, str, str]]:
    """Line, English and Chinese of each `Words("..", "..")` that is written out."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and len(node.args) == len(LANGUAGES))
    named = (node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "Words")
    sides = ((node.lineno, [getattr(side, "value", None) for side in node.args]) for node in named)
    return [(line, en, zh) for line, (en, zh) in sides if isinstance(en, str) and isinstance(zh, str)]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def faults(en: str, zh: str) -> list[str]:
    """What is wrong with one pair; a name, symbol or acronym may be the same in both languages."""
    no_words = not re.search(r"[A-Za-z]", re.sub(r"\{[^}]*\}", "", en))
    same_name = no_words or (en == zh and len(en.split()) <= 2)
    found = []
    if not en.strip() or not zh.strip():
        found.append("empty")
    elif not CHINESE.search(zh) and not same_name:
        found.append("not in Chinese")
    if CHINESE.search(en):
        found.append("Chinese in the English text")
    if HALF_WIDTH.search(re.sub(r":[a-z]+/\w+:|\{[^}]*\}", "", zh)) and "\n" not in zh:
        found.append("half-width punctuation in the Chinese text")
    if "\n" not in en and bool(fields(en)) != bool(fields(zh)):
        found.append("only one side has fields to fill")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_text_has_both_languages(path: Path) -> None:
    wrong = [f"line {line}: {fault}: {en!r} {zh!r}" for line, en, zh in texts(path.read_text("utf-8")) for fault in faults(en, zh)]
    assert wrong == []


@pytest.mark.parametrize(
    ("en", "zh", "fault"),
    [
        ("Adapt", "", "empty"),
        ("Adapt now", "Adapt now please", "not in Chinese"),
        ("适应", "适应", "Chinese in the English text"),
        ("First, then", "先,后", "half-width punctuation in the Chinese text"),
        ("{n} patients", "几位患者", "only one side has fields to fill"),
    ],
)
def test_a_bad_text_is_found(en: str, zh: str, fault: str) -> None:
    assert fault in faults(en, zh)


@pytest.mark.parametrize(("en", "zh"), [("MAML", "MAML"), ("CSV", "CSV"), ("Adapt", "适应"), ("{n} steps", "{n} 步")])
def test_a_good_text_passes(en: str, zh: str) -> None:
    assert faults(en, zh) == []


def test_the_walk_reads_texts() -> None:
    assert texts('x = Words("Adapt", "适应")\n') == [(1, "Adapt", "适应")]
    assert sum(len(texts(path.read_text("utf-8"))) for path in FILES) > 50


def test_words() -> None:
    words = Words("{n} {what}", "{n} 个{what}").format(n=3, what=Words("steps", "步骤"))
    assert (words.into("en"), words.into("zh"), str(words)) == ("3 steps", "3 个步骤", "3 steps")
    assert Words("One.", "一。") + Words("Two.", "二。") == Words("One. Two.", "一。二。")


@pytest.mark.parametrize(
    ("zh", "value", "said"),
    [
        ("最好的是{x}：", "MAML", "最好的是 MAML："),
        ("{x}位患者", 3, "3 位患者"),
        ("{x} 位患者", 3, "3 位患者"),
        ("与{x}无法区分", Words("Matching", "匹配网络"), "与匹配网络无法区分"),
        ("（{x}）", "MAML", "（MAML）"),
        ("“{x}”列", "C反应蛋白", "“C反应蛋白”列"),
        ("正确率{x:.0%}的", 0.5, "正确率 50% 的"),
    ],
)
def test_a_filled_chinese_text_keeps_its_spaces(zh: str, value: object, said: str) -> None:
    assert Words("{x}", zh).format(x=value).zh == said


def test_a_user_error_is_a_value_error_with_both_languages() -> None:
    error = UserError(Words("No label column: choose one.", "没有标签列：请选择一列。"))
    assert isinstance(error, ValueError)
    assert (str(error), error.words.zh) == ("No label column: choose one.", "没有标签列：请选择一列。")


def test_a_user_error_of_another_process_has_both_languages() -> None:
    packed = pickle.dumps(UserError(Words("No label column: choose one.", "没有标签列：请选择一列。")))
    error = pickle.loads(packed)  # noqa: S301 - packed a line above
    assert isinstance(error, UserError)
    assert (str(error), error.words.zh) == ("No label column: choose one.", "没有标签列：请选择一列。")


@pytest.mark.parametrize(("n", "said"), [(0, "0 patients"), (1, "1 patient"), (2, "2 patients"), (1.0, "1.0 patient")])
def test_a_number_chooses_its_word(n: float, said: str) -> None:
    words = Words("{n} {n:patient|patients}", "{n} 位患者").format(n=n)
    assert words == Words(said, f"{n} 位患者")
    assert Words("{p:.0%} of {n:,}", "{p:.0%}").format(p=0.5, n=1000).en == "50% of 1,000"
