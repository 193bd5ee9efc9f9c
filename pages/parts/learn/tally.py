"""The votes of a class on one question: bars that grow on the lecturer's screen, and on a student's page what becomes of a vote."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from metamed_core.words import Words
from pages.parts.common.page_frame import Say
from pages.parts.learn.classroom import Seat

LOOK, WAIT = 2.0, 4.0  # seconds between two looks: of the lecturer's bars at the votes, of a student's page at the classroom


def tally(say: Say, options: Sequence[Words], seat: Seat, correct: int | None, button: Callable[[], None] | None) -> None:
    """How many have chosen each option. correct: the one to be marked, once it is shown; button: draws the button that shows it, until then."""
    seen = seat.seen

    def draw() -> None:
        if seat.seen != seen:
            st.rerun()  # shown or closed in another tab of the lecturer's
        votes = seat.room.tally(seat.asked, len(options))
        for i, (option, n) in enumerate(zip(options, votes, strict=True)):
            text = f":material/check_circle: **{say(option)}**" if i == correct else say(option)
            st.progress(n / max(sum(votes), 1), text=f"**{n}** · {text}")
        counted = Words("{n} {n:vote|votes}, {all} joined", "{n} 票，{all} 人已加入")
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
            st.markdown(say(counted.format(n=sum(votes), all=seat.room.n_seats)), width="content")
            if button is not None:
                button()

    with st.container(key="class_tally", gap="small"):
        st.fragment(draw, run_every=None if seat.room.is_revealed(seat.asked) else LOOK)()


def ballot_note(say: Say, *, voted: bool) -> None:
    """What becomes of a vote, under the options."""
    counted = Words(
        "Your vote is counted without your name. You can change it until the lecturer shows the answer.",
        "您的投票已匿名计入，老师揭晓答案之前可以更改。",
    )
    asks = Words("The lecturer sees how many chose what, not who.", "老师只看到各选项的票数，看不到是谁投的。")
    st.caption(f":material/how_to_vote: {say(counted if voted else asks)}")


def follow(seat: Seat) -> None:
    """Draw a student's page anew once the lecturer shows the answer, goes on, or closes the class."""
    seen = seat.seen

    def look() -> None:
        if seat.seen != seen:
            st.rerun()

    st.fragment(look, run_every=WAIT)()
