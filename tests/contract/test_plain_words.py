"""Every text for people is in plain words; the code and the docs are read, so that no page need be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.plain_words import CODE, DOCS, ROOT, chinese_faults, code_faults, doc_faults, english_faults, texts


def faults(path: Path) -> list[str]:
    return code_faults(path) if path.suffix == ".py" else doc_faults(path)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*CODE, *DOCS], ids=name)
def test_the_words_are_plain(path: Path) -> None:
    assert faults(path) == []


@pytest.mark.parametrize(
    "en",
    [
        "plain classifiers, always in the list", "the contestants", "an honest probability", "Practise on", "practised on other tasks",
        "they cannot be told apart", "how surprised the model is", "the diagnosis named from the rest", "named wrongly", "a 14-way task",
        "Deal the diseases otherwise", "when a diagnosis has several faces", "right in 90 % of them", "{share} % are right", "{n} patients",
        "at {k} shots", "**{done}** episodes", "{n} labeled patients", "{x:,} columns",
    ],
)  # fmt: skip
def test_an_english_riddle_is_found(en: str) -> None:
    assert english_faults(en)


@pytest.mark.parametrize(
    "en",
    [
        "{n} {n:patient|patients}", "more than {most} patients", "14 diagnoses (14-way)", "95% of them", "{share}% are right", "plain text",
        "a file named “{name}”", "in practice", "methods: {names}", "half-way",
    ],
)  # fmt: skip
def test_a_plain_english_text_passes(en: str) -> None:
    assert english_faults(en) == []


@pytest.mark.parametrize(
    "zh",
    [
        "30 个任务片段", "样本数 5", "参赛方法", "诚实的概率", "在疾病上练习", "普通分类器", "元训练价值几何？", "地中海贫血特征", "计算它的那一行代码",
        "选择队列", "使用MAML训练", "训练5步", "95%区间",
    ],
)  # fmt: skip
def test_a_chinese_riddle_is_found(zh: str) -> None:
    assert chinese_faults(zh)


@pytest.mark.parametrize(
    "zh", ["使用 MAML 训练 5 步", "每类样本数为 {k}", "{n} 个小任务（episode）", "MAML（模型无关元学习）", "95% 区间", "`x`的值"]
)
def test_a_plain_chinese_text_passes(zh: str) -> None:
    assert chinese_faults(zh) == []


def test_fields_of_f_strings_are_read() -> None:
    assert [text.en for text in texts('Words(f"{len(rows)} rows", f"{len(rows)} 行")')] == ["{len(rows)} rows"]
