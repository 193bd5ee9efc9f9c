"""Everything that a report says about one answer: findings, votes, what would change it, what to measure next. Made one patient at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metamed_core.data import PatientRecords
from metamed_core.diagnosis.case import Case
from metamed_core.diagnosis.evidence import Evidence, evidence
from metamed_core.diagnosis.next_test import NextTest, next_tests
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.diagnosis.votes import Vote, votes
from metamed_core.diagnosis.what_if import Change, smallest_change


@dataclass(frozen=True, eq=False, slots=True)
class Reasons:
    """The reasons for the answer to one patient.

    Parameters
    ----------
    case
        The patient.
    evidence
        The findings for and against the first diagnosis, beside the second.
    votes
        The vote of each labeled patient, the largest first; empty for an algorithm that counts no votes.
    change
        The smallest change of one value that would change the answer; None if there is none.
    tests
        The missing columns by what they are expected to tell.
    """

    case: Case
    evidence: Evidence
    votes: tuple[Vote, ...]
    change: Change | None
    tests: tuple[NextTest, ...]

    @classmethod
    def of(cls, case: Case) -> Reasons:
        """Work out the reasons for one patient: some hundredths of a second, with the prior-fitted network up to a second."""
        return cls(case, evidence(case), votes(case), smallest_change(case), next_tests(case))


def reasons(trace: AdaptationTrace, step_index: int, records: PatientRecords, positions: Sequence[int] | None = None) -> Iterator[Reasons]:
    """Work out the reasons for one patient after the other, so that whoever waits can be shown progress.

    Parameters
    ----------
    trace, step_index
        The adaptation, and an index into `trace.steps`.
    records
        The table that the trace adapted to.
    positions
        Positions in the query set of the task; None for all, in order.
    """
    where = range(len(trace.task.query)) if positions is None else positions
    return (Reasons.of(Case.of(trace, step_index, at, records)) for at in where)
