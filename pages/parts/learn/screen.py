"""One screen of a lesson: the idea and the question on the left, the figure that stays on the right, formula and code below.

Drawn from the lesson (a value), the place (the address) and the stage (what the reader has done); a fragment, so that a step redraws
only the lesson.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from metamed_core.words import Words
from pages.lessons import LESSONS
from pages.lessons.script import Lesson, Screen
from pages.parts.common.forms import mirror
from pages.parts.common.frame import Say
from pages.parts.learn import figure as lesson_figure
from pages.parts.learn import take_away as lesson_take_away
from pages.parts.learn.controls import controls
from pages.parts.learn.place import Place, Stage, flag, go, here, stage_of

LARGE = 1.3  # times the usual size of text: to be read from the last row
HAND = Words(
    "To move a mark, drag it, or reach it with Tab and use the arrow keys (with Shift in finer steps); Enter picks it.",
    "移动标记：直接拖动，或用 Tab 键选中后按方向键（按住 Shift 更精细）；回车键选定。",
)
LATER = Words("Today's numbers come with the answer.", "揭晓后显示当前数值。")
LATER_ALL = Words(
    "Today's numbers, and what you can press, turn or move, come with the answer.", "揭晓后显示当前数值，以及可按、可调、可移动之处。"
)
COMPACT = """<style>
.st-key-lesson .katex-display { overflow: visible; }
.st-key-page_title h1 { font-size: 1rem; padding: 0; } .st-key-page_title [data-testid=stCaptionContainer] { display: none; }
@media (max-width: 1150px) { /* a formula and its numbers one below the other: side by side they would be cut */
.st-key-lesson_formula [data-testid=stHorizontalBlock] { flex-direction: column; }
.st-key-lesson_formula [data-testid=stColumn] { width: 100%; flex: 1 1 auto; }
}
</style>"""
BIG_TEXT = f"""<style>
.st-key-lesson [data-testid=stMarkdownContainer] :is(p, li), .st-key-lesson label p, .st-key-lesson .katex {{ font-size: {LARGE}rem; }}
.st-key-lesson h2 {{ font-size: {LARGE * 1.35}rem; }} .st-key-lesson h3 {{ font-size: {LARGE * 1.15}rem; }}
.st-key-lesson [data-testid=stCaptionContainer] p {{ font-size: {LARGE * 0.85}rem; }}
@media (max-width: 1150px) {{ /* large text beside a large table would not fit: one below the other */
.st-key-lesson_body > * > [data-testid=stHorizontalBlock] {{ flex-direction: column; }}
.st-key-lesson_body > * > * > [data-testid=stColumn] {{ width: 100%; flex: 1 1 auto; }}
}}
</style>"""


@st.fragment
def lesson_page(say: Say) -> None:
    """The screen that the address names."""
    place = here()
    if place.lesson is None:
        st.rerun()  # back to the contents, by the browser's own button
    lesson: Lesson[Any] = LESSONS[place.lesson]
    stage, screen = stage_of(lesson), lesson.screens[place.screen - 1]
    stage.seen.add(place.screen)
    st.html(COMPACT + BIG_TEXT if place.large else COMPACT)
    with st.container(key="lesson"):
        _head(say, lesson, place)
        with st.container(key="lesson_body"):
            text, figure = st.columns([1, 2], gap="medium")
        with text:
            st.subheader(say(screen.title), anchor=False)
            st.markdown(say(screen.text))
            _question(say, screen, stage, place)
        with figure:
            _figure(say, lesson, screen, stage, place)
        _formula(say, screen, stage, place)
        if not place.locked:
            _notes(say, lesson)
        lesson_take_away.take_away(say, lesson, stage, place)


def _head(say: Say, lesson: Lesson[Any], place: Place) -> None:
    """Where one is and the way on, always in the same place."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="lesson_head"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            st.button(say(Words("Contents", "目录")), icon=":material/toc:", key="to_contents", on_click=go, args=(None,), type="tertiary")
            st.header(f"{lesson.number} · {say(lesson.title)}", anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            st.toggle(
                say(Words("Large", "大字")),
                value=place.large,
                key="learn_large",
                on_change=lambda: flag("large", on=st.session_state["learn_large"]),
            )
            n = len(lesson.screens)
            st.button(
                say(Words("Back", "上一屏")),
                icon=":material/chevron_left:",
                key="screen_back",
                disabled=place.screen == 1,
                on_click=go,
                args=(lesson.key, place.screen - 1),
            )
            st.markdown(f"**{place.screen} / {n}**", width="content")
            st.button(
                say(Words("Next", "下一屏")),
                icon=":material/chevron_right:",
                icon_position="right",
                key="screen_next",
                disabled=place.screen == n,
                on_click=go,
                args=(lesson.key, place.screen + 1),
            )
    if place.screen == 1:
        st.caption(say(Words("Goal: {goal}", "目标：{goal}").format(goal=lesson.goal)))


def _question(say: Say, screen: Screen[Any], stage: Stage, place: Place) -> None:
    """Predict first: choose, then show; the reveal stays."""
    question, at = screen.question, place.screen
    with st.container(border=True, key="lesson_question"):
        asked = f"**{say(Words('Predict first:', '先预测：'))}** {say(question.ask)}"
        if at in stage.shown:
            st.markdown(asked)
            _answer(say, screen, stage, at, told=not place.locked)
            return
        key = f"answer_{place.lesson}_{at}"

        def choose() -> None:
            if st.session_state[key] is not None:
                stage.chosen[at] = st.session_state[key]

        mirror(say, key, stage.chosen.get(at))
        st.radio(asked, range(len(question.options)), index=None, format_func=lambda i: say(question.options[i]), key=key, on_change=choose)
        st.button(
            say(Words("Show", "揭晓")),
            key="show",
            icon=":material/visibility:",
            type="primary",
            disabled=at not in stage.chosen,
            on_click=_show,
            args=(screen, stage, at),
        )


def _show(screen: Screen[Any], stage: Stage, at: int) -> None:
    stage.shown.add(at)
    stage.state = screen.reveal(stage.state)


def _answer(say: Say, screen: Screen[Any], stage: Stage, at: int, *, told: bool) -> None:
    """The options as they were answered; told: with the right one and why, which a locked link leaves to the teacher."""
    question, chosen = screen.question, stage.chosen.get(at)
    right = question.answer(stage.state) if told else None
    lines = []
    for i, option in enumerate(question.options):
        icon = "check_circle" if i == right else "radio_button_checked" if i == chosen else "radio_button_unchecked"
        text = f"**{say(option)}**" if i == right else say(option)
        lines.append(f":material/{icon}: {text}")
    st.markdown("  \n".join(lines))
    if not told:
        st.caption(say(Words("Look at the figure; your teacher will explain.", "请看图；老师会讲解。")))
        return
    verdict = Words("Right.", "正确。") if chosen == right else Words("Not quite.", "不完全对。")
    box, icon = (st.success, ":material/check:") if chosen == right else (st.info, ":material/lightbulb:")
    box(say(verdict + question.reason(stage.state)), icon=icon)


def _figure(say: Say, lesson: Lesson[Any], screen: Screen[Any], stage: Stage, place: Place) -> None:
    shown = place.screen in stage.shown
    size = LARGE if place.large else 1.0

    def report(event: Mapping[str, Any]) -> None:
        name = str(event.get("name", ""))
        if "x" in event and lesson.moved is not None:
            stage.state = lesson.moved(stage.state, name, float(event["x"]), float(event["y"]))
        elif lesson.picked is not None:
            stage.state = lesson.picked(stage.state, name)

    free = shown and screen.movable and not place.locked
    figure = screen.figure(stage.state, shown)
    lesson_figure.draw(say, f"figure_{lesson.key}", figure, size=size, report=report if free else None)
    if shown and not place.locked:
        controls(say, lesson, screen, stage)

    st.caption(" ".join(filter(None, [*(say(part.how) for part in figure), say(HAND) if free else ""])))


def _formula(say: Say, screen: Screen[Any], stage: Stage, place: Place) -> None:
    """The formula, with today's numbers once the answer is shown: they would give it away."""
    formula, code = screen.formula(stage.state), screen.code
    with st.container(key="lesson_formula", gap="small"):
        # Large numbers beside a large formula would not fit the page.
        general, today = (st.container(), st.container()) if place.large else st.columns([1, 2], gap="medium")
        general.latex(formula.latex_in(say.language))
        if place.screen in stage.shown:
            today.latex(formula.numbers_in(say.language))
        else:
            free = not place.locked and bool(screen.acts or screen.knobs or screen.movable)
            today.caption(say(LATER_ALL if free else LATER))
        st.caption(say(formula.where))
        with st.expander(
            f"{say(Words('The line that computes it', '计算它的那一行代码'))}: `{code.place}`", icon=":material/code:", key="lesson_code"
        ):
            arrow = say(Words("this line", "就是这一行"))
            lines = [f"{line}  # <- {arrow}" if i == code.at else line for i, line in enumerate(code.source)]
            st.code("\n".join(lines), language="python", wrap_lines=True)


def _notes(say: Say, lesson: Lesson[Any]) -> None:
    with st.expander(say(Words("For the teacher: 45 minutes", "教师备课：45 分钟")), icon=":material/co_present:", key="lesson_notes"):
        unit = Words("{n} min", "{n} 分钟")
        st.markdown("\n".join(f"- **{say(unit.format(n=note.minutes))}** {say(note.words)}" for note in lesson.notes))
