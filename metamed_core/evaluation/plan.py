"""The plan of a comparison (patients, methods, shots, episodes, seed), and how it is reduced for small tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from metamed_core.data import Cohort
from metamed_core.evaluation.episode_draws import (
    LEAST_QUERY,
    LEAVE_ONE_OUT,
    NO_PATIENT,
    SHOTS,
    eligible,
    eligible_unlabeled,
    n_left_out,
    shots_allowed,
)
from metamed_core.evaluation.methods import Method, methods
from metamed_core.knowledge import fold, known_diagnoses
from metamed_core.words import UserError, Words

N_EPISODES = 30


@dataclass(frozen=True, eq=False)
class Plan:
    """Patients, methods and episodes of a comparison.

    Parameters
    ----------
    cohort
        The patients.
    methods
        The methods, with distinct keys.
    shots
        Numbers of support patients per diagnosis; `LEAVE_ONE_OUT` predicts each patient once from all others.
    n_episodes
        Episodes per number of shots.
    seed
        Random seed of the episodes.

    Raises
    ------
    UserError
        If the cohort has too few patients, or a setting is invalid, or a method occurs twice.
    """

    cohort: Cohort
    methods: tuple[Method, ...]
    shots: tuple[int, ...] = SHOTS
    n_episodes: int = N_EPISODES
    seed: int = 0

    def __post_init__(self) -> None:
        keys = [one.key for one in self.methods]
        if not keys:
            raise UserError(Words("No method is chosen: choose at least one.", "没有选择任何方法：请至少选择一种。"))
        if twice := [key for key in keys if keys.count(key) > 1]:
            raise UserError(
                Words(
                    "“{key}” takes part twice: choose it once, or from another start.", "“{key}”重复参评：请只选一次，或改用其他起点。"
                ).format(key=twice[0])
            )
        if self.n_episodes < 1 or not self.shots or len(set(self.shots)) < len(self.shots) or self.seed < 0:
            raise UserError(
                Words(
                    "A comparison needs at least one episode, different numbers of labeled patients (shots) and a seed from 0: change these settings.",
                    "比较至少需要一个小任务、互不相同的每类样本数，以及不小于 0 的随机种子：请修改这些设置。",
                )
            )
        if NO_PATIENT in self.shots and not self.fits(NO_PATIENT):
            raise UserError(_NOBODY)
        if too_many := [k for k in self.shots if not self.fits(k)]:
            raise _too_small(self.cohort, too_many)

    def fits(self, k_shot: int) -> bool:
        """Whether the cohort has enough patients for this number of shots."""
        if k_shot == NO_PATIENT:
            return len(eligible_unlabeled(self.cohort, self.known)) >= 2
        return n_left_out(self.cohort) > 0 if k_shot == LEAVE_ONE_OUT else k_shot > 0 and bool(shots_allowed(self.cohort, (k_shot,)))

    @cached_property
    def known(self) -> frozenset[str]:
        """The diagnoses of the cohort of which every method with knowledge knows something."""
        told = [known_diagnoses(one.knowledge, self.cohort.features.columns) for one in self.methods if one.knowledge is not None]
        return frozenset(name for name in self.cohort.counts if told and all(fold(name) in each for each in told))

    def episodes_at(self, k_shot: int) -> int:
        """Number of episodes at this number of shots: `n_episodes`, or one per patient for leave-one-out."""
        return n_left_out(self.cohort) if k_shot == LEAVE_ONE_OUT else self.n_episodes

    @property
    def n_results(self) -> int:
        """Number of results that `compare` yields."""
        return len(self.methods) * sum(self.episodes_at(k) for k in self.shots)

    @property
    def twins(self) -> frozenset[str]:
        """Keys of methods whose learner takes part with several initial weights; their accuracy is recorded at every step."""
        learners = [one.learner.name for one in self.methods if not one.is_baseline and one.knowledge is None]
        return frozenset(one.key for one in self.methods if one.knowledge is None and learners.count(one.learner.name) > 1)

    @property
    def remarks(self) -> tuple[Words, ...]:
        """Sentences on limitations of the evaluation on this table."""
        found = (
            [(_LEFT_OUT_APART if self.cohort.groups else _LEFT_OUT).format(n=n_left_out(self.cohort))]
            if LEAVE_ONE_OUT in self.shots
            else []
        )
        found += [_GUESSED.format(n=len(eligible_unlabeled(self.cohort, self.known)))] if NO_PATIENT in self.shots else []
        drawn = [k for k in self.shots if k not in {LEAVE_ONE_OUT, NO_PATIENT}]
        sizes = {k: len(eligible(self.cohort, k)) for k in drawn}
        if len(set(sizes.values())) > 1:
            most = max(drawn)
            found.append(_OTHER_TASKS.format(few=sizes[most], many=sizes[min(drawn)], most=most, least=min(drawn)))
        if self.cohort.groups and drawn:
            found.append(_APART)
        rarest = min((self.cohort.counts[name] for k in drawn for name in eligible(self.cohort, k)), default=0)
        if drawn and rarest < SCARCE:
            found.append(_FEW.format(n=rarest))
        return tuple(found)


SCARCE = 20


def plan_for(
    cohort: Cohort, who: Sequence[Method] | None = None, shots: Sequence[int] = SHOTS, n_episodes: int = N_EPISODES, seed: int = 0
) -> tuple[Plan, Words | None]:
    """The plan closest to a request that the cohort allows.

    Parameters
    ----------
    cohort, shots, n_episodes, seed
        See `Plan`; values of `shots` that the cohort does not allow are dropped; if none is left, leave-one-out is used.
    who
        The methods; None for the defaults.

    Returns
    -------
    plan, remark
        The plan, and a sentence if it differs from the request (else None).

    Raises
    ------
    UserError
        If not even leave-one-out is possible.
    """
    chosen = methods() if who is None else tuple(who)
    allowed = tuple(k for k in shots if k == NO_PATIENT or (k == LEAVE_ONE_OUT and n_left_out(cohort)) or shots_allowed(cohort, (k,)))
    left = [k for k in shots if k not in allowed]
    if not allowed and not n_left_out(cohort):
        raise UserError(_nothing(cohort))
    said = (
        (_DROPPED if allowed else _INSTEAD).format(shots=_listed(left), rest=_listed(allowed), need=_needed(cohort, min(left)))
        if left
        else None
    )
    return Plan(cohort, chosen, allowed or (LEAVE_ONE_OUT,), n_episodes, seed), said


_NOBODY = Words(
    "Without any labeled patient (0) only knowledge can answer: give a knowledge table that speaks of at least two diagnoses of this table. "
    "To leave one patient out at a time, ask for loo.",
    "没有任何已确诊患者（0）时只能依据知识作答：请提供至少涉及本表两种诊断的知识表。若要逐一留出患者，请写 loo。",
)
_GUESSED = Words(
    "Without any labeled patient (0) a method without knowledge can only guess: it is shown as giving all diagnoses the same probability. The "
    "{n} {n:diagnosis|diagnoses} of which something is known take part.",
    "没有任何已确诊患者（0）时，没有知识的方法只能猜测：视为各诊断概率相同。只抽取有知识的 {n} 种诊断。",
)


def _listed(shots: Sequence[int]) -> Words:
    return Words(", ".join(map(str, shots)), "、".join(map(str, shots)))


def _too_small(cohort: Cohort, shots: Sequence[int]) -> UserError:
    allowed = shots_allowed(cohort)
    if not allowed and not n_left_out(cohort):
        return UserError(_nothing(cohort))
    offer = (
        Words("{shots}, or leave-one-out", "{shots}，或留一法").format(shots=_listed(allowed))
        if allowed
        else Words("leave-one-out", "留一法")
    )
    return UserError(_TOO_MANY.format(shots=_listed(shots), need=_needed(cohort, max(shots)), offer=offer))


def _nothing(cohort: Cohort) -> Words:
    return (_NOTHING_APART if cohort.groups else _NOTHING).format(labeled=cohort.n_labeled)


def _needed(cohort: Cohort, k_shot: int) -> Words:
    """The number of patients that two diagnoses need for this number of shots, in words."""
    need = Words("{need} labeled {need:patient|patients} each", "各有 {need} 位已确诊患者").format(need=k_shot + LEAST_QUERY)
    return Words(f"{need.en}, not all of one group", f"{need.zh}，且不都属于同一组") if cohort.groups else need


_NOTHING = Words(
    "With {labeled} labeled {labeled:patient|patients} nothing can be compared: at least two diagnoses need two or more labeled patients each.",
    "只有 {labeled} 位已确诊患者，无法比较：至少要有两种诊断，每种有两位或更多已确诊患者。",
)
_NOTHING_APART = Words(
    "With {labeled} labeled {labeled:patient|patients} nothing can be compared: at least two diagnoses need labeled patients of two or more groups each.",
    "有 {labeled} 位已确诊患者，但无法比较：至少要有两种诊断，每种的已确诊患者来自两个或更多的组。",
)
_APART = Words(
    "Patients of one group (a hospital, a paper) are never both labeled and predicted in one episode.",
    "同一组（医院、论文）的患者不会在同一小任务中既作为已确诊患者又被预测。",
)
_TOO_MANY = Words(
    "The table has too few patients for {shots} labeled per diagnosis (two diagnoses would need {need}): choose {offer}.",
    "患者太少，无法在每类样本数为 {shots} 时比较（需要两种诊断{need}）：请选择 {offer}。",
)
_DROPPED = Words(
    "Too few patients for {shots} labeled per diagnosis; the methods are compared with {rest} instead.",
    "患者太少，无法按每种诊断 {shots} 位已确诊患者来比较；改为只比较 {rest} 位的情形。",
)
_INSTEAD = Words(
    "Too few patients to draw episodes (two diagnoses would need {need}): leave-one-out is used instead.",
    "患者太少，无法抽取小任务（需要两种诊断{need}）：改用留一法。",
)
_LEFT_OUT = Words(
    "Leave-one-out: each of {n} {n:patient|patients} is left out once and predicted from all others. Every patient counts once.",
    "留一法：{n} 位患者逐一留出，由其余患者来预测。每位患者只计一次。",
)
_LEFT_OUT_APART = Words(
    "Leave-one-out: each of {n} {n:patient|patients} is left out once, with all patients of the same group, and predicted from all others.",
    "留一法：{n} 位患者逐一留出，并同时留出同组的全部患者，由其余患者来预测。",
)
_OTHER_TASKS = Words(
    "Only {few} {few:diagnosis has|diagnoses have} enough patients for {most} labeled ones each, {many} for {least}: these are different tasks, so read the curve over them with care.",
    "每类样本数为 {most} 时只有 {few} 种诊断的患者足够，为 {least} 时有 {many} 种：任务并不相同，请谨慎解读随每类样本数变化的曲线。",
)
_FEW = Words(
    "The rarest diagnosis has {n} {n:patient|patients}, drawn again in many episodes: intervals count patients, not only episodes, so more episodes cannot make them narrow.",
    "最少的诊断只有 {n} 位患者，会在许多小任务中反复出现：区间不仅按小任务、也按患者计算，因此增加小任务不会使区间变得很窄。",
)
