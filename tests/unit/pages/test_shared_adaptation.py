"""What follows from a bundled table alone is computed once for all visitors; nothing of a visitor's own table is shared."""

from __future__ import annotations

from collections import defaultdict, deque

import pytest

from metamed_core.data import PatientRecords
from metamed_core.learners import LEARNERS, UNIVERSAL
from pages.parts.common import session_cache
from pages.parts.common.adapt_request import AdaptRequest, RequestState
from pages.parts.common.cohorts import records_of
from pages.parts.common.patients_state import Patients, PatientsState
from pages.parts.diagnose import adaptation_state
from pages.parts.diagnose.adaptation_state import Adaptation

PROTOTYPICAL = AdaptRequest("prototypical", (), UNIVERSAL, 0)


def test_a_bundled_table_is_adapted_to_once_for_all_visitors_and_an_edited_one_by_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[PatientRecords] = []
    begin = adaptation_state.begin
    monkeypatch.setattr(adaptation_state, "begin", lambda records, request: begun.append(records) or begin(records, request))
    monkeypatch.setattr(session_cache, "_shared", defaultdict(lambda: deque(maxlen=12)))

    def visit(records: PatientRecords) -> Adaptation:
        state = Adaptation(PatientsState(Patients("own", records, records), {}), RequestState(PROTOTYPICAL))
        state.adapt()
        return state

    bundled = records_of("blood_panel")
    first, second = visit(bundled), visit(bundled)
    assert first.trace is second.trace
    assert first.trace is not None
    assert first.trace.finished
    own = bundled.without([bundled.raw.index[0]])
    assert visit(own).trace is not visit(own).trace
    assert begun == [bundled, own, own]
    held = [part for entries in session_cache._shared.values() for key, _ in entries for part in key]
    assert own not in held


@pytest.mark.parametrize("algorithm", list(LEARNERS))
def test_shipped_weights_are_in_the_memory_once(algorithm: str) -> None:
    """Two visitors with tables of their own and other settings of the same algorithm."""
    own = records_of("rare_findings").without([records_of("rare_findings").raw.index[0]])
    starts = [adaptation_state.begin(own, AdaptRequest(algorithm, (), UNIVERSAL, seed)).initialization for seed in (0, 1)]
    assert [start.seed for start in starts] == [0, 1]
    first, second = ({weight.data_ptr() for weight in start.weights.values()} for start in starts)
    assert first == second
