"""From the settings to a plan: what is known of the table, who takes part, and which earlier results belong to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from metamed_core.data import Cohort
from metamed_core.evaluation import NO_PATIENT, Comparison, Method, Plan, plan_for, with_twins
from metamed_core.knowledge import Knowledge
from metamed_core.words import Words
from pages.parts.common.comparison_request import ComparisonRequest, default_request


@dataclass(frozen=True)
class Known:
    """What is known of a table's diagnoses: the statements, the file that holds them, in words where they are from, and whether they ship with it."""

    knowledge: Knowledge
    file: str
    origin: Words
    is_shipped: bool = False


def plan_of(request: ComparisonRequest, known: Known | None, cohort: Cohort, methods: tuple[Method, ...]) -> tuple[Plan, Words | None]:
    """The plan of a request, and a sentence if it differs from it; without any labeled patient only where something is known of two diagnoses."""
    who = methods if known is None else with_twins(methods, known.knowledge)
    drawn = tuple(k for k in request.shots if k != NO_PATIENT)
    plan, remark = plan_for(cohort, who, drawn or default_request().shots, request.n_episodes, request.seed)
    if drawn == request.shots:
        return plan, remark
    if not plan.fits(NO_PATIENT):
        return plan, _NOTHING_KNOWN + remark if remark else _NOTHING_KNOWN
    return replace(plan, shots=(NO_PATIENT, *(plan.shots if drawn else ()))), remark if drawn else None


def beginning(previous: Comparison | None, plan: Plan) -> Comparison | None:
    """Results of an earlier comparison that are part of this plan: episodes do not depend on their total number."""
    fresh = Comparison.of(plan)
    if previous is None or _decides(previous) != _decides(fresh):
        return None
    n_rounds = max(map(plan.episodes_at, plan.shots))
    wanted = [(key, k, i) for i in range(n_rounds) for k in plan.shots if i < plan.episodes_at(k) for key in fresh.keys]
    measured = [(one.method, one.k_shot, one.episode) for one in previous.results]
    n_same = next(
        (n for n, (one, other) in enumerate(zip(measured, wanted, strict=False)) if one != other), min(len(measured), len(wanted))
    )
    return replace(fresh, results=previous.results[:n_same])


def _decides(comparison: Comparison) -> tuple[object, ...]:
    """What decides the result of a method in an episode."""
    return comparison.cohort, comparison.keys, comparison.seed, [entry.knowledge for entry in comparison.entries]


_NOTHING_KNOWN = Words(
    "Without any labeled patient (0) only knowledge of at least two diagnoses can answer, which is missing here: 0 is left out.",
    "没有任何已确诊患者（0）时，须有至少两种诊断的知识才能作答，而此处没有：已略去 0。",
)
