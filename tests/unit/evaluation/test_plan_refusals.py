"""What a plan of a comparison may ask of a table; what cannot be is one sentence."""

from __future__ import annotations

import pandas as pd
import pytest

from metamed_core.data import Cohort
from metamed_core.evaluation import (
    Method,
    Plan,
    compare,
    n_left_out,
    plan_for,
    shots_allowed,
)
from metamed_core.learners import LEARNERS
from metamed_core.words import UserError
from tests.helpers.comparing import cohort
from tests.helpers.quick_methods import QUICK


def test_which_shots_a_table_allows() -> None:
    assert shots_allowed(cohort({"a": 12, "b": 6, "c": 3})) == (1, 3)
    assert shots_allowed(cohort({"a": 30, "b": 3})) == ()
    assert n_left_out(cohort({"a": 30, "b": 3, "c": 1})) == 33
    assert n_left_out(cohort({"a": 3, "b": 1})) == 0
    assert n_left_out(cohort({"a": 90, "b": 90})) == 100


def test_shots_that_are_different_tasks_are_named() -> None:
    plan, _ = plan_for(cohort({"a": 40, "b": 40, "c": 5}), QUICK)
    assert "Only 2 diagnoses have enough patients for 10 labeled ones each, 3 for 1" in plan.remarks[0].en


@pytest.mark.parametrize(
    ("counts", "shots", "sentence"),
    [
        ({"a": 9, "b": 1}, (1,), "With 10 labeled patients nothing can be compared: at least two diagnoses need two or more"),
        ({"a": 9, "b": 8}, (1, 10), "The table has too few patients for 10 labeled per diagnosis (two diagnoses would need 13 labeled patients each): choose 1, 3, 5, or"),
        ({"a": 3, "b": 2}, (5,), "(two diagnoses would need 8 labeled patients each): choose leave-one-out."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_one_sentence(counts: dict[str, int], shots: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(UserError) as error:
        Plan(cohort(counts), QUICK, shots)
    assert sentence in str(error.value)
    assert error.value.words.zh.endswith("。")


def test_plans_that_make_no_sense_are_refused() -> None:
    with pytest.raises(UserError, match="No method is chosen"):
        Plan(cohort(), ())
    with pytest.raises(UserError, match="“prototypical” takes part twice"):
        Plan(cohort(), (QUICK[0], QUICK[0]), (1,))
    for wrong in ({"n_episodes": 0}, {"shots": ()}, {"shots": (1, 1)}, {"seed": -1}):
        with pytest.raises(UserError, match="at least one episode"):
            Plan(cohort(), QUICK, **{"shots": (1,), **wrong})  # type: ignore[arg-type]
    with pytest.raises(UserError, match="too few patients"):
        Plan(cohort(), QUICK, (-2,))
    with pytest.raises(UserError, match="nothing can be compared"):
        plan_for(cohort({"a": 9}), QUICK)


def test_a_missing_file_of_weights_is_told_before_the_first_result(tmp_path: object) -> None:
    plan = Plan(cohort(), (QUICK[1], Method(LEARNERS["maml"](), f"{tmp_path}/none.safetensors")), (1,))
    with pytest.raises(UserError, match="cannot be read"):
        next(compare(plan))


def test_a_table_without_labels_for_all_is_refused() -> None:
    with pytest.raises(UserError, match="The table has 2 patients but 1 label is given"):
        Cohort.of_table(pd.DataFrame({"x": [1, 2]}), ["a"])
