"""The question of a screen: choose an option first, then show the answer; what has been shown stays."""

from __future__ import annotations

from typing import Any

import streamlit as st

from metamed_core.words import Words
from pages.lessons.lesson import Screen
from pages.parts.common import bound_widgets
from pages.parts.common.page_frame import Say
from pages.parts.learn.address import Address
from pages.parts.learn.progress import Progress


def question(say: Say, screen: Screen[Any], progress: Progress, address: Address) -> None:
    """The options to choose from or, once shown, the answer."""
    with st.container(border=True, key="lesson_question"):
        asked = f"**{say(Words('Predict first:', '先预测：'))}** {say(screen.question.text)}"
        if address.screen in progress.shown:
            st.markdown(asked)
            _answer(say, screen, progress, address)
        else:
            _options(say, asked, screen, progress, address)


def _options(say: Say, asked: str, screen: Screen[Any], progress: Progress, address: Address) -> None:
    at = address.screen

    def choose(option: int) -> None:
        progress.chosen[at] = option

    offered = {i: say(option) for i, option in enumerate(screen.question.options)}
    key = f"answer_{address.lesson}_{at}"
    bound_widgets.choice(st.radio, asked, offered, key=key, value=progress.chosen.get(at), write=choose)
    st.button(
        say(Words("Show", "揭晓")),
        key="show",
        icon=":material/visibility:",
        type="primary",
        disabled=at not in progress.chosen,
        on_click=_show,
        args=(screen, progress, at),
    )


def _show(screen: Screen[Any], progress: Progress, at: int) -> None:
    progress.shown.add(at)
    progress.state = screen.reveal(progress.state)


def _answer(say: Say, screen: Screen[Any], progress: Progress, address: Address) -> None:
    """The options as they were answered, with the correct one and why; a locked link leaves both to the teacher."""
    asked, chosen = screen.question, progress.chosen.get(address.screen)
    correct = None if address.locked else asked.correct_option(progress.state)
    lines = []
    for i, option in enumerate(asked.options):
        icon = "check_circle" if i == correct else "radio_button_checked" if i == chosen else "radio_button_unchecked"
        text = f"**{say(option)}**" if i == correct else say(option)
        lines.append(f":material/{icon}: {text}")
    st.markdown("  \n".join(lines))
    if address.locked:
        st.caption(say(Words("Look at the figure; your teacher will explain.", "请看图；老师会讲解。")))
        return
    verdict = Words("Correct.", "正确。") if chosen == correct else Words("Not quite.", "不完全对。")
    box, icon = (st.success, ":material/check:") if chosen == correct else (st.info, ":material/lightbulb:")
    box(say(verdict + asked.explained(progress.state)), icon=icon)
