"""The reasons for an answer as columns of a table, for whoever reads it in a spreadsheet, and as JSON types."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from metamed_core.data import harmless
from metamed_core.diagnosis.cases_html import change_words
from metamed_core.diagnosis.evidence import ColumnEvidence, Evidence
from metamed_core.diagnosis.next_test import what_to_do
from metamed_core.diagnosis.reasons import Reasons
from metamed_core.words import Language

FINDINGS, VOTES = 3, 3
"""Findings for and findings against, and votes, that have columns of their own in a table."""
MOST_FINDINGS, MOST_TESTS = 6, 5
"""Findings for and findings against, and missing values, that stand in JSON."""
_FINDING, _VOTE = ("", "_value", "_times"), ("", "_diagnosis", "_share")


def reason_columns(told: Sequence[Reasons]) -> list[str]:
    """Names of the columns that `reason_cells` fills: those of votes only where some algorithm counts votes.

    compared_with (the second diagnosis), for_1 (a column of the table), for_1_value (as it stands there), for_1_times (how many times as
    probable it makes the predicted diagnosis beside the second one), ..., against_1, ..., against_1_times (the same for the second), ...,
    reasons_are ("exact" or "estimated"), vote_1, vote_1_diagnosis, vote_1_share (0..1), ..., smallest_change and measure_next (sentences).
    """
    found = ["compared_with"]
    found += [f"{side}_{k + 1}{part}" for side in ("for", "against") for k in range(FINDINGS) for part in _FINDING]
    found.append("reasons_are")
    if any(one.votes for one in told):
        found += [f"vote_{k + 1}{part}" for k in range(VOTES) for part in _VOTE]
    return [*found, "smallest_change", "measure_next"]


def reason_cells(one: Reasons, language: Language, *, held_back: bool) -> dict[str, object]:
    """The cells of one patient by the names of `reason_columns`, texts harmless in a spreadsheet; what is not there is left out.

    held_back: whether the answer is held back, see `what_to_do`.
    """
    told = one.evidence
    cells: dict[str, object] = {"compared_with": harmless(told.second), "reasons_are": "exact" if told.exact else "estimated"}
    for side, findings in _sides(told, FINDINGS).items():
        for k, finding in enumerate(findings):
            cells[f"{side}_{k + 1}"] = harmless(finding.column.name)
            cells[f"{side}_{k + 1}_value"] = harmless(_as_in_table(one, finding))
            cells[f"{side}_{k + 1}_times"] = _times(finding)
    for k, vote in enumerate(one.votes[:VOTES]):
        cells |= {f"vote_{k + 1}": harmless(vote.name), f"vote_{k + 1}_diagnosis": harmless(vote.diagnosis)}
        cells[f"vote_{k + 1}_share"] = vote.share
    cells["smallest_change"] = harmless(change_words(one.change).into(language))
    cells["measure_next"] = harmless(what_to_do(one.case, one.tests, held_back=held_back).into(language))
    return cells


def reason_values(one: Reasons) -> dict[str, Any]:
    """The reasons of one patient as JSON types.

    Returns
    -------
    dict
        Keys first, second (the two diagnoses), difference (log p(first) - log p(second), natural logarithm), rest (what is there without any
        finding), exact, for and against (each with column, unit, value, usual_first, usual_second, contribution, times), votes (patient, diagnosis,
        share), smallest_change (null, or column, before, after, answer), next_tests (column, gain_bits, changes_answer, cost).
    """
    told, change = one.evidence, one.change
    return {
        "first": told.first,
        "second": told.second,
        "difference": told.difference,
        "rest": told.rest,
        "exact": told.exact,
        **{side: [_finding(one, each) for each in findings] for side, findings in _sides(told, MOST_FINDINGS).items()},
        "votes": [{"patient": vote.name, "diagnosis": vote.diagnosis, "share": vote.share} for vote in one.votes],
        "smallest_change": None
        if change is None
        else {"column": change.column.name, "before": change.before, "after": change.after, "answer": change.first},
        "next_tests": [
            {"column": t.column.name, "gain_bits": t.gain, "changes_answer": t.change, "cost": t.column.cost}
            for t in one.tests[:MOST_TESTS]
        ],
    }


def _sides(told: Evidence, n: int) -> dict[str, list[ColumnEvidence]]:
    found = told.strongest(n)
    return {"for": [one for one in found if one.contribution > 0], "against": [one for one in found if one.contribution < 0]}


def _finding(one: Reasons, finding: ColumnEvidence) -> dict[str, Any]:
    return {
        "column": finding.column.name,
        "unit": finding.column.unit,
        "value": _as_in_table(one, finding),
        "usual_first": finding.usual[0],
        "usual_second": finding.usual[1],
        "contribution": finding.contribution,
        "times": _times(finding),
    }


def _as_in_table(one: Reasons, finding: ColumnEvidence) -> str | None:
    """The patient's value as it stands in the file; None if it is missing."""
    if finding.value is None:
        return None
    return str(one.case.records.raw.at[one.case.features.index[0], finding.column.name])


def _times(finding: ColumnEvidence) -> float:
    """How many times as probable the finding makes the diagnosis that it speaks for, with three digits."""
    return float(f"{math.exp(min(abs(finding.contribution), 300.0)):.3g}")  # beyond that it would be no number of a spreadsheet
