"""Files of SPSS, Stata and SAS: value labels, missing codes, dates, letters; a damaged one cannot end the process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from metamed_core.data.formats import read_file, read_table
from metamed_core.data.formats.reading import ReadOptions
from metamed_core.words import UserError

FRAME = pd.DataFrame(
    {
        "id": ["P1", "P2", "P3"],
        "hb": [13.5, None, 9.0],
        "pain": [0.0, 2.0, 9.0],
        "seen": [dt.date(2024, 1, 5), None, dt.date(2023, 5, 6)],
        "dx": ["gout", "lupus", ""],
    }
)
PAIN = {"pain": {0: "none", 2: "severe", 9: "refused"}}


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., bytes]:
    def write(kind: str, frame: pd.DataFrame = FRAME, **options: Any) -> bytes:
        path = tmp_path / f"x.{kind}"
        getattr(pyreadstat, {"xpt": "write_xport", "zsav": "write_sav"}.get(kind, f"write_{kind}"))(frame, path, **options)
        return path.read_bytes()

    return write


@pytest.mark.parametrize(
    ("kind", "options"),
    [("sav", {}), ("zsav", {"compress": True}), ("dta", {}), ("dta", {"version": 8}), ("xpt", {}), ("por", {})],
)
def test_every_kind_gives_the_same_table_whatever_its_name(written: Callable[..., bytes], kind: str, options: dict[str, Any]) -> None:
    data = written(kind, **options)
    for name in (f"x.{kind}", "x.csv"):
        table = read_table(name, data)
        assert [column.lower() for column in table] == list(FRAME)
        assert [list(row) for row in table.to_numpy()] == [
            ["P1", "13.5", "0", "2024-01-05", "gout"],
            ["P2", None, "2", None, "lupus"],
            ["P3", "9", "9", "2023-05-06", None],
        ]


def test_codes_become_labels_and_a_code_marked_as_missing_is_missing_and_told(written: Callable[..., bytes]) -> None:
    assert read_table("x.dta", written("dta", variable_value_labels=PAIN))["pain"].tolist() == ["none", "severe", "refused"]
    table, reading = read_file(
        "x.sav", written("sav", variable_value_labels=PAIN, missing_ranges={"pain": [{"lo": 7, "hi": 9}], "dx": ["lupus"]})
    )
    assert table["pain"].tolist() == ["none", "severe", None]
    assert table["dx"].tolist() == ["gout", None, None]
    assert [note.message.en.partition(", read as")[0] for note in reading.notes] == [
        "“pain”: 1 cell holds a code that the file marks as missing (9 “refused”)",
        "“dx”: 1 cell holds a code that the file marks as missing (lupus)",
    ]


def test_two_codes_with_one_label_stay_two(written: Callable[..., bytes]) -> None:
    table = read_table("x.sav", written("sav", variable_value_labels={"pain": {0: "other", 9: "other"}}))
    assert table["pain"].tolist() == ["other (0)", "2", "other (9)"]


@pytest.mark.parametrize(
    ("text", "encoding", "guess"), [("Größe", "utf-8", "UTF-8"), ("Größe", "cp1252", "WINDOWS-1252"), ("痛风", "gb18030", "GB18030")]
)
def test_the_letters_of_an_old_stata_file_are_judged_and_told(written: Callable[..., bytes], text: str, encoding: str, guess: str) -> None:
    raw = text.encode(encoding)
    data = written("dta", FRAME.assign(dx=["x" * len(raw), "a", "b"]), version=8).replace(b"x" * len(raw), raw)
    table, reading = read_file("x.dta", data)
    assert table["dx"].tolist() == [text, "a", "b"]
    assert [guess in note.message.en for note in reading.notes] == [True]
    again, told = read_file("x.dta", data, options=ReadOptions(encoding=encoding))
    assert (again["dx"].tolist(), told.notes) == ([text, "a", "b"], ())


@pytest.mark.parametrize("kind", ["sav", "dta", "xpt", "por"])
def test_half_a_file_is_refused_by_the_name_of_its_program(written: Callable[..., bytes], kind: str) -> None:
    data = written(kind)
    with pytest.raises(UserError, match=r"The (SPSS|Stata|SAS) file cannot be read, it is damaged or of a version"):
        read_table(f"x.{kind}", data[: 2 * len(data) // 3])
    with pytest.raises(UserError, match="no file of SPSS, Stata or SAS that can be read"):
        read_table(f"x.{kind}", bytes(range(256)) * 9)


def test_what_ends_the_reader_does_not_end_the_caller(written: Callable[..., bytes]) -> None:
    data = bytearray(written("sav"))
    for place in range(80, 84):  # the number of cases: beyond any memory
        data[place] = 0x7F
    assert isinstance(outcome(bytes(data)), (UserError, pd.DataFrame))


def outcome(data: bytes) -> UserError | pd.DataFrame:
    try:
        return read_table("x.sav", data)
    except UserError as error:
        return error
