"""Play on a lesson: one step for each tick that is due, until the end, a pause, or anything else that the reader does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from streamlit.testing.v1 import AppTest

from pages.lessons import LESSONS
from pages.parts.learn import playback
from tests.unit.pages.test_learn_page import answer, visit


@dataclass
class Timer:
    """The browser's timer, which an AppTest has not: whether a run is a tick, and what time it is."""

    ticks: bool = True
    now: float = 0.0

    def tick(self, app: AppTest, seconds: float = playback.EVERY) -> int:
        """A run of the fragment so many seconds later; returns the outer steps that are done."""
        self.now += seconds
        return outer(app.run())


@pytest.fixture
def timer(monkeypatch: pytest.MonkeyPatch) -> Timer:
    made = Timer()
    monkeypatch.setattr(playback, "is_tick", lambda: made.ticks)
    monkeypatch.setattr(playback, "monotonic", lambda: made.now)
    return made


def outer(app: AppTest) -> int:
    assert not app.exception
    return int(app.session_state["learn"]["maml"].state.outer)


def label(app: AppTest) -> str:
    return str(app.button(key="action_play").label)


def play(app: AppTest) -> int:
    """Press Play; returns the outer steps that are done."""
    return outer(app.button(key="action_play").click().run())


def test_play_steps_once_a_second_and_stops_at_the_end(timer: Timer) -> None:
    app = answer(visit(lesson="maml", screen="3", outer="56", lang="zh"), LESSONS["maml"], 3)
    assert label(app) == "播放"
    assert timer.tick(app) == 56, "nothing plays by itself"
    assert play(app) == 57, "the first step at once"
    assert label(app) == "暂停"
    assert timer.tick(app, 0.3) == 57, "a press elsewhere in the lesson is no tick"
    assert [timer.tick(app) for _ in range(3)] == [58, 59, 60]
    assert label(app) == "播放"
    assert app.button(key="action_play").disabled, "the last step is made"
    assert playback.KEY not in app.session_state


STOPS: dict[str, Callable[[AppTest], object]] = {
    "pause": lambda app: app.button(key="action_play").click().run(),
    "a slider": lambda app: app.slider[0].set_value(app.slider[0].value + app.slider[0].step).run(),
    "another button": lambda app: app.button(key="action_outer_1").click().run(),
    "start over": lambda app: app.button(key="action_reset").click().run(),
    "hidden controls": lambda app: [app.button(key=key).click().run() for key in ("lock_here", "unlock_here")],
    "another screen": lambda app: [app.button(key=f"screen_{key}").click().run() for key in ("back", "next")],
}


def test_whatever_else_the_reader_does_stops_it(timer: Timer) -> None:
    app = answer(visit(lesson="maml", screen="5"), LESSONS["maml"], 5)
    for name, act in STOPS.items():
        before = outer(app)
        assert play(app) == before + 1, name
        assert timer.tick(app) == before + 2, name
        assert label(app) == "Pause", name
        act(app)
        assert label(app) == "Play", name
        after = outer(app)
        assert timer.tick(app) == after, name
    play(app)
    timer.ticks = False  # a run of the whole page: the reader comes back from another one
    app.run()
    timer.ticks = True
    assert label(app) == "Play"
    assert timer.tick(app) == outer(app)
