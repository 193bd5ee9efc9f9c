"""One screen of a lesson: the idea and the question on the left, the figure that stays on the right, formula and code below.

Drawn from the lesson (a value), the address and the reader's progress; a fragment, so that a step redraws only the lesson.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from metamed_core.words import Words
from pages.lessons import LESSONS
from pages.lessons.handout import GOAL
from pages.lessons.lesson import Lesson, Screen
from pages.parts.common.page_frame import Say
from pages.parts.learn import figure as lesson_figure
from pages.parts.learn.address import DEEPEST, DEPTHS, Address, current_address, go, set_flag
from pages.parts.learn.class_strip import CLASS_STYLE, class_door, class_strip
from pages.parts.learn.classroom import Seat, keep_together, take_seat
from pages.parts.learn.controls import controls
from pages.parts.learn.depth import LATER as LATER_BY_DEPTH
from pages.parts.learn.depth import choose_depth, steps
from pages.parts.learn.drawn import figure_of, formula_of
from pages.parts.learn.playback import about, in_time, keep_playing
from pages.parts.learn.progress import Progress, progress_in
from pages.parts.learn.question import question
from pages.parts.learn.take_away import hand_out
from pages.parts.learn.terms import terms_html
from pages.parts.learn.texts import BACK, CODE_LINE, HAND, NEXT, ROUNDED

LARGE = 1.3  # times the usual size of text: to be read from the last row
LATER = Words("The formula and the line of code appear with the answer.", "揭晓后显示公式与代码行。")
LATER_ACTIONS = Words("Buttons and settings appear with the answer.", "揭晓后显示按钮与设置。")
COMPACT = """<style>
.st-key-lesson .katex-display { overflow: visible; }
.st-key-page_title h1 { font-size: 1rem; padding: 0; } .st-key-page_title [data-testid=stCaptionContainer] { display: none; }
/* A formula and its numbers stand side by side where there is room for both, else one below the other: cut, they could not be read. */
.st-key-lesson_formula [data-testid=stHorizontalBlock] { flex-wrap: wrap; row-gap: 0; }
.st-key-lesson_formula [data-testid=stColumn] { width: auto; min-width: 0; max-width: 100%; flex: 1 0 auto; }
</style>"""
BIG_TEXT = f"""<style>
.st-key-lesson [data-testid=stMarkdownContainer] :is(p, li), .st-key-lesson label p, .st-key-lesson .katex {{ font-size: {LARGE}rem; }}
.st-key-lesson h2 {{ font-size: {LARGE * 1.35}rem; }} .st-key-lesson h3 {{ font-size: {LARGE * 1.15}rem; }}
.st-key-lesson [data-testid=stCaptionContainer] p {{ font-size: {LARGE * 0.85}rem; }}
/* A projector has 720 lines: the question with its options comes before all else, and what a class does not need there is out of the way. */
[data-testid=stHeader] {{ display: none; }} [data-testid=stMainBlockContainer] {{ padding: 0.25rem 1.5rem 3rem; }}
[data-testid=stMainBlockContainer] > [data-testid=stVerticalBlock] {{ gap: 0.25rem; }}
:has(> .st-key-page_title) {{ position: absolute; height: 1px; overflow: hidden; clip-path: inset(50%); }}
.st-key-lesson [data-testid=stMarkdownContainer] :is(p, li), .st-key-lesson label p {{ line-height: 1.35; }}
.st-key-lesson, .st-key-lesson [data-testid=stVerticalBlock] {{ gap: 0.5rem; }} .st-key-lesson :is(h2, h3) {{ padding: 0 0 0.2rem; }}
.st-key-lesson [data-testid=stHeading] [data-testid=stMarkdownContainer] {{ margin-bottom: 0; }}
.st-key-lesson [data-testid=stAlertContainer] {{ padding: 0.4rem 0.8rem; }}
.st-key-lesson [data-testid=stAlertContainer] [data-testid=stMarkdownContainer] p {{ font-size: {LARGE * 0.9}rem; }}
.st-key-class_tally [data-testid=stVerticalBlock] {{ gap: 0.2rem; }} .st-key-lesson .st-key-lesson_question {{ padding: 0.6rem 1rem; }}
.st-key-lesson_head h2 {{ font-size: {LARGE}rem; }} .st-key-lesson_head [data-testid=stMarkdownContainer] p {{ font-size: 1rem; }}
@media (max-width: 1150px) {{ /* large text beside a large table would not fit: one below the other */
.st-key-lesson_body > * > [data-testid=stHorizontalBlock] {{ flex-direction: column; }}
.st-key-lesson_body > * > * > [data-testid=stColumn] {{ width: 100%; flex: 1 1 auto; }}
}}
</style>"""


def lesson_page(say: Say) -> None:
    """The screen that the address names."""
    in_time(lambda: _lesson_screen(say))


def _lesson_screen(say: Say) -> None:
    address = current_address()
    if address.lesson is None:
        st.rerun()  # back to the contents, by the browser's own button
    lesson: Lesson[Any] = LESSONS[address.lesson]
    progress, screen = progress_in(lesson), lesson.screens[address.screen - 1]
    st.html(COMPACT + BIG_TEXT if address.large else COMPACT)
    with st.container(key="lesson"):
        _head(say, lesson, address)
        if (seat := take_seat(say)) is not None:
            st.html(CLASS_STYLE)
            class_strip(say, seat)
            keep_together(seat, progress, address)
        keep_playing(screen, progress, address)
        with st.container(key="lesson_body"):
            _idea_and_question(say, lesson, screen, progress, address, seat)
        _explained(say, lesson, screen, progress, address)
        if not address.locked:
            _notes(say, lesson)
        hand_out(say, lesson, progress, address, with_answers=seat is None or seat.is_lecturer)
        if seat is None:
            class_door(say)


def _idea_and_question(say: Say, lesson: Lesson[Any], screen: Screen[Any], progress: Progress, address: Address, seat: Seat | None) -> None:
    """The idea and the question beside the figure; in large text what is to be read now, the idea or the reason, stands above both, over the whole width."""
    above = st.container() if address.large else None
    beside, figure = st.columns([2, 3] if address.large else [1, 2], gap="medium")
    first = above or beside
    first.subheader(say(screen.title), anchor=False)
    read = above is not None and address.screen in progress.shown
    if not read:
        first.markdown(say(screen.text))
    with beside:
        question(say, screen, progress, address, seat, above)
        if read:
            st.markdown(say(screen.text))
    with figure:
        _figure(say, lesson, screen, progress, address)


def _head(say: Say, lesson: Lesson[Any], address: Address) -> None:
    """Where one is and the way on, always in the same place."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="lesson_head"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            st.button(say(Words("Contents", "目录")), icon=":material/toc:", key="to_contents", on_click=go, args=(None,), type="tertiary")
            st.header(f"{lesson.number} · {say(lesson.title)}", anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            st.toggle(say(Words("Large", "大字")), value=address.large, key="learn_large", on_change=_switch_large)
            _back_and_next(say, lesson, address)
    if address.screen == 1:
        st.caption(say(GOAL.format(goal=lesson.goal)))


def _switch_large() -> None:
    set_flag("large", on=st.session_state["learn_large"])


def _back_and_next(say: Say, lesson: Lesson[Any], address: Address) -> None:
    at, n = address.screen, len(lesson.screens)
    st.button(say(BACK), icon=":material/chevron_left:", key="screen_back", disabled=at == 1, on_click=go, args=(lesson.key, at - 1))
    st.markdown(f"**{at} / {n}**", width="content")
    st.button(
        say(NEXT),
        icon=":material/chevron_right:",
        icon_position="right",
        key="screen_next",
        disabled=at == n,
        on_click=go,
        args=(lesson.key, at + 1),
    )


def _figure(say: Say, lesson: Lesson[Any], screen: Screen[Any], progress: Progress, address: Address) -> None:
    shown = address.screen in progress.shown

    def report(event: Mapping[str, Any]) -> None:
        name = str(event.get("name", ""))
        if "x" in event and lesson.on_move is not None:
            progress.state = lesson.on_move(progress.state, name, float(event["x"]), float(event["y"]))
        elif lesson.on_pick is not None:
            progress.state = lesson.on_pick(progress.state, name)

    movable = shown and screen.movable and not address.locked
    size = LARGE if address.large else 1.0
    drawn, how = figure_of(lesson.key, address.screen, progress.state, shown=shown, language=say.language, size=size, draggable=movable)
    if shown and address.depth == DEEPEST:
        drawn += str(terms_html(formula_of(lesson.key, address.screen, progress.state), drawn, say.language))
    lesson_figure.draw(f"figure_{lesson.key}", drawn, size=size, report=report if movable else None)
    usable = shown and not address.locked
    if usable:
        controls(say, lesson, screen, progress, address)
    st.caption(" ".join(filter(None, [*map(say, how), about(say, screen) if usable else "", say(HAND) if movable else ""])))


def _explained(say: Say, lesson: Lesson[Any], screen: Screen[Any], progress: Progress, address: Address) -> None:
    """Steps, formula and line of code, as deep as the reader wants, once the answer is shown: each of them would give it away."""
    if lesson.steps:
        choose_depth(say, address)
    if address.screen not in progress.shown:
        interactive = not address.locked and bool(screen.actions or screen.controls or screen.movable)
        later = [LATER_BY_DEPTH[address.depth] if lesson.steps else LATER, LATER_ACTIONS if interactive else None]
        st.caption(" ".join(say(words) for words in later if words is not None))
        return
    if lesson.steps and address.depth in DEPTHS[1:]:
        steps(say, lesson, screen)
    if not lesson.steps or address.depth == DEEPEST:
        _formula(say, screen, progress, address)


def _formula(say: Say, screen: Screen[Any], progress: Progress, address: Address) -> None:
    """The formula, its numbers and the line that computes it."""
    formula = formula_of(address.lesson or "", address.screen, progress.state)
    with st.container(key="lesson_formula", gap="small"):
        # Large numbers beside a large formula would not fit the page.
        general, numbers = (st.container(), st.container()) if address.large else st.columns([1, 2], gap="medium")
        general.latex(formula.latex_in(say.language))
        numbers.latex(formula.numbers_in(say.language))
        st.caption(say(formula.where + ROUNDED))
        _code(say, screen)


def _code(say: Say, screen: Screen[Any]) -> None:
    code = screen.code
    with st.expander(f"{say(CODE_LINE)}`{code.place}`", icon=":material/code:", key="lesson_code"):
        arrow = say(Words("this line", "就是这一行"))
        lines = [f"{line}  # <- {arrow}" if i == code.index else line for i, line in enumerate(code.source)]
        st.code("\n".join(lines), language="python", wrap_lines=True)


def _notes(say: Say, lesson: Lesson[Any]) -> None:
    with st.expander(say(Words("For the teacher: 45 minutes", "教师备课：45 分钟")), icon=":material/co_present:", key="lesson_notes"):
        unit = Words("{n} min", "{n} 分钟")
        st.markdown("\n".join(f"- **{say(unit.format(n=note.minutes))}** {say(note.words)}" for note in lesson.notes))
