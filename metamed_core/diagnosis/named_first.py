"""The diagnosis that a clinician gave before the answer was shown, beside the answer: both are kept, and how often they agree."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from metamed_core.diagnosis.abstention import Answer
from metamed_core.diagnosis.ranked_answers import agreement
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.words import Words

SAME = Words(
    "Diagnosis given before the answer was shown: {named}, the same as the first diagnosis here.",
    "在显示答案之前给出的诊断：{named}，与此处第一种诊断相同。",
)
OTHER = Words(
    "Diagnosis given before the answer was shown: {named}. The first diagnosis here is another one, {first}.",
    "在显示答案之前给出的诊断：{named}。此处第一种诊断不同，为{first}。",
)
AGREE = Words(
    "Of {n} {n:patient|patients} who {n:was|were} given a diagnosis before the answer was shown, {same} {same:has|have} the same one first here.",
    "在显示答案之前已给出诊断的 {n} 位患者中，{same} 位与此处第一种诊断相同。",
)


def named_note(answer: Answer, titles: Mapping[str, str] | None = None) -> Words | None:
    """The clinician's diagnosis, and whether the answer is the same; `titles`: the diagnoses as the reader knows them. None where none was given."""
    titles, top, named = titles or {}, answer.diagnosis.top, answer.given_before
    if named is None:
        return None
    return (SAME if named == top else OTHER).format(named=titles.get(named, named), first=titles.get(top, top))


def agreement_note(named: Mapping[Hashable, str], trace: AdaptationTrace, step_index: int) -> Words | None:
    """In how many patients both agree; `named`: diagnoses by row label. None where none was given."""
    same, n = agreement(named, trace, step_index)
    return AGREE.format(n=n, same=same) if n else None
