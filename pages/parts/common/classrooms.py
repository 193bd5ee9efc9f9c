"""Classrooms: how many of a class chose each answer to the questions of a lesson, in the memory of this process and nowhere else.

A lecturer opens one, and others find it by its code. It knows a visitor only by a keyed hash of a random token (`turns.visitor_of`); the key is
its own and goes with it. It is emptied when the lecturer closes it, and when nothing has happened in it for some hours.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

from metamed_core.words import UserError, Words

MOST_CLASSROOMS = int(os.environ.get("METAMED_MOST_CLASSES", "20"))
"""Classrooms at once."""
MOST_SEATS = 500  # visitors of one classroom
IDLE_HOURS = 3  # without a vote, a newcomer or a step of the lecturer, after which a classroom is closed
N_DIGITS = 5  # of a code: short enough to be read from the back of the room and typed on any keyboard
TOO_MANY = Words(
    "This server has as many classes open as it takes ({n}). Close one that is over, or try again later.",
    "本服务器同时开设的课堂已达上限（{n} 个）。请关闭已结束的课堂，或稍后再试。",
)
Asked = tuple[str, int]
"""A question: the key of its lesson and the number of its screen."""


class Classroom:
    """One class: who is in it (hashes), where the lecturer is, the votes on each question, and which answers have been shown."""

    def __init__(self, code: str, lecturer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.code = code
        self.is_open = True
        self.at: Asked | None = None
        self.used = clock()
        self._clock, self._key, self._lock = clock, secrets.token_bytes(16), threading.Lock()
        self._lecturer = self._hashed(lecturer)
        self._seats: set[bytes] = set()
        self._votes: dict[Asked, dict[bytes, int]] = {}
        self._states: dict[Asked, Any] = {}
        self._revealed: set[Asked] = set()

    def is_lecturer(self, visitor: str) -> bool:
        """Whether this visitor has opened it."""
        return self._hashed(visitor) == self._lecturer

    def sit_down(self, visitor: str) -> bool:
        """Take a seat, if there is one left; the lecturer needs none."""
        who = self._hashed(visitor)
        with self._lock:
            if who != self._lecturer and who not in self._seats:
                if not self.is_open or len(self._seats) >= MOST_SEATS:
                    return False
                self._seats.add(who)
                self.used = self._clock()
        return self.is_open

    def vote(self, visitor: str, asked: Asked, option: int) -> bool:
        """Count this option of a visitor who has a seat, instead of an earlier one; not once the answer is shown."""
        who = self._hashed(visitor)
        with self._lock:
            if not self.is_open or asked in self._revealed or who not in self._seats:
                return False
            self._votes.setdefault(asked, {})[who] = option
            self.used = self._clock()
        return True

    def vote_of(self, visitor: str, asked: Asked) -> int | None:
        """What this visitor has voted for."""
        return self._votes.get(asked, {}).get(self._hashed(visitor))

    def withdraw(self, visitor: str) -> None:
        """Take back the seat and all votes of a visitor."""
        who = self._hashed(visitor)
        with self._lock:
            self._seats.discard(who)
            for votes in self._votes.values():
                votes.pop(who, None)

    def ask(self, asked: Asked, state: Any) -> None:
        """The lecturer is at this question, with the lesson in this state: what the class votes on."""
        with self._lock:
            if self.is_open:
                if self.at != asked:
                    self.at, self.used = asked, self._clock()
                if asked not in self._revealed:
                    self._states[asked] = state

    def reveal(self, asked: Asked, state: Any) -> None:
        """Show the answer to all, with the lesson in this state; from now on no vote on it changes."""
        with self._lock:
            if self.is_open:
                self._revealed.add(asked)
                self._states[asked], self.used = state, self._clock()

    def is_revealed(self, asked: Asked) -> bool:
        """Whether the lecturer has shown the answer."""
        return asked in self._revealed

    def state(self, asked: Asked) -> Any | None:
        """The state of the lesson in which the lecturer has asked the question; None if the lecturer has not been there."""
        return self._states.get(asked)

    def tally(self, asked: Asked, n_options: int) -> list[int]:
        """How many have chosen each option."""
        with self._lock:
            counted = Counter(self._votes.get(asked, {}).values())
        return [counted[option] for option in range(n_options)]

    @property
    def n_seats(self) -> int:
        """How many have joined, without the lecturer."""
        return len(self._seats)

    def close(self) -> None:
        """Forget everything: a page that is still open somewhere may hold this object, but no vote in it."""
        with self._lock:
            self.is_open, self.at, self._key, self._lecturer = False, None, b"", b""
            for held in (self._seats, self._votes, self._states, self._revealed):
                held.clear()

    def _hashed(self, visitor: str) -> bytes:
        return hashlib.blake2b(visitor.encode(), key=self._key, digest_size=16).digest()


class Classrooms:
    """All classrooms of the server, by their codes."""

    def __init__(self, most: int = MOST_CLASSROOMS, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self._clock = most, clock
        self._rooms: dict[str, Classroom] = {}
        self._lock = threading.Lock()

    def open(self, lecturer: str) -> Classroom:
        """The classroom of this visitor, a new one if there is none. Raises UserError where there are too many."""
        with self._lock:
            own = next((room for room in self._rooms.values() if room.is_lecturer(lecturer)), None)
            if own is not None:
                return own
            if len(self._rooms) >= self.most:
                raise UserError(TOO_MANY.format(n=self.most))
            code = _new_code()
            while code in self._rooms:
                code = _new_code()
            self._rooms[code] = Classroom(code, lecturer, self._clock)
            return self._rooms[code]

    def find(self, code: str) -> Classroom | None:
        """The classroom of a code, however it was typed."""
        return self._rooms.get(read_code(code))

    def close(self, room: Classroom) -> None:
        """Empty a classroom and give its code back."""
        with self._lock:
            self._rooms.pop(room.code, None)
        room.close()

    def close_idle(self) -> None:
        """Close those in which nothing has happened for hours."""
        for room in list(self._rooms.values()):
            if self._clock() - room.used >= IDLE_HOURS * 3600:
                self.close(room)


def read_code(typed: str) -> str:
    """The digits of a code as somebody has typed it: with blanks, or in the wide figures of a Chinese keyboard."""
    return "".join(one for one in unicodedata.normalize("NFKC", typed[:40]) if one in "0123456789")


def spoken(code: str) -> str:
    """A code as it is shown, in two groups."""
    return f"{code[:2]}\u2009{code[2:]}"


def _new_code() -> str:
    return str(10 ** (N_DIGITS - 1) + secrets.randbelow(9 * 10 ** (N_DIGITS - 1)))


CLASSROOMS = Classrooms()
