"""The undiagnosed patient whose curve is drawn and who is ringed on the map."""

from __future__ import annotations

from metamed_core.diagnosis import arrange
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot


def follow_least_certain(state: Adaptation, shown: Snapshot) -> None:
    """Follow the patient who is least certain at the end, until the user chooses another."""
    rows = shown.records.undiagnosed
    if state.watched not in rows and len(rows):
        last = shown.trace.steps[-1].proba
        state.watched = rows[arrange(shown.trace.task.classes, last, shown.records.patient_names.tolist(), "uncertain")[0]]
