"""Checks the column of diagnoses for words and numbers that may, or may not, mean that a patient is not diagnosed yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from metamed_core.data.formats.reading import Choice
from metamed_core.data.formats.table import shown
from metamed_core.data.records.checks.finding import Finding, listed, patients
from metamed_core.data.records.columns.known_words import ALSO_DIAGNOSES, is_missing
from metamed_core.data.records.columns.missing_codes import label_codes
from metamed_core.data.records.columns.roles import Column
from metamed_core.data.records.columns.texts import clean
from metamed_core.data.records.columns.values import label_cells
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 0
MISSING, KEEP = "missing", "keep"
CHOICES = (
    Choice(Words("Not diagnosed yet", "尚未诊断"), remedy=MISSING),
    Choice(Words("It is a diagnosis", "是一种诊断"), remedy=KEEP),
)
MOST = 6
_NONE_ZH = frozenset("无無")
_SAYS_NOTHING = frozenset({"none", "?"})
"""Words with a finding of their own, or that nobody takes for a diagnosis."""


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `open_words`, `uncertain_label` and `label_code`."""
    if records.label is None:
        return
    name = records.label.name
    words = open_words(records, records.label)
    if words:
        message = _OPEN.format(words=listed(words, most=MOST), k=len(words), name=shown(name), n=patients(sum(words.values())))
        yield Finding("open_words", name, message, KEEP)
    doubtful = doubtful_words(records)
    if doubts := uncertain(records):
        n = patients(sum(doubts.values()))
        message = _UNSURE.format(words=listed(doubts, most=MOST), k=len(doubts), name=shown(name), n=n)
        yield Finding("uncertain_label", name, message, MISSING, CHOICES)
    if doubtful:
        n = patients(sum(doubtful.values()))
        yield Finding(
            "label_code",
            name,
            _DOUBTFUL.format(words=listed(doubtful, most=MOST), k=len(doubtful), name=shown(name), n=n),
            MISSING,
            CHOICES,
        )


def uncertain(records: PatientTable) -> dict[str, int]:
    """Return the diagnoses that are written as uncertain, such as `gout?` and `probable gout`."""
    kept = records.label.kept if records.label is not None else ()
    return {name: n for name, n in records.counts.items() if _UNCERTAIN.search(name) and name not in kept}


def open_words(records: PatientTable, label: Column) -> dict[str, int]:
    """Return the texts of the label column that are read as not diagnosed, with their numbers of patients; not those that say nothing."""
    texts = records.raw.loc[records.undiagnosed, label.name].dropna().map(clean)
    counts = texts[[text.lower() not in _SAYS_NOTHING and text not in label.missing for text in texts]].value_counts()
    return {str(text): int(n) for text, n in counts.items()}


def doubtful_words(records: PatientTable) -> dict[str, int]:
    """Return the diagnoses that may mean not diagnosed: `ND` beside empty cells, 99 beside 1 and 2."""
    label = records.label
    if label is None:
        return {}
    found = {
        name: n
        for name, n in records.counts.items()
        if name.lower() in ALSO_DIAGNOSES and (is_missing(name) or name in _NONE_ZH) and name.lower() != "none"
    }
    cells = label_cells(records.raw[label.name], label.missing, label.kept)
    codes = {code.text: code.n for code in label_codes(cells, others_open=len(records.undiagnosed) > 0)}
    return {text: n for text, n in (found | codes).items() if text not in label.kept}


def decided(records: Records, finding: Finding) -> Records:
    """Return the records with the words of a finding read as diagnoses (`keep`) or as not diagnosed (`missing`)."""
    label = records.label
    if label is None:
        return records
    if finding.remedy == KEEP:
        words = _words_of(records, finding, label)
        changed = replace(label, kept=tuple(dict.fromkeys([*label.kept, *words])))
    else:
        changed = replace(label, missing=tuple(dict.fromkeys([*label.missing, *_words_of(records, finding, label)])))
    return records.with_columns([changed if one.name == label.name else one for one in records.columns])


def _words_of(records: PatientTable, finding: Finding, label: Column) -> dict[str, int]:
    if finding.kind == "uncertain_label":
        return uncertain(records)
    return doubtful_words(records) if finding.kind == "label_code" else open_words(records, label)


REMEDIES = dict.fromkeys(("open_words", "label_code", "uncertain_label"), decided)

_UNCERTAIN = re.compile(
    r"^\?|\?$|\(\?\)|^(?:probabl[ey]|possibl[ey]|suspected|susp\.?|suspicion of|likely|presumed|r/o|rule out|query|v\. ?a\.|verdacht auf|疑似|可疑|疑)[\s:]?\S"
    r"|\((?:probable|possible|suspected|likely|presumed|疑似)\)$|[（(]疑[)）]$|待排$",
    re.IGNORECASE,
)
_UNSURE = Words(
    "{words} in “{name}” ({n}) {k:seems to be an uncertain diagnosis and is taken as a diagnosis|seem to be uncertain diagnoses and are taken as diagnoses} of {k:its|their} own: write the diagnosis alone, or read {k:it|them} as not diagnosed yet.",
    "“{name}”中的{words}（{n}）似乎是未确定的诊断，现被当作单独的诊断：请只写诊断名称，或按尚未诊断处理。",
)

_OPEN = Words(
    "{words} in “{name}” {k:is|are} read as not diagnosed yet ({n}), not as {k:a diagnosis: keep it as a diagnosis if it is one|diagnoses: keep them if they are diagnoses}.",
    "“{name}”中的{words}按尚未诊断处理（{n}），不作为诊断：若确为诊断，请保留。",
)
_DOUBTFUL = Words(
    "{words} in “{name}” ({n}) {k:is taken as a diagnosis|are taken as diagnoses}, but may stand for an unknown diagnosis: if so, read {k:it|them} as missing.",
    "“{name}”中的{words}（{n}）被当作一种诊断，但也可能表示诊断未知：若是，请按缺失处理。",
)
