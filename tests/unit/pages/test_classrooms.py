"""A classroom: one vote each until the answer is shown, bounded, known to nobody by name, and empty once it is over."""

from __future__ import annotations

import gc

import pytest

from metamed_core.words import UserError
from pages.parts.common import classrooms, sessions
from pages.parts.common.classrooms import IDLE_HOURS, TOO_MANY, Classroom, Classrooms, read_code

ASKED, OTHER = ("maml", 1), ("maml", 2)


class Clock:
    """Hours that a test sets by hand."""

    hours = 0.0

    def __call__(self) -> float:
        return self.hours * 3600


@pytest.fixture
def room() -> Classroom:
    """A classroom with three students."""
    opened = Classrooms().open("lecturer")
    for who in ("ada", "ben", "cem"):
        assert opened.sit_down(who)
    return opened


def test_a_visitor_has_one_vote_and_may_change_it_until_the_answer_is_shown(room: Classroom) -> None:
    votes = [("ada", 0), ("ben", 2), ("ada", 1), ("ada", 1)]
    assert all(room.vote(who, ASKED, option) for who, option in votes)
    assert room.tally(ASKED, 3) == [0, 1, 1]
    assert room.vote("ada", OTHER, 0), "each question has its own votes"
    room.reveal(ASKED, "state")
    assert not room.vote("cem", ASKED, 0)
    assert not room.vote("ada", ASKED, 0)
    assert (room.tally(ASKED, 3), room.tally(OTHER, 3)) == ([0, 1, 1], [1, 0, 0])
    assert (room.vote_of("ada", ASKED), room.vote_of("cem", ASKED)) == (1, None)


def test_who_has_no_seat_has_no_vote_and_the_lecturer_takes_none(room: Classroom) -> None:
    assert room.sit_down("lecturer")
    assert not room.vote("lecturer", ASKED, 0)
    assert not room.vote("stranger", ASKED, 0)
    assert room.n_seats == 3
    assert room.sit_down("ada"), "a second tab of the same browser"
    assert room.n_seats == 3


def test_a_full_classroom_takes_nobody_more(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classrooms, "MOST_SEATS", 3)
    assert not room.sit_down("dan")
    assert room.sit_down("ben")


def test_what_is_deleted_no_longer_counts(room: Classroom) -> None:
    room.vote("ada", ASKED, 1)
    room.vote("ben", ASKED, 1)
    room.withdraw("ada")
    assert (room.tally(ASKED, 3), room.n_seats) == ([0, 1, 0], 2)


def test_the_class_votes_on_the_lecturers_figure(room: Classroom) -> None:
    assert (room.at, room.state(ASKED)) == (None, None)
    room.ask(ASKED, "before")
    room.reveal(ASKED, "revealed")
    room.ask(ASKED, "stepped on")
    assert (room.at, room.state(ASKED)) == (ASKED, "revealed"), "what was shown to all stays what it was"


def test_a_closed_classroom_is_empty_even_where_a_page_still_holds_it(room: Classroom) -> None:
    room.vote("ada", ASKED, 1)
    room.ask(ASKED, "state")
    room.close()
    assert (room.is_open, room.at, room.n_seats, room.tally(ASKED, 3), room.state(ASKED)) == (False, None, 0, [0, 0, 0], None)
    assert not room.sit_down("ada")
    assert not room.vote("ada", ASKED, 1)
    room.ask(ASKED, "state")
    room.reveal(ASKED, "state")
    assert (room.at, room.is_revealed(ASKED)) == (None, False)
    assert not room.is_lecturer("lecturer")


def test_nobody_is_known_by_their_token(room: Classroom) -> None:
    room.vote("ada", ASKED, 1)
    held, front = set(), [room.__dict__]
    while front:
        front = [one for thing in front for one in gc.get_referents(thing) if type(one) in (dict, set, list, tuple, str, bytes)]
        held.update(one for one in front if isinstance(one, str))
    assert not held & {"ada", "ben", "cem", "lecturer"}
    other = Classrooms().open("lecturer")
    assert room._hashed("ada") != other._hashed("ada"), "nor does one class know a visitor of another"


def test_a_code_is_found_however_it_is_typed() -> None:
    rooms = Classrooms()
    code = rooms.open("lecturer").code
    wide = "".join(chr(ord(one) + 0xFEE0) for one in code)
    for typed in (code, f"{code[:2]} {code[2:]}", classrooms.spoken(code), wide, f" {code}\n"):
        assert rooms.find(typed) is not None
    assert len(code) == classrooms.N_DIGITS
    for typed in ("", "abc", code[:-1], "٣٤", "1" * 9999, "\x00"):
        assert rooms.find(typed) is None
    assert read_code("1" * 9999) == "1" * 40


def test_there_are_so_many_classrooms_and_no_more() -> None:
    rooms = Classrooms(most=2)
    first, second = rooms.open("a"), rooms.open("b")
    assert rooms.open("a") is first, "a lecturer comes back to their own"
    assert first.code != second.code
    with pytest.raises(UserError) as full:
        rooms.open("c")
    assert full.value.words == TOO_MANY.format(n=2)
    rooms.close(first)
    assert rooms.find(first.code) is None
    assert rooms.open("c").is_open


def test_a_classroom_in_which_nothing_happens_is_closed() -> None:
    clock = Clock()
    rooms = Classrooms(clock=clock)
    room, used = rooms.open("a"), rooms.open("b")
    used.sit_down("ada")
    clock.hours = IDLE_HOURS - 0.1
    used.vote("ada", ASKED, 0)
    rooms.close_idle()
    assert room.is_open
    assert used.is_open
    clock.hours = IDLE_HOURS
    rooms.close_idle()
    assert (room.is_open, rooms.find(room.code)) == (False, None)
    assert used.is_open


def test_the_servers_timer_closes_idle_classrooms(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bool] = []
    monkeypatch.setattr(sessions.CLASSROOMS, "close_idle", lambda: looked.append(True))
    monkeypatch.setattr(sessions, "SWEEP", 0)
    monkeypatch.setattr(sessions, "_last_seen", {})
    monkeypatch.setattr(sessions.Runtime, "instance", lambda: None)
    timer = sessions._forget_who_left()
    timer.send(None)  # it sleeps; without an event loop, which a browser's test may have left running
    timer.send(None)
    timer.close()
    assert looked
