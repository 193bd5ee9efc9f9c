"""Compare without a browser: how it opens, what it shows, what one takes home."""

from __future__ import annotations

import gzip
import json
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from metamed_core.evaluation import CLAIM, DEFAULTS, Comparison, compare, leaderboard, leaderboard_text, verdict
from pages.parts.common.comparison_methods import fingerprints_of
from pages.parts.common.comparison_request import default_request
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.compare import shared_comparisons, take_away
from pages.parts.compare.address import OFFERED_SHOTS, address_of, from_address
from pages.parts.compare.live_scores import live_points
from pages.parts.compare.patients_view import patient_names
from pages.parts.compare.state import ComparisonState, View
from tests.benchmarks import shipped_comparison as shipped
from tests.helpers.compare_page import QUICK, ROOT, address, finish, held, open_page, table, texts


def test_it_opens_on_a_finished_comparison_of_real_patients() -> None:
    app = open_page()
    assert not app.exception
    assert not app.error
    state = held(app)
    assert state.is_finished, "the shipped result is taken: make it again with python -m tests.benchmarks.shipped_comparison"
    assert state.comparison is not None
    assert plain(verdict(leaderboard(state.comparison, 5))[0].en) in texts(app), "one number of shots, not a mean over all"
    assert plain(CLAIM.en) in texts(app)
    assert table(app).count("<tr>") == len(DEFAULTS) + 1
    assert app.button(key="compare_run").label == "Run again"
    assert app.button(key="compare_stop").disabled


def test_the_shipped_result_is_what_this_version_measures() -> None:
    """Stale weights are noticed by their fingerprint, a changed program here; on a computer like the one it was made on to twelve decimals (the last digits follow its memory)."""
    content = json.loads(gzip.decompress(shared_comparisons.SHIPPED.read_bytes()))
    plan = shipped.plan()
    assert content["starts"] == fingerprints_of(plan), "weights have changed: python -m tests.benchmarks.shipped_comparison"
    kept = Comparison.from_json(content["comparison"])
    assert len(kept.results) == plan.n_results
    assert shared_comparisons.SHIPPED.stat().st_size < 300_000
    same_computer = content["made_on"] == shipped.made_on()
    for one, again in zip(kept.results, (result for result, _ in zip(compare(plan), range(12), strict=False)), strict=False):
        assert (one.method, one.k_shot, one.episode, one.rows) == (again.method, again.k_shot, again.episode, again.rows)
        np.testing.assert_allclose(one.proba, again.proba, rtol=0, atol=1e-12 if same_computer else 1e-4)


def test_other_weights_offer_run_instead_of_stale_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_comparisons, "fingerprints_of", lambda plan: {one.key: "new" for one in plan.methods})
    app = open_page()
    assert not app.exception
    assert held(app).n_results == 0
    assert app.button(key="compare_run").label == "Run"
    assert not app.get("html") or "mm-board" not in table(app)


def test_at_most_one_primary_button() -> None:
    mine = [button for button in open_page().button if button.proto.type == "primary" and button.key not in {"delete_now", "confirm"}]
    assert len(mine) == 1


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


def test_unlike_tasks_are_not_averaged() -> None:
    """Of the blood panel's diagnoses some are too rare for five labeled patients."""
    alike = open_page(at="all")
    assert held(alike).k_shot is None
    assert "over all numbers of labeled patients" in texts(alike)
    app = finish(open_page(**QUICK | {"shots": "1,10", "episodes": "1", "who": "nearest_centroid"}, cohort="breast_cytology", at="all"))
    assert held(app).k_shot is None
    app = finish(open_page(**QUICK | {"shots": "1,5", "episodes": "1", "who": "nearest_centroid"}, cohort="blood_panel", at="all"))
    comparison = held(app).comparison
    assert comparison is not None
    assert not comparison.is_alike
    assert held(app).k_shot == 5
    assert "over all numbers of labeled patients" not in texts(app)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_closer_look(language: str) -> None:
    app = open_page(lang=language)
    for style in ("calibration", "benefit", "cost", "pair", "disagreements", "confusions"):
        app.segmented_control(key="view_details").set_value(style).run()
        assert not app.exception
        how = "How to read" if language == "en" else "读法"
        assert sum(caption.value.replace("\\", "").startswith(how) for caption in app.caption) >= 3, style
        for chart in app.get("plotly_chart"):
            assert chart.proto.alt


def test_every_cell_of_the_confusion_matrix_has_as_many_answers_as_it_says() -> None:
    app = open_page()
    app.segmented_control(key="view_details").set_value("confusions").run()
    matrix, patients = app.dataframe[-2].value, app.dataframe[-1].value
    right, named = app.selectbox(key="view_cell").value.split()
    assert matrix.iloc[int(right), int(named) + 1] == patients["Times"].sum()
    app.selectbox(key="view_cell").set_value("1 1").run()
    assert app.dataframe[-1].value["Times"].sum() == app.dataframe[-2].value.iloc[1, 2]


def test_names_of_patients_are_those_of_the_table() -> None:
    state = held(open_page())
    rows = state.cohort.rows[:3]
    assert patient_names(state, rows) == ["P-001", "P-002", "P-003"]


def test_live_points_are_in_the_chosen_language() -> None:
    comparison = held(open_page()).comparison
    assert comparison is not None
    points = live_points(Say("zh"), comparison)
    assert set(points["shots"]) == {"1", "3", "5", "10"}
    assert "先验拟合网络" in set(points["method"])
    assert (points["low"] <= points["mean"]).all()
    assert (points["mean"] <= points["high"]).all()


def test_copy_as_python_prints_the_leaderboard_of_the_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    app = finish(open_page(**QUICK | {"seed": "31"}))
    comparison, n_threads = held(app).comparison, torch.get_num_threads()
    assert comparison is not None
    script = tmp_path / "script.py"
    script.write_text(take_away.script(held(app)), "utf-8")
    assert script.read_text("utf-8").strip() in [code.value for code in app.code]
    monkeypatch.chdir(ROOT)
    runpy.run_path(str(script))
    torch.set_num_threads(n_threads)
    assert capsys.readouterr().out == "".join(f"{leaderboard_text(leaderboard(comparison, k))}\n" for k in comparison.views)


def test_the_link_of_the_page_opens_the_same_match() -> None:
    app = open_page(**QUICK)
    from urllib.parse import parse_qsl, urlsplit

    link = take_away.query(held(app))
    assert from_address(dict(parse_qsl(urlsplit(link).query))).request == held(app).request


def test_every_number_of_shots_on_offer_can_be_asked() -> None:
    asked = ComparisonState(replace(default_request(), shots=OFFERED_SHOTS), View(at=str(OFFERED_SHOTS[0])))
    state = from_address(address_of(asked))
    assert (state.request, state.view) == (asked.request, asked.view)
