"""The questionnaire as a page: nothing right or wrong before the end, the score with the lessons to read, the file, and that it is forgotten."""

from __future__ import annotations

import csv
import io

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.words import LANGUAGES, Language
from pages.lessons import LESSONS
from pages.lessons.questionnaire import WHEN, arranged
from pages.lessons.questionnaire_items import ITEMS, Item
from pages.parts.learn import questionnaire
from tests.helpers.widgets import named
from tests.unit.pages.test_learn_page import keys, texts, visit

MISSED = ITEMS[2]


def answer(app: AppTest, item: Item, name: str) -> None:
    named(app.radio, f"quiz_{item.key}").set_value(name).run()
    assert not app.exception


def answer_all(app: AppTest) -> None:
    """All but one rightly."""
    for item in ITEMS:
        answer(app, item, list(item.options)[1] if item is MISSED else item.right)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_way_through(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    whole = questionnaire.result_csv

    def keep(*given: object) -> str:
        written.append(whole(*given))  # type: ignore[arg-type]
        return written[-1]

    monkeypatch.setattr(questionnaire, "result_csv", keep)
    app = visit(lang=language)
    app.button(key="open_questionnaire").click().run()
    sitting = app.session_state["questionnaire"]
    shown = [radio.label for radio in app.radio][1:]
    assert shown == [f"**{at}.** {item.text.into(language)}" for at, (item, _) in enumerate(arranged(sitting.seed), start=1)]
    for item, order in arranged(sitting.seed):
        assert named(app.radio, f"quiz_{item.key}").options == [item.options[name].into(language) for name in order]
    answer_all(app)
    assert app.button(key="quiz_finish").disabled, "before or after is not yet said"
    named(app.radio, "quiz_when").set_value("before").run()
    assert not written
    assert not [key for key in keys(app) if key.startswith("quiz_to_")], "nothing is right or wrong before the end"
    app.button(key="quiz_finish").click().run()
    assert ("11 of 12 right" if language == "en" else "12 题答对 11 题") in texts(app)
    assert WHEN["before"].into(language) in texts(app)
    assert [key for key in keys(app) if key.startswith("quiz_to_")] == [f"quiz_to_{MISSED.key}"]
    assert MISSED.options[MISSED.right].into(language) not in texts(app), "it can be asked again after the lessons"
    rows = list(csv.DictReader(io.StringIO(written[-1])))
    assert [row["item"] for row in rows if row["right"] == "0"] == [MISSED.key]
    assert {(row["when"], row["seed"]) for row in rows} == {("before", str(sitting.seed))}
    app.text_input(key="quiz_code").set_value("Blue Fox").run()
    assert f"metamed_questionnaire_before_bluefox_{sitting.seed}.csv" in texts(app)
    app.button(key=f"quiz_to_{MISSED.key}").click().run()
    assert LESSONS[MISSED.lesson].screens[MISSED.screen - 1].title.into(language) in texts(app)


def test_one_answer_missing_holds_the_score_back_and_a_link_says_when() -> None:
    app = visit(questionnaire="after")
    assert named(app.radio, "quiz_when").value == "after"
    for item in ITEMS[:-1]:
        answer(app, item, item.right)
    assert "1 of 12 still to be answered." in texts(app)
    assert app.button(key="quiz_finish").disabled
    answer(app, ITEMS[-1], ITEMS[-1].right)
    app.button(key="quiz_finish").click().run()
    assert "12 of 12 right" in texts(app)
    seed = app.session_state["questionnaire"].seed
    app.button(key="quiz_again").click().run()
    assert not app.exception
    assert {radio.value for radio in app.radio} == {None}
    assert app.session_state["questionnaire"].seed != seed
    answer(app, ITEMS[0], ITEMS[0].right)
    app.button(key="delete_now").click().run()
    assert "questionnaire" not in app.session_state, "Delete my data"
