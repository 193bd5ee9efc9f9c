"""Checks the codes that name the patients: those that are missing, and those that may not be shown."""

from __future__ import annotations

from collections.abc import Iterator

from metamed_core.data.formats.table import shown
from metamed_core.data.records.checks.finding import Finding, listed, patients
from metamed_core.data.records.patient_names import codes_of
from metamed_core.data.records.patient_table import PatientTable
from metamed_core.words import Words

RANK = 3


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `patient_codes`."""
    name = records.code_column
    cells = None if name is None else records.cells(name)
    if name is None or cells is None or not cells.levels:
        return
    codes = codes_of(cells)
    for message, without in ((_EMPTY, cells.codes < 0), (_ODD, cells.codes >= 0)):
        names = [str(one) for one, code, here in zip(records.patient_names, codes, without, strict=True) if code is None and here]
        if names:
            said = message.format(name=shown(name), n=patients(len(names)), which=listed(names))
            yield Finding("patient_codes", name, said, None)


_EMPTY = Words(
    "“{name}” is empty for {n}, named by the row in the file instead ({which}): fill in the patient's own code.",
    "“{name}”中有 {n}没有编号，改以其在文件中的行命名（{which}）：请补填患者编号。",
)
_ODD = Words(
    "“{name}” holds no code like the others for {n}, named by the row in the file instead ({which}): fill in the patient's own code.",
    "“{name}”中有 {n}的内容与其他编号不同，改以其在文件中的行命名（{which}）：请补填患者编号。",
)
