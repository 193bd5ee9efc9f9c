"""Every odd file works or yields a sentence in both languages: and no other exception."""

from __future__ import annotations

import sys

import pytest

from metamed_core.data.formats import read_table, sheets
from metamed_core.data.records import PatientRecords
from metamed_core.words import UserError, Words
from tests.helpers.fuzzed_files import fuzzed
from tests.helpers.odd_files import ODD_FILES, OddFile


def outcome(name: str, data: bytes) -> Words | None:
    """What the user is told; None if the table can be adapted on at once."""
    try:
        sheets(name, data)
        records = PatientRecords.from_table(read_table(name, data))
    except UserError as error:
        sys.stderr.write(f"{error.__cause__!r}\n")  # shown where the test fails
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


@pytest.mark.parametrize("seed", range(4))
def test_damaged_and_hostile_files_raise_nothing_but_user_errors(seed: int) -> None:
    """A sample of 200 of what `python -m tests.benchmarks.fuzz_uploads` reads with its time and memory measured."""
    for file in fuzzed(50, seed, heavy=False):
        words = outcome(file.name, file.data)
        assert words is None or is_sentence(words), file.made
