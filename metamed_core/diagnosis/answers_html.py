"""Export of the answers as one HTML file without scripts or network requests. Unlike the report of a comparison it contains patient data."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from metamed_core.diagnosis.abstention import Answer, answers
from metamed_core.diagnosis.named_first import agreement_note, named_note
from metamed_core.diagnosis.none_of_these import can_only_choose
from metamed_core.diagnosis.provenance import provenance
from metamed_core.diagnosis.reliability_notes import held_out_title, how_to_read
from metamed_core.diagnosis.subgroups import Subgroup, subgroup_table
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.drawing import page_html
from metamed_core.statistics import COVERAGE
from metamed_core.words import Language, Words, chance

RANKED = 3
"""Number of diagnoses shown with their probability; the CSV contains all."""
CAUTION = Words(
    "A ranked list with its basis, not a diagnosis. This file holds data of patients.", "所列为带依据的排序，并非诊断。本文件含有患者数据。"
)
HOW = Words(
    "Prediction set: the diagnoses that are still possible; such sets hold the right one for {share:.0%} of patients. Nearest labeled patients: by distance in the network's embedding, which has no unit; smaller is more alike.",
    "预测集：仍有可能的诊断；此类集合对 {share:.0%} 的患者包含正确诊断。最近的已确诊患者：按网络嵌入空间中的距离（无单位），越小越相似。",
)
_RUN = {
    "algorithm": Words("Algorithm", "算法"),
    "settings": Words("Settings", "设置"),
    "weights": Words("Weights", "权重"),
    "weights_sha256": Words("Weights (SHA-256)", "权重（SHA-256）"),
    "knowledge": Words("Knowledge", "知识"),
    "seed": Words("Seed", "随机种子"),
    "step": Words("Step", "步"),
    "held_out": Words("Labeled patients left out as a test", "留出已确诊患者的检验"),
    "file": Words("File", "文件"),
    "version": Words("Version of MetaMed", "MetaMed 版本"),
}
_COLUMNS = (
    Words("Patient", "患者"),
    Words("Most probable diagnoses", "最可能的诊断"),
    Words("Prediction set", "预测集"),
    Words("Nearest labeled patients", "最近的已确诊患者"),
)


def _step(index: int, total: int) -> Words:
    if index >= total:
        return Words("{index} of {total}", "第 {index} 步，共 {total} 步").format(index=index, total=total)
    return Words(
        "{index} of {total}: these are not the answers of the last step", "第 {index} 步，共 {total} 步：并非最后一步的答案"
    ).format(index=index, total=total)


def answers_html(
    trace: AdaptationTrace,
    step_index: int,
    file: str,
    language: Language,
    coverage: float = COVERAGE,
    groups: tuple[Subgroup, ...] = (),
    named: Mapping[Hashable, str] | None = None,
) -> bytes:
    """The answers at one step as one HTML file, as the page and the command line write it.

    Parameters
    ----------
    trace, step_index, file
        The adaptation, the step to use, and the name of the table; see `provenance`.
    language
        Language of the whole file.
    coverage
        The share of patients whose diagnosis their prediction set should hold, 0..1.
    groups
        The result of `subgroups`; empty: nothing is said of groups.
    named
        By row label, the diagnosis that a clinician gave before the answer was shown.

    Returns
    -------
    bytes
        HTML in UTF-8 that opens offline; all text is escaped.
    """
    run = _run(trace, step_index, file)
    found = answers(trace, step_index, coverage=coverage, named=named)
    trust, agreed = how_to_read(trace, step_index) + can_only_choose(trace.task.classes), agreement_note(named or {}, trace, step_index)
    return diagnosis_html(found, run, language, trust if agreed is None else agreed + trust, groups)


def facts_of_run(trace: AdaptationTrace, step_index: int, file: str) -> list[tuple[object, object]]:
    """How the answers were made, as titles and values for a report; parameters as in `answers_html`."""
    return _titled(_run(trace, step_index, file))


def _run(trace: AdaptationTrace, step_index: int, file: str) -> dict[str, object]:
    run = provenance(trace, step_index, file) | {"step": _step(step_index, trace.total_steps)}
    if trace.n_held_out:
        run["held_out"] = held_out_title(trace.steps[step_index].held_out_accuracy, trace.n_held_out)
    return run


def _titled(run: Mapping[str, object]) -> list[tuple[object, object]]:
    return [(_RUN.get(name, name), value) for name, value in run.items()]


def diagnosis_html(
    found: Sequence[Answer],
    run: Mapping[str, object],
    language: Language,
    trust: Words | None = None,
    groups: tuple[Subgroup, ...] = (),
) -> bytes:
    """The report of some answers as HTML.

    Parameters
    ----------
    found
        The answers.
    run
        The result of `provenance`.
    language
        Language of the whole file.
    trust, groups
        How far the probabilities can be trusted; the result of `subgroups`.

    Returns
    -------
    bytes
        HTML in UTF-8; all text is escaped.
    """
    how = HOW.format(share=found[0].coverage if found else COVERAGE)
    return page_html(
        "answers.html",
        Words("Answers for {n} {n:patient|patients}", "{n} 位患者的答案").format(n=len(found)),
        language,
        caution=CAUTION,
        how=how if trust is None else trust + how,
        columns=_COLUMNS,
        answers=[_row(one) for one in found],
        groups=subgroup_table(groups),
        made_with={"title": Words("How they were made", "得出答案的设置"), "rows": _titled(run)},
    )


def _row(one: Answer) -> dict[str, object]:
    return {
        "name": one.diagnosis.name,
        "named": named_note(one),
        "ranked": [(name, chance(p)) for name, p in one.diagnosis.ranked[:RANKED]],
        "prediction_set": ", ".join(one.prediction_set),
        "abstention_reason": one.abstention_reason or "",
        "nearest": one.diagnosis.nearest,
    }
