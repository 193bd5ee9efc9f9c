"""The address of Diagnose: bundled cohort, algorithm, settings and start, so that a link asks for the same. Never a patient's value."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL, settings
from pages.parts.common import cohorts
from pages.parts.common.adapt_request import STARTS, RequestState
from pages.parts.common.forms import MAX_SEED


def from_address(requests: RequestState) -> None:
    """Ask what the link asks, where nothing was asked yet; whatever in it is unknown or out of range is left at its default."""
    if requests.current.algorithm in LEARNERS:
        return
    asked: Mapping[str, str] = dict(st.query_params)
    name = asked.get("algorithm", "")
    name = name if name in LEARNERS else next(iter(LEARNERS))
    offered = settings(LEARNERS[name])
    requests.set_values(
        name, {one.name: _number(asked.get(one.name), type(one.default), one.low, one.high, one.default) for one in offered}
    )
    start = asked.get("start", UNIVERSAL)
    requests.ask(name, start if start in STARTS else UNIVERSAL, int(_number(asked.get("seed"), int, 0, MAX_SEED, 0)))


def to_address(requests: RequestState, source: str) -> None:
    """Write what differs from the defaults into the address, and take out what no longer does."""
    request = requests.current
    defaults = {one.name: one.default for one in settings(LEARNERS[request.algorithm])}
    wanted = {name: f"{value:g}" for name, value in request.settings if value != defaults[name]}
    if request.algorithm != next(iter(LEARNERS)):
        wanted["algorithm"] = request.algorithm
    if request.start == RANDOM:  # kept weights are of this computer alone
        wanted |= {"start": request.start, "seed": str(request.seed)}
    if source in list(cohorts.cohorts())[1:]:
        wanted["cohort"] = source
    ours = {"cohort", "algorithm", "start", "seed", *(one.name for known in LEARNERS.values() for one in settings(known))}
    for name in ours:
        if name in wanted and st.query_params.get(name) != wanted[name]:
            st.query_params[name] = wanted[name]
        elif name not in wanted and name in st.query_params:
            del st.query_params[name]


def _number(text: str | None, kind: Callable[[str], float], low: float, high: float, default: float) -> float:
    try:
        value = kind(text) if text else default
    except ValueError:
        return default
    return value if low <= value <= high else default
