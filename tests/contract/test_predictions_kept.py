"""The answers for the bundled cohorts are those of version 0.1 before its redesign, to the last digit of the file one takes away.

`predictions.json.gz` was written by the code as it stood before the redesign: cohort/algorithm -> classes and, for each undiagnosed patient
in the order of the table, the probabilities after the last step from the shipped weights. It changes only with the weights.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metamed_core.diagnosis import start
from metamed_core.learners import LEARNERS
from pages.parts.common import cohorts

KEPT: dict[str, Any] = json.loads(gzip.decompress((Path(__file__).parent / "predictions.json.gz").read_bytes()))


def test_every_cohort_and_algorithm_is_kept() -> None:
    assert {f"{cohort}/{name}" for cohort in cohorts.cohorts() for name in LEARNERS} == set(KEPT)


@pytest.mark.parametrize("which", list(KEPT))
def test_the_answers_are_the_same(which: str) -> None:
    cohort, name = which.split("/")
    records = cohorts.records_of(cohort)
    now = start(records, LEARNERS[name]()).run().steps[-1].proba
    assert list(records.classes) == KEPT[which]["classes"]
    # The file has six digits; another processor may round the last one the other way.
    np.testing.assert_allclose(now, np.array(KEPT[which]["proba"], dtype=np.float64), rtol=0, atol=1.1e-6)
