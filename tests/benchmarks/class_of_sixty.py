"""A class that votes: sixty visitors who step through the lesson on MAML at once, and their lecturer: `python -m tests.benchmarks.class_of_sixty`.

The server is the real one, in a process of its own; visitors are told by a browser's messages (`tests.helpers.tab`), their pages' timers included.
On each screen every student votes, some change their mind, the lecturer shows the answer once all votes are counted, and then every student drags
the start to a place of their own, so that nobody's figure has been drawn for another before, and presses the buttons. An interaction lasts
from the message that something was pressed until the last message of the page's answer.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pages.lessons import LESSONS
from tests.benchmarks.busy_server import told
from tests.benchmarks.many_visitors import processor_seconds, quantile
from tests.benchmarks.memory_after_visits import FORGET_AFTER, rest
from tests.conftest import serve
from tests.helpers.browsing import heap
from tests.helpers.tab import Tab, faults_in, open_tab, texts

LESSON = LESSONS["maml"]
PRESSED = (["inner"] * 2, ["inner"] * 2, ["outer_1"] * 10, ["outer_1"] * 3 + ["outer_10"], ["outer_10", "outer_1", "outer_1"])
"""What every student presses on each screen once its answer is shown."""
MEDIAN, SLOW = 1.0, 2.0  # seconds within which half of all interactions must be answered, and nineteen of twenty
CODE = re.compile(r"\*\*(\d\d)\u2009(\d{3})\*\*")


@dataclass
class Lesson:
    """One hour: seconds of each kind of interaction, what went wrong, and how far the class is.

    voted, done: students who have voted on a screen, and who have left it behind; asked, shown: when the lecturer has come to a screen, and shown its answer.
    """

    n: int
    pause: float
    spread: float
    screens: int = len(LESSON.screens)
    taken: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    voted: dict[int, int] = field(default_factory=dict)
    done: dict[int, int] = field(default_factory=dict)
    asked: dict[int, float] = field(default_factory=dict)
    shown: dict[int, float] = field(default_factory=dict)
    memory: float = 0.0

    async def timed(self, kind: str, answer: Any) -> list[Any]:
        """Wait for an answer and count how long it takes."""
        began = time.perf_counter()
        came: list[Any] = await answer
        self.taken.setdefault(kind, []).append(time.perf_counter() - began)
        self.faults += faults_in(came)
        return came

    async def wait(self, tab: Tab, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let time pass, as the timers of a page do: until the end, or until something has come about."""
        end = time.monotonic() + seconds
        while not until() and (left := end - time.monotonic()) > 0:
            fragment, every = next(iter(tab.timers.items()), ("", 0.5))
            await asyncio.sleep(min(every, left))
            if fragment and every <= left:
                self.faults += faults_in(await tab.ask(fragment=fragment, by_timer=True))

    async def until(self, tab: Tab, what: str, reached: Callable[[], bool]) -> None:
        """Wait as long as it takes, five minutes at most."""
        await self.wait(tab, 300, reached)
        if not reached():
            raise TimeoutError(what)


async def student(address: str, code: str, hour: Lesson, rng: random.Random) -> None:
    """One student from joining to leaving."""
    await asyncio.sleep(rng.uniform(0, hour.spread))
    async with open_tab(address, "learn", f"class={code}") as tab:
        await hour.timed("opening", tab.ask())
        for at, screen in enumerate(LESSON.screens[: hour.screens], start=1):
            await hour.until(tab, f"screen {at}", lambda at=at: at in hour.asked)  # type: ignore[misc]
            if at > 1:
                await hour.timed("next", tab.press("screen_next"))
            tab.widgets.pop("action_reset", None)
            for option in rng.choices(screen.question.options, k=rng.choice((1, 1, 1, 2))):
                await hour.wait(tab, rng.uniform(0.5, 1.5) * hour.pause)
                await hour.timed("vote", tab.pick(f"answer_maml_{at}", option.en))
            hour.voted[at] = hour.voted.get(at, 0) + 1
            await hour.until(tab, f"answer {at}", lambda: "action_reset" in tab.widgets)
            hour.taken.setdefault("answer", []).append(time.perf_counter() - hour.shown[at])
            await hour.wait(tab, rng.uniform(0.5, 1.5) * hour.pause)
            await hour.timed("step", tab.drag("figure_maml", "start", rng.uniform(-4, 4), rng.uniform(-4, 4)))
            for action in PRESSED[at - 1]:
                await hour.wait(tab, rng.uniform(0.5, 1.5) * hour.pause)
                await hour.timed("step", tab.press(f"action_{action}"))
            hour.done[at] = hour.done.get(at, 0) + 1
        await hour.until(tab, "the end", lambda: hour.memory > 0)


