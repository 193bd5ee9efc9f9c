"""Export of the answers as CSV, one row per patient, with protection against formula injection in spreadsheets."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import pandas as pd

from metamed_core.data import harmless
from metamed_core.diagnosis.abstention import Answer, answers
from metamed_core.diagnosis.provenance import provenance
from metamed_core.diagnosis.reasons import Reasons
from metamed_core.diagnosis.reasons_values import reason_cells, reason_columns
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.statistics import COVERAGE
from metamed_core.words import INTENDED_USE, Language


def answers_csv(
    trace: AdaptationTrace,
    step_index: int,
    file: str,
    language: Language = "en",
    coverage: float = COVERAGE,
    told: Sequence[Reasons] = (),
    named: Mapping[Hashable, str] | None = None,
) -> bytes:
    """The answers at one step as CSV, as the page and the command line write it.

    Parameters
    ----------
    trace, step_index, file
        The adaptation, the step to use, and the name of the table; see `provenance`.
    language
        Language of the reasons to abstain; the column names do not depend on it, so that scripts can rely on them.
    coverage
        The share of patients whose diagnosis their prediction set should hold, 0..1.
    told
        The reasons for each answer, in the same order, for columns of their own; empty: without.
    named
        By row label, the diagnosis that a clinician gave before the answer was shown.

    Returns
    -------
    bytes
        `predictions_csv` of all patients of the query set.
    """
    found = answers(trace, step_index, coverage=coverage, named=named)
    return predictions_csv(found, trace.task.classes, provenance(trace, step_index, file), language, told)


def predictions_csv(
    found: Sequence[Answer],
    classes: Sequence[str],
    run: Mapping[str, object],
    language: Language = "en",
    told: Sequence[Reasons] = (),
) -> bytes:
    """`predictions_table` as CSV in UTF-8 with a byte order mark, which Excel needs for Chinese; parameters as there."""
    table = predictions_table(found, classes, {name: harmless(value) for name, value in run.items()}, language, told)
    return table.to_csv(index=False, lineterminator="\r\n", float_format="%.6f").encode("utf-8-sig")


def predictions_table(
    found: Sequence[Answer],
    classes: Sequence[str],
    run: Mapping[str, object],
    language: Language = "en",
    told: Sequence[Reasons] = (),
) -> pd.DataFrame:
    """The answers as a table; text that a spreadsheet could execute as a formula is made harmless.

    Parameters
    ----------
    found
        The answers.
    classes
        All diagnoses, in the order of their columns.
    run
        The result of `provenance`; appended as columns with the same value in each row.
    language
        Language of the sentences: reasons to abstain, smallest_change, measure_next.
    told
        The reasons for each answer, or nothing.

    Returns
    -------
    DataFrame
        One row per patient: patient, row (of the user's file), file_number (only if the user keeps one),
        given_before (only if a diagnosis was given before an answer was shown), predicted, probability, prediction_set (names joined by
        "; "), abstention_reason (empty if there is none), p(<class>)..., nearest_1, nearest_1_diagnosis, nearest_1_distance, ..., with reasons
        those of `reason_columns`, coverage (of the prediction set), `run`, intended_use. Probabilities are 0..1.
    """
    n_nearest = max((len(one.diagnosis.nearest) for one in found), default=0)
    last = {**run, "intended_use": INTENDED_USE.en}
    rows = [_row(one, classes, n_nearest, language) | {"coverage": one.coverage} | last for one in found]
    for row, answer, one in zip(rows if told else (), found if told else (), told, strict=True):
        row.update(reason_cells(one, language, held_back=answer.abstention_reason is not None))
    optional = [name for name in ("file_number", "given_before") if any(row[name] is not None for row in rows)]
    reasons = reason_columns(told) if told else []
    return pd.DataFrame(rows, columns=[*_columns(classes, n_nearest, optional), *reasons, "coverage", *last])


def _columns(classes: Sequence[str], n_nearest: int, optional: Sequence[str]) -> list[str]:
    nearest = [f"nearest_{k + 1}{part}" for k in range(n_nearest) for part in ("", "_diagnosis", "_distance")]
    answer = ["patient", "row", *optional, "predicted", "probability", "prediction_set", "abstention_reason"]
    return [*answer, *(f"p({name})" for name in classes), *nearest]


def _row(answer: Answer, classes: Sequence[str], n_nearest: int, language: Language) -> dict[str, object]:
    one, reason = answer.diagnosis, answer.abstention_reason
    proba = dict(one.ranked)
    row: dict[str, object] = {
        "patient": harmless(one.name),
        "row": one.row_of_file if isinstance(one.row_of_file, int) else harmless(one.row_of_file),
        "file_number": None if one.file_number is None else harmless(one.file_number),
        "given_before": None if answer.given_before is None else harmless(answer.given_before),
        "predicted": harmless(one.top),
        "probability": one.probability,
        "prediction_set": harmless("; ".join(answer.prediction_set)),
        "abstention_reason": "" if reason is None else harmless(reason.into(language)),
    }
    row |= {f"p({name})": proba[name] for name in classes}
    for k, neighbor in enumerate(one.nearest[:n_nearest]):
        row[f"nearest_{k + 1}"] = harmless(neighbor.name)
        row[f"nearest_{k + 1}_diagnosis"] = harmless(neighbor.diagnosis)
        row[f"nearest_{k + 1}_distance"] = neighbor.distance
    return row
