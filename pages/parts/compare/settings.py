"""Who is compared, at which numbers of shots, in how many episodes, by which seed; and all of it in the address.

The match is the truth; widgets show it and write to it. In the address stand settings only, never a patient's value, so that
a link gives the same numbers to whoever opens it.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from metamed_core.evaluation import DEFAULTS, LEAVE_ONE_OUT, MEASURES, SHOTS
from metamed_core.words import Words
from pages.parts.common import cohorts, finished
from pages.parts.common.forms import MAX_SEED, mirror
from pages.parts.common.frame import Say
from pages.parts.common.text import plain
from pages.parts.compare.state import KEY, Asked, Match, View

FIRST = "breast_cytology"  # real patients, enough of them for ten shots, and intervals that can tell methods apart
EPISODES, MOST_EPISODES = 10, 200
OFFERED = (1, 2, 3, 5, 10, 20, LEAVE_ONE_OUT)
OURS = ("cohort", "openml", "who", "shots", "episodes", "seed", "metric", "at")
ALL = "all"


def opening() -> Asked:
    """What is asked when nobody has asked anything else; its result is shipped."""
    return Asked(FIRST, DEFAULTS, SHOTS, EPISODES, 0)


def match() -> Match:
    """This tab's match; a new one is what the address asks for."""
    if KEY not in st.session_state:
        st.session_state[KEY] = from_address(dict(st.query_params))
    held: Match = st.session_state[KEY]
    return held


def from_address(asked: dict[str, str]) -> Match:
    """The match that a link asks for; whatever in it is unknown or out of range is left at its default."""
    usual = opening()
    who = tuple(dict.fromkeys(key for key in asked.get("who", "").split(",") if key in finished.everyone()))
    shots = {k for text in asked.get("shots", "").split(",") if (k := _number(text, 0, max(OFFERED), -1)) in OFFERED}
    metric = asked.get("metric", "")
    settings = Asked(
        source=asked["cohort"] if asked.get("cohort") in cohorts.cohorts() else usual.source,
        who=in_order(who) or usual.who,
        shots=tuple(k for k in OFFERED if k in shots) or usual.shots,
        n_episodes=_number(asked.get("episodes"), 1, MOST_EPISODES, usual.n_episodes),
        seed=_number(asked.get("seed"), 0, MAX_SEED, usual.seed),
    )
    view = View(metric=metric if metric in MEASURES else View.metric, k_shot=_number(asked.get("at"), 0, max(OFFERED), -1))  # type: ignore[arg-type]
    found = Match(settings, replace(view, k_shot=None) if view.k_shot not in settings.shots else view)
    found.linked = _number(asked.get("openml"), 1, MAX_SEED, 0)
    return found


def in_order(who: tuple[str, ...]) -> tuple[str, ...]:
    """The same methods in one order, the usual eight first: results must not depend on the order of clicks. Who is unknown (any more) is left out."""
    order = [*DEFAULTS, *(key for key in finished.everyone() if key not in DEFAULTS)]
    return tuple(sorted((key for key in who if key in order), key=order.index))


def to_address(match: Match) -> None:
    """Write what differs from the opening into the address, and take out what no longer does."""
    wanted = address_of(match)
    for name in OURS:
        if name in wanted and st.query_params.get(name) != wanted[name]:
            st.query_params[name] = wanted[name]
        elif name not in wanted and name in st.query_params:
            del st.query_params[name]


def address_of(match: Match) -> dict[str, str]:
    """The settings that differ from the opening, as they stand in the address."""
    asked, usual, view = match.asked, opening(), match.view
    every = {
        "cohort": (asked.source if asked.source in cohorts.cohorts() else usual.source, usual.source),
        "openml": (str(match.linked) if match.linked else "", ""),
        "who": (",".join(asked.who), ",".join(usual.who)),
        "shots": (",".join(map(str, asked.shots)), ",".join(map(str, usual.shots))),
        "episodes": (str(asked.n_episodes), str(usual.n_episodes)),
        "seed": (str(asked.seed), str(usual.seed)),
        "metric": (view.metric, View.metric),
        "at": (ALL if view.k_shot is None else str(view.k_shot), ALL),
    }
    return {name: value for name, (value, default) in every.items() if value != default}


def choose_settings(say: Say, match: Match) -> None:
    """Methods as chips, then shots, episodes and seed; folded into one line that says what they are."""
    with st.expander(say(summary(match)), key="match_settings", icon=":material/tune:"):
        _methods(say, match)
        _numbers(say, match)


