"""The card of one patient on Diagnose, without a browser: what one may ask further, and to commit before the answer is shown."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.common.saved_work import work_of
from pages.parts.diagnose import whom_to_confirm
from tests.helpers.diagnose_page import card_tables, finish, held, opened, texts
from tests.helpers.widgets import named


@pytest.fixture
def app() -> AppTest:
    return opened()


def test_what_one_may_ask_further_about_a_patient(app: AppTest) -> None:
    """Each part answers; what is tried there changes neither the table nor what another patient is answered."""
    state = held(finish(app))
    before, proba = state.patients.current.records.sha256, state.shown().step.proba.copy()
    assert "The answer stays" in texts(app) or "Without" in texts(app)
    view(app, "what_if")
    assert "smallest single change" in texts(app) or "No change of a single value" in texts(app)
    column = next(one for one in app.text_input if one.key and one.key.startswith("try_"))
    column.set_value("nonsense").run()
    assert "cannot be read" in texts(app)
    named(app.text_input, column.key).set_value("9").run()
    assert {"As in the table", "With your values"} <= {name for table in card_tables(app) for name in table.value.columns}
    assert len(state.tried) == 1
    assert (state.patients.current.records.sha256, state.shown().step.proba.tolist()) == (before, proba.tolist())
    app.button(key="try_none").click().run()
    assert not state.tried
    view(app, "next")
    assert (
        "Measure" in texts(app) or "Stop measuring" in texts(app) or "No value is missing" in texts(app) or "No missing value" in texts(app)
    )
    app.button(key="ask_whom").click().run()
    work = app.session_state[whom_to_confirm.KEY]
    assert "0 of 12 patients tried" in app.get("progress")[0].proto.text
    while not any(work.found):
        work.tick()
    work.busy = False
    assert "Confirm the diagnosis of P\\-" in texts(app.run())
    view(app, "pretest")
    next(one for one in app.number_input if one.key and one.key.startswith("pretest")).set_value(0.0).run()
    assert "Your pretest" in card_tables(app)[0].value.columns
    app.button(key="pretest_equal").click().run()
    assert "Pretest probabilities are equal" in texts(app)
    view(app, "two")
    other = state.trace.task.query_rows[5]
    named(app.selectbox, "beside").set_value(other).run()
    table = card_tables(app)[2].value
    assert list(table.columns)[2:4] == [state.trace.task.query_names[at].replace("-", "\\-") for at in (0, 5)]
    assert table.iloc[0, 0] == "**First diagnosis**", "which differs"
    assert not app.exception


def test_who_commits_first_sees_no_answer_before(app: AppTest) -> None:
    """Neither in the list nor on the card, nor beside another patient; then both stand on the card, with the count."""
    state = held(finish(app))
    first = state.trace.task.classes[state.shown().step.proba[0].argmax()]
    app.toggle(key="commit_first").set_value(True).run()
    radio = named(app.radio, "chosen")
    assert radio.options[0] == "**P\\-062**", "the name alone"
    assert "What speaks for" not in texts(app)
    assert "Diagnosis given before" not in texts(app)
    assert not [one for one in app.selectbox if one.key.startswith(("order", "only"))]
    assert app.button(key="commit").disabled
    app.selectbox(key=f"named_{state.chosen}").set_value(first).run()
    app.button(key="commit").click().run()
    assert "What speaks for" in texts(app)
    assert "the same as the first diagnosis here\\.Of 1 patient who was given a diagnosis" in texts(app).replace("\\. ", "\\.")
    kept = work_of(state.patients.current, state.requests.current, 0).named
    assert kept == {state.chosen: first}, "and in saved work"
    view(app, "two")
    assert "There is no other patient whose answer may be shown" in texts(app)
    app.toggle(key="commit_first").set_value(False).run()
    assert "Diagnosis given before the answer was shown" in texts(app), "it stays"
    assert not app.exception


def view(app: AppTest, key: str) -> None:
    """Open one part."""
    named(app.segmented_control, "further").set_value(key).run()
    assert not app.exception
