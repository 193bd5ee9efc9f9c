"""A diagnosis that takes no part is named with the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metamed_core.__main__ import main
from metamed_core.evaluation import LEAVE_ONE_OUT, About, Comparison, comparison_html, left_out, methods, plan_for
from metamed_core.words import Words
from tests.helpers.comparing import cohort

COUNTS = {"a": 20, "b": 20, "c": 7, "rare": 2, "single": 1}
ALL = "Left out for want of patients (in brackets; at least 4 are needed): rare (2), single (1)."
SOME = "Left out with 5 labeled per diagnosis for want of patients (in brackets; at least 8 are needed): c (7)."


def planned(shots: tuple[int, ...], counts: dict[str, int] | None = None) -> Comparison:
    return Comparison.of(plan_for(cohort(counts or COUNTS), methods(("nearest_centroid",)), shots, 1)[0])


@pytest.mark.parametrize(
    ("shots", "said"),
    [
        ((1, 5), [ALL, SOME]),
        ((1,), [ALL]),
        ((LEAVE_ONE_OUT,), ["Left out for want of patients (in brackets; at least 2 are needed): single (1)."]),
        (
            (1, LEAVE_ONE_OUT),
            [
                "Left out for want of patients (in brackets; at least 4 are needed): single (1).",
                "Left out with 1 labeled per diagnosis for want of patients (in brackets; at least 4 are needed): rare (2).",
            ],
        ),
    ],
)
def test_who_takes_no_part_is_named(shots: tuple[int, ...], said: list[str]) -> None:
    assert [one.en for one in left_out(planned(shots))] == said


def test_where_all_take_part_nothing_is_said() -> None:
    assert left_out(planned((1, 3), {"a": 9, "b": 9})) == ()


def test_the_report_and_the_kept_file_say_it() -> None:
    comparison = Comparison.from_json(planned((1, 5)).to_json())
    page = comparison_html(comparison, About(Words("x", "x"), called=lambda name: Words(name, f"{name}症")), "zh").decode()
    assert "不参评：rare症（2）、single症（1）。" in page


def test_the_command_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    table = cohort(COUNTS, n_undiagnosed=0)
    table.features.assign(diagnosis=list(table.labels)).to_csv("patients.csv", index=False)
    assert main(["evaluate", "patients.csv", "--methods", "nearest_centroid", "--shots", "1,5", "--episodes", "1", "--json"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith(f"{ALL}\n{SOME}\n")
    assert json.loads(said.out)["left_out"] == [ALL, SOME]
