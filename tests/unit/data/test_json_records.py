"""JSON in the forms in which programs write a table; what is no table ends in a sentence that says why."""

from __future__ import annotations

import json

import pytest

from metamed_core.data.formats import read_table
from metamed_core.words import UserError

RECORDS = [{"id": "007", "hb": 13.5, "dx": "gout"}, {"id": "008", "hb": None, "dx": "lupus"}]
COLUMNS = {name: [record[name] for record in RECORDS] for name in RECORDS[0]}


@pytest.mark.parametrize(
    "content",
    [
        RECORDS,
        {"data": RECORDS},
        {"study": "x", "patients": RECORDS, "n": 2},
        {"columns": list(COLUMNS), "index": [0, 1], "data": [list(record.values()) for record in RECORDS]},
        [list(COLUMNS), *(list(record.values()) for record in RECORDS)],
        COLUMNS,
        {name: {str(at): value for at, value in enumerate(values)} for name, values in COLUMNS.items()},
        {str(at): record for at, record in enumerate(RECORDS)},
    ],
    ids=["records", "data", "inside", "split", "lists", "columns", "pandas", "index"],
)
def test_every_form_gives_the_same_table(content: object) -> None:
    table = read_table("x.json", json.dumps(content, indent=1).encode())
    assert table.to_dict("list") == {"id": ["007", "008"], "hb": ["13.5", None], "dx": ["gout", "lupus"]}


def test_json_lines_are_read_whatever_the_name_ends_in() -> None:
    data = "\n".join(json.dumps(record) for record in RECORDS).encode("utf-8-sig")
    assert [read_table(name, data)["id"].tolist() for name in ("x.jsonl", "x.txt")] == [["007", "008"]] * 2


def test_cells_stay_as_written_and_inner_objects_become_columns() -> None:
    table = read_table("x.json", b'[{"v": 1.10, "labs": {"hb": 12, "ok": true}}, {"extra": "NaN", "labs": {"hb": 1e3}}]')
    assert table.to_dict("list") == {
        "v": ["1.10", None],
        "labs.hb": ["12", "1e3"],
        "labs.ok": ["True", None],
        "extra": [None, "NaN"],
    }


def test_patients_by_their_codes_are_told_from_columns_by_the_kinds_of_their_values() -> None:
    by_patient = {"P7": {"hb": 12, "dx": "gout"}, "P3": {"hb": 9, "dx": "lupus"}}
    by_column = {"hb": {"P7": 12, "P3": 9}, "dx": {"P7": "gout", "P3": "lupus"}}
    tables = [read_table("x.json", json.dumps(form).encode()) for form in (by_patient, by_column)]
    assert tables[0].to_dict("list") == tables[1].to_dict("list") == {"index": ["P7", "P3"], "hb": ["12", "9"], "dx": ["gout", "lupus"]}
    with pytest.raises(UserError, match="no table that can be recognized"):
        read_table("x.json", b'{"P7": {"hb": 12, "crp": 3}, "P3": {"hb": 9, "crp": 4}}')


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Observation"}}]}', "The file holds FHIR resources in JSON"),
        ('{"resourceType": "Patient", "id": "1"}\n{"resourceType": "Patient", "id": "2"}\n', "The file holds FHIR resources in JSON"),
        ('[{"hb": 1}, {"hb": [1, 2]}]', "“hb” holds a list in record 2 of the JSON file"),
        ('[{"hb": 1, "hb": 2}]', "A record of the JSON file names “hb” twice"),
        ('[{"hb": 1},\n{"hb": 2', "The JSON file cannot be read, line 2 is damaged"),
        ('{"hb": 1}\n{"hb": }\n', "The JSON file cannot be read, line 2 is damaged"),
        ('{"patients": [{"a": 1}], "visits": [{"b": 1}]}', r"The JSON file holds several tables \(patients, visits\)"),
        ('{"columns": ["a", "b"], "data": [[1, 2], [3]]}', "Row 2 of the JSON file has 1 value for 2 columns"),
        ("[" * 100_000, "The JSON file is nested too deeply"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "The JSON file is nested too deeply"),
        ("[[1, 2], [3, 4]]", "no table that can be recognized"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(content: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read_table("x.json", content.encode())
