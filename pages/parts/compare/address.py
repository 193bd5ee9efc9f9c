"""The settings of a comparison in the page's address, without patient data, so that a link reproduces the same numbers.

The parameter names are fixed, since links are shared: cohort, openml, who (methods), shots, episodes, seed, only (positions of diagnoses), known (1: also with knowledge),
metric, at. No labeled patient is `unlabeled` among the shots, since 0 is leave-one-out in links.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from metamed_core.evaluation import LEAVE_ONE_OUT, MEASURES, NO_PATIENT
from pages.parts.common import cohorts
from pages.parts.common.comparison_methods import in_order
from pages.parts.common.comparison_request import ComparisonRequest, default_request, take_added_methods
from pages.parts.common.forms import MAX_SEED
from pages.parts.common.own_library import own_library
from pages.parts.compare.state import ALL, KEY, ComparisonState, View

MAX_EPISODES = 200
MAX_DIAGNOSES = 999  # positions in the address; a table has fewer
OFFERED_SHOTS = (NO_PATIENT, 1, 2, 3, 5, 10, 20, LEAVE_ONE_OUT)
PARAMETERS = ("cohort", "openml", "who", "shots", "episodes", "seed", "only", "known", "metric", "at")
UNLABELED = "unlabeled"


def comparison_state() -> ComparisonState:
    """Return this tab's comparison, initially as given by the address; methods that another page has added are included."""
    if KEY not in st.session_state:
        st.session_state[KEY] = from_address(dict(st.query_params))
    state: ComparisonState = st.session_state[KEY]
    if added := take_added_methods():
        state.ask(method_keys=in_order((*state.request.method_keys, *added), own_library()))
    return state


def from_address(parameters: dict[str, str]) -> ComparisonState:
    """Return the comparison that the address parameters describe; unknown or out-of-range values are replaced by defaults."""
    default = default_request()
    shots = {_shots(text) for text in parameters.get("shots", "").split(",")}
    request = ComparisonRequest(
        source=parameters["cohort"] if parameters.get("cohort") in cohorts.cohorts() else default.source,
        method_keys=in_order(parameters.get("who", "").split(","), own_library()) or default.method_keys,
        shots=tuple(k for k in OFFERED_SHOTS if k in shots) or default.shots,
        n_episodes=_number(parameters.get("episodes"), 1, MAX_EPISODES, default.n_episodes),
        seed=_number(parameters.get("seed"), 0, MAX_SEED, default.seed),
        diagnoses=tuple(sorted({n for text in parameters.get("only", "").split(",") if (n := _number(text, 0, MAX_DIAGNOSES, -1)) >= 0})),
        with_knowledge=parameters.get("known") == "1",
    )
    metric, at = parameters.get("metric", ""), parameters.get("at", "").replace(UNLABELED, str(NO_PATIENT))
    view = View(at=at if at in {ALL, *map(str, request.shots)} else "")
    if metric in MEASURES:
        view = replace(view, metric=metric)
    return ComparisonState(request, view, openml_number=_number(parameters.get("openml"), 1, MAX_SEED, 0))


def to_address(state: ComparisonState) -> None:
    """Write settings that differ from the default into the address, and remove the others."""
    wanted = address_of(state)
    for name in PARAMETERS:
        if name in wanted and st.query_params.get(name) != wanted[name]:
            st.query_params[name] = wanted[name]
        elif name not in wanted and name in st.query_params:
            del st.query_params[name]


def address_of(state: ComparisonState) -> dict[str, str]:
    """Return the settings that differ from the default, as address parameters."""
    request, default, view = state.request, default_request(), state.view
    every = {
        "cohort": (request.source if request.source in cohorts.cohorts() else default.source, default.source),
        "openml": (str(state.openml_number) if state.openml_number else "", ""),
        "who": (",".join(request.method_keys), ",".join(default.method_keys)),
        "shots": (",".join(map(_named, request.shots)), ",".join(map(_named, default.shots))),
        "episodes": (str(request.n_episodes), str(default.n_episodes)),
        "seed": (str(request.seed), str(default.seed)),
        "only": (",".join(map(str, request.diagnoses)), ""),
        "known": ("1" if request.with_knowledge else "", ""),
        "metric": (view.metric, View.metric),
        "at": (view.at.replace(str(NO_PATIENT), UNLABELED), ""),
    }
    return {name: value for name, (value, usual) in every.items() if value != usual}


def _shots(text: str) -> int | None:
    """A number of shots in a link; None if it is not offered."""
    k = NO_PATIENT if text == UNLABELED else _number(text, 0, max(OFFERED_SHOTS), NO_PATIENT)
    return k if k != NO_PATIENT or text == UNLABELED else None


def _named(k_shot: int) -> str:
    return UNLABELED if k_shot == NO_PATIENT else str(k_shot)


def _number(text: str | None, low: int, high: int, default: int) -> int:
    try:
        value = int(text) if text else default
    except ValueError:
        return default
    return value if low <= value <= high else default
