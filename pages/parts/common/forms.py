"""What the user chooses: where the patients come from, which algorithm, its settings and its start.

The workbench is the truth; widgets only show it and write to it. That is needed because Streamlit keeps a choice by its
displayed text: without it a switch of language would fall back to the first option.
Bundled cohort, algorithm and settings also stand in the address (never a patient's value), so that a link reproduces them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL, Learner, Setting, settings
from metamed_core.meta_training import Library
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts
from pages.parts.common.bound import choice, number
from pages.parts.common.frame import Say
from pages.parts.common.own_library import own_library
from pages.parts.common.text import plain
from pages.parts.common.workbench import UPLOAD, AdaptRequest, Workbench, bundled

STARTS = {
    UNIVERSAL: Words("Meta-trained", "元训练权重"),
    RANDOM: Words("None (random)", "无（随机）"),
}
START_HELP = Words(
    "“Meta-trained” starts from weights that were trained on many simulated clinical tables; whether that helps depends on your patients. "
    "“None” starts from random weights: compare the two to see what meta-training is worth here.",
    "“元训练权重”在大量模拟临床表格上训练而得，是否有帮助取决于您的患者；“无”则从随机权重出发，可对照元训练在此处的作用。",
)
MAX_SEED = 2**31 - 1


def mirror(say: Say, key: str, current: object) -> None:
    """Make the widget `key`, drawn next, show `current`, also after a change of language."""
    spoken = f"{key} in"
    if st.session_state.get(spoken) != say.language or st.session_state.get(key) != current:
        st.session_state[key] = current
    st.session_state[spoken] = say.language


def choose_patients(say: Say, bench: Workbench) -> None:
    """The list of bundled cohorts, and the uploaded file if there is one."""
    known = {key: say(cohort.name) for key, cohort in cohorts.cohorts().items()}
    if UPLOAD in bench.shelf:
        known[UPLOAD] = say(Words("Your file: {file}", "您的文件：{file}").format(file=bench.shelf[UPLOAD].file))

    def take(key: str) -> None:
        bench.take(bench.shelf[key] if key in bench.shelf else bundled(key))
        bench.pending, bench.complaint = None, None

    choice(st.selectbox, say(Words("Patients", "患者")), known, key="cohort", value=bench.patients.source, write=take)
    if bench.patients.source in cohorts.cohorts():
        cohort = cohorts.cohorts()[bench.patients.source]
        licence = Words("Licence: {licence}.", "许可证：{licence}。").format(licence=cohort.licence)
        st.caption(plain(say(cohort.description)), help=plain(say(cohort.source + licence)))


def choose_algorithm(say: Say, bench: Workbench) -> None:
    """The algorithms, one sentence on the chosen one, and its settings."""
    if bench.request.algorithm not in LEARNERS:
        _ask(bench, *_from_address(bench))
    choice(
        st.segmented_control,
        say(Words("Algorithm", "算法")),
        {name: say(learner.title) for name, learner in LEARNERS.items()},
        key="algorithm",
        value=bench.request.algorithm,
        write=lambda name: _ask(bench, algorithm=name),
        label_visibility="collapsed",
    )
    learner = LEARNERS[bench.request.algorithm]
    st.markdown(say(learner.summary), help=f"[{learner.paper}]({learner.link})")
    with st.expander(say(Words("Settings", "设置")), key="settings", icon=":material/tune:"), st.container(horizontal=True):
        _settings(say, bench, learner)
        _start(say, bench)
    _to_address(bench, learner)


def _ask(bench: Workbench, algorithm: str | None = None, start: str | None = None, seed: int | None = None) -> None:
    """Change part of the question; every algorithm remembers its own settings."""
    was, bench.complaint = bench.request, None
    name = algorithm if algorithm in LEARNERS else was.algorithm
    known = bench.settings.setdefault(name, {})
    values = tuple((one.name, known.setdefault(one.name, one.default)) for one in settings(LEARNERS[name]))
    begin = was.start if start is None else start
    bench.request = AdaptRequest(
        name, values, begin if begin in starts_of(name, own_library()) else UNIVERSAL, was.seed if seed is None else seed
    )


def use(bench: Workbench, algorithm: str, start: str) -> None:
    """Ask with this algorithm from this start from now on."""
    _ask(bench, algorithm, start)


def starts_of(algorithm: str, library: Library) -> dict[str, Words]:
    """What an algorithm can start from: the shipped weights, random ones, and those in the visitor's own library, by their path."""
    return STARTS | {str(one.path): Words(plain(one.name), plain(one.name)) for one in library.list_weights(algorithm)}


