"""Tables of patients in which the upload check finds nothing, and the kinds of its findings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metamed_core.data.records import PatientRecords

DIAGNOSES = ("iron deficiency", "thalassaemia", "chronic disease", "")
NORMAL = {
    "creatinine": (0.9, 0.2),
    "glucose": (5.4, 0.8),
    "total cholesterol": (5, 0.8),
    "triglycerides": (1.5, 0.4),
    "BUN": (5, 1.2),
    "urea": (5, 1.2),
    "bilirubin": (0.7, 0.15),
    "calcium": (2.35, 0.1),
    "haemoglobin": (13.5, 1.2),
    "albumin": (4.2, 0.3),
    "uric acid": (5.5, 1),
}
"""Mean and standard deviation in adults, in each analyte's unit of the smaller numbers."""


def clean(n: int = 40) -> pd.DataFrame:
    """A table without any fault: codes, laboratory values (one of them an honest strong marker), signs, a category, ages."""
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"patient": [f"P-{row:03d}" for row in range(n)], "age": rng.integers(20, 85, n).astype(str)}, dtype=object)
    table["sex"] = rng.choice(["F", "M"], n)
    for name, (mean, spread) in NORMAL.items():
        table[name] = [f"{value:.2f}" for value in rng.normal(mean, spread, n)]
    marker = {"iron deficiency": 8, "thalassaemia": 90, "chronic disease": 700, "": 90}
    diagnoses = [DIAGNOSES[row % 4] for row in range(n)]
    table["ferritin µg/L"] = [f"{rng.lognormal(np.log(marker[name]), 0.2):.1f}" for name in diagnoses]
    table["fever"] = rng.choice(["yes", "no"], n)
    table["stage"] = rng.choice(["I", "II", "III", "IV"], n)
    table["diagnosis"] = [name or None for name in diagnoses]
    return table


def kinds(table: pd.DataFrame) -> set[tuple[str, str | None]]:
    return {(finding.kind, finding.column) for finding in PatientRecords.from_table(table).findings}


def table_of(**columns: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype=object)
