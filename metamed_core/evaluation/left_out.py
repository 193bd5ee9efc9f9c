"""Which diagnoses take no part in a comparison, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from metamed_core.drawing import joined, verbatim
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.episode_draws import LEAST_QUERY, LEAVE_ONE_OUT
from metamed_core.words import Words


def left_out(comparison: Comparison, called: Callable[[str], Words] = verbatim) -> tuple[Words, ...]:
    """Sentences on the diagnoses that take no part, with their numbers of patients and the reason.

    Parameters
    ----------
    comparison
        The comparison; it may be without results.
    called
        Translates the name of a diagnosis.
    """
    groups: dict[tuple[int, ...], list[str]] = {}
    for name, at in comparison.missing.items():
        groups.setdefault(tuple(at), []).append(name)
    ordered = sorted(groups, key=len, reverse=True)
    return tuple(_sentence(comparison, at, _named(groups[at], comparison.counts, called)) for at in ordered)


def _named(names: Sequence[str], counts: Mapping[str, int], called: Callable[[str], Words]) -> Words:
    return joined([Words("{name} ({n})", "{name}（{n}）").format(name=called(name), n=counts[name]) for name in names])


def _sentence(comparison: Comparison, at: tuple[int, ...], names: Words) -> Words:
    drawn = [k for k in at if k != LEAVE_ONE_OUT]
    need = min(drawn) + LEAST_QUERY if drawn else 2
    if set(at) == set(comparison.shots):
        return _EVERYWHERE.format(names=names, need=need)
    where = joined([Words("all but one", "留一法") if k == LEAVE_ONE_OUT else verbatim(k) for k in at])
    return _SOMEWHERE.format(names=names, where=where, need=need)


_EVERYWHERE = Words(
    "Left out for want of patients (in brackets; at least {need} are needed): {names}.",
    "因患者太少（括号内为人数，至少需 {need} 位）而不参评：{names}。",
)
_SOMEWHERE = Words(
    "Left out with {where} labeled per diagnosis for want of patients (in brackets; at least {need} are needed): {names}.",
    "每类样本数为 {where} 时，因患者太少（括号内为人数，至少需 {need} 位）而不参评：{names}。",
)
