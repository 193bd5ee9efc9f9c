"""The bundled cohorts: reproducible, consistent, named as simulated where they are, and clinically plausible."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer

FOLDER = Path(__file__).resolve().parents[3] / "sample_data"
COHORTS: list[dict[str, Any]] = json.loads((FOLDER / "cohorts.json").read_text(encoding="utf-8"))
KEYS = [cohort["key"] for cohort in COHORTS]
SIMULATED = ["blood_panel", "rare_findings"]
ROLES = {"identifier", "label", "number", "yes_no", "category", "date", "text", "ignore"}

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


def blood_numbers() -> pd.DataFrame:
    """The blood panel's analytes as numbers (a detection limit as the limit), indexed by the true diagnosis."""
    rows = complete("blood_panel").set_index("diagnosis").drop(columns=["patient", "sex"])
    return rows.apply(lambda column: pd.to_numeric(column.str.lstrip("<>")))


def blood_ranges() -> dict[str, tuple[float, float]]:
    """Analyte -> reference range."""
    described = columns("blood_panel")
    ranged = described[described["low"] != ""]
    return {row["column"]: (float(row["low"]), float(row["high"])) for _, row in ranged.iterrows()}


@pytest.mark.parametrize(
    ("script", "keys"), [("simulate.py", ["blood_panel", "rare_findings"]), ("export_cytology.py", ["breast_cytology"])]
)
def test_regenerating_gives_the_same_bytes(script: str, keys: list[str], tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(FOLDER / script), "--out", str(tmp_path)], check=True, timeout=120)
    names = [f"{key}{part}.csv" for key in keys for part in ("", ".truth")]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    for name in names:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_cohorts_json_describes_what_is_there() -> None:
    assert KEYS == ["blood_panel", "breast_cytology", "rare_findings"]
    for cohort in COHORTS:
        assert set(cohort) == {
            *("key", "file", "columns_file", "truth_file", "simulated", "title", "description", "labels", "cells", "source", "licence")
        }
        for file in ("file", "columns_file", "truth_file"):
            assert (FOLDER / cohort[file]).is_file(), cohort[file]
        for words in (cohort["title"], cohort["description"], cohort["source"]):
            assert set(words) == {"en", "zh"}
            assert re.search(r"[\u4e00-\u9fff]", words["zh"])
            assert not re.search(r"[\u4e00-\u9fff]", words["en"])


@pytest.mark.parametrize("cohort", COHORTS, ids=KEYS)
def test_every_diagnosis_has_a_chinese_name(cohort: dict[str, Any]) -> None:
    assert set(table(cohort["key"])["diagnosis"].dropna()) | set(truth(cohort["key"])) == set(cohort["labels"])
    assert all(re.search(r"[\u4e00-\u9fff]", zh) for zh in cohort["labels"].values())


@pytest.mark.parametrize("cohort", COHORTS, ids=KEYS)
def test_every_word_in_a_cell_has_a_chinese_one(cohort: dict[str, Any]) -> None:
    roles = table(cohort["key"] + ".columns").set_index("column")["role"]
    features = table(cohort["key"])[list(roles.index[roles.isin(["category", "yes_no"])])]
    assert set(features.stack().dropna()) == set(cohort["cells"])
    assert all(re.search(r"[\u4e00-\u9fff]", zh) for zh in cohort["cells"].values())


@pytest.mark.parametrize("cohort", COHORTS, ids=KEYS)
def test_a_simulated_cohort_says_so_in_both_languages_and_a_real_one_does_not(cohort: dict[str, Any]) -> None:
    assert cohort["simulated"] == (cohort["key"] in SIMULATED)
    for words in (cohort["title"], cohort["description"]):
        assert ("simulated" in words["en"].lower()) == cohort["simulated"]
        assert ("模拟" in words["zh"]) == cohort["simulated"]