async def lecturer(address: str, hour: Lesson, opened: asyncio.Future[str]) -> None:
    """Open a class, show each answer once all have voted, and close the class."""
    async with open_tab(address, "learn", "lesson=maml&large=1") as tab:
        hour.faults += faults_in(await tab.ask())
        (code,) = CODE.findall(texts(await tab.press("class_open")))
        opened.set_result("".join(code))
        for at in range(1, hour.screens + 1):
            if at > 1:
                await hour.timed("lecturer", tab.press("screen_next"))
            hour.asked[at] = time.perf_counter()
            await hour.until(tab, f"votes {at}", lambda at=at: hour.voted.get(at) == hour.n)  # type: ignore[misc]
            hour.shown[at] = time.perf_counter()
            counted = texts(await hour.timed("lecturer", tab.press("show")))
            if f"{hour.n} votes, {hour.n} joined" not in counted:
                hour.faults.append(f"screen {at}: not all votes were counted: {counted[:200]}")
            await hour.until(tab, f"steps {at}", lambda at=at: hour.done.get(at) == hour.n)  # type: ignore[misc]
            print(f"screen {at}: {time.perf_counter() - hour.asked[at]:.0f} s", flush=True)
        hour.memory = (await asyncio.to_thread(heap, address))["bytes"] / 2**20
        hour.faults += faults_in(await tab.press("class_close_now"))


async def watched(work: Any, hour: Lesson) -> None:
    """Whatever one of them meets with is counted, and stops no other."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - see above
        hour.faults.append(f"{type(error).__name__}: {str(error)[:200]}")


async def teach(address: str, hour: Lesson) -> None:
    """All at once."""
    opened: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    teacher = asyncio.create_task(watched(lecturer(address, hour, opened), hour))
    rngs = [random.Random(number) for number in range(hour.n)]  # noqa: S311 - only pauses and places
    code = await asyncio.wait_for(opened, 60)
    await asyncio.gather(teacher, *(watched(student(address, code, hour, rng), hour) for rng in rngs))


def main() -> int:
    """Teach one lesson on a fresh server and say what was measured; 1 if anything went wrong or took too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--pause", type=float, default=4.0, help="seconds between two interactions of a student, on average")
    parser.add_argument("--spread", type=float, default=20.0, help="seconds within which all students come")
    chosen = parser.parse_args()
    hour = Lesson(chosen.students, chosen.pause, chosen.spread)
    with (
        TemporaryDirectory() as folder,
        serve(Path(folder) / "log", script="tests/helpers/heap_server.py", METAMED_FORGET_AFTER=str(FORGET_AFTER)) as server,
    ):
        asyncio.run(teach(server.url, warm := Lesson(2, 0.0, 0.0, screens=1)))  # the first pages import what they need
        before, spent = rest(server.url), processor_seconds(server.pid)
        asyncio.run(teach(server.url, hour))
        spent = processor_seconds(server.pid) - spent
        after = rest(server.url)
        hour.faults += warm.faults + (["a traceback in the server's log"] if "Traceback" in server.text() else [])
    waited = [seconds for kind in ("vote", "step", "next") for seconds in hour.taken.get(kind, [])]
    print(f"{hour.n} students, {len(waited)} interactions, {len(hour.faults)} faults; processor time of the server: {spent:.0f} s")
    for kind, values in (("interaction", waited), *hour.taken.items()):
        print(f"{kind:<12} {told(values)}")
    base, left = before["bytes"] / 2**20, after["bytes"] / 2**20
    print(
        f"memory: {base:.0f} MB before, {(hour.memory - base) / hour.n:.2f} MB more for each who is there, {left:.0f} MB after all have left"
    )
    print(f"sessions left: {after['sessions']}")
    print(*hour.faults[:10], sep="\n")
    in_time = quantile(waited, 0.5) < MEDIAN and quantile(waited, 0.95) < SLOW
    return int(bool(hour.faults or after["sessions"]) or not in_time)


if __name__ == "__main__":
    sys.exit(main())
