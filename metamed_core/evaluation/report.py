"""Report of a comparison as one HTML file without scripts, network requests, patient names or cell values."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from metamed_core.drawing import Chart, figure_html, joined, method_styles, page_html, verbatim
from metamed_core.evaluation import charts
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.curves import costs, twin_curves
from metamed_core.evaluation.episode_draws import LEAVE_ONE_OUT
from metamed_core.evaluation.knowledge_gains import KNOWLEDGE_HOW, KNOWLEDGE_TITLE, knowledge_gains, knowledge_html, knowledge_verdict
from metamed_core.evaluation.leaderboard import leader_and_best_baseline, leaderboard
from metamed_core.evaluation.leaderboard_html import HOW, leaderboard_html
from metamed_core.evaluation.left_out import left_out
from metamed_core.evaluation.metric_samples import Metric
from metamed_core.evaluation.net_benefit import usual_diagnosis
from metamed_core.evaluation.seen_in_training import training_warnings
from metamed_core.evaluation.verdict import CLAIM, place, verdict
from metamed_core.words import Language, Words

PACKAGES = ("torch", "numpy", "scipy", "scikit-learn")
CAUTION = Words("The figures hold for these patients and say nothing about another hospital.", "所列数值只针对这些患者，不能推及其他医院。")
Facts = list[tuple[Words, object]]


@dataclass(frozen=True)
class About:
    """Content of a report besides the results.

    Parameters
    ----------
    patients
        Title of the table.
    weights
        SHA-256 of the weights, by method.
    called
        Translates the name of a diagnosis.
    link
        URL query of the same comparison; empty if the table has no link.
    script
        Source text from `as_python`; empty for none.
    metric
        Metric of the leaderboards.
    """

    patients: Words
    weights: Mapping[str, str] = field(default_factory=dict)
    called: Callable[[str], Words] = verbatim
    link: str = ""
    script: str = ""
    metric: Metric = "balanced_accuracy"


def comparison_html(comparison: Comparison, about: About, language: Language) -> bytes:
    """The report as HTML.

    Parameters
    ----------
    comparison, about
        The results and the further content.
    language
        Language of the whole file.

    Returns
    -------
    bytes
        HTML in UTF-8; all text is escaped. Empty sections are omitted.
    """
    return page_html(
        "comparison.html",
        Words("Comparison of learners: {patients}", "学习器比较：{patients}").format(patients=about.patients),
        language,
        caution=CAUTION,
        compared={"title": Words("What was compared", "比较内容"), "rows": _settings(comparison, about)},
        warnings=training_warnings(comparison, about.called),
        results={"title": Words("Results", "结果"), "boards": _boards(comparison, about, language), "how": HOW + CLAIM},
        knowledge=_knowledge(comparison, about, language),
        charts={
            "title": _figures(comparison),
            "drawn": [figure_html((chart,), language, heading="h3") for chart in _charts(comparison, about)],
        },
        made_with=_made_with(about),
        script={"title": Words("The same in Python", "用 Python 重现"), "text": about.script},
    )


def _settings(comparison: Comparison, about: About) -> Facts:
    shots = joined([Words("all but one", "留一法") if k == LEAVE_ONE_OUT else verbatim(max(k, 0)) for k in comparison.shots])
    n = sum(len(rounds) for rounds in comparison.complete_episodes.values())
    rows: Facts = [
        (Words("Patients", "患者"), about.patients),
        (Words("Diagnoses", "诊断"), joined([about.called(name) + Words(f"({n})", f"（{n}）") for name, n in comparison.counts.items()])),
        *((Words("Left out", "未参评"), said) for said in left_out(comparison, about.called)),
        (Words("Methods", "参评方法"), joined([entry.title for entry in comparison.entries])),
        *((Words("Knowledge (SHA-256)", "知识（SHA-256）"), sha256) for sha256 in sorted({entry.knowledge for entry in comparison.entries} - {""})),
        (Words("Labeled patients of each diagnosis (shots)", "每种诊断的已确诊患者数（每类样本数）"), shots),
        (Words("Episodes", "小任务（episode）"), Words("{n} measured; {each} planned per number of labeled patients", "已测得 {n} 个；每个每类样本数计划 {each} 个").format(n=n, each=comparison.n_episodes)),
        (Words("Seed", "随机种子"), comparison.seed),
        (Words("Fingerprint of the patients (SHA-256)", "患者数据指纹（SHA-256）"), comparison.cohort),
    ]  # fmt: skip
    return [*rows, (Words("Address of the same comparison", "同一比较的地址"), about.link)] if about.link else rows


def _boards(comparison: Comparison, about: About, language: Language) -> list[dict[str, object]]:
    styles = method_styles({entry.key: entry.title.into(language) for entry in comparison.entries}, comparison.twin_of)
    parts: list[dict[str, object]] = []
    for k in comparison.views or (None,):
        board, where = leaderboard(comparison, k, about.metric), place(k).into(language)
        found = {one.entry.key: one for one in costs(comparison, k)}
        table = leaderboard_html(board, styles, found, language, styled=False)
        parts.append({"place": where[:1].upper() + where[1:], "verdict": verdict(board), "table": table})
    return parts


def _knowledge(comparison: Comparison, about: About, language: Language) -> dict[str, object]:
    """What knowledge adds; empty where no method takes part without and with it."""
    gains = knowledge_gains(comparison, about.metric)
    if not gains:
        return {}
    styles = method_styles(dict.fromkeys(comparison.keys, ""), comparison.twin_of)
    table = knowledge_html(gains, styles, about.metric, language, styled=False)
    return {"title": KNOWLEDGE_TITLE, "sentences": knowledge_verdict(gains, about.metric), "table": table, "how": KNOWLEDGE_HOW}


def _charts(comparison: Comparison, about: About) -> list[Chart]:
    styles = method_styles(dict.fromkeys(comparison.keys, ""), comparison.twin_of)
    if not comparison.shots_with_results:
        return []
    usual = comparison.usual_shots
    two = leader_and_best_baseline(comparison, usual)
    twins = [curve for k in comparison.shots_with_results for curve in twin_curves(comparison, k)]
    diagnosis = usual_diagnosis(comparison, usual)
    return [
        charts.score_by_shots(comparison, styles, about.metric, two),
        *(charts.accuracy_by_steps(curve, styles) for curve in twins[-1:]),
        charts.reliability_diagram(comparison, styles, two, usual),
        charts.decision_curves(comparison, styles, two, diagnosis, about.called(diagnosis), usual),
        charts.accuracy_against_time(comparison, styles, usual),
    ]


def _figures(comparison: Comparison) -> Words:
    if not comparison.shots_with_results:
        return Words("Figures", "图形")
    return Words("Figures, where not over shots or steps: {place}", "图形（不按每类样本数或步数变化者）：{place}").format(
        place=place(comparison.usual_shots)
    )


def _made_with(about: About) -> list[dict[str, object]]:
    weights = {"title": Words("Weights (SHA-256)", "权重（SHA-256）"), "rows": list(about.weights.items())}
    return [*([weights] if about.weights else []), {"title": Words("Versions", "版本"), "rows": list(versions_used().items())}]


def versions_used() -> dict[str, str]:
    """Versions of Python and of the installed packages that affect the results, by name."""
    found = {"Python": platform.python_version()}
    for name in ("metamed", *PACKAGES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
