"""Held-out accuracy by sex, age and site: counted by hand, and silent without such a column."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from metamed_core.data.records import Column, PatientRecords, Role
from metamed_core.diagnosis.answers_html import answers_html
from metamed_core.diagnosis.answers_json import answers_values
from metamed_core.diagnosis.subgroups import subgroup_table, subgroup_values, subgroups, too_small
from metamed_core.diagnosis.trace import AdaptationTrace, start
from metamed_core.learners import LEARNERS
from metamed_core.statistics import wilson_interval

N = 24


def adapted(**more: list[str | None]) -> tuple[AdaptationTrace, PatientRecords]:
    """24 labeled patients of two diagnoses, two of whom look like the other one, and one to diagnose."""
    x = [f"{(1 if k in (0, 1) else 9) + k / 50:.2f}" if k % 2 else f"{(9 if k in (0, 1) else 1) + k / 50:.2f}" for k in range(N)]
    table = {"x": [*x, "2"], "dx": [*(("a", "b") * (N // 2)), None]} | {name: [*cells, cells[0]] for name, cells in more.items()}
    records = PatientRecords.from_table(pd.DataFrame(table, dtype=object))
    return start(records, LEARNERS["prototypical"]()).run(), records


@pytest.fixture(scope="module")
def found() -> tuple[AdaptationTrace, PatientRecords]:
    sex = ["f"] * 12 + ["m"] * 10 + [None] * 2
    ages = ["17.5", "18", *["30"] * 10, *["64.9"] * 11, "65"]
    site = ["north"] * 20 + ["south"] * 4
    return adapted(sex=sex, **{"age (years)": ages}, hospital=site)


def test_each_group_is_counted(found: tuple[AdaptationTrace, PatientRecords]) -> None:
    """The two patients who look like the other diagnosis are the first two: f, 17 and 18 years, north."""
    trace, records = found
    groups = subgroups(trace, len(trace.steps) - 1, records)
    told = {(one.column.name, one.name.en): (one.n, one.n_right) for one in groups}
    assert told == {
        ("sex", "f"): (12, 10), ("sex", "m"): (10, 10), ("sex", "not recorded"): (2, 2),
        ("age (years)", "0–17"): (1, 0), ("age (years)", "18–39"): (11, 10), ("age (years)", "40–64"): (11, 11), ("age (years)", "≥ 65"): (1, 1),
        ("hospital", "north"): (20, 18), ("hospital", "south"): (4, 4),
    }  # fmt: skip
    assert list(told) == sorted(told, key=list(told).index)
    few = too_small(groups)
    assert few is not None
    assert (
        few.en.endswith("held-out patients): age (years): 0–17 (1), age (years): ≥ 65 (1), sex: not recorded (2), hospital: south (4).")
        or few.en
    )
    values = {(one["column"], one["group"]): one for one in subgroup_values(groups)}
    interval = wilson_interval(10 / 12, 12)
    assert values["sex", "f"] | {"covered": None} == {
        "column": "sex", "group": "f", "n": 12, "right": 10, "covered": None, "accuracy": 10 / 12, "low": interval.low, "high": interval.high
    }  # fmt: skip
    assert values["hospital", "south"]["accuracy"] is None, "fewer than ten"


def test_they_stand_in_report_and_json(found: tuple[AdaptationTrace, PatientRecords]) -> None:
    trace, records = found
    last = len(trace.steps) - 1
    groups = subgroups(trace, last, records, 0.8)
    table = subgroup_table(groups)
    assert table is not None
    assert [str(head) for head in table["heads"]][-1] == "Own diagnosis in the 80% set"
    page = answers_html(trace, last, "t.csv", "zh", groups=groups).decode()
    assert "各组的留出准确率" in page
    assert "<td>10 / 12</td><td>83% (55%–95%)</td>" in page
    values = answers_values(trace, last, "t.csv", groups=groups)
    assert json.loads(json.dumps(values))["held_out_by_group"][0]["n"] > 0


def test_without_such_a_column_nothing_is_said() -> None:
    trace, records = adapted(**{"gestational age": ["3", "4"] * 12, "bone age (years)": ["5", "6"] * 12, "siteswap": ["p", "q"] * 12})
    groups = subgroups(trace, len(trace.steps) - 1, records)
    assert groups == ()
    assert subgroup_table(groups) is None
    assert "by group" not in answers_html(trace, len(trace.steps) - 1, "t.csv", "en", groups=groups).decode()
    named = records.with_columns([*records.columns, Column("siteswap", Role.GROUP)])
    assert {one.name.en for one in subgroups(trace, len(trace.steps) - 1, named)} == {"p", "q"}, "unless the user says that it is a group"
