"""A comparison as one HTML file that opens offline: no script, no request to anywhere, no patient's name or value.

Floor 13 of the house.
"""

from __future__ import annotations

import html
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from metamed_core.drawing import chart_svg as svg
from metamed_core.drawing import joined, method_styles
from metamed_core.evaluation import charts as plots
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.curves import costs, twin_curves
from metamed_core.evaluation.episodes import LEAVE_ONE_OUT
from metamed_core.evaluation.leaderboard import leader_and_best_baseline, leaderboard
from metamed_core.evaluation.leaderboard_html import HOW, leaderboard_html
from metamed_core.evaluation.samples import Metric
from metamed_core.evaluation.verdict import CLAIM, place, verdict
from metamed_core.words import Language, Words

PACKAGES = ("torch", "numpy", "scipy", "scikit-learn")
INTENDED_USE = Words(
    "For research and teaching only; not a medical device. The figures hold for these patients and say nothing about another hospital.",
    "仅供研究与教学使用，不是医疗器械。所列数值只针对这些患者，不能推及其他医院。",
)
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; margin-bottom: 0.25rem; }
.use { border-left: 4px solid #15807D; padding-left: 0.75rem; } .how { font-size: 0.875rem; opacity: 0.85; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; } dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1.5rem 0; max-width: 760px; } pre { overflow-x: auto; padding: 0.75rem; border: 1px solid rgba(128, 128, 128, 0.4); font-size: 0.8125rem; }
"""


@dataclass(frozen=True)
class About:
    """What a report says beside the results. patients: what the table is called; weights: method -> SHA-256; called: a diagnosis's name.

    link: the address query that asks for the same again, empty where the patients cannot be linked to; script: see `as_python`.
    """

    patients: Words
    weights: Mapping[str, str] = field(default_factory=dict)
    called: Callable[[str], Words] = lambda name: Words(name, name)
    link: str = ""
    script: str = ""
    metric: Metric = "balanced_accuracy"


def comparison_html(comparison: Comparison, about: About, language: Language) -> bytes:
    """The whole file in one language, UTF-8; all text is escaped. Empty parts are left out."""
    title = Words("Comparison of learners: {patients}", "学习器比较：{patients}").format(patients=about.patients)
    parts = [
        f'<!doctype html><html lang="{"zh-Hans" if language == "zh" else "en"}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # Nothing may be loaded or run, whatever a table's texts hold.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{_say(title, language)}</title><style>{STYLE}</style></head><body>",
        f'<h1>{_say(title, language)}</h1><p class="use">{_say(INTENDED_USE, language)}</p>',
        _settings(comparison, about, language),
        *_boards(comparison, about, language),
        _heading(Words("Figures", "图形"), language),
        *(_figure(chart, language) for chart in _charts(comparison, about)),
        _made_with(about, language),
        "</body></html>",
    ]
    return "\n".join(parts).encode("utf-8")


def _settings(comparison: Comparison, about: About, language: Language) -> str:
    shots = Words(
        ", ".join("all but one" if k == LEAVE_ONE_OUT else str(k) for k in comparison.shots),
        "、".join("留一法" if k == LEAVE_ONE_OUT else str(k) for k in comparison.shots),
    )
    n = sum(len(rounds) for rounds in comparison.rounds.values())
    rows = [
        (Words("Patients", "患者"), about.patients),
        (Words("Diagnoses", "诊断"), joined([about.called(name) + Words(f"({n})", f"（{n}）") for name, n in comparison.counts.items()])),
        (Words("Methods", "参评方法"), joined([entry.title for entry in comparison.entries])),
        (Words("Shots", "样本数"), shots),
        (Words("Episodes", "任务片段"), Words("{n} measured; {each} planned at each number of shots", "已测得 {n} 个；每种样本数计划 {each} 个").format(n=n, each=comparison.n_episodes)),
        (Words("Seed", "随机种子"), _same(comparison.seed)),
        (Words("Fingerprint of the patients (SHA-256)", "患者数据指纹（SHA-256）"), _same(comparison.cohort)),
        *([(Words("Address of the same comparison", "同一比较的地址"), _same(about.link))] if about.link else []),
    ]  # fmt: skip
    return _heading(Words("What was compared", "比较内容"), language) + _listed(rows, language)


def _boards(comparison: Comparison, about: About, language: Language) -> list[str]:
    styles = method_styles({entry.key: entry.title.into(language) for entry in comparison.entries})
    parts = [_heading(Words("Results", "结果"), language)]
    for k in (None, *comparison.judged_shots):
        board = leaderboard(comparison, k, about.metric)
        found = {one.entry.key: one for one in costs(comparison, k)}
        where = place(k).into(language)
        parts.append(f"<h3>{html.escape(where[:1].upper() + where[1:])}</h3>")
        parts.append("".join(f"<p>{_say(sentence, language)}</p>" for sentence in verdict(board)))
        parts.append(leaderboard_html(board, styles, found, language))
    return [*parts, f'<p class="how">{_say(HOW + CLAIM, language)}</p>']


def _charts(comparison: Comparison, about: About) -> list[plots.Chart]:
    styles = method_styles({entry.key: "" for entry in comparison.entries})
    if not comparison.judged_shots:
        return []
    two = leader_and_best_baseline(comparison)
    twins = [curve for k in comparison.judged_shots for curve in twin_curves(comparison, k)]
    rarest = min(comparison.counts, key=comparison.counts.__getitem__)
    return [
        plots.accuracy_by_shots(comparison, styles, about.metric, two),
        *(plots.accuracy_by_steps(curve, styles) for curve in twins[-1:]),
        plots.reliability_diagram(comparison, styles, two),
        plots.net_benefit(comparison, styles, two, rarest, about.called(rarest)),
        plots.cost_against_accuracy(comparison, styles),
    ]


def _figure(chart: plots.Chart, language: Language) -> str:
    told = f'<figcaption><p class="how">{_say(chart.how, language)}</p></figcaption>'
    return f"<figure><h3>{_say(chart.title, language)}</h3>{svg.drawn(chart, language)}{told}</figure>"


def _made_with(about: About, language: Language) -> str:
    rows = [(_same(key), _same(sha256)) for key, sha256 in about.weights.items()]
    versions = [(_same(name), _same(found)) for name, found in versions_used().items()]
    parts = [_heading(Words("Weights (SHA-256)", "权重（SHA-256）"), language) + _listed(rows, language)] if rows else []
    parts.append(_heading(Words("Versions", "版本"), language) + _listed(versions, language))
    if about.script:
        parts.append(_heading(Words("The same in Python", "用 Python 重现"), language) + f"<pre>{html.escape(about.script)}</pre>")
    return "\n".join(parts)


def versions_used() -> dict[str, str]:
    """Versions of Python and of the packages that decide the numbers; a package that is not installed as one is left out."""
    found = {"Python": platform.python_version()}
    for name in ("metamed", *PACKAGES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _listed(rows: Sequence[tuple[Words, Words]], language: Language) -> str:
    return "<dl>" + "".join(f"<dt>{_say(name, language)}</dt><dd>{_say(value, language)}</dd>" for name, value in rows) + "</dl>"


def _heading(words: Words, language: Language) -> str:
    return f"<h2>{_say(words, language)}</h2>"


def _same(value: object) -> Words:
    return Words(str(value), str(value))


def _say(words: Words, language: Language) -> str:
    return html.escape(words.into(language))
