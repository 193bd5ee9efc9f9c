"""A table of OpenML without a network: what scikit-learn would give is faked."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any
from urllib.error import URLError

import pandas as pd
import pytest

from metamed_core.data import openml
from metamed_core.data.formats import read_table
from metamed_core.data.records import PatientRecords, Role
from metamed_core.words import UserError


def answer(**changes: Any) -> SimpleNamespace:
    frame = pd.DataFrame(
        {
            "age": [34.0, 51.5, None, 46.0],
            "sex": pd.Categorical(["f", "m", "f", "m"]),
            "smokes": [True, False, True, True],
            "seen": pd.to_datetime(["2020-01-01"] * 4),
            "class": pd.Categorical(["ill", "well", "ill", "well"]),
        }
    )
    frame = changes.pop("frame", frame)
    return SimpleNamespace(**{"frame": frame, "target": frame["class"], "details": {"name": "toy"}} | changes)


def test_a_table_becomes_patients_with_the_target_as_diagnosis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openml, "_download", lambda _: answer())
    found = openml.fetch(7)
    assert (found.number, found.name) == (7, "toy")
    assert found.records.label is not None
    assert found.records.label.name == "class"
    assert found.records.classes == ("ill", "well")
    assert list(found.records.raw.columns) == ["age", "sex", "smokes", "class"], "a column of dates is left out"
    assert found.records.raw["age"].tolist() == ["34.0", "51.5", None, "46.0"]
    assert found.records.raw["smokes"].tolist() == ["yes", "no", "yes", "yes"]


def test_the_csv_holds_the_same_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openml, "_download", lambda _: answer())
    found = openml.fetch(7)
    again = PatientRecords.from_table(read_table("openml_7.csv", found.csv), found.records.columns)
    pd.testing.assert_frame_equal(again.features, found.records.features)
    assert [column.role for column in again.columns].count(Role.LABEL) == 1


def refuse(error: Exception) -> Any:
    def download(number: int) -> None:
        raise error

    return download


@pytest.mark.parametrize(
    ("download", "sentence"),
    [
        (refuse(URLError("no route")), "openml.org cannot be reached from this computer"),
        (refuse(TimeoutError()), "openml.org cannot be reached from this computer"),
        (refuse(ValueError("Dataset with data_id 7 not found.")), "no table that can be read under the number 7"),
        (lambda _: answer(target=None), "no target of 2 to 100 classes"),
        (lambda _: answer(target=pd.Series(range(200), name="class")), "no target of 2 to 100 classes"),
        (lambda _: answer(frame=pd.DataFrame({"class": ["a", "b"] * 15_000})), "has 30000 rows and 1 column,"),
    ],
)
def test_what_goes_wrong_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch, download: Any, sentence: str) -> None:
    monkeypatch.setattr(openml, "_download", download)
    with pytest.raises(UserError, match=sentence) as caught:
        openml.fetch(7)
    assert caught.value.words.zh


def test_a_silent_server_does_not_hang_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    over, answered = threading.Event(), threading.Event()
    monkeypatch.setattr(openml, "_download", lambda _: over.wait(60) and answered.set())
    with pytest.raises(UserError, match=r"did not answer within 0\.1 s"):
        openml.fetch(7, seconds=0.1)
    assert not answered.is_set(), "the download was still waited for"
    over.set()
