"""Compare without a browser: what is on the page, what settings, links, languages and uploads do to it."""

from __future__ import annotations

import gzip
import json
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from streamlit.testing.v1 import AppTest

from metamed_core.data import openml
from metamed_core.evaluation import CLAIM, DEFAULTS, LEAVE_ONE_OUT, Comparison, compare, leaderboard, leaderboard_text, verdict
from metamed_core.words import Words
from pages.parts.common import finished
from pages.parts.common.frame import Say
from pages.parts.common.text import plain
from pages.parts.common.workbench import KEY as BENCH
from pages.parts.common.workbench import UPLOAD, bundled
from pages.parts.compare import patients_view as match_people
from pages.parts.compare import running as match_live
from pages.parts.compare import take_away as match_take_away
from pages.parts.compare.settings import OFFERED, address_of, from_address, opening
from pages.parts.compare.state import KEY, Match
from tests.benchmarks import opening as shipped

ROOT = Path(__file__).parents[3]
SECONDS = 120
QUICK = {"who": "nearest_centroid,logistic_regression", "shots": "1,3", "episodes": "2", "seed": "5"}
SMALL = "patient,diagnosis,ferritin,MCV\n" + "".join(
    f"P-{i},{'iron' if i % 2 else 'other'},{5 + 90 * (i % 2) + i},{70 + i}\n" for i in range(6)
)


def open_page(**asked: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    for name, value in asked.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page("pages/compare.py").run()


def held(app: AppTest) -> Match:
    return app.session_state[KEY]


def finish(app: AppTest) -> AppTest:
    """Run to the end, as the timer of a browser would."""
    app.button(key="match_run").click().run()
    while held(app).running:
        held(app)._pull()
    return app.run()


def texts(app: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*app.markdown, *app.caption, *app.header, *app.error, *app.info, *app.warning))


def address(app: AppTest, name: str) -> str:
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def table(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


# -- the page as it opens ----------------------------------------------------------------------------------------------


def test_it_opens_on_a_finished_comparison_of_real_patients() -> None:
    app = open_page()
    assert not app.exception
    assert not app.error
    match = held(app)
    assert match.is_finished, "the shipped result is taken: make it again with python -m tests.benchmarks.opening"
    assert match.comparison is not None
    assert plain(verdict(leaderboard(match.comparison))[0].en) in texts(app)
    assert plain(CLAIM.en) in texts(app)
    assert table(app).count("<tr>") == len(DEFAULTS) + 1
    assert app.button(key="match_run").label == "Run again"
    assert app.button(key="match_stop").disabled


def test_the_shipped_result_is_what_this_version_measures() -> None:
    """Stale weights are noticed by their fingerprint, a changed program here; on a computer like the one it was made on to twelve decimals (the last digits follow its memory)."""
    content = json.loads(gzip.decompress(finished.SHIPPED.read_bytes()))
    plan = shipped.plan()
    assert content["starts"] == finished.starts_of(plan), "weights have changed: python -m tests.benchmarks.opening"
    kept = Comparison.from_json(content["comparison"])
    assert len(kept.results) == plan.n_results
    assert finished.SHIPPED.stat().st_size < 300_000
    same_computer = content["made_on"] == shipped.made_on()
    for one, again in zip(kept.results, (result for result, _ in zip(compare(plan), range(12), strict=False)), strict=False):
        assert (one.method, one.k_shot, one.episode, one.rows) == (again.method, again.k_shot, again.episode, again.rows)
        np.testing.assert_allclose(one.proba, again.proba, rtol=0, atol=1e-12 if same_computer else 1e-4)


def test_other_weights_offer_run_instead_of_stale_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished, "starts_of", lambda plan: {one.key: "new" for one in plan.methods})
    app = open_page()
    assert not app.exception
    assert held(app).n_results == 0
    assert app.button(key="match_run").label == "Run"
    assert not app.get("html") or "mm-board" not in table(app)


def test_at_most_one_primary_button() -> None:
    mine = [button for button in open_page().button if button.proto.type == "primary" and button.key not in {"delete_now", "confirm"}]
    assert len(mine) == 1


