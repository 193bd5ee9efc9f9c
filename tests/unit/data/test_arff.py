"""ARFF: declared columns, comments, quotes and question marks; what is no such table ends in a sentence that names the line."""

from __future__ import annotations

import pytest

from metamed_core.data.formats import read_table
from metamed_core.words import UserError

TABLE = """% a study
% of two patients

@RELATION 'two patients'
@attribute id string
@attribute 'heart rate' NUMERIC
@ATTRIBUTE "dx" {gout, 'lupus, SLE'}

@DATA
% the first
007, 71, gout
008,?,'lupus, SLE'
"""


@pytest.mark.parametrize("name", ["study.arff", "study.txt"])
def test_declared_columns_name_the_cells(name: str) -> None:
    expected = {"id": ["007", "008"], "heart rate": ["71", None], "dx": ["gout", "lupus, SLE"]}
    assert read_table(name, TABLE.encode("utf-8-sig")).to_dict("list") == expected
    assert read_table(name, TABLE.replace("'lupus, SLE'\n", '"lupus, SLE"\n').replace("\n", "\r\n").encode()).to_dict("list") == expected


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("009,70", "Line 13 holds 2 values, but 3 columns are declared"),
        ("{0 009, 1 70}", "Line 13 holds only the values that are not zero"),
    ],
)
def test_a_row_of_another_form_is_a_sentence(row: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read_table("study.arff", (TABLE + row).encode())


@pytest.mark.parametrize("text", ["@relation x", "@relation x\n@data\n", "@relation x\n@attribute a numeric\n@data\n"])
def test_no_patients_are_a_sentence(text: str) -> None:
    with pytest.raises(UserError, match=r"holds no table|no patients"):
        read_table("study.arff", text.encode())
