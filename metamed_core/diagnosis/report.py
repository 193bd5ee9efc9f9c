"""The answers as one HTML file that opens offline: no script, no request to anywhere. Unlike a comparison it holds patients: keep it as you keep them.

Floor 13 of the house.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from metamed_core.diagnosis.answers import Answer
from metamed_core.statistics import COVERAGE
from metamed_core.words import Language, Words

RANKED = 3
"""Diagnoses that are shown with their probability; all of them stand in the CSV."""
INTENDED_USE = Words(
    "For research and teaching only; not a medical device. A ranked list with its basis, not a diagnosis. This file holds data of patients.",
    "仅供研究与教学使用，不是医疗器械。所列为带依据的排序，并非诊断。本文件含有患者数据。",
)
HOW = Words(
    "Not ruled out: the fewest diagnoses whose probabilities together reach {share:.0%}. Nearest: labelled patients, by distance between embeddings, which has no unit.",
    "无法排除：概率合计达到 {share:.0%} 的最少诊断。最近：已确诊患者，按嵌入之间的距离（无单位）。",
).format(share=COVERAGE)
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } .use { border-left: 4px solid #15807D; padding-left: 0.75rem; } .how { font-size: 0.875rem; opacity: 0.85; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.5rem; border-bottom: 1px solid rgba(128, 128, 128, 0.4); overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; } dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
"""
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
    title = _say(Words("Answers for {n} patients", "{n} 位患者的答案").format(n=len(found)), language)
    head = "".join(f"<th>{_say(column, language)}</th>" for column in _COLUMNS)
    facts = "".join(f"<dt>{_say(_RUN.get(name, Words(name, name)), language)}</dt><dd>{_text(value)}</dd>" for name, value in run.items())
    parts = [
        f'<!doctype html><html lang="{"zh-Hans" if language == "zh" else "en"}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # Nothing may be loaded or run, whatever a table's texts hold.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{title}</title><style>{STYLE}</style></head><body>",
        f'<h1>{title}</h1><p class="use">{_say(INTENDED_USE, language)}</p><p class="how">{_say(HOW, language)}</p>',
        f"<table><thead><tr>{head}</tr></thead><tbody>",
        *(_row(one, language) for one in found),
        f"</tbody></table><h2>{_say(Words('What made them', '得出答案的设置'), language)}</h2><dl>{facts}</dl></body></html>",
    ]
    return "\n".join(parts).encode("utf-8")


def _row(one: Answer, language: Language) -> str:
    ranked = "<br>".join(f"{_text(name)} {p:.1%}" for name, p in one.diagnosis.ranked[:RANKED])
    prediction_set = ", ".join(map(_text, one.prediction_set)) if one.abstention_reason is None else _say(one.abstention_reason, language)
    nearest = "<br>".join(f"{_text(each.name)}: {_text(each.diagnosis)} ({each.distance:.3g})" for each in one.diagnosis.nearest)
    return f"<tr><td>{_text(one.diagnosis.name)}</td><td>{ranked}</td><td>{prediction_set}</td><td>{nearest}</td></tr>"


def _say(words: Words, language: Language) -> str:
    return _text(words.into(language))


def _text(value: object) -> str:
    return html.escape(str(value))
