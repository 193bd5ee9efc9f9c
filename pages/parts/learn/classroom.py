"""This tab's place in a class whose votes are counted: how one comes in and out, and what a screen of a lesson shows because of it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from metamed_core.words import UserError, Words
from pages.parts.common.classrooms import CLASSROOMS, Asked, Classroom, read_code
from pages.parts.common.page_frame import Say
from pages.parts.common.turns import this_visitor
from pages.parts.learn.address import CLASS, Address, current_address, go
from pages.parts.learn.progress import Progress

KEY, PROBLEM = "classroom", "classroom_problem"
UNKNOWN = Words(
    "There is no class with the code {code}: it is over, or the code was mistyped.",
    "没有课堂码为 {code} 的课堂：课堂已结束，或课堂码输入有误。",
)
NO_CODE = Words("Type the five digits that the lecturer shows.", "请输入老师展示的五位数字。")
OVER = Words("The class is over: its votes are forgotten. You can go on by yourself.", "课堂已结束，所有投票均已清除。您可以继续自学。")
FULL = Words("This class has no seat left.", "该课堂人数已满。")


@dataclass(frozen=True)
class Seat:
    """A visitor in a class. asked: the question on the screen of this tab."""

    room: Classroom
    visitor: str
    asked: Asked = ("", 0)

    @property
    def is_lecturer(self) -> bool:
        """Whether this visitor has opened the class."""
        return self.room.is_lecturer(self.visitor)

    @property
    def seen(self) -> tuple[bool, bool, Asked | None]:
        """What, once it has changed, makes the page out of date: whether the class goes on, the answer is shown, and where the lecturer is."""
        return self.room.is_open, self.room.is_revealed(self.asked), None if self.is_lecturer else self.room.at

    def forget(self) -> None:
        """Take back all votes; the lecturer's class is closed ("Delete my data")."""
        if self.is_lecturer:
            CLASSROOMS.close(self.room)
        else:
            self.room.withdraw(self.visitor)


def take_seat(say: Say) -> Seat | None:
    """The seat of this tab, taken when the address names a class; None outside any. Says why where there is none to take."""
    held: Seat | None = st.session_state.get(KEY)
    if held is None and (typed := st.query_params.get(CLASS)):
        join(typed)
        held = st.session_state.get(KEY)
    if held is not None and not held.room.is_open:
        leave()
        st.session_state[PROBLEM] = OVER
        held = None
    if (problem := st.session_state.pop(PROBLEM, None)) is not None:
        st.warning(say(problem), icon=":material/how_to_vote:")
    if held is None:
        return None
    if st.query_params.get(CLASS) != held.room.code:  # each time it is set, the browser is told
        st.query_params[CLASS] = held.room.code  # a reload comes back to the same seat
    address = current_address()
    return Seat(held.room, held.visitor, (address.lesson or "", address.screen))


def join(typed: str) -> None:
    """Take a seat in the class of this code and go where the lecturer is."""
    room, visitor = CLASSROOMS.find(typed), this_visitor()
    if room is None or not room.sit_down(visitor):
        code = read_code(typed)
        st.session_state[PROBLEM] = NO_CODE if not code else UNKNOWN.format(code=code) if room is None else FULL
        st.query_params.pop(CLASS, None)
        return
    st.session_state[KEY] = Seat(room, visitor)
    st.query_params[CLASS] = room.code
    if current_address().lesson is None and room.at is not None:
        go(*room.at)


def open_class() -> None:
    """Open a class, or come back to one's own."""
    visitor = this_visitor()
    try:
        room = CLASSROOMS.open(visitor)
    except UserError as error:
        st.session_state[PROBLEM] = error.words
        return
    st.session_state[KEY] = Seat(room, visitor)
    st.query_params[CLASS] = room.code


def leave() -> None:
    """Give up the seat of this tab; votes that were cast stay counted."""
    st.session_state.pop(KEY, None)
    st.query_params.pop(CLASS, None)


def close(room: Classroom) -> None:
    """Close the class of this lecturer, for all."""
    CLASSROOMS.close(room)
    leave()


def keep_together(seat: Seat, progress: Progress, address: Address) -> None:
    """Have a screen shown as the class has it: in the lecturer's state until the answer, and the answer when the lecturer shows it.

    The correct answer of some questions depends on the state, so a vote counts for what it was asked of.
    """
    room, at = seat.room, address.screen
    if seat.is_lecturer:
        progress.chosen.pop(at, None)
        if room.is_revealed(seat.asked):
            progress.shown.add(at)
        else:
            progress.shown.discard(at)
        room.ask(seat.asked, progress.state)
        return
    voted, state = room.vote_of(seat.visitor, seat.asked), room.state(seat.asked)
    if voted is None:
        progress.chosen.pop(at, None)
    else:
        progress.chosen[at] = voted
    if not room.is_revealed(seat.asked):
        progress.shown.discard(at)
        progress.state = state or progress.state
    elif at not in progress.shown:
        progress.shown.add(at)
        progress.state = state or progress.state
