"""The questionnaire: twelve items well formed in both languages, an order that depends on the seed only, the score, the file, and the recipe for lecturers."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest

from metamed_core.words import LANGUAGES, Language
from pages.lessons import LESSONS
from pages.lessons.questionnaire import COLUMNS, WHEN, arranged, file_name, result_csv, wrong
from pages.lessons.questionnaire_items import ITEMS, Item

HOW_TO = Path(__file__).parents[3] / "docs/how-to/measure-what-a-class-learned.md"
NAME = r"[a-z]+(_[a-z]+)*"
ALL_RIGHT = {item.key: item.right for item in ITEMS}


def first_wrong(item: Item) -> str:
    return list(item.options)[1]


def with_wrong(n: int) -> dict[str, str]:
    """All answers, those to the first n items wrong."""
    return ALL_RIGHT | {item.key: first_wrong(item) for item in ITEMS[:n]}


def test_there_are_twelve_items_and_each_is_treated_on_a_screen_that_exists() -> None:
    assert len(ITEMS) == len({item.key for item in ITEMS}) == 12
    for item in ITEMS:
        assert 1 <= item.screen <= len(LESSONS[item.lesson].screens), item.key
        assert len(item.options) == 4
        assert all(re.fullmatch(NAME, name) for name in (item.key, *item.options)), item.key
    assert {item.lesson for item in ITEMS} == LESSONS.keys() - {"reptile"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_twice_and_the_length_of_an_answer_does_not_tell_that_it_is_right(language: Language) -> None:
    longest = shortest = 0
    assert len({item.text.into(language) for item in ITEMS}) == len(ITEMS)
    for item in ITEMS:
        texts = [words.into(language) for words in item.options.values()]
        assert all(texts), item.key
        assert len(set(texts)) == len(texts), item.key
        assert not [text for text in texts if re.search(r"[{}.。]", text)], "an answer is no sentence, and every field is filled"
        longest += len(texts[0]) > max(map(len, texts[1:]))
        shortest += len(texts[0]) < min(map(len, texts[1:]))
    assert max(longest, shortest) <= 4  # of twelve: chance gives three


def test_the_base_rate_is_counted_among_ten_thousand_people() -> None:
    (item,) = (item for item in ITEMS if item.key == "base_rate")
    ill = [True] * 100 + [False] * 9900
    positive = [is_ill for i, is_ill in enumerate(ill) if (i % 10 != 0) == is_ill]  # nine in ten of the ill, one in ten of the others
    assert item.text.en.startswith(
        "10 of 1,000 people have a disease. A test is positive in 90% of those who have it and in 10% of the others."
    )
    assert item.options[item.right].en == f"About {100 * sum(positive) / len(positive):.0f} of 100"


def test_the_order_depends_on_the_seed_only() -> None:
    first = arranged(5)
    np.random.default_rng(0).random(3)
    assert arranged(5) == first != arranged(6)
    drawn = [arranged(seed) for seed in range(40)]
    for shown in drawn:
        assert sorted(item.key for item, _ in shown) == sorted(ALL_RIGHT)
        assert all(sorted(order) == sorted(item.options) for item, order in shown)
    assert len({shown[0][0].key for shown in drawn}) > 6, "the items are mixed"
    for key, right in ALL_RIGHT.items():
        places = {order.index(right) for shown in drawn for item, order in shown if item.key == key}
        assert places == {0, 1, 2, 3}, key


@pytest.mark.parametrize("n", [0, 1, 5, 12])
def test_what_is_wrong_is_counted_on_the_page_and_in_the_file(n: int) -> None:
    answers = with_wrong(n)
    assert wrong(answers) == list(ITEMS[:n])
    rows = list(csv.DictReader(io.StringIO(result_csv("after", 77, answers))))
    assert tuple(rows[0]) == COLUMNS == ("when", "seed", "item", "answer", "right")
    assert [row["item"] for row in rows] == [item.key for item, _ in arranged(77)], "in the order in which they were seen"
    assert {(row["when"], row["seed"]) for row in rows} == {("after", "77")}
    assert {row["item"]: row["answer"] for row in rows} == answers
    assert {row["item"] for row in rows if row["right"] == "0"} == {item.key for item in ITEMS[:n]}
    assert {row["right"] for row in rows} <= {"0", "1"}


def test_there_is_no_file_before_all_are_answered() -> None:
    with pytest.raises(KeyError, match=ITEMS[3].key):
        result_csv("before", 1, {key: answer for key, answer in ALL_RIGHT.items() if key != ITEMS[3].key})


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("", "metamed_questionnaire_after_9.csv"),
        ("Blue Fox!", "metamed_questionnaire_after_bluefox_9.csv"),
        ("ｂｌｕｅ_fox", "metamed_questionnaire_after_bluefox_9.csv"),
        ("../../蓝狐", "metamed_questionnaire_after_蓝狐_9.csv"),
        ("?!", "metamed_questionnaire_after_9.csv"),
        ("x" * 99, f"metamed_questionnaire_after_{'x' * 30}_9.csv"),
    ],
)
def test_a_code_word_makes_the_name_of_a_file(word: str, name: str) -> None:
    assert file_name("after", 9, word) == name


def test_the_recipe_for_lecturers_counts_a_class(tmp_path: Path) -> None:
    """Before 6, 8 and 12 of 12 right, after 9 and 12; a file handed in twice counts once, and a word that two have chosen makes no pair."""
    handed_in = [
        ("before", 1, "fox", 6),
        ("after", 2, "fox", 3),
        ("before", 3, "", 4),
        ("before", 4, "owl", 0),
        ("after", 5, "owl", 0),
        ("after", 6, "owl", 12),
    ]
    for when, seed, word, n_wrong in handed_in:
        text = result_csv(when, seed, with_wrong(n_wrong))
        name = file_name(when, seed, word)
        (tmp_path / name).write_text(text, "utf-8")
        if seed == 1:
            (tmp_path / name.replace(".csv", " (1).csv")).write_text(text, "utf-8")
    recipe: dict[str, object] = {}
    (block,) = re.findall(r"^```python\n(.*?)^```$", HOW_TO.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    exec(compile(block, str(HOW_TO), "exec"), recipe)  # noqa: S102 - our own document
    rows = recipe["read"](tmp_path)  # type: ignore[operator]
    assert len(rows) == 6 * 12
    by_item = recipe["by_item"](rows)  # type: ignore[operator]
    assert list(by_item.columns) == list(WHEN)
    first, last = by_item.loc[ITEMS[0].key], by_item.loc[ITEMS[-1].key]
    assert first.to_dict() == pytest.approx({"before": 1 / 3, "after": 1 / 3})
    assert last.to_dict() == pytest.approx({"before": 1, "after": 2 / 3})
    pairs = recipe["pairs"](rows)  # type: ignore[operator]
    assert pairs.to_dict("index") == {"fox": {"before": 6, "after": 9, "gain": 3}}
