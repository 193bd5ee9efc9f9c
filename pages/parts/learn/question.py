"""The question of a screen: choose an option first, then show the answer; what has been shown stays. In a class the lecturer shows it."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from metamed_core.words import Words
from pages.lessons.lesson import Screen
from pages.parts.common import bound_widgets
from pages.parts.common.page_frame import Say
from pages.parts.learn.address import Address
from pages.parts.learn.classroom import Seat
from pages.parts.learn.progress import Progress
from pages.parts.learn.tally import ballot_note, tally
from pages.parts.learn.texts import CORRECT, NOT_QUITE, PREDICT, SHOW


def question(
    say: Say, screen: Screen[Any], progress: Progress, address: Address, seat: Seat | None, above: DeltaGenerator | None = None
) -> None:
    """The options to choose from, for the lecturer of a class the votes, or, once shown, the answer; above: where its reason goes, if not below the options."""
    with st.container(border=True, key="lesson_question"):
        asked = f"**{say(PREDICT)}** {say(screen.question.text)}"
        shown = address.screen in progress.shown
        if seat is not None and seat.is_lecturer:
            st.markdown(asked)
            correct = screen.question.correct_option(progress.state) if shown and not address.locked else None
            button = None if shown else partial(_show_button, say, screen, progress, address, seat)
            tally(say, screen.question.options, seat, correct, button)
            if shown and not address.locked:
                (above or st).info(say(screen.question.explained(progress.state)), icon=":material/lightbulb:")
        elif shown:
            st.markdown(asked)
            _answer(say, screen, progress, address, above)
        else:
            _options(say, asked, screen, progress, address, seat)
            if seat is None:
                _show_button(say, screen, progress, address, None)
            else:
                ballot_note(say, voted=address.screen in progress.chosen)


def _options(say: Say, asked: str, screen: Screen[Any], progress: Progress, address: Address, seat: Seat | None) -> None:
    at = address.screen

    def choose(option: int) -> None:
        if seat is None or seat.room.vote(seat.visitor, seat.asked, option):
            progress.chosen[at] = option

    offered = {i: say(option) for i, option in enumerate(screen.question.options)}
    key = f"answer_{address.lesson}_{at}"
    bound_widgets.choice(st.radio, asked, offered, key=key, value=progress.chosen.get(at), write=choose)


def _show_button(say: Say, screen: Screen[Any], progress: Progress, address: Address, seat: Seat | None) -> None:
    st.button(
        say(SHOW if seat is None else Words("Show to all", "向全班揭晓")),
        key="show",
        icon=":material/visibility:",
        type="primary",
        disabled=seat is None and address.screen not in progress.chosen,
        on_click=_show,
        args=(screen, progress, address, seat),
    )


def _show(screen: Screen[Any], progress: Progress, address: Address, seat: Seat | None) -> None:
    progress.shown.add(address.screen)
    progress.state = screen.reveal(progress.state)
    if seat is not None:
        seat.room.reveal(seat.asked, progress.state)


def _answer(say: Say, screen: Screen[Any], progress: Progress, address: Address, above: DeltaGenerator | None) -> None:
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
    if chosen is None:  # the answer came before the vote
        (above or st).info(say(asked.explained(progress.state)), icon=":material/lightbulb:")
        return
    verdict = CORRECT if chosen == correct else NOT_QUITE
    place = above or st
    box, icon = (place.success, ":material/check:") if chosen == correct else (place.info, ":material/lightbulb:")
    box(say(verdict + asked.explained(progress.state)), icon=icon)
