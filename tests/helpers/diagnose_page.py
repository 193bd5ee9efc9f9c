"""The page Diagnose without a browser: opening it, what its tab holds, and an adaptation without any page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from pages.parts.common.adapt_request import AdaptRequest, RequestState
from pages.parts.common.patients_state import PatientsState, bundled
from pages.parts.diagnose.adaptation_state import KEY, Adaptation

ROOT = Path(__file__).parents[2]
SECONDS = 120
TABLE = (
    "patient,diagnosis,ferritin (µg/L),MCV (fL)\n"
    "A-1,iron deficiency,6,68\nA-2,iron deficiency,8,70\nB-1,inflammation,420,86\nB-2,inflammation,510,88\nQ-1,,7,69\nQ-2,,430,87\n"
)


def opened(**parameters: str) -> AppTest:
    """The page as a new visitor sees it, with these parameters in the address."""
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=SECONDS)
    app.run()
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.switch_page("pages/diagnose.py").run()


def held(app: AppTest) -> Adaptation:
    """What this tab holds."""
    state: Adaptation = app.session_state[KEY]
    return state


def finish(app: AppTest) -> AppTest:
    """Let a run that is still live come to its end."""
    while held(app).playing:
        held(app).tick()
    return app.run()


def unfold(app: AppTest) -> AppTest:
    """Show the tables and the choice of patients."""
    held(app).patients_open = True
    return app.run()


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    """Drop a file; what was folded is unfolded first."""
    if not app.file_uploader:
        unfold(app)
    return app.file_uploader[0].upload(name, data, "application/octet-stream").run()


def uploaded(app: AppTest, table: str = TABLE) -> AppTest:
    """A table of one's own, its columns confirmed, and adapted to its end."""
    upload(app, "clinic.csv", table.encode())
    return finish(app.button(key="confirm").click().run())


def card_tables(app: AppTest) -> list[Any]:
    """The tables of the chosen patient, not those that are folded away above the list."""
    folded = [table for expander in app.expander for table in expander.get("table")]
    return [table for table in app.get("table") if all(table is not one for one in folded)]


def texts(app: AppTest) -> str:
    """Everything that is written on the page."""
    return "\n".join(str(element.value) for element in (*app.markdown, *app.caption, *app.header, *app.subheader, *app.error, *app.warning))


def adaptation_of(key: str = "blood_panel") -> Adaptation:
    """A bundled cohort, adapted to its end without any page."""
    first = bundled(key)
    state = Adaptation(PatientsState(first, {key: first}), RequestState(AdaptRequest("prototypical", (), "universal", 0)))
    state.adapt()
    state.stop_at(state.total)
    return state