# -- settings and links ------------------------------------------------------------------------------------------------


def test_a_link_asks_for_everything_that_decides_the_numbers() -> None:
    app = open_page(**QUICK, cohort="rare_findings", metric="log_loss", at="3", lang="zh")
    match = held(app)
    assert match.asked.who == ("logistic_regression", "nearest_centroid"), "in one order, whatever the link's"
    assert (match.asked.source, match.asked.shots, match.asked.n_episodes, match.asked.seed) == ("rare_findings", (1, 3), 2, 5)
    assert (match.view.metric, match.view.k_shot) == ("log_loss", 3)
    assert {name: address(app, name) for name in ("cohort", "shots", "episodes", "seed")} == {
        "cohort": "rare_findings",
        "shots": "1,3",
        "episodes": "2",
        "seed": "5",
    }


@pytest.mark.parametrize("name", ["cohort", "who", "shots", "episodes", "seed", "metric", "at", "openml"])
@pytest.mark.parametrize("value", ["<script>", "-1", "1e999", "", ",,,", "999999999999999999999"])
def test_nonsense_in_the_address_is_left_aside(name: str, value: str) -> None:
    assert from_address({name: value}).asked == opening()


def test_the_page_opens_with_nonsense_in_the_address() -> None:
    app = open_page(cohort="?", who="x,y", shots="a", episodes="-3", seed="1.5", metric="best", at="none", openml="'")
    assert not app.exception
    assert held(app).asked == opening()


def test_an_address_says_the_same_again() -> None:
    match = from_address(QUICK | {"cohort": "blood_panel", "metric": "brier", "at": "3"})
    assert from_address(address_of(match)).asked == match.asked
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
    monkeypatch.setattr(finished, "MOST", 2)
    for seed in range(4):
        finish(open_page(**QUICK | {"seed": str(100 + seed), "shots": "1", "episodes": "1"}))
    assert len(finished._shelf) <= 2


def test_a_plan_that_is_cut_says_so() -> None:
    app = open_page(**QUICK | {"shots": "1,10"}, cohort="blood_panel")
    assert "Too few patients for 10 labelled patients" in texts(app).replace("\\", "")


def test_nobody_chosen_is_one_sentence() -> None:
    app = open_page(**QUICK)
    app.pills(key="who_plain").set_value([]).run()
    assert not app.exception
    assert [error.value for error in app.error] == [plain("Nobody takes part: choose at least one method.")]
    assert app.button(key="match_run").disabled


# -- running -----------------------------------------------------------------------------------------------------------


def test_stop_keeps_and_continue_ends_in_the_same_numbers() -> None:
    quick = QUICK | {"seed": "21"}
    app = open_page(**quick)
    app.button(key="match_run").click().run()
    for _ in range(5):
        held(app)._pull()
    app.run()
    assert "episodes" in texts(app)
    app.button(key="match_stop").click().run()
    match = held(app)
    assert not match.running
    assert match.n_results == 5
    assert "Stopped after **2** of 4 episodes" in texts(app)
    assert app.button(key="match_run").label == "Continue"
    finish(app)
    assert match.comparison is not None
    assert match.plan is not None
    straight = Comparison.of(match.plan).plus(compare(match.plan))
    assert leaderboard_text(leaderboard(match.comparison)) == leaderboard_text(leaderboard(straight))


def test_another_language_in_the_middle_of_a_run_loses_nothing() -> None:
    app = open_page(**QUICK | {"seed": "22"})
    app.button(key="match_run").click().run()
    for _ in range(3):
        held(app)._pull()
    app.segmented_control(key="language").set_value("zh").run()
    assert not app.exception
    assert held(app).running
    assert held(app).n_results == 3
    assert "个任务片段" in texts(app)
    while held(app).running:
        held(app)._pull()
    app.run()
    assert "3 · 结果" in texts(app)
    assert "平衡准确率" in table(app)


def test_more_episodes_keep_what_is_measured_and_less_show_it_at_once() -> None:
    app = finish(open_page(**QUICK | {"seed": "23"}))
    app.number_input(key="match_n_episodes").set_value(3).run()
    assert held(app).episodes == (4, 6)
    app.number_input(key="match_n_episodes").set_value(1).run()
    assert held(app).is_finished


