"""What the tests of the page Meta-train share: open it, find a widget, walk a run without a browser's timer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from pages.parts.meta_train.state import KEY, MetaTrainingState

ROOT = Path(__file__).parents[2]
SECONDS = 180


def open_page(**parameters: str) -> AppTest:
    """A new visitor of Meta-train, or one who comes back to an address."""
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=SECONDS)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page("pages/meta_train.py").run()


def held(app: AppTest) -> MetaTrainingState:
    """The state of the tab."""
    state: MetaTrainingState = app.session_state[KEY]
    return state


def widget(app: AppTest, kind: str, key: str) -> Any:
    """A bound widget by its name; in the browser its key has a number once it was replaced."""
    found = [one for one in getattr(app, kind) if re.fullmatch(rf"{key}(_\d+)?", str(one.key))]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} widgets {kind} named {key}: {[one.key for one in getattr(app, kind)]}")
    return found[0]


def choose(app: AppTest, kind: str, key: str, value: Any) -> AppTest:
    """Set a bound widget."""
    widget(app, kind, key).set_value(value)
    return app.run()


def can_press(app: AppTest, key: str) -> bool:
    """Whether there is such a button and it can be pressed."""
    return any(one.key == key and not one.disabled for one in app.button)


def press(app: AppTest, key: str) -> AppTest:
    """Press a button."""
    return app.button(key=key).click().run()


def pull(app: AppTest, until: int) -> AppTest:
    """Tick, as the timer of a browser would, until so many steps are made."""
    state = held(app)
    while state.is_running and state.run is not None and (state.run.progress is None or state.run.step < until):
        state.advance()
    return app


def finish(app: AppTest, n_test_results: int | None = None) -> AppTest:
    """A run to its end, and its test, or so many results of it."""
    state = held(app)
    while state.is_running:
        state.advance()
    while state.results is not None and (n_test_results is None or n_test_results > 0):
        state.advance()
        n_test_results = None if n_test_results is None else n_test_results - 1
    state.results = None
    return app.run()


def upload(app: AppTest, data: bytes, name: str = "clinic.csv") -> AppTest:
    """A table of one's own, its columns as they are guessed."""
    app.file_uploader[0].upload(name, data, "text/csv").run()
    return press(app, "confirm")


def address(app: AppTest, name: str = "run") -> str:
    """What stands in the address under a name."""
    value = app.query_params.get(name, "")
    return value if isinstance(value, str) else value[0]


def texts(app: AppTest) -> str:
    """All that is said, without the escapes of Markdown."""
    spoken = (*app.markdown, *app.caption, *app.header, *app.error, *app.info, *app.warning, *app.success)
    return "\n".join(str(one.value) for one in spoken).replace("\\", "")
