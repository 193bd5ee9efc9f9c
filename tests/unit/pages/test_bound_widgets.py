"""Widgets bound to the state: they show what it holds, and only what a person has changed is written to it."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.common import bound_widgets
from tests.helpers.widgets import named


def script() -> None:
    import streamlit as st

    from pages.parts.common.bound_widgets import bound, choice, choices, number

    state = st.session_state.setdefault("state", {"step": 3, "one": "b", "some": ["a"], "n": 4})
    words = st.session_state.get("words", {"a": "A", "b": "B"})
    bound(st.slider, "step", 0, 9, key="step", value=state["step"], write=lambda value: state.update(step=value))
    choice(st.selectbox, "one", words, key="one", value=state["one"], write=lambda value: state.update(one=value))
    choices(st.multiselect, "some", words, key="some", values=state["some"], write=lambda values: state.update(some=values))
    number("n", (0, 9, 1), key="n", value=state["n"], write=lambda value: state.update(n=value), usual=7)


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(script).run()


def values(app: AppTest) -> dict[str, Any]:
    """What the widgets show."""
    widgets = {"step": app.slider, "one": app.selectbox, "some": app.multiselect, "n": app.number_input}
    return {key: named(found, key).value for key, found in widgets.items()}


def test_a_choice_is_written_and_stays_the_same_widget(app: AppTest) -> None:
    app.slider(key="step").set_value(5)
    app.selectbox(key="one").set_value("a")
    app.multiselect(key="some").set_value(["b", "a"])
    app.number_input(key="n").set_value(2)
    app.run()
    assert app.session_state["state"] == {"step": 5, "one": "a", "some": ["a", "b"], "n": 2}
    assert app.slider(key="step").value == 5, "no other widget, or the keyboard would lose it"


def test_what_else_changed_the_state_is_shown(app: AppTest) -> None:
    app.session_state["state"].update(step=8, one="a", some=["a", "b"], n=1)
    assert values(app.run()) == {"step": 8, "one": "a", "some": ["a", "b"], "n": 1}
    assert values(app.run()) == {"step": 8, "one": "a", "some": ["a", "b"], "n": 1}


def test_another_language_changes_nothing(app: AppTest) -> None:
    app.session_state["words"] = {"a": "甲", "b": "乙"}
    app.run()
    assert (named(app.selectbox, "one").value, named(app.multiselect, "some").value) == ("b", ["a"])
    assert app.session_state["state"] == {"step": 3, "one": "b", "some": ["a"], "n": 4}


def test_what_no_person_has_changed_is_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A widget that was away reports what it showed; one that was replaced, or whose data were deleted, may report once more."""
    heard: list[object] = []
    state: dict[str, Any] = {bound_widgets.KEY: {"step": bound_widgets.Shown(5, None)}, "step": 5}
    monkeypatch.setattr("streamlit.session_state", state)
    bound_widgets._report("step", "step", heard.append)
    assert heard == [], "the value that was shown"
    state["step"] = 2
    bound_widgets._report("step", "step", heard.append)
    assert heard == [2]
    state[bound_widgets.KEY]["step"].times, state["step"] = 1, 4
    bound_widgets._report("step", "step", heard.append)
    bound_widgets._report("step", "step_1", heard.append)
    state.clear()
    bound_widgets._report("step", "step_1", heard.append)
    assert heard == [2]
