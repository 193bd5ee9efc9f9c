"""Diagnose without a browser: what is on the page when it opens, in both languages, and what a link asks for."""

from __future__ import annotations

import copy
import dataclasses

import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.diagnosis import Reasons, reliability_notes
from metamed_core.diagnosis.abstention import answers
from metamed_core.learners import LEARNERS
from pages.parts.common import cohorts
from pages.parts.common.patients_state import bundled
from pages.parts.common.vega_specs import MOST_POINTS, thinned
from pages.parts.diagnose import all_reasons
from pages.parts.diagnose.live_work import LiveWork
from pages.parts.diagnose.reasons import FEW
from tests.helpers.diagnose_page import TABLE, card_tables, finish, held, opened, texts, uploaded
from tests.helpers.widgets import named


@pytest.fixture
def app() -> AppTest:
    return opened()


def test_it_opens_with_a_bundled_cohort_already_adapted(app: AppTest) -> None:
    assert not app.exception
    assert not app.error
    state = held(finish(app))
    assert state.trace is not None
    assert state.cursor == state.total == len(state.trace.steps) - 1
    assert "simulated" in texts(app).split("·")[0]
    assert len(app.radio(key="chosen").options) == 30, "the patients of one page"
    assert app.radio(key="chosen").value == state.chosen
    assert state.requests.current.algorithm == next(iter(LEARNERS)), "the first of the list"
    assert len(card_tables(app)) == 3, "the ranked diagnoses of one patient, the findings for and against, the votes"
    n = state.trace.n_held_out
    assert texts(app).count(f"{round(state.shown().step.held_out_accuracy * n)} of {n}") == 1, "how many are right is said once"


@pytest.mark.parametrize("key", list(cohorts.cohorts()))
@pytest.mark.parametrize("algorithm", ["prototypical", "matching", "maml", "reptile"])
def test_every_cohort_with_every_algorithm(app: AppTest, key: str, algorithm: str) -> None:
    held(app).patients.work_on(bundled(key))
    app.segmented_control(key="algorithm").set_value(algorithm).run()
    assert not app.exception
    assert not app.error
    assert held(app).requests.current.algorithm == algorithm
    assert held(app).adapted is held(app).patients.current.in_use


def test_the_answers_say_whether_their_figures_are_calibrated(app: AppTest) -> None:
    """With the shipped weights they are, from random weights by the held-out patients alone."""
    state = held(app)
    for start, note, language in (("universal", reliability_notes.CALIBRATED, "en"), ("none", reliability_notes.ONLY_HELD_OUT, "zh")):
        state.requests.current = dataclasses.replace(state.requests.current, start=start)
        app.segmented_control(key="language").set_value(language).run()
        captions = [caption.value for caption in app.caption]
        notes = (
            reliability_notes.CALIBRATED,
            reliability_notes.ONLY_HELD_OUT,
            reliability_notes.ORDER_ONLY,
            reliability_notes.OTHER_SETTINGS,
        )
        assert [each for each in notes if any(each.into(language) in caption for caption in captions)] == [note]


def test_settings_that_were_not_calibrated_are_told_apart(app: AppTest) -> None:
    assert held(app).trace is not None
    trace = copy.copy(held(app).trace)  # that of a bundled table is shared by all tests
    assert reliability_notes.how_to_read(trace).en.startswith(reliability_notes.CALIBRATED.en)
    trace.learner = LEARNERS["maml"](inner_steps=2)
    assert reliability_notes.how_to_read(trace).en.startswith(reliability_notes.ONLY_HELD_OUT.en)
    trace.steps = [dataclasses.replace(step, held_out=None) for step in trace.steps]
    assert reliability_notes.how_to_read(trace) == reliability_notes.OTHER_SETTINGS


def test_at_most_one_primary_button(app: AppTest) -> None:
    mine = [button for button in app.button if button.proto.type == "primary" and button.key != "delete_now"]
    assert len(mine) <= 1


def test_a_change_of_language_changes_nothing_else(app: AppTest) -> None:
    app.segmented_control(key="algorithm").set_value("maml").run()
    app.selectbox(key="order").set_value("certain").run()
    finish(app)
    held(app).go_to(3)
    app.run()
    before = held(app)
    trace, cursor = before.trace, before.cursor
    app.segmented_control(key="language").set_value("zh").run()
    assert not app.exception
    assert (held(app).trace, held(app).cursor, held(app).requests.current.algorithm) == (trace, cursor, "maml")
    assert held(app).view["order"] == "certain"
    assert named(app.selectbox, "order").value == "certain"
    assert "第 **3 / " in texts(app)
    assert "答案" in texts(app)


def test_a_link_asks_for_algorithm_settings_and_seed() -> None:
    app = opened(algorithm="maml", inner_steps="3", start="none", seed="5", inner_lr="nonsense")
    request = held(app).requests.current
    assert (request.algorithm, request.start, request.seed) == ("maml", "none", 5)
    assert dict(request.settings)["inner_steps"] == 3
    assert not app.exception


