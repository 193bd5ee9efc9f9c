"""The simulated cohorts: made again byte for byte, and as the textbooks say that these diseases look."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.bundled_tables import FOLDER, blood_ranges, complete, table

# (diagnosis, column, where the median of its patients must lie: against the reference range)
DIRECTIONS = [
    ("iron deficiency anaemia", "ferritin (µg/L)", "below"),
    ("iron deficiency anaemia", "transferrin saturation (%)", "below"),
    ("iron deficiency anaemia", "haemoglobin (g/L)", "below"),
    ("iron deficiency anaemia", "MCV (fL)", "below"),
    ("anaemia of inflammation", "CRP (mg/L)", "above"),
    ("anaemia of inflammation", "haemoglobin (g/L)", "below"),
    ("thalassaemia trait", "MCV (fL)", "below"),
    ("thalassaemia trait", "ferritin (µg/L)", "within"),
    ("vitamin B12 deficiency", "vitamin B12 (pmol/L)", "below"),
    ("vitamin B12 deficiency", "MCV (fL)", "above"),
    ("hypothyroidism", "TSH (mIU/L)", "above"),
    ("hypothyroidism", "free T4 (pmol/L)", "below"),
    ("Graves disease", "TSH (mIU/L)", "below"),
    ("Graves disease", "free T4 (pmol/L)", "above"),
    ("primary hyperparathyroidism", "adjusted calcium (mmol/L)", "above"),
    ("primary hyperparathyroidism", "PTH (pmol/L)", "above"),
    ("hereditary haemochromatosis", "ferritin (µg/L)", "above"),
    ("hereditary haemochromatosis", "transferrin saturation (%)", "above"),
    ("multiple myeloma", "total protein (g/L)", "above"),
    ("Addison disease", "sodium (mmol/L)", "below"),
    ("Addison disease", "morning cortisol (nmol/L)", "below"),
    ("Wilson disease", "caeruloplasmin (g/L)", "below"),
    ("Wilson disease", "ALT (U/L)", "above"),
    ("paroxysmal nocturnal haemoglobinuria", "LDH (U/L)", "above"),
    ("paroxysmal nocturnal haemoglobinuria", "haptoglobin (g/L)", "below"),
    ("paroxysmal nocturnal haemoglobinuria", "reticulocytes (10^9/L)", "above"),
    ("Gaucher disease type 1", "platelets (10^9/L)", "below"),
    ("Gaucher disease type 1", "ferritin (µg/L)", "above"),
]


# (disease, a finding that marks it): more frequent there than in any other disease of the table
HALLMARKS = [
    ("Marfan syndrome", "lens dislocation"),
    ("Marfan syndrome", "aortic root dilatation"),
    ("hypermobile Ehlers-Danlos syndrome", "joint hypermobility"),
    ("vascular Ehlers-Danlos syndrome", "thin translucent skin"),
    ("Noonan syndrome", "drooping eyelids"),
    ("Turner syndrome", "delayed puberty"),
    ("Williams syndrome", "supravalvular aortic stenosis"),
    ("Fabry disease", "corneal whorls"),
    ("Alport syndrome", "blood in urine"),
]


def blood_numbers() -> pd.DataFrame:
    """The blood panel's analytes as numbers (a detection limit as the limit), indexed by the true diagnosis."""
    rows = complete("blood_panel").set_index("diagnosis").drop(columns=["patient", "sex"])
    return rows.apply(lambda column: pd.to_numeric(column.str.lstrip("<>")))


@pytest.mark.parametrize(
    ("script", "keys"), [("simulate.py", ["blood_panel", "rare_findings"]), ("export_cytology.py", ["breast_cytology"])]
)
def test_regenerating_gives_the_same_bytes(script: str, keys: list[str], tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(FOLDER / script), "--out", str(tmp_path)], check=True, timeout=120)
    names = [f"{key}{part}.csv" for key in keys for part in ("", ".truth")]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    for name in names:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_people_without_disease_lie_mostly_inside_the_ranges() -> None:
    healthy = blood_numbers().loc["no disease found"]
    cells = [low <= value <= high for name, (low, high) in blood_ranges().items() for value in healthy[name].dropna()]
    assert len(cells) > 300
    assert sum(cells) / len(cells) >= 0.90


@pytest.mark.parametrize(("diagnosis", "column", "where"), DIRECTIONS)
def test_the_direction_of_change_holds(diagnosis: str, column: str, where: str) -> None:
    median = blood_numbers().loc[diagnosis, column].median()
    low, high = blood_ranges()[column]
    assert ("below" if median < low else "above" if median > high else "within") == where


def test_red_cells_agree_with_haemoglobin_and_cell_volume() -> None:
    values = blood_numbers()
    concentration = 1000 * values["haemoglobin (g/L)"] / (values["MCV (fL)"] * values["red cells (10^12/L)"])
    assert concentration.dropna().between(300, 365).all()


def test_changes_of_one_disease_are_correlated() -> None:
    logs = blood_numbers().loc[["iron deficiency anaemia", "no disease found"], ["ferritin (µg/L)", "MCV (fL)"]]
    assert logs.corr(method="spearman").iloc[0, 1] > 0.4


def test_missing_cells_and_detection_limits_are_there() -> None:
    blood = table("blood_panel").drop(columns=["patient", "age (years)", "sex", "diagnosis"])
    rare = table("rare_findings").drop(columns=["patient", "diagnosis"])
    assert 0.02 < blood.isna().mean(axis=None) < 0.04
    assert 0.12 < rare.isna().mean(axis=None) < 0.18
    assert (blood["TSH (mIU/L)"] == "<0.01").any()


@pytest.mark.parametrize(("disease", "finding"), HALLMARKS)
def test_hallmarks_are_most_frequent_in_their_disease(disease: str, finding: str) -> None:
    rows = complete("rare_findings")
    shares = rows[finding].eq("yes").where(rows[finding].notna()).astype(float).groupby(rows["diagnosis"]).mean()
    assert shares.idxmax() == disease


def test_nobody_with_turner_syndrome_is_tall() -> None:
    rows = complete("rare_findings")
    assert not (rows.loc[rows["diagnosis"] == "Turner syndrome", "tall stature"] == "yes").any()


def test_the_simulation_knows_every_analyte_disease_and_finding() -> None:
    def column(name: str, header: str) -> set[str]:
        with (FOLDER / "simulation" / name).open(encoding="utf-8", newline="") as file:
            return {row[header] for row in csv.DictReader(file)}

    blood = column("blood_diagnoses.csv", "diagnosis")
    assert column("blood_typical_values.csv", "diagnosis") == blood - {"no disease found"}
    assert column("blood_typical_values.csv", "analyte") <= column("blood_analytes.csv", "analyte")
    assert column("rare_frequencies.csv", "finding") == set(table("rare_findings").columns[1:-1])
