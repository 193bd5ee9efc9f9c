"""Statements as cells: what each kind becomes on a table, and what does not fit a column."""

from __future__ import annotations

import math

import pandas as pd
import pytest
import torch

from metamed_core.data import CHANNELS, PatientEncoder
from metamed_core.knowledge import KnownRows, known_rows
from metamed_core.knowledge.known_rows import MISSING
from metamed_core.words import UserError
from tests.helpers.knowing import features, knowledge, shuffled, statement

RANGES = {"hb": (12.0, 16.0)}
VALUE, RANK = CHANNELS.index("value"), CHANNELS.index("rank")


def rows(lines: str, table: pd.DataFrame | None = None) -> KnownRows:
    table = features() if table is None else table
    return known_rows(knowledge(lines), PatientEncoder.fit(table, RANGES), table, ("iron", "vitamin"), RANGES)


def test_a_grade_is_measured_by_the_reference_range() -> None:
    for text, spreads in (("very low", -3.0), ("low", -1.5), ("normal", 0.0), ("high", 1.5), ("very high", 3.0)):
        assert float(rows(f"iron,hb,{text},,\n").x[0, 0, VALUE]) == pytest.approx(math.asinh(spreads))


def test_a_grade_without_a_range_is_measured_by_the_patients() -> None:
    table = features()
    encoded = PatientEncoder.fit(table).encode(table)[:, 1]
    told = {text: rows(f"iron,mcv,{text},,\n").x[0, 1] for text in ("very low", "low", "normal", "high", "very high")}
    values = [float(told[text][VALUE]) for text in told]
    assert values == sorted(values)
    assert encoded[:, VALUE].min() <= values[0] < -0.5 < 0.5 < values[-1] <= encoded[:, VALUE].max()
    assert float(told["normal"][RANK]) == pytest.approx(0.0, abs=1e-9)


def test_a_usual_value_is_encoded_as_a_patient_s() -> None:
    table = features()
    assert torch.equal(rows("iron,mcv,70,,\n").x[0, 1], PatientEncoder.fit(table, RANGES).encode(table)[0, 1])
    low, middle, high = (rows(f"iron,mcv,{value},,\n").x[0, 1] for value in (70, 90, 110))
    assert torch.allclose(rows("iron,mcv,70-110,,\n").x[0, 1], (low + middle + high) / 3)


def test_a_share_is_the_mean_of_patients_with_and_without_the_finding() -> None:
    table = features()
    encoded = PatientEncoder.fit(table, RANGES).encode(table)[:, 2]
    absent, present = encoded[0], encoded[2]
    for text, share in (("always", 1.0), ("frequent", 0.55), ("excluded", 0.0), ("35%", 0.35), ("yes", 1.0)):
        assert torch.allclose(rows(f"iron,fever,{text},,\n").x[0, 2], share * present + (1 - share) * absent)


def test_a_graded_finding_takes_frequencies_too() -> None:
    table = features().assign(fever=[0, 0, 3, 0, 1, 0, 0, 2, 0, 2])
    encoder = PatientEncoder.fit(table, RANGES)
    present = encoder.encode(table.assign(fever=2.0))[0, 2]
    assert torch.allclose(known_rows(knowledge("iron,fever,always,,\n"), encoder, table, ("iron",), RANGES).x[0, 2], present)


def test_a_usual_word_is_the_cell_of_a_patient_with_it() -> None:
    table = features().assign(sex=["f", "f", "m", "m", "f", "f", "x", "f", "f", "m"])
    encoder = PatientEncoder.fit(table, RANGES)
    told = known_rows(knowledge("iron,sex,M,,\n"), encoder, table, ("iron",), RANGES)
    assert torch.equal(told.x[0, 3:], encoder.encode(table)[2, 3:])
    assert told.x[0, :3, MISSING].tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("iron,hb,frequent,,", "Line 2 of the knowledge table says “frequent” of the number “hb”: use very low, low, normal, high, very high, a usual value such as 7, or a range such as 4-11."),
        ("iron,hb,35%,,", "Line 2 of the knowledge table says “35%” of the number “hb”"),
        ("iron,hb,veri low,,", "Line 2 of the knowledge table says “veri low” of the number “hb”"),
        ("iron,fever,high,,", "Line 2 of the knowledge table says “high” of the finding “fever”: use always, very frequent, frequent, occasional, very rare, excluded, or a share such as 35%."),
        ("iron,sex,low,,", "Line 2 of the knowledge table says “low” in “sex”, where no patient has this word: use one of f, m."),
    ],
)  # fmt: skip
def test_what_does_not_fit_its_column_is_refused(line: str, sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        rows(line + "\n")
    assert refused.value.words.en.startswith(sentence)
    assert "知识表第 2 行" in refused.value.words.zh


def test_what_is_not_in_question_is_left_aside_with_a_word() -> None:
    told = rows("Iron, MCV ,low,,\niron,ferritin,low,,\nsepsis,hb,low,,\nvitamin,hb,low,0,\n")
    assert told.known == (0,)
    assert [str(said) for said in told.unused] == [
        "The knowledge table speaks of 1 column that this table does not use, which is left aside: ferritin.",
        "The knowledge table speaks of 1 diagnosis not in question here, which is left aside: sepsis.",
    ]
    empty = features().assign(mcv=float("nan"))
    assert rows("iron,mcv,low,,\n", empty).known == ()


def test_the_order_of_lines_means_nothing() -> None:
    known, table = knowledge("vitamin,hb,low,,\niron,mcv,low,,\niron,hb,low,2,\nvitamin,sex,m,,\n"), features()
    encoder = PatientEncoder.fit(table)
    first, second = (known_rows(one, encoder, table, ("iron", "vitamin")) for one in (known, shuffled(known)))
    assert torch.equal(first.x, second.x)
    assert first.statements == second.statements


def test_a_hallmark_stands_in_two_rows_and_an_unsure_statement_nearer_the_middle() -> None:
    told = rows("iron,mcv,70,2,\niron,hb,9,,\nvitamin,mcv,110,0.5,\n")
    patients = told.patients([1, 2], torch.float64)
    assert patients.y.tolist() == [0, 0, 1, 1]
    assert patients.counted is not None
    assert patients.counted[:2, :2].tolist() == [[True, True], [False, True]]
    assert patients.x[1, 0, MISSING] == 1.0
    assert float(patients.x[2, 1, VALUE]) == pytest.approx(0.5 * float(told.x[1, 1, VALUE]))
    assert patients.x[2, 1, MISSING] == 0.0
    assert statement("low").line is None