def test_another_setting_and_back_loses_nothing() -> None:
    app = open_page(**QUICK | {"seed": "24"})
    app.button(key="match_run").click().run()
    for _ in range(3):
        held(app)._pull()
    app.run()
    app.button(key="match_stop").click().run()
    app.number_input(key="match_seed").set_value(25).run()
    assert held(app).n_results == 0
    app.number_input(key="match_seed").set_value(24).run()
    assert held(app).n_results == 3


def test_run_again_measures_from_the_beginning() -> None:
    app = finish(open_page(**QUICK | {"seed": "26"}))
    app.button(key="match_run").click().run()
    assert held(app).running
    assert held(app).n_results < held(app).plan.n_results


def test_weights_that_cannot_be_read_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(**QUICK | {"seed": "27"})
    from metamed_core.words import UserError

    def broken(plan: object, done: int = 0) -> Any:
        raise UserError(Words("The weights are damaged.", "权重已损坏。"))
        yield

    monkeypatch.setattr("pages.parts.compare.state.compare", broken)
    app.button(key="match_run").click().run()
    held(app)._pull()
    app.run()
    assert not app.exception
    assert [error.value for error in app.error] == [plain("The weights are damaged.")]
    assert not held(app).running


# -- looking at results ------------------------------------------------------------------------------------------------


def test_rank_by_another_metric_at_one_number_of_shots() -> None:
    app = open_page()
    app.segmented_control(key="view_metric").set_value("log_loss").run()
    app.segmented_control(key="view_at").set_value("3").run()
    comparison = held(app).comparison
    assert comparison is not None
    board = leaderboard(comparison, 3, "log_loss")
    assert plain(verdict(board)[0].en) in texts(app)
    assert address(app, "metric") == "log_loss"
    assert address(app, "at") == "3"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_closer_look(language: str) -> None:
    app = open_page(lang=language)
    for style in ("calibration", "benefit", "cost", "duel", "disputed", "confusion"):
        app.segmented_control(key="view_look").set_value(style).run()
        assert not app.exception
        how = "How to read" if language == "en" else "读法"
        assert sum(caption.value.replace("\\", "").startswith(how) for caption in app.caption) >= 3, style
        for chart in app.get("plotly_chart"):
            assert chart.proto.alt


def test_every_cell_of_the_confusion_matrix_has_as_many_answers_as_it_says() -> None:
    app = open_page()
    app.segmented_control(key="view_look").set_value("confusion").run()
    matrix, patients = app.dataframe[-2].value, app.dataframe[-1].value
    right, named = app.selectbox(key="view_cell").value.split()
    assert matrix.iloc[int(right), int(named) + 1] == patients["Times"].sum()
    app.selectbox(key="view_cell").set_value("1 1").run()
    assert app.dataframe[-1].value["Times"].sum() == app.dataframe[-2].value.iloc[1, 2]


def test_names_of_patients_are_those_of_the_table() -> None:
    match = held(open_page())
    rows = match.cohort.rows[:3]
    assert match_people._names(match, rows) == ["P-001", "P-002", "P-003"]


def test_live_points_are_in_the_chosen_language() -> None:
    comparison = held(open_page()).comparison
    assert comparison is not None
    points = match_live._points(Say("zh"), comparison)
    assert set(points["shots"]) == {"1", "3", "5", "10"}
    assert "先验拟合网络" in set(points["method"])
    assert (points["low"] <= points["mean"]).all()
    assert (points["mean"] <= points["high"]).all()


# -- uploads and OpenML ------------------------------------------------------------------------------------------------


def upload(app: AppTest, text: str = SMALL, name: str = "clinic.csv") -> AppTest:
    app.file_uploader[0].upload(name, text.encode(), "text/csv").run()
    return app.button(key="confirm").click().run()


