"""Export of the answers as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from metamed_core.diagnosis.abstention import Answer, answers
from metamed_core.diagnosis.provenance import provenance
from metamed_core.diagnosis.reasons import Reasons
from metamed_core.diagnosis.reasons_values import reason_values
from metamed_core.diagnosis.subgroups import Subgroup, subgroup_values
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.knowledge import RowReport, row_reports
from metamed_core.statistics import COVERAGE
from metamed_core.words import INTENDED_USE


def answers_values(
    trace: AdaptationTrace,
    step_index: int,
    file: str,
    coverage: float = COVERAGE,
    told: Sequence[Reasons] = (),
    groups: tuple[Subgroup, ...] = (),
    named: Mapping[Hashable, str] | None = None,
) -> dict[str, Any]:
    """The answers at one step as a dict of JSON types.

    Parameters
    ----------
    trace, step_index, file
        The adaptation, the step to use, and the name of the table; see `provenance`.
    coverage
        The share of patients whose diagnosis their prediction set should hold, 0..1.
    told, groups, named
        The reasons for each answer, in the same order, empty: without; the result of `subgroups`; by row label, the diagnoses that a clinician
        gave before the answer was shown.

    Returns
    -------
    dict
        Keys classes, coverage (0..1), patients, held_out_by_group (see `subgroup_values`), run (see `provenance`), intended_use, and knowledge where some was used. Each patient has patient, row (of the user's
        file), ranked, prediction_set, abstention_reason (null or a sentence in both languages), nearest, given_before (only where a diagnosis was given before the answer), and with reasons those of `reason_values`. Probabilities: 0..1.
    """
    patients = [_values(one) for one in answers(trace, step_index, coverage=coverage, named=named)]
    for patient, one in zip(patients if told else (), told, strict=True):
        patient["reasons"] = reason_values(one)
    rows = row_reports(trace.task, trace.initialization, trace.learner)
    return {
        "classes": list(trace.task.classes),
        "coverage": coverage,
        "patients": patients,
        "held_out_by_group": subgroup_values(groups),
        **({"knowledge": [_row_values(one) for one in rows]} if rows else {}),
        "run": provenance(trace, step_index, file),
        "intended_use": INTENDED_USE.en,
    }


def answers_json(
    trace: AdaptationTrace,
    step_index: int,
    file: str,
    coverage: float = COVERAGE,
    told: Sequence[Reasons] = (),
    groups: tuple[Subgroup, ...] = (),
    named: Mapping[Hashable, str] | None = None,
) -> bytes:
    """`answers_values` as one line of JSON, UTF-8."""
    return (json.dumps(answers_values(trace, step_index, file, coverage, told, groups, named), ensure_ascii=False) + "\n").encode()


def _row_values(one: RowReport) -> dict[str, Any]:
    conflicts = [{"column": each.statement.column, "statement": each.statement.text} for each in one.conflicts]
    return {
        "diagnosis": one.diagnosis,
        "counts_as": one.counts_as,
        "patients": one.n_patients,
        "in_conflict": one.in_conflict,
        "conflicts": conflicts,
    }


def _values(one: Answer) -> dict[str, Any]:
    return {
        "patient": one.diagnosis.name,
        "row": one.diagnosis.row_of_file,
        "ranked": [{"diagnosis": name, "probability": p} for name, p in one.diagnosis.ranked],
        "prediction_set": list(one.prediction_set),
        "abstention_reason": None if one.abstention_reason is None else dataclasses.asdict(one.abstention_reason),
        "nearest": [{"patient": each.name, "diagnosis": each.diagnosis, "distance": each.distance} for each in one.diagnosis.nearest],
        **({} if one.given_before is None else {"given_before": one.given_before}),
    }
