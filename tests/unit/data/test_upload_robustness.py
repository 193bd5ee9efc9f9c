"""Every odd file works or yields a sentence in both languages: and no other exception."""

from __future__ import annotations

import random

import pytest

from metamed_core.data.formats import read_table, sheets
from metamed_core.data.records import PatientRecords
from metamed_core.words import UserError, Words
from tests.helpers.odd_files import ODD_FILES, TABLE, OddFile, parquet, workbook


def outcome(name: str, data: bytes) -> Words | None:
    """What the user is told; None if the table can be adapted on at once."""
    try:
        sheets(name, data)
        records = PatientRecords.from_table(read_table(name, data))
    except UserError as error:
        return error.words
    assert records.features.shape == (len(records.raw), len(records.feature_columns))
    for words in (records.task_sentence, *(finding.message for finding in records.findings)):
        assert is_sentence(words)
    return records.problem


def is_sentence(words: Words) -> bool:
    """Whether both texts are whole sentences without a field left open."""
    return words.en[-1] in ".?" and words.zh[-1] in "。？" and "{" not in words.en.replace("“{", "") and words.en != words.zh


@pytest.mark.parametrize("odd", ODD_FILES, ids=str)
def test_an_odd_file_works_or_yields_a_sentence(odd: OddFile) -> None:
    data = odd.build()
    words = outcome(odd.name, data)
    assert ("works" if words is None else "sentence") == odd.expected, words
    if words is not None:
        assert is_sentence(words)
        assert "：" in words.zh or "，" in words.zh
        assert ":" in words.en or "," in words.en, "a sentence says what to do"


def test_there_are_enough_odd_files() -> None:
    assert len(ODD_FILES) >= 40
    assert len({odd.key for odd in ODD_FILES}) == len(ODD_FILES)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_damage_anywhere_in_a_file_raises_nothing_but_user_errors(kind: str) -> None:
    rng = random.Random(7)  # noqa: S311 - damage must be the same each time
    rows = [line.split(",") for line in TABLE.splitlines()]
    whole = {"csv": TABLE.encode, "xlsx": lambda: workbook({"S": rows}), "parquet": lambda: parquet(_frame(rows))}[kind]()
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        outcome(f"x.{kind}", bytes(damaged[: rng.randint(len(damaged) // 2, len(damaged))] if rng.random() < 0.3 else damaged))


def _frame(rows: list[list[str]]) -> object:
    import pandas as pd

    return pd.DataFrame(rows[1:], columns=rows[0])