def _start(say: Say, bench: Workbench) -> None:
    offered = starts_of(bench.request.algorithm, own_library())
    if bench.request.start not in offered:  # removed from the library meanwhile
        _ask(bench, start=UNIVERSAL)
    choice(
        st.segmented_control,
        say(Words("Starting weights", "初始权重")),
        {key: say(title) for key, title in offered.items()},
        key="start",
        value=bench.request.start,
        write=lambda key: _ask(bench, start=key),
        help=say(START_HELP),
    )
    if bench.request.start == RANDOM:
        number(
            say(Words("Seed", "随机种子")),
            (0, MAX_SEED, 1),
            key="seed",
            value=bench.request.seed,
            write=lambda seed: _ask(bench, seed=seed),
            usual=0,
            help=say(Words("The same number draws the same random weights.", "相同的数字会得到相同的随机权重。")),
            width=160,
        )


def _settings(say: Say, bench: Workbench, learner: type[Learner]) -> None:
    for one in settings(learner):
        _number_field(say, bench, one, f"{learner.name}_{one.name}")


def _number_field(say: Say, bench: Workbench, one: Setting, key: str) -> None:
    kind, values = type(one.default), bench.settings[bench.request.algorithm]

    def change(value: float) -> None:
        values[one.name] = value
        _ask(bench)

    number(
        f"{say(one.label)} ({one.low:g}–{one.high:g})",
        (kind(one.low), kind(one.high), kind(one.step)),
        key=key,
        value=kind(values[one.name]),
        write=change,
        usual=one.default,
        format=None if kind is int else "%.4g",
        help=say(one.help + Words("Usually {usual}.", "通常为 {usual}。").format(usual=f"{one.default:g}")),
        width=200,
    )


def _from_address(bench: Workbench) -> tuple[str, str, int]:
    """Algorithm, start and seed that a link asks; whatever in it is unknown or out of range is left at its default."""
    asked: Mapping[str, str] = dict(st.query_params)
    name = asked.get("algorithm", "")
    name = name if name in LEARNERS else next(iter(LEARNERS))
    for one in settings(LEARNERS[name]):
        value = _number(asked.get(one.name), type(one.default), one.low, one.high, one.default)
        bench.settings.setdefault(name, {})[one.name] = value
    start = asked.get("start", UNIVERSAL)
    return name, start if start in STARTS else UNIVERSAL, int(_number(asked.get("seed"), int, 0, MAX_SEED, 0))


def _number(text: str | None, kind: Callable[[str], float], low: float, high: float, default: float) -> float:
    try:
        value = kind(text) if text else default
    except ValueError:
        return default
    return value if low <= value <= high else default


def _to_address(bench: Workbench, learner: type[Learner]) -> None:
    """Write what differs from the defaults into the address, and take out what no longer does."""
    request, source = bench.request, bench.patients.source
    defaults = {one.name: one.default for one in settings(learner)}
    wanted = {
        "algorithm": request.algorithm,
        "start": request.start,
        "seed": str(request.seed),
    }
    wanted |= {name: f"{value:g}" for name, value in request.settings if value != defaults[name]}
    if source in list(cohorts.cohorts())[1:]:
        wanted["cohort"] = source
    ours = {"cohort", "algorithm", "start", "seed", *(one.name for known in LEARNERS.values() for one in settings(known))}
    if request.algorithm == next(iter(LEARNERS)):
        del wanted["algorithm"]
    if request.start != RANDOM:  # kept weights are of this computer alone
        del wanted["start"], wanted["seed"]
    for name in ours:
        if name in wanted and st.query_params.get(name) != wanted[name]:
            st.query_params[name] = wanted[name]
        elif name not in wanted and name in st.query_params:
            del st.query_params[name]


def complain(say: Say, words: Words | None) -> None:
    """One sentence on what went wrong, if anything did."""
    if words is not None:
        st.error(plain(say(words)), icon=":material/error:")


def attempt(bench: Workbench, act: Callable[[], object], error_place: str = "") -> bool:
    """Do something that may fail by the user's input; keep the sentence for its place on the page and all else as it was."""
    try:
        act()
    except UserError as error:
        bench.complaint, bench.error_place = error.words, error_place
        return False
    bench.complaint = None
    return True


def pager(say: Say, n: int, per_page: int, key: str) -> Sequence[int]:
    """Which of `n` things to show; draws page buttons where they do not fit on one page."""
    n_pages = max(1, -(-n // per_page))
    if n_pages == 1:
        return range(n)
    page = min(int(st.pagination(n_pages, key=key)), n_pages)
    return range((page - 1) * per_page, min(page * per_page, n))