@pytest.mark.parametrize("cohort", COHORTS, ids=KEYS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_numbers_in_a_description_are_the_table_s(cohort: dict[str, Any], language: str) -> None:
    rows = table(cohort["key"])
    roles = columns(cohort["key"])["role"]
    patients, labelled = len(rows), int(rows["diagnosis"].notna().sum())
    tests = int(roles.isin(["number", "yes_no"]).sum()) - ("age (years)" in rows)
    stated = [int(number) for number in re.findall(r"\d+", cohort["description"][language])]
    assert {patients, labelled, patients - labelled, tests} <= set(stated)


@pytest.mark.parametrize("key", KEYS)
def test_patients_codes_and_truth_agree(key: str) -> None:
    rows, aside = table(key), truth(key)
    assert rows["patient"].tolist() == [f"P-{number:03d}" for number in range(1, len(rows) + 1)]
    assert aside.index.tolist() == rows.loc[rows["diagnosis"].isna(), "patient"].tolist()
    assert set(aside) == set(rows["diagnosis"].dropna())
    # The code must not tell the diagnosis: neighbours share it about as often as by chance, not nearly always.
    for part in (rows["diagnosis"].dropna(), aside.reset_index(drop=True)):
        together = (part == part.shift()).iloc[1:].mean()
        assert together < part.value_counts(normalize=True).pow(2).sum() + 0.25


@pytest.mark.parametrize("key", KEYS)
def test_every_column_is_described_in_both_languages(key: str) -> None:
    rows, described = table(key), columns(key)
    assert described["column"].tolist() == rows.columns.tolist()
    assert set(described["role"]) <= ROLES
    assert described.loc["patient", "role"] == "identifier"
    assert described.loc["diagnosis", "role"] == "label"
    assert (described["en"] != "").all()
    assert described["zh"].str.contains(r"[\u4e00-\u9fff]").all()
    assert described["en"].is_unique
    assert described["zh"].is_unique


@pytest.mark.parametrize("key", KEYS)
def test_cells_match_their_roles_and_no_column_is_constant(key: str) -> None:
    rows, described = table(key), columns(key)
    patterns = {"number": r"[<>]?\d+(\.\d+)?(e-\d+)?", "yes_no": "yes|no"}
    for name, role in described["role"].items():
        cells = rows[name].dropna()
        if role in patterns:
            assert cells.str.fullmatch(patterns[role]).all(), name
        assert cells.nunique() > 1, name
    assert not rows.drop(columns="patient").duplicated().any()


def test_class_counts() -> None:
    blood, rare, breast = (table(key)["diagnosis"].value_counts() for key in ("blood_panel", "rare_findings", "breast_cytology"))
    assert len(blood) == 14
    assert blood.between(2, 6).all()
    assert blood["Gaucher disease type 1"] == 2
    assert len(rare) == 8
    assert rare.between(3, 5).all()
    assert breast.to_dict() == {"benign": 6, "malignant": 6}
    assert complete("breast_cytology")["diagnosis"].value_counts().to_dict() == {"benign": 357, "malignant": 212}


def test_breast_cytology_is_scikit_learn_s_to_the_last_digit() -> None:
    source = load_breast_cancer()
    expected = sorted(
        (*values, str(source.target_names[target])) for values, target in zip(source.data.tolist(), source.target, strict=True)
    )
    rows = complete("breast_cytology").drop(columns="patient")
    assert rows.columns.tolist() == [*map(str, source.feature_names), "diagnosis"]
    assert sorted((*map(float, row[:-1]), row[-1]) for row in rows.itertuples(index=False, name=None)) == expected


def test_reference_ranges_and_units_are_sane() -> None:
    described, ranges = columns("blood_panel"), blood_ranges()
    assert all(0 <= low < high for low, high in ranges.values())
    for name, row in described.iterrows():
        if name in ranges:
            assert name.endswith(f" ({row['unit']})"), name
    assert len(ranges) == 28
    assert (columns("breast_cytology")[["unit", "low", "high"]] == "").all(axis=None)


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


def test_the_difficulty_is_realistic_and_the_readme_states_it() -> None:
    run = subprocess.run([sys.executable, str(FOLDER / "baseline.py")], check=True, timeout=120, capture_output=True, text=True)
    lines = run.stdout.strip().splitlines()
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    shares = {line.split()[0]: float(line.split()[1].rstrip("%")) / 100 for line in lines}
    assert all(0.70 <= shares[key] <= 0.90 for key in SIMULATED), shares
    assert all(line in readme for line in lines)


def test_the_readme_s_table_counts_right() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for key in KEYS:
        rows = table(key)
        labelled = int(rows["diagnosis"].notna().sum())
        row = next(line for line in readme.splitlines() if line.startswith(f"| `{key}` |"))
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert (cells[2], cells[4]) == (str(len(rows)), str(len(rows) - labelled))
        assert cells[3].startswith(f"{labelled} in {rows['diagnosis'].nunique()} classes")


def test_the_simulation_knows_every_analyte_disease_and_finding() -> None:
    def column(name: str, header: str) -> set[str]:
        with (FOLDER / "simulation" / name).open(encoding="utf-8", newline="") as file:
            return {row[header] for row in csv.DictReader(file)}

    blood = column("blood_diagnoses.csv", "diagnosis")
    assert column("blood_typical_values.csv", "diagnosis") == blood - {"no disease found"}
    assert column("blood_typical_values.csv", "analyte") <= column("blood_analytes.csv", "analyte")
    assert column("rare_frequencies.csv", "finding") == set(table("rare_findings").columns[1:-1])
