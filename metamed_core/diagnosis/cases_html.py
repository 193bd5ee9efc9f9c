"""The report of one patient or more with the reasons, as one HTML file that prints on A4: what was asked, the answer, why, what would change it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from metamed_core.diagnosis.abstention import Answer, answers, still_possible
from metamed_core.diagnosis.answers_html import CAUTION, facts_of_run
from metamed_core.diagnosis.as_written import NO_VALUE, column_words, written_cell, written_factor, written_range, written_value
from metamed_core.diagnosis.case import Case
from metamed_core.diagnosis.evidence import ColumnEvidence, Evidence, how_to_read_evidence
from metamed_core.diagnosis.named_first import agreement_note, named_note
from metamed_core.diagnosis.next_test import what_to_do
from metamed_core.diagnosis.none_of_these import can_only_choose
from metamed_core.diagnosis.pretest import with_pretest
from metamed_core.diagnosis.reasons import Reasons
from metamed_core.diagnosis.reliability_notes import how_to_read
from metamed_core.diagnosis.subgroups import subgroup_table, subgroups
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.diagnosis.what_if import Change
from metamed_core.drawing import page_html
from metamed_core.statistics import COVERAGE
from metamed_core.words import Language, Words, chance

RANKED, MOST_RANKED, FINDINGS, VOTES = 3, 8, 6, 5
"""Diagnoses with a line of their own, at least and at most; findings for and findings against; labeled patients whose vote is named."""


def cases_html(
    told: Sequence[Reasons],
    file: str,
    language: Language,
    *,
    pretest: Mapping[str, float] | None = None,
    tried: Case | None = None,
    coverage: float = COVERAGE,
    named: Mapping[Hashable, str] | None = None,
) -> bytes:
    """The report of some patients at one step of one adaptation: HTML in UTF-8 that opens offline; all text is escaped.

    Parameters
    ----------
    told, file, language
        The reasons for patients as they stand in the table, at least one; the table's name, see `provenance`; language of the file.
    pretest, tried
        Pretest probabilities for a second column of figures, None: equal ones only; the patient of a report of one with values that
        were tried, marked as such.
    coverage
        The share of patients whose diagnosis their prediction set should hold, 0..1.
    named
        By row label, the diagnosis that a clinician gave before the answer was shown.
    """
    trace, step_index = told[0].case.trace, told[0].case.step_index
    found = answers(trace, step_index, [one.case.position for one in told], coverage, named)
    return page_html(
        "cases.html",
        _title(found),
        language,
        caution=CAUTION,
        asked=_asked(trace),
        trust=how_to_read(trace, step_index) + can_only_choose(trace.task.classes),
        agreement=agreement_note(named or {}, trace, step_index),
        cases=[_section(one, answer, pretest, tried) for one, answer in zip(told, found, strict=True)],
        words=_WORDS,
        groups=subgroup_table(subgroups(trace, step_index, told[0].case.records, coverage)),
        made_with={"title": Words("How they were made", "得出答案的设置"), "rows": facts_of_run(trace, step_index, file)},
    )


def _asked(trace: AdaptationTrace) -> Words:
    names = "; ".join(map(str, trace.task.classes))
    return _ASKED.format(n=len(trace.task.classes), labeled=len(trace.task.support), names=names)


def _title(found: Sequence[Answer]) -> Words:
    if len(found) == 1:
        return Words("Answer for {name}", "{name} 的答案").format(name=found[0].diagnosis.name)
    return Words("Answers for {n} {n:patient|patients}, with reasons", "{n} 位患者的答案及依据").format(n=len(found))


def _section(one: Reasons, answer: Answer, pretest: Mapping[str, float] | None, tried: Case | None) -> dict[str, object]:
    case, told, n = one.case, one.evidence, min(max(RANKED, len(answer.prediction_set)), MOST_RANKED)
    after = None if pretest is None else dict(zip(case.classes, with_pretest(case.classes, case.proba, pretest).tolist(), strict=True))
    return {
        "name": answer.diagnosis.name,
        "named": named_note(answer),
        "abstention": answer.abstention_reason,
        "ranked": [(name, chance(p), f"{p:.0%}", "" if after is None else chance(after[name])) for name, p in answer.diagnosis.ranked[:n]],
        "pretest": _EQUAL.format(n=len(case.classes)) if pretest is None else _GIVEN.format(told=_shares(pretest)),
        "possible": still_possible(answer, answer.prediction_set),
        "why": _WHY.format(first=told.first, second=told.second),
        "findings": [_finding(case, told, each) for each in told.strongest(FINDINGS)],
        "how": how_to_read_evidence(told),
        "change": change_words(one.change),
        "next": what_to_do(case, one.tests, held_back=answer.abstention_reason is not None),
        "nearest": [
            _LINE.format(name=near.called, diagnosis=near.diagnosis, n=f"{near.distance:.2f}") for near in answer.diagnosis.nearest
        ],
        "votes": [_LINE.format(name=vote.called, diagnosis=vote.diagnosis, n=f"{vote.share:.0%}") for vote in one.votes[:VOTES]],
        "tried": None if tried is None or not tried.changed else _tried(case, tried),
    }


def _finding(case: Case, told: Evidence, one: ColumnEvidence) -> tuple[object, ...]:
    raw = case.records.raw.at[case.features.index[0], one.column.name]
    usual = (written_value(one.column, value) for value in one.usual)
    speaks = f"{told.first if one.contribution > 0 else told.second} {written_factor(abs(one.contribution))}"
    return (column_words(one.column), written_cell(one.column, raw, one.value), written_range(one.column), *usual, speaks)


def change_words(change: Change | None) -> Words:
    """The smallest change that would change the answer, as a sentence."""
    if change is None:
        return _NONE_CHANGES
    before, after = (f"{value:.4g}" if isinstance(value, float) else value or NO_VALUE for value in (change.before, change.after))
    return _SMALLEST.format(column=column_words(change.column), before=before, after=after, answer=change.first)


def _tried(case: Case, tried: Case) -> Words:
    parts = [
        Words("{column} {before} → {after}", "{column} {before} → {after}").format(
            column=column_words(case.records.column(name)),
            **{
                key: f"{value:.4g}" if isinstance(value, float) else value or NO_VALUE
                for key, value in (("before", case.value(name)), ("after", tried.value(name)))
            },
        )
        for name in tried.changed
    ]
    told = Words("; ".join(one.en for one in parts), "；".join(one.zh for one in parts))
    ranked = ", ".join(f"{name} {chance(p)}" for name, p in tried.ranked[:RANKED])
    return _TRIED.format(changes=told, ranked=ranked)


def _shares(pretest: Mapping[str, float]) -> str:
    total = sum(pretest.values())
    return ", ".join(f"{name} {share / total:.1%}" for name, share in sorted(pretest.items(), key=lambda one: -one[1]))


_ASKED = Words(
    "Asked: which of {n} {n:diagnosis|diagnoses} ({names})? Learned from {labeled} labeled {labeled:patient|patients}.",
    "问题：属于 {n} 种诊断中的哪一种（{names}）？依据 {labeled} 位已确诊患者。",
)
_LINE = Words("{name}: {diagnosis} ({n})", "{name}：{diagnosis}（{n}）")
_EQUAL = Words("Pretest probabilities are equal for all {n} {n:diagnosis|diagnoses}.", "全部 {n} 种诊断的验前概率相等。")
_GIVEN = Words("The second figure is with these pretest probabilities: {told}.", "第二列数值采用以下验前概率：{told}。")
_WHY = Words("What speaks for {first}, and what for {second}?", "哪些依据支持{first}，哪些支持{second}？")
_SMALLEST = Words(
    "The smallest single change that would change the answer: {column} from {before} to {after} gives {answer}.",
    "足以改变答案的最小单项变化：{column}由 {before} 变为 {after}，答案即为{answer}。",
)
_NONE_CHANGES = Words(
    "No change of a single value, within the range of this table, would change the answer.",
    "在本表取值范围内，任何单项变化都不会改变答案。",
)
_TRIED = Words("Tried, not measured: with {changes} the answer would be {ranked}.", "仅为尝试，并非实测：若{changes}，答案将为 {ranked}。")
_WORDS = {
    "findings": (
        Words("Finding", "依据"),
        Words("Value", "数值"),
        Words("Normal", "参考区间"),
        Words("Usual in the first", "第一种诊断通常"),
        Words("Usual in the second", "第二种诊断通常"),
        Words("Speaks for", "支持"),
    ),
    "change": Words("What would change the answer", "什么会改变答案"),
    "nearest": Words("Nearest labeled patients (distance in the embedding)", "最相近的已确诊患者（嵌入距离）"),
    "votes": Words("Votes of the labeled patients, the largest", "已确诊患者的票数（最多者）"),
    "trust": Words("How far to trust it", "可信程度"),
}
