"""Which column is the diagnosis: found by header or values, asked where several are plausible, and never one that only mentions a diagnosis."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metamed_core.data import PatientRecords, Role, open_upload

ILL = ["gout"] * 4 + ["lupus"] * 4 + [""] * 4
CODED = ["1"] * 4 + ["0"] * 4 + [""] * 4
FULL = ["gout", "lupus"] * 6
YEARS = [str(2015 + n % 5) for n in range(12)]
OTHER = ["asthma", "obesity", ""] * 4
SITE = ["lung", "colon"] * 6
SURE = ["high", "low", "high"] * 4
TICKED, UNTICKED = ["1"] * 4 + ["0"] * 8, ["0"] * 4 + ["1"] * 4 + ["0"] * 4


def table(**columns: list[str]) -> PatientRecords:
    return named(dict(columns))


def named(columns: dict[str, list[str]]) -> PatientRecords:
    columns = {"patient": [f"K{n}" for n in range(12)], "crp": [f"{n * 7 % 12}.5" for n in range(12)]} | columns
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    return open_upload("t.csv", "\n".join(lines).encode())[1]


CHOSEN: dict[str, tuple[dict[str, list[str]], str | None, list[str]]] = {
    "one that says so": ({"diagnosis": ILL, "tumor site": SITE}, "diagnosis", []),
    "a year of it": ({"diagnosis_year": YEARS, "disease": ILL}, "disease", []),
    "a time until it": ({"condition": ILL, "time_to_diagnosis": YEARS}, "condition", []),
    "days after it": ({"outcome_days": YEARS, "outcome": ILL, "outcome_date": YEARS}, "outcome", []),
    "an age at it": ({"Age at diagnosis": YEARS, "disease": ILL}, "disease", []),
    "how sure it is": ({"disease": ILL, "diagnosis_confidence": SURE}, "disease", []),
    "who made it": ({"disease": ILL, "diagnosed by": SITE, "diagnosis method": SURE}, "disease", []),
    "the date of it in Chinese": ({"疾病": ILL, "诊断日期": YEARS, "确诊年龄": YEARS}, "疾病", []),
    "diag_1 and diag_2": ({"diag_2": OTHER, "diag_1": ILL}, "diag_1", ["diag_1", "diag_2"]),
    "codes of ICD, numbered": ({"ICD10_1": ILL, "ICD10_2": OTHER}, "ICD10_1", ["ICD10_1", "ICD10_2"]),
    "primary behind it": ({"diagnosis_primary": ILL, "diagnosis_secondary": OTHER}, "diagnosis_primary", []),
    "a code and its words": ({"diagnosis code": ILL, "diagnosis description": ILL}, "diagnosis code", []),
    "whether it is confirmed": ({"disease": ILL, "diagnosis confirmed": ["yes", "no"] * 6}, "disease", []),
    "a status": ({"Disease Status": ILL, "disease_duration": YEARS}, "Disease Status", []),
    "in German": ({"Diagnose": ILL, "Diagnosedatum": YEARS}, "Diagnose", []),
    "of a data model": ({"condition_source_value": ILL, "condition_start_date": YEARS}, "condition_source_value", []),
    "in traditional characters": ({"診斷日期": YEARS, "診斷": ILL, "既往診斷": OTHER}, "診斷", []),
    "a mention only, and a word": ({"diagnosis_confidence": SURE, "entity": ILL}, "entity", ["entity"]),
    "numbered": ({"Diagnosis 1": ILL, "Diagnosis 2": OTHER, "Diagnosis 3": OTHER}, "Diagnosis 1", ["Diagnosis 1", "Diagnosis 2", "Diagnosis 3"]),
    "numbered the other way round": ({"dx2": OTHER, "dx1": ILL}, "dx1", ["dx1", "dx2"]),
    "numbered in Chinese": ({"诊断1": ILL, "诊断2": OTHER}, "诊断1", ["诊断1", "诊断2"]),
    "a secondary one": ({"Diagnosis": ILL, "Secondary diagnosis": OTHER}, "Diagnosis", []),
    "other and previous ones": ({"Other diagnosis": OTHER, "primary diagnosis": ILL, "previous diagnosis": OTHER}, "primary diagnosis", []),
    "at admission and at discharge": ({"discharge diagnosis": ILL, "admission diagnosis": FULL}, "discharge diagnosis", []),
    "the final one": ({"final_diagnosis": ILL, "clinical_diagnosis": FULL}, "final_diagnosis", ["final_diagnosis", "clinical_diagnosis"]),
    "an empty one": ({"disease": ILL, "label": [""] * 12}, "disease", []),
    "nobody is open": ({"disease": FULL, "outcome": ILL}, "disease", ["disease", "outcome"]),
    "two weak names": ({"group": FULL, "condition": ILL}, "condition", ["condition", "group"]),
    "a code with gaps": ({"sepsis": CODED, "tumour_site": SITE, "ward": SITE}, "sepsis", ["sepsis"]),
    "a code with gaps and a word": ({"died": CODED, "kind": SITE}, "died", ["died", "kind"]),
    "three codes": ({"entity": [*"123123123", "", "", ""], "smoker": SITE}, "entity", ["entity"]),
    "words with gaps": ({"entity": ILL, "kind": SITE}, "entity", ["entity", "kind"]),
    "names of diseases without gaps": ({"entity": FULL, "kind": SITE}, "entity", ["entity", "kind"]),
    "codes of ICD": ({"code2": ["M10.9", "M32.1"] * 6, "kind": SITE}, "code2", ["code2", "kind"]),
    "nothing": ({"age": YEARS}, None, []),
    "gaps everywhere": ({"a": CODED, "b": CODED, "c": CODED}, None, ["c", "b", "a"]),
}  # fmt: skip


@pytest.mark.parametrize("case", list(CHOSEN))
def test_the_diagnosis_is_chosen_and_asked_about_where_another_column_may_be_meant(case: str) -> None:
    columns, label, asked = CHOSEN[case]
    records = named(columns)
    assert (records.label.name if records.label else None) == label
    questions = [one for one in records.findings if one.kind in {"guessed_label", "which_label", "tick_label", "no_label"}]
    assert [choice.title.en.strip("“”") for one in questions for choice in one.choices] == asked
    for one in questions:
        assert all(f"“{name}”" in one.message.en and f"“{name}”" in one.message.zh for name in asked)


def test_the_answer_moves_the_role_and_ends_the_question() -> None:
    records = named({"Diagnosis 1": ILL, "Diagnosis 2": OTHER})
    (finding,) = (one for one in records.findings if one.kind == "which_label")
    assert finding.message.en == (
        "“Diagnosis 1” is used as the diagnosis, but “Diagnosis 2” may be meant as well: make sure which column holds the diagnosis to find."
    )
    for choice, label, other in zip(finding.choices, ("Diagnosis 1", "Diagnosis 2"), (Role.CATEGORY, Role.IGNORE), strict=True):
        settled = records.with_remedy(replace(finding, remedy=choice.remedy))
        assert settled.label is not None
        assert settled.label.name == label
        assert [one.role for one in settled.columns if one.name.startswith("Diagnosis") and one.name != label] == [other]
        assert [one for one in settled.findings if one.kind == "which_label"] == []
    told = PatientRecords.from_table(records.raw, [records.column("Diagnosis 1")])
    assert [one for one in told.findings if one.kind == "which_label"] == []


def test_a_diagnosis_spread_over_tick_columns_is_told_and_can_be_joined() -> None:
    both = ["1", *UNTICKED[1:]]
    records = named({"dx___1": TICKED, "dx___2": both, "fever": SITE})
    assert records.label is None
    (finding,) = (one for one in records.findings if one.kind == "tick_label")
    assert finding.message.en.startswith(
        "The diagnosis is spread over several tick columns (“dx___1”, “dx___2”), and no single column holds it"
    )
    joined = records.with_remedy(replace(finding, remedy=finding.choices[0].remedy))
    assert joined.labels.tolist() == [None, "1", "1", "1", "2", "2", "2", "2", None, None, None, None]
    assert joined.features.columns.tolist() == ["crp", "fever"]
    assert joined.problem is None
    assert [one.kind for one in joined.findings if one.kind.endswith("_label")] == []
    alone = records.with_remedy(replace(finding, remedy=finding.choices[1].remedy))
    assert alone.counts == {"0": 8, "1": 4}


@pytest.mark.parametrize(
    "headers",
    [
        ("diagnosis (choice=gout)", "diagnosis (choice=lupus)"),
        ("diagnosis_gout", "diagnosis_lupus"),
        ("Diagnosis: gout", "Diagnosis: lupus"),
    ],
)
def test_tick_columns_are_known_in_other_spellings(headers: tuple[str, str]) -> None:
    records = named(
        {headers[0]: ["yes" if one == "1" else "no" for one in TICKED], headers[1]: ["yes" if one == "1" else "no" for one in UNTICKED]}
    )
    (finding,) = (one for one in records.findings if one.kind == "tick_label")
    assert records.with_remedy(replace(finding, remedy="join")).counts == {"gout": 4, "lupus": 4}


@pytest.mark.parametrize(("yes", "no"), [("Checked", "Unchecked"), ("x", ""), ("1", "")])
def test_ticks_are_known_by_their_marks(yes: str, no: str) -> None:
    records = named({f"dx___{name}": [yes if one == "1" else no for one in ticks] for name, ticks in (("a", TICKED), ("b", UNTICKED))})
    (finding,) = (one for one in records.findings if one.kind == "tick_label")
    assert records.with_remedy(replace(finding, remedy="join")).counts == {"a": 4, "b": 4}


def test_tick_columns_beside_the_diagnosis_are_no_question() -> None:
    records = named({"dx___1": TICKED, "dx___2": UNTICKED, "final_dx": CODED})
    assert records.counts == {"0": 4, "1": 4}
    assert [one for one in records.findings if one.kind.endswith("_label") and one.kind != "single_patient_class"] == []
