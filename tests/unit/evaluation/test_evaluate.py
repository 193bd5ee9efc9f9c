"""The comparison of a notebook is the one of the page: same episodes, same results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from metamed_core import UserError, evaluate, open_upload
from metamed_core.data import Cohort
from metamed_core.evaluation import Comparison, Method, compare, methods, plan_for
from metamed_core.learners import LEARNERS
from tests.helpers.comparing import cohort

KEYS = ("prototypical", "nearest_centroid")


def test_one_call_is_the_plan_run_to_its_end() -> None:
    found = evaluate(cohort(), KEYS, shots=[1, 60], n_episodes=2, seed=5)
    plan, _ = plan_for(cohort(), methods(KEYS), [1, 60], 2, 5)
    stepwise = Comparison.of(plan).plus(compare(plan))
    assert found.entries == stepwise.entries
    assert found.shots == (1,)
    assert len(found.results) == 4
    assert all(np.array_equal(one.proba, other.proba) for one, other in zip(found.results, stepwise.results, strict=True))


def test_it_takes_an_opened_file_and_a_method_with_settings() -> None:
    path = Path("sample_data/blood_panel.csv")
    _, records = open_upload(path.name, path.read_bytes())
    quick = Method(LEARNERS["maml"](inner_steps=1))
    found = evaluate(records, [quick, "maml"], shots=[1], n_episodes=1)
    assert found.keys == ("maml-inner_steps=1", "maml")
    assert found.cohort == Cohort.of_records(records).sha256


def test_an_unknown_method_is_told() -> None:
    with pytest.raises(UserError, match="There is no method “mamml”: choose from "):
        evaluate(cohort(), ["mamml"])
