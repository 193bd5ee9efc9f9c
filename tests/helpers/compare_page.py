"""The page Compare without a browser: opened, run to its end, read."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from pages.parts.compare.state import KEY, ComparisonState

ROOT = Path(__file__).parents[2]
SECONDS = 120
QUICK = {"who": "nearest_centroid,logistic_regression", "shots": "1,3", "episodes": "2", "seed": "5"}


def open_page(**parameters: str) -> AppTest:
    """Compare as a visitor of this link sees it."""
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=SECONDS)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page("pages/compare.py").run()


def held(app: AppTest) -> ComparisonState:
    """What the page holds in its session."""
    state: ComparisonState = app.session_state[KEY]
    return state


def pull(app: AppTest, n: int) -> None:
    """Take in so many results, as ticks of a browser's timer would."""
    for _ in range(n):
        held(app).pull()


def finish(app: AppTest) -> AppTest:
    """Run to the end."""
    app.button(key="compare_run").click().run()
    while held(app).busy:
        held(app).pull()
    return app.run()


def texts(app: AppTest) -> str:
    """All that is written on the page."""
    return "\n".join(str(element.value) for element in (*app.markdown, *app.caption, *app.header, *app.error, *app.info, *app.warning))


def address(app: AppTest, name: str) -> str:
    """A parameter in the address."""
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def table(app: AppTest) -> str:
    """The HTML on the page: the leaderboard."""
    return "\n".join(element.proto.body for element in app.get("html"))