def test_an_upload_is_compared_by_leave_one_out_and_stays_in_the_session() -> None:
    app = upload(open_page(**QUICK))
    match = held(app)
    assert match.asked.source == UPLOAD
    assert match.plan is not None
    assert match.plan.shots == (LEAVE_ONE_OUT,)
    assert "leave-one-out is used instead" in texts(app).replace("\\", "")
    before = len(finished._shelf)
    finish(app)
    assert not app.exception
    assert len(finished._shelf) == before, "what is measured on a visitor's patients is for that visitor only"
    assert "P-" not in "".join(map(str, app.query_params.values()))
    assert "cohort" not in app.query_params


def test_a_small_upload_says_when_one_cannot_choose() -> None:
    noise = "patient,diagnosis,a\n" + "".join(f"P-{i},{'x' if i % 2 else 'y'},{(i * 7) % 5}\n" for i in range(6))
    app = finish(upload(open_page(who="nearest_centroid,logistic_regression,naive_bayes", episodes="1"), noise))
    assert "The intervals are too wide to choose" in texts(app).replace("\\", "")


def test_delete_my_data_forgets_the_comparison_of_an_upload() -> None:
    app = finish(upload(open_page(**QUICK)))
    match = held(app)
    app.button(key="delete_now").click().run()
    assert match.comparison is None
    assert match.patients is None
    assert match.kept == {}
    assert held(app) is not match
    assert held(app).asked.source != UPLOAD
    assert not app.exception


def test_an_edit_in_diagnose_can_be_compared() -> None:
    app = open_page(**QUICK)
    bench = app.session_state[BENCH]
    here = bundled("rare_findings")
    from dataclasses import replace

    bench.take(replace(here, records=here.records.with_label(here.records.undiagnosed[0], here.records.classes[0]), edited=True))
    app.run()
    assert any("as edited in Diagnose" in option for option in app.selectbox(key="match_source").options)
    app.selectbox(key="match_source").set_value("rare_findings edited").run()
    assert not app.exception
    assert not held(app).shared


def test_a_table_of_openml(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"a": np.arange(24.0) % 7, "class": ["x", "y"] * 12})
    monkeypatch.setattr(openml, "_download", lambda _: SimpleNamespace(frame=frame, target=frame["class"], details={"name": "toy"}))
    app = open_page(**QUICK, openml="61")
    assert "asks for table 61 of openml.org" in texts(app), "nothing is asked over the network without a press"
    app.button(key="openml_load").click().run()
    assert not app.exception
    assert "OpenML 61: toy" in app.selectbox(key="match_source").options
    finish(app)
    assert held(app).is_finished
    assert address(app, "openml") == "61"
    assert "FILE, SHEET, TRUTH = 'openml_61.csv', None, None" in match_take_away.script(held(app))


def test_openml_without_a_network_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError("no network")

    monkeypatch.setattr(openml, "_download", refuse)
    app = open_page(**QUICK)
    app.number_input(key="openml_number").set_value(61).run()
    app.button(key="openml_load").click().run()
    assert not app.exception
    assert [error.value.replace("\\", "") for error in app.error] == [openml._NO_NETWORK.en]


# -- take away ---------------------------------------------------------------------------------------------------------


def test_copy_as_python_prints_the_leaderboard_of_the_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    app = finish(open_page(**QUICK | {"seed": "31"}))
    comparison, n_threads = held(app).comparison, torch.get_num_threads()
    assert comparison is not None
    script = tmp_path / "script.py"
    script.write_text(match_take_away.script(held(app)), "utf-8")
    assert script.read_text("utf-8").strip() in [code.value for code in app.code]
    monkeypatch.chdir(ROOT)
    runpy.run_path(str(script))
    torch.set_num_threads(n_threads)
    assert capsys.readouterr().out == "".join(f"{leaderboard_text(leaderboard(comparison, k))}\n" for k in (None, *comparison.shots))


def test_the_link_of_the_page_opens_the_same_match() -> None:
    app = open_page(**QUICK)
    from urllib.parse import parse_qsl, urlsplit

    link = match_take_away.query(held(app))
    assert from_address(dict(parse_qsl(urlsplit(link).query))).asked == held(app).asked


def test_every_number_of_shots_on_offer_can_be_asked() -> None:
    assert from_address({"shots": ",".join(map(str, OFFERED))}).asked.shots == OFFERED
