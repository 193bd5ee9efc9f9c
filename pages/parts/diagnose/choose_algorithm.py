"""Which algorithm adapts, with which settings, from which weights; when which is the better one, by measurement."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL, Learner, Measured, Setting, settings
from metamed_core.words import Words
from pages.parts.common.adapt_request import RequestState, starts_of
from pages.parts.common.bound_widgets import choice, number
from pages.parts.common.forms import MAX_SEED
from pages.parts.common.own_library import own_library
from pages.parts.common.page_frame import Say

START_HELP = Words(
    "“Meta-trained” starts from weights that were trained on many simulated clinical tables; whether that helps depends on your patients. "
    "“None” starts from random weights: compare the two to see what meta-training is worth here.",
    "“元训练权重”在大量模拟临床表格上训练而得，是否有帮助取决于您的患者；“无”则从随机权重出发，可对照元训练在此处的作用。",
)
BEST = Words(
    "On {n} public clinical {n:table|tables}, with {shots} labeled {most:patient|patients} of each diagnosis, it was the most accurate each time: {gain} {most:point|points} over the best "
    "baseline classifier (documentation, Evaluation).",
    "在 {n} 份公开临床表格上，每种诊断有 {shots} 位已确诊患者时，它每次都最准确：与最好的基线分类器相比依次为 {gain} 个百分点（见文档 Evaluation）。",
)
BEHIND = Words(
    "On {n} public clinical {n:table|tables}, with {shots} labeled {most:patient|patients} of each diagnosis, it was {behind} {most:point|points} behind {best}, and {gain} over the best "
    "baseline classifier (documentation, Evaluation).",
    "在 {n} 份公开临床表格上，每种诊断有 {shots} 位已确诊患者时，它比{best}依次低 {behind} 个百分点，与最好的基线分类器相比依次为 {gain}（见文档 Evaluation）。",
)
QUICKER = Words("It answers {times} {most:time|times} as quickly.", "速度约为{best}的 {times} 倍。")


def choose_algorithm(say: Say, requests: RequestState) -> None:
    """The algorithms, one sentence on the chosen one, and its settings."""
    with st.container(horizontal=True, vertical_alignment="center"):
        choice(
            st.segmented_control,
            say(Words("Algorithm", "算法")),
            {name: say(learner.title) for name, learner in LEARNERS.items()},
            key="algorithm",
            value=requests.current.algorithm,
            write=lambda name: requests.ask(algorithm=name),
            label_visibility="collapsed",
        )
        with st.popover(say(Words("Settings", "设置")), key="settings", icon=":material/tune:", type="tertiary"):
            for one in settings(LEARNERS[requests.current.algorithm]):
                _setting(say, requests, one)
            _start(say, requests)
    learner = LEARNERS[requests.current.algorithm]
    note = measured_note(learner)
    st.caption(say(learner.summary if note is None else learner.summary + note), help=f"[{learner.paper}]({learner.link})")


def measured_note(learner: type[Learner]) -> Words | None:
    """How accurate it is beside the best algorithm and the best baseline classifier, and how quick; None where nothing was measured."""
    if (own := learner.measured) is None:
        return None
    known = {kind: kind.measured for kind in LEARNERS.values() if kind.measured is not None}
    best, top = max(known.items(), key=lambda one: sum(one[1].accuracy))
    behind = [high - low for high, low in zip(top.accuracy, own.accuracy, strict=True)]
    said = (BEST if learner is best else BEHIND).format(
        n=Measured.n_tables,
        shots=_listed(map(str, Measured.shots)),
        most=Measured.shots[-1],
        best=best.title,
        behind=_listed(f"{points:.1f}" for points in behind),
        gain=_listed(f"{points:+.1f}" for points in own.gain),
    )
    quicker = QUICKER.format(best=best.title, most=2, times=f"{top.seconds / own.seconds:.2g}")
    return said + quicker if own.seconds < top.seconds else said


def _listed(figures: Iterable[str]) -> Words:
    """Figures one after the other, the last by "and"; a minus as it is printed."""
    *most, last = (figure.replace("-", "\u2212") for figure in figures)
    return Words(f"{', '.join(most)} and {last}", "、".join([*most, last]))


def _start(say: Say, requests: RequestState) -> None:
    offered = starts_of(requests.current.algorithm, own_library())
    if requests.current.start not in offered:  # removed from the library meanwhile
        requests.ask(start=UNIVERSAL)
    choice(
        st.segmented_control,
        say(Words("Starting weights", "初始权重")),
        {key: say(title) for key, title in offered.items()},
        key="start",
        value=requests.current.start,
        write=lambda key: requests.ask(start=key),
        help=say(START_HELP),
    )
    if requests.current.start == RANDOM:
        number(
            say(Words("Seed", "随机种子")),
            (0, MAX_SEED, 1),
            key="seed",
            value=requests.current.seed,
            write=lambda seed: requests.ask(seed=seed),
            usual=0,
            help=say(Words("The same number draws the same random weights.", "相同的数字会得到相同的随机权重。")),
            width=160,
        )


def _setting(say: Say, requests: RequestState, one: Setting) -> None:
    kind, algorithm = type(one.default), requests.current.algorithm
    number(
        f"{say(one.label)} ({one.low:g}–{one.high:g})",
        (kind(one.low), kind(one.high), kind(one.step)),
        key=f"{algorithm}_{one.name}",
        value=kind(dict(requests.current.settings)[one.name]),
        write=lambda value: requests.set_values(algorithm, {one.name: value}),
        usual=one.default,
        format=None if kind is int else "%.4g",
        help=say(one.help + Words("Usually {usual}.", "通常为 {usual}。").format(usual=f"{one.default:g}")),
        width=240,
    )