@pytest.mark.parametrize("name", ["algorithm", "start", "seed", "inner_steps"])
def test_nonsense_in_the_address_is_left_aside(name: str) -> None:
    app = opened(**{name: "<script>-1e999"})
    assert not app.exception
    assert not app.error


def test_the_truth_is_revealed_on_request(app: AppTest) -> None:
    finish(app)
    app.toggle(key="reveal").set_value(True).run()
    assert "63 are right" in texts(app) or "of 63" in texts(app)


def test_the_card_names_what_is_still_possible_or_says_why_it_holds_back(app: AppTest) -> None:
    state = held(finish(app))
    for row in state.shown().records.undiagnosed[[0, 7]]:
        named(app.radio, "chosen").set_value(row).run()
        assert not app.exception
        assert state.chosen == row
        (found,) = answers(state.trace, state.cursor, [state.trace.task.query_rows.index(row)])
        (said,) = [one.value.split("Still possible")[1] for one in app.markdown if "Still possible" in one.value]
        assert all(name in said for name in found.prediction_set)
        assert not any(name in said for name in dict(found.diagnosis.ranked[len(found.prediction_set) :]))


def test_the_sets_are_those_of_the_coverage_that_is_chosen(app: AppTest) -> None:
    state = held(finish(app))
    at = int(state.trace.steps[-1].proba[:30].max(1).argmin())  # the least certain one of the first page
    named(app.radio, "chosen").set_value(state.trace.task.query_rows[at]).run()
    sizes = []
    for share in (0.8, 0.95):
        app.selectbox(key="coverage").set_value(share).run()
        (found,) = answers(state.trace, state.cursor, [at], share)
        (said,) = [one.value for one in app.markdown if "Still possible" in one.value]
        assert f"for {share:.0%} of patients" in said
        assert f"At {share:.0%}, the right diagnosis is among those still possible" in texts(app)
        assert all(name in said for name in found.prediction_set)
        sizes.append(len(found.prediction_set))
    assert sizes[0] < sizes[1]

    uploaded(app, TABLE + "Q-3,,,\nQ-4,,60,77\n")
    named(app.radio, "chosen").set_value(6).run()
    assert "No column holds a value for this patient" in texts(app)
    app.segmented_control(key="language").set_value("zh").run()
    assert "该患者没有任何数据" in texts(app)
    assert held(app).chosen == 6, "the same patient in another language"


def test_the_findings_speak_for_and_against(app: AppTest) -> None:
    """The table lists the strongest of both sides, all of them on request, and against another diagnosis."""
    finish(app)
    title = next(one.value for one in app.markdown if "What speaks for" in one.value)
    findings = card_tables(app)[1].value
    assert findings.shape == (2 * FEW, 6)
    named(app.selectbox, "rival").set_value("multiple myeloma").run()
    assert title != next(one.value for one in app.markdown if "What speaks for" in one.value)
    app.toggle(key="all_findings").set_value(True).run()
    assert len(card_tables(app)[1].value) == len(held(app).adapted.feature_columns)
    assert not app.exception


def test_a_curve_draws_a_bounded_number_of_points() -> None:
    drawn = thinned(range(5000))
    assert len(drawn) == MOST_POINTS
    assert (drawn[0], drawn[-1]) == (0, 4999)
    assert thinned(range(3)) == [0, 1, 2]


@pytest.mark.parametrize("key", list(cohorts.cohorts()))
def test_the_set_aside_truth_covers_the_undiagnosed(key: str) -> None:
    records, truth = cohorts.records_of(key), cohorts.truth_of(key)
    assert set(truth) == set(records.undiagnosed)
    assert set(truth.values()) <= set(records.classes)


def test_reasons_for_every_answer_are_worked_out_live_and_then_stand_in_the_files(app: AppTest) -> None:
    def files() -> list[str]:
        return [one.key for one in app.get("download_button") if one.key in {"html", "csv", "json"}]

    assert files() == ["html", "csv", "json"]
    app.toggle(key="with_reasons").set_value(True).run()
    assert files() == []
    work: LiveWork[Reasons] = app.session_state[all_reasons.KEY]
    assert work.busy
    work.tick()
    done, n = len(work.found), len(held(app).trace.task.query)
    app.run()
    assert app.session_state[all_reasons.KEY] is work
    assert f"Reasons worked out for {done} of {n} patients; about" in app.get("progress")[0].proto.text
    work.found += [work.found[0]] * (n - done)  # the others have come
    work.busy = False
    app.run()
    assert not app.exception
    assert files() == ["html", "csv", "json"]
    held(app).go_to(0)
    app.run()
    assert app.session_state[all_reasons.KEY] is not work, "reasons are of the step that is shown"
    app.toggle(key="with_reasons").set_value(False).run()
    assert all_reasons.KEY not in app.session_state
