"""Compare without a browser: settings, links and languages, before and while it runs."""

from __future__ import annotations

from typing import Any

import pytest

from metamed_core.evaluation import Comparison, compare, leaderboard, leaderboard_text
from metamed_core.words import Words
from pages.parts.common.comparison_request import default_request
from pages.parts.common.markdown_text import plain
from pages.parts.compare import shared_comparisons
from pages.parts.compare.address import address_of, from_address
from tests.helpers.compare_page import QUICK, address, finish, held, open_page, pull, table, texts


def test_a_link_asks_for_everything_that_decides_the_numbers() -> None:
    app = open_page(**QUICK, cohort="rare_findings", metric="log_loss", at="3", lang="zh")
    state = held(app)
    assert state.request.method_keys == ("logistic_regression", "nearest_centroid"), "in one order, whatever the link's"
    assert (state.request.source, state.request.shots, state.request.n_episodes, state.request.seed) == ("rare_findings", (1, 3), 2, 5)
    assert (state.view.metric, state.view.at) == ("log_loss", "3")
    assert {name: address(app, name) for name in ("cohort", "shots", "episodes", "seed")} == {
        "cohort": "rare_findings",
        "shots": "1,3",
        "episodes": "2",
        "seed": "5",
    }


@pytest.mark.parametrize("name", ["cohort", "who", "shots", "episodes", "seed", "only", "metric", "at", "openml"])
@pytest.mark.parametrize("value", ["<script>", "-1", "1e999", "", ",,,", "999999999999999999999"])
def test_nonsense_in_the_address_is_left_aside(name: str, value: str) -> None:
    assert from_address({name: value}).request == default_request()


def test_the_page_opens_with_nonsense_in_the_address() -> None:
    app = open_page(cohort="?", who="x,y", shots="a", episodes="-3", seed="1.5", metric="best", at="none", openml="'")
    assert not app.exception
    assert held(app).request == default_request()


def test_an_address_says_the_same_again() -> None:
    state = from_address(QUICK | {"cohort": "blood_panel", "metric": "brier", "at": "3"})
    assert from_address(address_of(state)).request == state.request
    assert address_of(from_address({})) == {}


def test_two_visitors_of_one_link_see_the_same_numbers() -> None:
    first, second = (finish(open_page(**QUICK, cohort="blood_panel")) for _ in range(2))
    for comparison in (held(first).comparison, held(second).comparison):
        assert comparison is not None
    one, other = held(first).comparison, held(second).comparison
    assert one is not None
    assert other is not None
    assert [result.proba.tolist() for result in one.results] == [result.proba.tolist() for result in other.results]
    assert leaderboard_text(leaderboard(one)) == leaderboard_text(leaderboard(other))


def test_what_one_visitor_has_finished_opens_finished_for_the_next() -> None:
    quick = QUICK | {"seed": "77"}
    assert held(open_page(**quick)).n_results == 0
    finish(open_page(**quick))
    assert held(open_page(**quick)).is_finished


def test_the_shelf_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_comparisons, "MAX_SHARED", 2)
    for seed in range(4):
        finish(open_page(**QUICK | {"seed": str(100 + seed), "shots": "1", "episodes": "1"}))
    assert len(shared_comparisons._shared) <= 2


def test_a_plan_that_is_cut_says_so() -> None:
    app = open_page(**QUICK | {"shots": "1,10"}, cohort="blood_panel")
    assert "Too few patients for 10 labeled per diagnosis" in texts(app).replace("\\", "")


def test_nobody_chosen_is_one_sentence() -> None:
    app = open_page(**QUICK)
    app.pills(key="compare_baselines").set_value([]).run()
    assert not app.exception
    assert [error.value for error in app.error] == [plain("No method is chosen: choose at least one.")]
    assert app.button(key="compare_run").disabled


def test_stop_keeps_and_continue_ends_in_the_same_numbers() -> None:
    quick = QUICK | {"seed": "21"}
    app = open_page(**quick)
    app.button(key="compare_run").click().run()
    pull(app, 5)
    app.run()
    assert "episodes" in texts(app)
    app.button(key="compare_stop").click().run()
    state = held(app)
    assert not state.busy
    assert state.n_results == 5
    assert "Stopped after **2** of 4 episodes" in texts(app)
    assert app.button(key="compare_run").label == "Continue"
    finish(app)
    assert state.comparison is not None
    assert state.plan is not None
    straight = Comparison.of(state.plan).plus(compare(state.plan))
    assert leaderboard_text(leaderboard(state.comparison)) == leaderboard_text(leaderboard(straight))


def test_another_language_in_the_middle_of_a_run_loses_nothing() -> None:
    app = open_page(**QUICK | {"seed": "22"})
    app.button(key="compare_run").click().run()
    pull(app, 3)
    app.segmented_control(key="language").set_value("zh").run()
    assert not app.exception
    assert held(app).busy
    assert held(app).n_results == 3
    assert "个小任务" in texts(app)
    while held(app).busy:
        held(app).pull()
    app.run()
    assert "3 · 结果" in texts(app)
    assert "平衡准确率" in table(app)


def test_more_episodes_keep_what_is_measured_and_less_show_it_at_once() -> None:
    app = finish(open_page(**QUICK | {"seed": "23"}))
    app.number_input(key="compare_n_episodes").set_value(3).run()
    assert held(app).episodes == (4, 6)
    app.number_input(key="compare_n_episodes").set_value(1).run()
    assert held(app).is_finished


def test_another_setting_and_back_loses_nothing() -> None:
    app = open_page(**QUICK | {"seed": "24"})
    app.button(key="compare_run").click().run()
    pull(app, 3)
    app.run()
    app.button(key="compare_stop").click().run()
    app.number_input(key="compare_seed").set_value(25).run()
    assert held(app).n_results == 0
    app.number_input(key="compare_seed").set_value(24).run()
    assert held(app).n_results == 3


def test_run_again_measures_from_the_beginning() -> None:
    app = finish(open_page(**QUICK | {"seed": "26"}))
    app.button(key="compare_run").click().run()
    assert held(app).busy
    assert held(app).n_results < held(app).plan.n_results


def test_weights_that_cannot_be_read_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(**QUICK | {"seed": "27"})
    from metamed_core.words import UserError

    def broken(plan: object, done: int = 0) -> Any:
        raise UserError(Words("The weights are damaged.", "权重已损坏。"))
        yield

    monkeypatch.setattr("pages.parts.compare.state.compare", broken)
    app.button(key="compare_run").click().run()
    held(app).pull()
    app.run()
    assert not app.exception
    assert [error.value for error in app.error] == [plain("The weights are damaged.")]
    assert not held(app).busy


def test_diagnoses_of_too_few_patients_are_named_in_the_language_of_the_page() -> None:
    said = texts(open_page(**QUICK | {"shots": "1,5"}, cohort="blood_panel", lang="zh")).replace("\\", "")
    assert "每类样本数为 5 时，因患者太少（括号内为人数，至少需 8 位）而不参评：" in said
