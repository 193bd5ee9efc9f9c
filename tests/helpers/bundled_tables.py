"""The bundled cohorts as they lie in `sample_data/`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).resolve().parents[2] / "sample_data"


def table(key: str) -> pd.DataFrame:
    """The cohort as text, an empty cell as NaN."""
    return pd.read_csv(FOLDER / f"{key}.csv", dtype=str)


def truth(key: str) -> pd.Series[str]:
    """patient -> the diagnosis set aside."""
    return pd.read_csv(FOLDER / f"{key}.truth.csv", dtype=str).set_index("patient")["diagnosis"]


def columns(key: str) -> pd.DataFrame:
    """The description of the columns, by column."""
    return pd.read_csv(FOLDER / f"{key}.columns.csv", keep_default_na=False).set_index("column", drop=False)


def complete(key: str) -> pd.DataFrame:
    """The cohort with the diagnoses that were set aside put back."""
    rows = table(key)
    rows["diagnosis"] = rows["diagnosis"].fillna(rows["patient"].map(truth(key)))
    return rows


def blood_ranges() -> dict[str, tuple[float, float]]:
    """Analyte -> reference range."""
    described = columns("blood_panel")
    ranged = described[described["low"] != ""]
    return {row["column"]: (float(row["low"]), float(row["high"])) for _, row in ranged.iterrows()}
