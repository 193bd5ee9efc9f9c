"""Answers and prototypes of a table small enough to check by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from metamed_core.data.records import Column, PatientRecords, Role
from metamed_core.data.task import Task
from metamed_core.diagnosis import (
    agreement,
    arrange,
    diagnose,
    known_counts,
    limited_counts,
    most_telling,
    out_of_range,
    predicted,
    profile,
    prototypes,
)

RAW = pd.DataFrame(
    {
        "patient": ["A-1", "A-2", "B-1", "B-2", "Q-1", "Q-2"],
        "diagnosis": ["flu", "flu", "cold", "cold", None, None],
        "temp": ["39", "41", "37", None, "40", "37"],
        "cough": ["yes", "no", "no", "no", "yes", "no"],
        "sex": ["f", "m", "m", "m", "f", "m"],
        "seen": ["2020-01-01", "2020-01-03", "2020-02-01", "2020-02-01", None, None],
    }
)
COLUMNS = (
    Column("patient", Role.IDENTIFIER),
    Column("diagnosis", Role.LABEL),
    Column("temp", Role.NUMBER, "°C", 36.0, 38.0),
    Column("cough", Role.YES_NO),
    Column("sex", Role.CATEGORY),
    Column("seen", Role.DATE),
)


@pytest.fixture
def records() -> PatientRecords:
    return PatientRecords.from_table(RAW, COLUMNS)


def a_trace(records: PatientRecords) -> SimpleNamespace:
    """Classes are (cold, flu); the support is A-1, A-2, B-1, B-2."""
    step = SimpleNamespace(
        proba=np.array([[0.2, 0.8], [0.5, 0.5]]), nearest=np.array([[0, 1], [2, 3]]), distance=np.array([[0.5, 0.7], [0.1, 0.2]])
    )
    return SimpleNamespace(steps=[step], task=Task.of_records(records))


def test_an_answer_ranks_the_classes_and_names_its_neighbors(records: PatientRecords) -> None:
    first, second = diagnose(a_trace(records), 0)
    assert (first.name, first.top, first.probability) == ("Q-1", "flu", 0.8)
    assert [(n.name, n.diagnosis, n.distance) for n in first.nearest] == [("A-1", "flu", 0.5), ("A-2", "flu", 0.7)]
    assert [name for name, _ in second.ranked] == ["cold", "flu"], "equal probabilities stay in the order of the classes"


def test_only_the_asked_positions_are_answered(records: PatientRecords) -> None:
    assert [one.name for one in diagnose(a_trace(records), 0, [1])] == ["Q-2"]


def test_orders_and_filter() -> None:
    proba, names, classes = np.array([[0.2, 0.8], [0.6, 0.4], [0.9, 0.1]]), ["z", "b", "a"], ("cold", "flu")
    assert arrange(classes, proba, names, "table") == [0, 1, 2]
    assert arrange(classes, proba, names, "uncertain") == [1, 0, 2]
    assert arrange(classes, proba, names, "certain") == [2, 0, 1]
    assert arrange(classes, proba, names, "class") == [2, 1, 0]
    assert arrange(classes, proba, names, "certain", only="cold") == [2, 1]
    assert arrange(classes, np.zeros((0, 2)), [], "uncertain") == []
    assert predicted(classes, proba) == ["flu", "cold", "cold"]


def test_agreement_counts_only_patients_whose_truth_is_known(records: PatientRecords) -> None:
    assert agreement({4: "flu", 5: "flu"}, a_trace(records), 0) == (1, 2)
    assert agreement({4: "flu"}, a_trace(records), 0) == (1, 1)


def test_prototypes_are_in_the_units_of_the_table(records: PatientRecords) -> None:
    found = prototypes(records)
    assert found.at["flu", "temp"] == 40.0
    assert found.at["cold", "temp"] == 37.0, "a missing value is left out, not zero"
    assert found.at["flu", "cough"] == 0.5
    assert found.at["cold", "sex"] == "m"
    assert found.at["flu", "sex"] == "f", "a tie goes to the first in the alphabet"
    assert pd.Timestamp(found.at["flu", "seen"], unit="D") == pd.Timestamp("2020-01-02")
    assert known_counts(records)["temp"].to_dict() == {"cold": 1, "flu": 2}


def test_values_outside_the_reference_range() -> None:
    column, one_sided = COLUMNS[2], Column("CRP", Role.NUMBER, "mg/L", None, 5.0)
    assert [out_of_range(column, value) for value in (35.9, 36.0, 38.0, 38.1)] == ["low", None, None, "high"]
    assert out_of_range(one_sided, 6) == "high"
    assert out_of_range(one_sided, 0) is None
    assert out_of_range(column, float("nan")) is None


def test_a_profile_puts_each_column_on_a_scale_that_can_be_shared(records: PatientRecords) -> None:
    points = profile(records).set_index(["column", "diagnosis"])
    assert points.loc[("temp", "flu"), ["scale", "position"]].tolist() == ["range", 3.0]
    assert points.loc[("temp", "cold"), "position"] == 0.0
    assert points.loc[("cough", "flu"), ["scale", "position"]].tolist() == ["share", 0.5]
    assert points.loc[("seen", "flu"), "scale"] == "spread"
    assert points.loc[("seen", "flu"), "position"] < 0 < points.loc[("seen", "cold"), "position"]
    assert "sex" not in points.index.get_level_values(0)


def test_a_constant_column_without_a_range_is_not_drawn() -> None:
    raw = pd.DataFrame({"diagnosis": ["a", "b"], "x": ["1", "1"], "y": ["1", "2"]})
    told = (Column("diagnosis", Role.LABEL), Column("x", Role.NUMBER), Column("y", Role.NUMBER))
    assert set(profile(PatientRecords.from_table(raw, told))["column"]) == {"y"}


def test_the_most_telling_columns_keep_the_order_of_the_table() -> None:
    points = pd.DataFrame({"column": list("aabbcc"), "position": [0, 3, 0, 1, 0, 2]})
    assert most_telling(points, 2) == ["a", "c"]


def test_detection_limits_behind_a_prototype_are_counted() -> None:
    raw = pd.DataFrame({"crp": ["<0.5", "2", "<0.5", "3"], "dx": ["a", "a", "b", None]}, dtype=object)
    counts = limited_counts(PatientRecords.from_table(raw))
    assert counts["crp"].to_dict() == {"a": 1, "b": 1}
