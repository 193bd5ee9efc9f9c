"""What is done with the items of the questionnaire: their order for one reader, the score, and the file that a lecturer collects."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Mapping

import numpy as np

from metamed_core.words import Words
from pages.lessons.questionnaire_items import ITEMS, Item

WHEN = {"before": Words("Before the lessons", "学习课程之前"), "after": Words("After the lessons", "学习课程之后")}
COLUMNS = ("when", "seed", "item", "answer", "right")
SEEDS = 10**9  # so many that no two readers of a class have the same
LONGEST_WORD = 30


def arranged(seed: int) -> list[tuple[Item, list[str]]]:
    """The items in an order drawn from the seed, each with the names of its answers in such an order, too."""
    rng = np.random.default_rng(seed)
    return [(ITEMS[i], [str(name) for name in rng.permutation(list(ITEMS[i].options))]) for i in rng.permutation(len(ITEMS))]


def wrong(answers: Mapping[str, str]) -> list[Item]:
    """The items that were not answered rightly, in the order of the lessons. answers: item -> answer, by their names."""
    return [item for item in ITEMS if answers.get(item.key) != item.right]


def result_csv(when: str, seed: int, answers: Mapping[str, str]) -> str:
    """One row for each item, in the order in which the reader saw them; right is 1 or 0. Names only: the same in both languages.

    Raises
    ------
    KeyError
        If an item has not been answered.
    """
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows((when, seed, item.key, answers[item.key], int(answers[item.key] == item.right)) for item, _ in arranged(seed))
    return file.getvalue()


def file_name(when: str, seed: int, word: str = "") -> str:
    """The name of the file. word: a code word by which the files of one student find each other, reduced to its letters and digits.

    >>> file_name("before", 482913, "Blue Fox!")
    'metamed_questionnaire_before_bluefox_482913.csv'
    """
    kept = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", word).casefold()))[:LONGEST_WORD]
    return "_".join(["metamed_questionnaire", when, *([kept] if kept else []), f"{seed}.csv"])
