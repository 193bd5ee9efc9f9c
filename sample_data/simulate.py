"""Simulate the two invented cohorts: a blood panel of 14 diagnoses and a table of findings in 8 rare diseases.

    python sample_data/simulate.py            # rewrites the files beside this one, byte for byte
    python sample_data/simulate.py --out x    # writes them into the folder x instead

No patient stands behind any row. What is known goes in as small tables that a clinician can read and correct:
the reference ranges (`blood_panel.columns.csv`) and, in `simulation/`, the typical value of each abnormal analyte in
each disease and the frequency of each finding. README.md names their sources. This file only rolls the dice.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
SEED = 20_260_101

# Blood panel. Every number is a choice made for realistic difficulty, not an estimate.
SEVERITY_SD = 0.35  # spread of log severity: some patients are mild, some severe
EXPRESSION_SD = 0.25  # spread of one analyte's change around the patient's severity
CHANGE_LIMITS = (0.1, 1.35)  # the least and the most of the typical change that a patient shows
INCIDENTAL = 0.15  # share of patients with an unrelated mild inflammation
MISSING = 0.03
MCHC = (333.0, 7.0)  # g/L, mean and SD: ties red cells to haemoglobin and MCV
AGES = (18, 88)

# What moves together in everyone, as loadings on a shared standard normal (the rest is each analyte's own).
SHARED: Mapping[str, Mapping[str, float]] = {
    "iron supply": {"ferritin": 0.6, "transferrin saturation": 0.6, "MCV": 0.3, "RDW": -0.3},
    "inflammation": {
        "CRP": 0.7,
        "haptoglobin": 0.5,
        "ferritin": 0.3,
        "white cells": 0.4,
        "platelets": 0.3,
        "albumin": -0.3,
        "transferrin saturation": -0.3,
    },
    "plasma protein": {"albumin": 0.6, "total protein": 0.7},
    "kidney": {"creatinine": 0.5, "phosphate": 0.3, "potassium": 0.3, "PTH": 0.2},
    "red cell turnover": {"LDH": 0.4, "bilirubin": 0.4, "reticulocytes": 0.4, "haptoglobin": -0.4},
    "thyroid": {"TSH": -0.3, "free T4": 0.4},
    "calcium sensing": {"adjusted calcium": -0.3, "PTH": 0.3},
}

# Rare findings. How often a word says a finding is present; a blank means "as often as in everyone".
FREQUENCY = {"always": 1.0, "very frequent": 0.9, "frequent": 0.55, "occasional": 0.17, "very rare": 0.025, "excluded": 0.0}
EXPRESSIVITY_SD = 0.7  # spread of one patient's overall expression, in log odds
OVERLOOKED = 0.12  # a finding that is present but recorded as absent
NOT_ASKED = 0.15  # an empty cell: nobody looked

Row = dict[str, str]


def within(value: float, limits: tuple[float, float]) -> float:
    """The value, or the limit that it passes."""
    return min(max(value, limits[0]), limits[1])


@dataclass(frozen=True)
class Analyte:
    """One analyte: its reference interval as a normal distribution on a linear or logarithmic scale."""

    name: str
    header: str
    center: float  # on the scale, like `sd`
    sd: float
    logarithmic: bool
    decimals: int
    below: str  # the assay's lower limit as text, or ""
    above: str
    possible: tuple[float, float]  # lowest and highest value that is plausible in a living patient
    male_shift: float  # reference SDs that men lie above, and women below, the center

    def score(self, value: float) -> float:
        """The value (in the analyte's unit) as reference SDs from the center."""
        return ((math.log(value) if self.logarithmic else value) - self.center) / self.sd

    def value(self, score: float) -> float:
        """The inverse of `score`, kept within what is seen in living patients."""
        position = self.center + self.sd * score
        return within(math.exp(position) if self.logarithmic else position, self.possible)

    def text(self, value: float) -> str:
        """The value as a laboratory prints it: rounded, or beyond a limit of the assay."""
        if self.below and value < float(self.below):
            return f"<{self.below}"
        if self.above and value > float(self.above):
            return f">{self.above}"
        return f"{value:.{self.decimals}f}"


def read(path: Path) -> list[Row]:
    """The rows of a CSV file as dicts of text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write rows with Unix line ends on every system, so that the bytes are the same everywhere."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def analytes() -> dict[str, Analyte]:
    """The analytes by name, with 95 % of healthy people inside the reference range."""
    ranges = {row["column"].split(" (")[0]: row for row in read(HERE / "blood_panel.columns.csv")}
    found = {}
    for row in read(HERE / "simulation" / "blood_analytes.csv"):
        reference, logarithmic = ranges[row["analyte"]], row["scale"] == "log"
        # A range from zero (CRP) has no logarithm: such analytes name where healthy values start.
        ends = [float(row["healthy_low"] or reference["low"]), float(reference["high"])]
        low, high = (math.log(end) if logarithmic else end for end in ends)
        found[row["analyte"]] = Analyte(
            name=row["analyte"],
            header=reference["column"],
            center=(low + high) / 2,
            sd=(high - low) / (2 * 1.96),
            logarithmic=logarithmic,
            decimals=int(row["decimals"]),
            below=row["below"],
            above=row["above"],
            possible=(float(row["lowest"]), float(row["highest"])),
            male_shift=float(row["male_shift"]),
        )
    return found


def typical_changes(panel: Mapping[str, Analyte]) -> dict[str, dict[str, float]]:
    """Diagnosis -> analyte -> change of the typical patient, in reference SDs."""
    changes: dict[str, dict[str, float]] = {}
    for row in read(HERE / "simulation" / "blood_typical_values.csv"):
        score = panel[row["analyte"]].score(float(row["typical"]))
        changes.setdefault(row["diagnosis"], {})[row["analyte"]] = score
    return changes


def healthy_scores(rng: np.random.RandomState, panel: Mapping[str, Analyte], male: bool) -> dict[str, float]:
    """One healthy adult in reference SDs: variance 1 in all, shared where SHARED says so."""
    shared = {name: float(rng.standard_normal()) for name in SHARED}
    scores = {}
    for name, analyte in panel.items():
        loadings = {factor: members.get(name, 0.0) for factor, members in SHARED.items()}
        own = 1 - sum(load**2 for load in loadings.values()) - analyte.male_shift**2
        scores[name] = (
            sum(load * shared[factor] for factor, load in loadings.items())
            + math.sqrt(own) * float(rng.standard_normal())
            + (analyte.male_shift if male else -analyte.male_shift)
        )
    return scores


def blood_patient(rng: np.random.RandomState, panel: Mapping[str, Analyte], diagnosis: Row, changes: Mapping[str, float]) -> Row:
    """One invented patient of the blood panel, as text by column."""
    male = float(rng.random_sample()) >= float(diagnosis["female_share"])
    age = round(float(diagnosis["age_median"]) + float(diagnosis["age_sd"]) * float(rng.standard_normal()))
    scores = healthy_scores(rng, panel, male)
    severity = math.exp(SEVERITY_SD * float(rng.standard_normal()))
    for name, change in changes.items():
        scores[name] += change * within(severity * (1 + EXPRESSION_SD * float(rng.standard_normal())), CHANGE_LIMITS)
    if float(rng.random_sample()) < INCIDENTAL:
        for name, load in SHARED["inflammation"].items():
            scores[name] += 2 * load
    values = {name: analyte.value(scores[name]) for name, analyte in panel.items()}
    red_cells = 1000 * values["haemoglobin"] / (values["MCV"] * (MCHC[0] + MCHC[1] * float(rng.standard_normal())))
    row = {"age (years)": str(int(within(age, AGES))), "sex": "male" if male else "female"}
    for name, analyte in panel.items():
        row[analyte.header] = "" if float(rng.random_sample()) < MISSING else analyte.text(values[name])
        if name == "haemoglobin":
            row["red cells (10^12/L)"] = "" if float(rng.random_sample()) < MISSING else f"{red_cells:.2f}"
    return row


def blood_panel(rng: np.random.RandomState) -> Iterator[tuple[bool, Row]]:
    """(labeled?, patient) for every patient of the blood panel, diagnosis by diagnosis."""
    panel = analytes()
    changes = typical_changes(panel)
    for diagnosis in read(HERE / "simulation" / "blood_diagnoses.csv"):
        labeled, undiagnosed = int(diagnosis["labelled"]), int(diagnosis["undiagnosed"])
        for number in range(labeled + undiagnosed):
            row = blood_patient(rng, panel, diagnosis, changes.get(diagnosis["diagnosis"], {}))
            yield number < labeled, row | {"diagnosis": diagnosis["diagnosis"]}


def is_present(rng: np.random.RandomState, share: float, expressivity: float) -> bool:
    """Roll whether a finding of frequency `share` is present in a patient of this expressivity (log odds)."""
    if 0 < share < 1:
        share = 1 / (1 + math.exp(-math.log(share / (1 - share)) - expressivity))
    return float(rng.random_sample()) < share


def rare_findings(rng: np.random.RandomState) -> Iterator[tuple[bool, Row]]:
    """(labeled?, patient) for every patient of the findings table, disease by disease."""
    frequencies = read(HERE / "simulation" / "rare_frequencies.csv")
    for diagnosis in read(HERE / "simulation" / "rare_diagnoses.csv"):
        labeled, undiagnosed = int(diagnosis["labelled"]), int(diagnosis["undiagnosed"])
        for number in range(labeled + undiagnosed):
            expressivity, row = EXPRESSIVITY_SD * float(rng.standard_normal()), {}
            for finding in frequencies:
                word, everyone = finding[diagnosis["diagnosis"]], float(finding["everyone"])
                present = is_present(rng, FREQUENCY[word] if word else everyone, expressivity if word else 0.0)
                recorded = present and float(rng.random_sample()) >= OVERLOOKED
                asked = float(rng.random_sample()) >= NOT_ASKED
                row[finding["finding"]] = ("yes" if recorded else "no") if asked else ""
            yield number < labeled, row | {"diagnosis": diagnosis["diagnosis"]}


def save_cohort(out: Path, key: str, patients: Sequence[tuple[bool, Row]], rng: np.random.RandomState) -> None:
    """Write `<key>.csv` and `<key>.truth.csv`: the labeled patients first, each part in random order."""
    order = sorted(rng.permutation(len(patients)).tolist(), key=lambda at: not patients[at][0])
    rows, truth = [], []
    for number, at in enumerate(order, start=1):
        labeled, patient = patients[at]
        code = f"P-{number:03d}"
        rows.append({"patient": code} | patient | ({} if labeled else {"diagnosis": ""}))
        if not labeled:
            truth.append({"patient": code, "diagnosis": patient["diagnosis"]})
    write(out / f"{key}.csv", rows)
    write(out / f"{key}.truth.csv", truth)


def main() -> None:
    """Simulate both cohorts from `--seed` into the folder that `--out` names."""
    parser = argparse.ArgumentParser(description="Simulate the blood panel and the rare findings.")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into (default: beside this file)")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed gives other patients (default: %(default)s)")
    asked = parser.parse_args()
    for offset, (key, simulated) in enumerate({"blood_panel": blood_panel, "rare_findings": rare_findings}.items()):
        # numpy promises never to change RandomState's numbers between versions; a newer Generator's may change.
        rng = np.random.RandomState(asked.seed + offset)
        save_cohort(asked.out, key, list(simulated(rng)), rng)


if __name__ == "__main__":
    main()
