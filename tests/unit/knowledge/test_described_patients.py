"""Patients made of statements: their means and shares are what was said, and average where nothing was."""

from __future__ import annotations

import math

import pandas as pd
import pytest
import torch
from torch import Tensor

from metamed_core.data import PatientEncoder
from metamed_core.knowledge import DescribedPatients, known_rows
from metamed_core.knowledge.described_patients import USUAL_WORD
from tests.helpers.knowing import features, knowledge

RANGES = {"hb": (12.0, 16.0)}
SD = 4.0 / (2 * 1.96)
N = 4000


def described(lines: str, table: pd.DataFrame | None = None) -> DescribedPatients:
    return DescribedPatients.of(knowledge(lines), features() if table is None else table, RANGES)


def drawn(told: DescribedPatients, *, holds: bool = True) -> Tensor:
    """Many patients of the first diagnosis, `(N, n_cells)`: hb, mcv, fever, sex."""
    normal = torch.randn(N, told.encoder.n_cells, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return told.patients(torch.zeros(N, dtype=torch.int64), normal, torch.full(normal.shape, holds))


@pytest.mark.parametrize(
    ("line", "cell", "mean", "sd"),
    [
        ("hb,high", 0, 14 + 1.5 * SD, SD),
        ("hb,very low", 0, 14 - 3 * SD, SD),
        ("hb,normal", 0, 14, SD),
        ("hb,13-15", 0, 14, 2 / (2 * 1.96)),
        ("mcv,85", 1, 85, float(features()["mcv"].std(ddof=0)) / 2),
        ("fever,35%", 2, 0.35, math.sqrt(0.35 * 0.65)),
        ("fever,very frequent", 2, 0.9, 0.3),
        ("fever,always", 2, 1, 0),
        ("fever,excluded", 2, 0, 0),
        ("sex,f", 3, USUAL_WORD + (1 - USUAL_WORD) * 0.6, 0.27),
    ],
)
def test_the_mean_is_what_was_said(line: str, cell: int, mean: float, sd: float) -> None:
    """Within four standard errors; expected values by the definition of each statement."""
    values = drawn(described(f"iron,{line},,\n"))[:, cell]
    assert float(values.mean()) == pytest.approx(mean, abs=4 * sd / math.sqrt(N) + 1e-9)
    assert float(values.std()) == pytest.approx(sd, rel=0.08, abs=1e-9)


def test_a_grade_without_a_range_moves_along_the_patients() -> None:
    values = drawn(described("iron,mcv,high,,\n"))[:, 1]
    known = sorted(features()["mcv"])
    assert set(values.tolist()) <= set(known), "no value that no patient has"
    # The value of 1.5 standard deviations: below it lie 93% of ten patients, nine of them.
    assert float(values.median()) == known[9]


def test_where_nothing_is_said_or_nothing_holds_a_patient_is_average() -> None:
    told = described("iron,fever,always,,\n")
    values, others = drawn(told), drawn(told, holds=False)
    assert torch.equal(values[:, [0, 1, 3]], others[:, [0, 1, 3]])
    for cell, column in enumerate(("hb", "mcv", "fever")):
        have = features()[column]
        assert float(others[:, cell].mean()) == pytest.approx(have.mean(), abs=4 * have.std() / math.sqrt(N))
    assert float(others[:, 3].mean()) == pytest.approx(0.6, abs=0.031), "six of ten are f, the first of the two words"


def test_a_graded_finding_has_whole_grades_and_a_quantity_is_never_negative() -> None:
    table = features().assign(fever=[0, 0, 3, 0, 1, 0, 0, 2, 0, 2], mcv=[0.1] * 9 + [9.0])
    told = DescribedPatients.of(knowledge("iron,fever,frequent,,\niron,mcv,very low,,\n"), table, {"mcv": (0.0, 5.0)})
    values = drawn(told)
    assert set(values[:, 2].tolist()) == {0.0, 1.0, 2.0, 3.0}
    assert float((values[:, 2] > 0).double().mean()) == pytest.approx(0.55, abs=4 * 0.5 / math.sqrt(N))
    assert float(values[:, 1].min()) == 0.0


def test_what_fits_no_column_of_these_patients_says_nothing() -> None:
    told = described("iron,hb,low,,\nvitamin,sex,x,,\nvitamin,spleen,large,,\nvitamin,fever,high,,\n")
    assert told.diagnoses == ("iron",)


def test_the_rows_are_those_that_a_table_has() -> None:
    """The same cells as `KnownRows` of the table with these patients, except that a hallmark is one row here."""
    table, lines = features(), "iron,hb,low,0.5,\niron,fever,35%,,\nvitamin,sex,f,,\nvitamin,mcv,100-120,,\n"
    encoder = PatientEncoder.fit(table, RANGES)
    expected = known_rows(knowledge(lines), encoder, table, ("iron", "vitamin"), RANGES).patients([1, 1], torch.float64).x
    stack = PatientEncoder.of_values(encoder.panel.values(table).unsqueeze(0), encoder.panel, RANGES)
    assert torch.equal(described(lines).rows(torch.tensor([[0, 1]]), stack)[0], expected)
