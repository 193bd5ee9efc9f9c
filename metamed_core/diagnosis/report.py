"""The answers as one HTML file that opens offline: no script, no request to anywhere. Unlike a comparison it holds patients: keep it as you keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metamed_core.diagnosis.answers import Answer
from metamed_core.drawing import page_html
from metamed_core.statistics import COVERAGE
from metamed_core.words import Language, Words

RANKED = 3
"""Diagnoses that are shown with their probability; all of them stand in the CSV."""
CAUTION = Words(
    "A ranked list with its basis, not a diagnosis. This file holds data of patients.", "所列为带依据的排序，并非诊断。本文件含有患者数据。"
)
HOW = Words(
    "Not ruled out: the fewest diagnoses whose probabilities together reach {share:.0%}. Nearest: labelled patients, by distance between embeddings, which has no unit.",
    "无法排除：概率合计达到 {share:.0%} 的最少诊断。最近：已确诊患者，按嵌入之间的距离（无单位）。",
).format(share=COVERAGE)
_RUN = {
    "algorithm": Words("Algorithm", "算法"),
    "settings": Words("Settings", "设置"),
    "weights": Words("Weights", "权重"),
    "weights_sha256": Words("Weights (SHA-256)", "权重（SHA-256）"),
    "seed": Words("Seed", "随机种子"),
    "step": Words("Step", "步"),
    "file": Words("File", "文件"),
    "version": Words("Version of MetaMed", "MetaMed 版本"),
}
_COLUMNS = (
    Words("Patient", "患者"),
    Words("Most probable diagnoses", "最可能的诊断"),
    Words("Not ruled out", "无法排除"),
    Words("Nearest labelled patients", "最近的已确诊患者"),
)


def diagnosis_html(found: Sequence[Answer], run: Mapping[str, object], language: Language) -> bytes:
    """The whole file in one language, UTF-8; run: see `answers.produced_by`. All text is escaped."""
    rows = [(_RUN.get(name, name), value) for name, value in run.items()]
    return page_html(
        "answers.html",
        Words("Answers for {n} {n:patient|patients}", "{n} 位患者的答案").format(n=len(found)),
        language,
        caution=CAUTION,
        how=HOW,
        columns=_COLUMNS,
        answers=[_row(one) for one in found],
        made_with={"title": Words("What made them", "得出答案的设置"), "rows": rows},
    )


def _row(one: Answer) -> dict[str, object]:
    return {
        "name": one.diagnosis.name,
        "ranked": [(name, f"{p:.1%}") for name, p in one.diagnosis.ranked[:RANKED]],
        "prediction_set": ", ".join(one.prediction_set) if one.abstention_reason is None else one.abstention_reason,
        "nearest": one.diagnosis.nearest,
    }
