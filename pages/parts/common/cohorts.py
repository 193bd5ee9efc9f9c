"""The bundled cohorts of sample_data/, and the template for an upload."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from metamed_core.data import PatientRecords, open_upload, read_columns
from metamed_core.knowledge import Knowledge, read_knowledge
from metamed_core.words import Words

FOLDER = Path(__file__).parents[3] / "sample_data"
TEMPLATE_NAME = "metamed_template.csv"
TEMPLATE = Words(
    "patient,diagnosis,age (years),sex,haemoglobin (g/L),CRP (mg/L),fever\n"
    "P-001,disease A,34,female,118,12.5,yes\n"
    "P-002,disease A,51,male,109,8.1,yes\n"
    "P-003,disease B,29,female,141,<0.5,no\n"
    "P-004,disease B,46,male,150,0.9,\n"
    "P-005,,38,female,121,10.2,yes\n"
    "P-006,,60,male,147,,no\n",
    "患者,诊断,年龄 (岁),性别,血红蛋白 (g/L),C反应蛋白 (mg/L),发热\n"
    "P-001,疾病甲,34,女,118,12.5,是\n"
    "P-002,疾病甲,51,男,109,8.1,是\n"
    "P-003,疾病乙,29,女,141,<0.5,否\n"
    "P-004,疾病乙,46,男,150,0.9,\n"
    "P-005,,38,女,121,10.2,是\n"
    "P-006,,60,男,147,,否\n",
)


SIMULATED_ALIKE = Words(
    "These patients were simulated from the same directions, so the shipped knowledge looks better here than on real patients.",
    "这些患者是按同样的规律模拟的，因此随附的知识在此看起来比在真实患者上更有用。",
)


@dataclass(frozen=True)
class Cohort:
    """One entry of cohorts.json. A `simulated` cohort must be labeled as such wherever it is displayed.

    `labels` and `cells` map diagnoses, and words in other cells, to Chinese. `knowledge_file` holds what textbooks say of the diagnoses.
    """

    key: str
    title: Words
    description: Words
    labels: Mapping[str, str]
    cells: Mapping[str, str]
    simulated: bool
    source: Words
    licence: str
    file: str
    columns_file: str
    truth_file: str | None
    knowledge_file: str | None = None

    @property
    def name(self) -> Words:
        """The title, followed by "simulated" where this applies."""
        return self.title + Words("(simulated)", "（模拟数据）") if self.simulated and "imulated" not in self.title.en else self.title


_bundled: list[PatientRecords] = []


@cache
def cohorts() -> dict[str, Cohort]:
    """Return the bundled cohorts by key, in the order of cohorts.json."""
    entries = json.loads((FOLDER / "cohorts.json").read_text("utf-8"))
    return {entry["key"]: _cohort(entry) for entry in entries}


def _cohort(entry: Mapping[str, object]) -> Cohort:
    known = {name: entry.get(name) for name in Cohort.__dataclass_fields__}
    return Cohort(**known | {name: Words(**entry[name]) for name in ("title", "description", "source")})  # type: ignore[arg-type]


@cache
def records_of(key: str) -> PatientRecords:
    """Return the patients of a bundled cohort, with the roles, units and ranges of its columns file."""
    cohort = cohorts()[key]
    told = {column.name: column for column in read_columns(cohort.columns_file, (FOLDER / cohort.columns_file).read_bytes())}
    _, guessed = open_upload(cohort.file, (FOLDER / cohort.file).read_bytes())
    records = guessed.with_columns(tuple(told.get(column.name, column) for column in guessed.columns))
    _bundled.append(records)
    return records


def is_bundled(records: PatientRecords) -> bool:
    """Whether these are the patients of a bundled cohort, unedited: not a copy, the very value."""
    return any(records is known for known in _bundled)


def called(key: str, text: str) -> Words:
    """Return the display name of a diagnosis or word: translated for a bundled cohort, otherwise as written by the user."""
    cohort = cohorts().get(key)
    return Words(text, {**cohort.labels, **cohort.cells}.get(text, text) if cohort else text)


@cache
def knowledge_of(key: str) -> Knowledge | None:
    """Return what ships of the diagnoses of a bundled cohort; None if nothing does, and for another table."""
    cohort = cohorts().get(key)
    file = cohort.knowledge_file if cohort else None
    return read_knowledge(file, (FOLDER / file).read_bytes()) if file else None


@cache
def truth_of(key: str) -> dict[Hashable, str]:
    """Return the held-out diagnoses of a bundled cohort's undiagnosed patients, by row label."""
    file = cohorts()[key].truth_file
    if file is None:
        return {}
    set_aside = pd.read_csv(FOLDER / file, dtype=str).set_index("patient")["diagnosis"]
    # By row label, since the user may drop the column of names.
    names = records_of(key).raw["patient"]
    return {row: set_aside[name] for row, name in names.items() if name in set_aside.index}