def remarks(say: Say, match: Match) -> None:
    """What a reader must know of how this table is judged: another plan than was asked, leave-one-out, few patients."""
    if match.remark is not None:
        st.info(plain(say(match.remark)), icon=":material/info:")
    # Not while it runs: then the chart that grows should be in sight.
    for remark in match.plan.remarks if match.plan and not match.running else ():
        st.caption(plain(say(remark)))


def summary(match: Match) -> Words:
    """The settings in one line."""
    asked = match.asked
    shots = [shots_title(k) for k in asked.shots]
    listed = Words(", ".join(one.en for one in shots), "、".join(one.zh for one in shots))
    return Words(
        "{n} methods · shots {shots} · {episodes} episodes each · seed {seed}",
        "{n} 种方法 · 样本数 {shots} · 各 {episodes} 个任务片段 · 随机种子 {seed}",
    ).format(n=len(asked.who), shots=listed, episodes=asked.n_episodes, seed=asked.seed)


def _numbers(say: Say, match: Match) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _shots(say, match)
        _whole_number(
            say,
            match,
            "n_episodes",
            Words("Episodes per number of shots", "每种样本数的任务片段数"),
            (1, MOST_EPISODES),
            Words(
                "More episodes take longer and make intervals narrower, until the number of patients is the limit. What is measured already is kept.",
                "片段越多耗时越长、区间越窄，直到受患者数所限。已测得的结果会保留。",
            ),
        )
        _whole_number(
            say,
            match,
            "seed",
            Words("Seed", "随机种子"),
            (0, MAX_SEED),
            Words(
                "The same seed draws the same episodes: the same numbers to the last digit.", "相同的种子抽取相同的任务片段，结果逐位相同。"
            ),
        )


def _methods(say: Say, match: Match) -> None:
    known = finished.everyone()
    groups = {
        "learners": (Words("Meta-learners", "元学习器"), [key for key, one in known.items() if not one.is_baseline]),
        "plain": (
            Words("Plain classifiers, to judge them by", "普通分类器（用于对照）"),
            [key for key, one in known.items() if one.is_baseline],
        ),
    }

    def change() -> None:
        chosen = tuple(key for group in groups for key in st.session_state[f"who_{group}"])
        match.ask(who=in_order(chosen))

    for group, (title, keys) in groups.items():
        mirror(say, f"who_{group}", [key for key in keys if key in match.asked.who])
        st.pills(
            say(title),
            keys,
            selection_mode="multi",
            format_func=lambda key: say(known[key].title) if key in known else "",
            key=f"who_{group}",
            persist_state="session",
            on_change=change,
            disabled=match.running,
        )


def _shots(say: Say, match: Match) -> None:
    def change() -> None:
        chosen = st.session_state["shots"]
        match.ask(shots=tuple(k for k in OFFERED if k in chosen) or match.asked.shots)

    mirror(say, "shots", list(match.asked.shots))
    st.pills(
        say(Words("Shots: labelled patients of each diagnosis", "样本数：每种诊断的已确诊患者数")),
        list(OFFERED),
        selection_mode="multi",
        format_func=lambda k: say(shots_title(k)),
        key="shots",
        persist_state="session",
        on_change=change,
        disabled=match.running,
        help=say(
            Words(
                "“All but one” is leave-one-out: every patient is named once from all others. It suits tables of a few patients.",
                "“留一法”：每位患者由其余全部患者来判断一次，适合只有少量患者的表格。",
            )
        ),
    )


def shots_title(k_shot: int) -> Words:
    """A number of shots on a chip or an axis."""
    return Words("all but one", "留一法") if k_shot == LEAVE_ONE_OUT else Words(str(k_shot), str(k_shot))


def _whole_number(say: Say, match: Match, name: str, title: Words, limits: tuple[int, int], told: Words) -> None:
    def change() -> None:
        value = st.session_state[f"match_{name}"]
        match.ask(**{name: int(value) if value is not None else getattr(opening(), name)})

    mirror(say, f"match_{name}", getattr(match.asked, name))
    st.number_input(
        say(title),
        min_value=limits[0],
        max_value=limits[1],
        step=1,
        key=f"match_{name}",
        persist_state="session",
        help=say(told),
        on_change=change,
        disabled=match.running,
        width=260 if name == "n_episodes" else 160,
    )


def _number(text: str | None, low: int, high: int, default: int) -> int:
    try:
        value = int(text) if text else default
    except ValueError:
        return default
    return value if low <= value <= high else default
