"""The upload check and units: two units in one column are found and converted, everything else keeps its numbers."""

from __future__ import annotations

import numpy as np
import pytest

from metamed_core.data.records import PatientRecords
from metamed_core.data.records.columns.roles import Role
from metamed_core.data.records.columns.units import ANALYTES, analyte
from tests.helpers.clean_tables import NORMAL, clean, kinds, table_of


# Not BUN: its two units are apart by 2.8 only, less than healthy people are. Nor few bilirubins or ureas: high ones do occur.
@pytest.mark.parametrize(
    ("name", "share"),
    [(name, share) for name in NORMAL for share in (0.1, 0.5, 0.8) if name != "BUN" and (share > 0.1 or name not in {"bilirubin", "urea"})],
)
def test_mixed_units_are_found_and_converted(name: str, share: float) -> None:
    known, table = analyte(name), clean()
    assert known is not None
    rng = np.random.default_rng(5)
    large = rng.permutation(len(table)) < share * len(table)
    table[name] = [f"{float(text) * (known.factor if odd else 1):.4f}" for text, odd in zip(table[name], large, strict=True)]
    records = PatientRecords.from_table(table)
    (finding,) = records.findings
    assert (finding.kind, finding.column, finding.remedy) == ("mixed_unit", name, "convert")
    mended = records.with_remedy(finding)
    assert mended.findings == ()
    values = mended.features[name]
    expected = clean()[name].astype(float) * (known.factor if large.sum() > len(table) / 2 else 1)
    np.testing.assert_allclose(values, expected, rtol=1e-2)


def test_an_honest_marker_is_not_taken_for_two_units_or_a_leak() -> None:
    table = clean()
    table["bilirubin"] = [
        f"{(12 if name == 'chronic disease' else 0.7) * factor:.2f}"
        for name, factor in zip(table["diagnosis"], np.random.default_rng(0).lognormal(0, 0.2, len(table)), strict=True)
    ]
    table["antibody"] = ["+" if name == "thalassaemia" else "-" for name in table["diagnosis"]]
    assert kinds(table) == set()
    two = table[table["diagnosis"].isin(["thalassaemia", "iron deficiency"])].reset_index(drop=True)
    assert kinds(two) == set(), "a sign that tells two diagnoses apart is an honest sign"


@pytest.mark.parametrize("known", ANALYTES, ids=lambda known: f"{known.small} {known.factor}")
def test_bounds_of_the_units_do_not_contradict_each_other(known: object) -> None:
    factor, highest, lowest = (getattr(known, name) for name in ("factor", "highest", "lowest"))
    assert factor > 1
    assert lowest < highest * factor


@pytest.mark.parametrize(
    ("header", "odd"),
    [("Creatinine (µmol/L)", "mg/dL"), ("creatinine umol/l", "mg/dL"), ("creatinine mg/dL", "µmol/L"), ("Scr", "µmol/L")],
)
def test_the_unit_that_the_header_names_is_kept(header: str, odd: str) -> None:
    small, large = ["1.0", "1.1", ".9", ".8", "1.2", "1.05", ".95", ".85"], ["90", "80", "100", "85"]
    records = PatientRecords.from_table(table_of(**{header: small + large, "x": [f"{row}.5" for row in range(12)], "dx": list("ab") * 6}))
    (finding,) = records.findings
    assert finding.kind == "mixed_unit"
    assert f"in {odd}, the others" in finding.message.en
    values = records.with_remedy(finding).features[header]
    assert values.max() / values.min() < 2
    assert (values.median() > 50) == (odd == "mg/dL")


@pytest.mark.parametrize(
    "header",
    [
        "carboxyhemoglobin %",
        "fetal hemoglobin %",
        "microalbumin mg/L",
        "free hemoglobin mg/dL",
        "CSF albumin mg/L",
        "glucose AUC",
        "CA 125",
        "urea breath test",
    ],
)
def test_another_quantity_of_a_similar_name_is_no_mixed_unit(header: str) -> None:
    assert analyte(header) is None


@pytest.mark.parametrize(
    "header", ["Hb", "hgb", "SCr", "Scr µmol/L", "serum creat", "FBS", "Ca2+", "Ca", "haemoglobin g/L", "glucose (mg/dl)"]
)
def test_common_abbreviations_are_known_analytes(header: str) -> None:
    assert analyte(header) is not None


def test_numbers_with_their_unit_are_numbers_and_mixed_units_are_found_among_them() -> None:
    glucose = ["5.1 mmol/L", "98 mg/dL", "5.6 mmol/L", "104 mg/dL", "6.0 mmol/L", "<4 mmol/L", "91mg/dl", "4.8 mmol/L"]
    records = PatientRecords.from_table(
        table_of(
            Hb=[f"{row} g/L" for row in range(82, 90)],
            Glucose=glucose,
            CRP=["5.2 H", "1", "2", "9 H", "0.5 L", "3", "4", "6"],
            dx=list("abababab"),
        )
    )
    assert [column.role for column in records.columns] == [Role.NUMBER, Role.NUMBER, Role.NUMBER, Role.LABEL]
    assert records.column("Hb").unit == "g/L"
    assert records.features["CRP"].tolist() == [5.2, 1, 2, 9, 0.5, 3, 4, 6]
    (finding,) = (one for one in records.findings if one.kind == "mixed_unit")
    mended = records.with_remedy(finding)
    assert mended.column("Glucose").unit == "mmol/L"
    assert mended.features["Glucose"].between(2, 7).all()
    other = PatientRecords.from_table(table_of(dose=["5 mg", "200 µg", "3 mg", "7 mg"], dx=list("abab")))
    (named,) = other.findings
    assert named.message.en.startswith("“dose” holds numbers in several units, such as “200 µg”; all are read as numbers in mg")
    assert other.features["dose"].tolist() == pytest.approx([5, 0.2, 3, 7])
