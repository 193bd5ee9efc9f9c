"""One table of patients: adapt, watch the adaptation, answer for each undiagnosed patient, take the answers away."""

from __future__ import annotations

from metamed_core.diagnosis import trace
from metamed_core.diagnosis.advice import NOTHING_ODD, held_out_title, held_out_warning, how_to_read
from metamed_core.diagnosis.answers import Answer, answers, as_values, provenance
from metamed_core.diagnosis.diagnosis import (
    Diagnosis,
    agreement,
    arrange,
    diagnose,
    known_counts,
    limited_counts,
    most_frequent,
    most_telling,
    out_of_range,
    predicted,
    profile,
    prototypes,
)
from metamed_core.diagnosis.report import diagnosis_html
from metamed_core.diagnosis.tables import harmless, predictions_csv
from metamed_core.diagnosis.trace import AdaptationTrace, Step, start

__all__ = [
    "NOTHING_ODD",
    "AdaptationTrace",
    "Answer",
    "Diagnosis",
    "Step",
    "agreement",
    "answers",
    "arrange",
    "as_values",
    "diagnose",
    "diagnosis_html",
    "harmless",
    "held_out_title",
    "held_out_warning",
    "how_to_read",
    "known_counts",
    "limited_counts",
    "most_frequent",
    "most_telling",
    "out_of_range",
    "predicted",
    "predictions_csv",
    "profile",
    "prototypes",
    "provenance",
    "start",
    "trace",
]
