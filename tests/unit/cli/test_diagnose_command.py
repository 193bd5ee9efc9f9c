"""`diagnose`: from a file to predictions, as the page does it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from metamed_core import __version__
from metamed_core.__main__ import main
from metamed_core.diagnosis import answers, answers_csv, answers_html, answers_values, provenance, start, subgroups
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL
from metamed_core.learners.weight_files import SHIPPED, read_card
from metamed_core.meta_training import weights_library
from metamed_core.statistics import COVERAGES
from metamed_core.statistics.coverage import SET_THRESHOLDS
from metamed_core.words import INTENDED_USE, LANGUAGES, Language
from pages.parts.common import cohorts
from pages.parts.common.adapt_request import AdaptRequest, RequestState
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import PatientsState, bundled
from pages.parts.diagnose import take_away
from pages.parts.diagnose.adaptation_state import Adaptation
from tests.helpers.diagnose_command import BLOOD, PROTOTYPICAL, SMALL, records

NO_JSON = "is no JSON"


pytestmark = pytest.mark.usefixtures("home")


# -- the answers themselves ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coverage", COVERAGES)
def test_likely_diagnoses_are_the_fewest_that_reach_the_threshold_of_the_coverage(coverage: float) -> None:
    table, threshold = cohorts.records_of("blood_panel"), dict(SET_THRESHOLDS)[coverage]
    trace = start(table, LEARNERS["prototypical"]()).run()
    for one in answers(trace, len(trace.steps) - 1, coverage=coverage):
        p = dict(one.diagnosis.ranked)
        assert one.prediction_set == tuple(p)[: len(one.prediction_set)], "the most probable first"
        assert sum(p[name] for name in one.prediction_set) >= threshold - 1e-9
        assert sum(p[name] for name in one.prediction_set[:-1]) < threshold
        assert one.coverage == coverage


def test_an_answer_is_held_back_with_a_reason() -> None:
    table = records(SMALL)
    trace = start(table, LEARNERS["prototypical"]()).run()
    clear, between, nothing = answers(trace, len(trace.steps) - 1)
    assert (clear.prediction_set, clear.abstention_reason) == (("a",), None)
    assert between.abstention_reason is not None
    assert between.abstention_reason.en == "Not enough evidence: none of the 2 diagnoses can be ruled out."
    assert nothing.abstention_reason is not None
    assert nothing.abstention_reason.zh.startswith("该患者没有任何数据")


def test_what_made_them_is_told_without_where_it_lies(tmp_path: Path) -> None:
    table, learner = records(SMALL), LEARNERS["maml"](inner_steps=2)  # type: ignore[call-arg]
    mine = tmp_path / "mine.safetensors"
    for ending in (".safetensors", ".json"):
        mine.with_suffix(ending).write_bytes((SHIPPED / f"maml{ending}").read_bytes())
    told = provenance(start(table, learner, str(mine), 3).run(), 2, "a.csv")
    assert told == {
        "algorithm": "maml",
        "settings": "inner_lr=0.03; inner_steps=2; first_order=0; head_only=0",
        "weights": "mine",
        "weights_sha256": read_card(SHIPPED / "maml.safetensors")["sha256"],
        "seed": 3,
        "step": 2,
        "file": "a.csv",
        "version": __version__,
    } | {"settings": told["settings"]}
    assert "inner_steps=2" in str(told["settings"])
    assert provenance(start(table, learner, RANDOM).run(), 2, "a.csv")["weights_sha256"] == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_opens_without_a_network_and_runs_nothing(language: Language) -> None:
    table = records(SMALL.replace(",a\n", ",<script>a</script>\n"))
    trace = start(table, LEARNERS["prototypical"]()).run()
    page = answers_html(trace, 0, "<b>.csv", language).decode()
    assert "<script" not in page
    assert "&lt;script&gt;a" in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert ("not a medical device" if language == "en" else "不是医疗器械") in page
    assert "&lt;b&gt;.csv" in page
    found = answers(trace, 0)
    assert all(one.diagnosis.name in page for one in found)
    reasons = [one.abstention_reason.into(language) for one in found if one.abstention_reason is not None]
    assert reasons
    assert all(reason in page for reason in reasons)


# -- the command -----------------------------------------------------------------------------------------------------


def test_it_answers_as_the_page_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", *PROTOTYPICAL, "--json"]) == 0
    told = json.loads(capsys.readouterr().out, parse_constant=lambda name: pytest.fail(f"{name} {NO_JSON}"))
    table = cohorts.records_of("blood_panel")
    trace = start(table, LEARNERS["prototypical"]()).run()
    last = len(trace.steps) - 1
    assert told == json.loads(json.dumps(answers_values(trace, last, "blood_panel.csv", groups=subgroups(trace, last, table))))
    assert {one["column"] for one in told["held_out_by_group"]} == {"sex", "age (years)"}
    assert {"prediction_set", "abstention_reason"} <= told["patients"][0].keys()
    assert told["intended_use"] == INTENDED_USE.en
    assert told["run"]["weights_sha256"] == read_card(SHIPPED / "prototypical.safetensors")["sha256"]


def test_the_csv_is_the_one_that_the_page_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["diagnose", *PROTOTYPICAL, "--coverage", "0.95", "--out", "predictions.csv"]) == 0
    here = bundled("blood_panel")
    state = Adaptation(PatientsState(here, {here.source: here}), RequestState(AdaptRequest("prototypical", (), UNIVERSAL, 0)))
    state.patients.coverage = 0.95
    state.adapt()
    state.go_to(state.total)
    made: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(take_away.st, "download_button", lambda *_, data, file_name, **__: made.update({file_name: data}))
    monkeypatch.setattr(take_away.st, "caption", lambda *_: None)
    take_away.take_away(Say("en"), state)
    mine = Path("predictions.csv").read_bytes()
    assert mine.replace(b",blood_panel.csv,", b",blood_panel,") == made["metamed_predictions.csv"]()
    rows = list(csv.DictReader(io.StringIO(mine.decode("utf-8-sig"))))
    assert len(rows) == len(here.in_use.undiagnosed)
    assert state.trace is not None
    wide, usual = (answers(state.trace, state.cursor, coverage=share) for share in (0.95, 0.9))
    assert [row["prediction_set"].split("; ") for row in rows] == [list(one.prediction_set) for one in wide]
    assert {row["coverage"] for row in rows} == {"0.950000"}
    assert sum(len(one.prediction_set) for one in wide) > sum(len(one.prediction_set) for one in usual)
    assert len(rows[0]["weights_sha256"]) == 64


def test_the_same_command_gives_the_same_bytes() -> None:
    for out in ("one.csv", "two.csv"):
        assert main(["diagnose", *BLOOD, "--algorithm", "maml", "--weights", "none", "--seed", "4", "--out", out]) == 0
    assert Path("one.csv").read_bytes() == Path("two.csv").read_bytes()


def test_it_tells_a_line_a_patient_and_its_progress(capsys: pytest.CaptureFixture[str]) -> None:
    records(SMALL)
    assert main(["diagnose", "mine.csv", "--algorithm", "prototypical"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line[:7] for line in lines[:3]] == ["  P-005", "* P-006", "* P-007"]
    assert lines[0].split()[1] == "a"
    assert lines[4:] == [
        "* Not enough evidence: none of the 2 diagnoses can be ruled out.",
        "* No column holds a value for this patient: the answer is the same for anybody.",
        "For research and teaching only; not a medical device.",
    ]
    assert "2 diagnoses with 2 labeled patients each; 2 columns; 3 to diagnose." in said.err
    assert ": support loss " in said.err.splitlines()[-1]
    assert said.err.splitlines()[-1].endswith(", 0:00:00 left")


def test_reasons_are_written_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    records(SMALL)
    command = ["diagnose", "mine.csv", "--algorithm", "matching", "--reasons"]
    assert main([*command, "--out", "p.csv", "--json"]) == 0
    said = capsys.readouterr()
    assert said.err.splitlines()[-1] == "reasons: 3 of 3, 0:00:00 left"
    told = json.loads(said.out)["patients"]
    rows = list(csv.DictReader(io.StringIO(Path("p.csv").read_text("utf-8-sig"))))
    assert [row["compared_with"] for row in rows] == [one["reasons"]["second"] for one in told]
    assert [row["vote_1"] for row in rows] == [one["reasons"]["votes"][0]["patient"] for one in told]
    assert main([*command, "--out", "p.html", "--language", "zh"]) == 0
    assert "      支持 a： x ×" in capsys.readouterr().out
    assert Path("p.html").read_text("utf-8").count('<section class="case">') == 3


def test_a_model_card_is_written_in_the_format_of_its_file() -> None:
    records(SMALL)
    for name, begins in (("card.html", "<!doctype html>"), ("card.md", "# 模型卡"), ("card.json", '{\n "statement": "TRIPOD+AI 2024"')):
        assert main(["diagnose", "mine.csv", "--algorithm", "prototypical", "--language", "zh", "--model-card", name]) == 0
        assert Path(name).read_text("utf-8").startswith(begins)


def test_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    records(SMALL)
    assert main(["diagnose", "mine.csv", "--algorithm", "prototypical", "--language", "zh", "--out", "report.html"]) == 0
    said = capsys.readouterr()
    assert "证据不足" in said.out
    assert "种诊断" in said.err
    assert "3 位患者的答案" in Path("report.html").read_text("utf-8")
    assert main(["diagnose", "nowhere.csv", "--language", "zh"]) == 2
    assert capsys.readouterr().err == "无法读取文件 nowhere.csv：请检查路径以及读取权限。\n"


def test_kept_weights_and_files_bring_their_algorithm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records(SMALL)
    weights_library.Library().save(SHIPPED / "matching.safetensors", "my own")
    for ending in (".safetensors", ".json"):
        (tmp_path / f"mine{ending}").write_bytes((SHIPPED / f"maml{ending}").read_bytes())
    told = []
    for weights in ("my own", "mine.safetensors"):
        assert main(["diagnose", "mine.csv", "--weights", weights, "--json"]) == 0
        told.append(json.loads(capsys.readouterr().out)["run"])
    assert [one["algorithm"] for one in told] == ["matching", "maml"]
    assert told[0]["weights_sha256"] == read_card(SHIPPED / "matching.safetensors")["sha256"]


def test_a_label_a_setting_and_the_csv_of_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    table = records("x,y,kind,truth\n1,5,a,u\n2,6,a,u\n8,1,b,v\n9,2,b,v\n5,3,a,\n")
    command = ["diagnose", "mine.csv", "--algorithm", "maml", "--set", "inner_steps=2", "--set", "inner_lr=0.01"]
    assert main([*command, "--label", "truth", "--drop", "kind", "--out", "p.csv", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["classes"], told["run"]["step"]) == (["u", "v"], 2)
    assert "inner_lr=0.01" in told["run"]["settings"]
    assert len(table.columns) == 4
    assert Path("p.csv").read_bytes().count(b"\r\n") == 2


def test_a_table_that_a_spreadsheet_would_run_is_written_harmlessly() -> None:
    table = records(SMALL.replace(",a\n", ",=cmd()\n"))
    trace = start(table, LEARNERS["prototypical"]()).run()
    assert main(["diagnose", "mine.csv", "--algorithm", "prototypical", "--out", "p.csv"]) == 0
    last = len(trace.steps) - 1
    expected = answers_csv(trace, last, "mine.csv")
    assert Path("p.csv").read_bytes() == expected
    assert b"'=cmd()" in expected


def test_a_remedy_of_the_check_is_at_hand(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(f"K{i}", f"{test},{value + i}", diagnosis) for i, diagnosis in enumerate("aabb") for test, value in (("hb", 9), ("crp", 40))]
    Path("long.csv").write_text(
        "patient,test,result,diagnosis\n" + "\n".join(map(",".join, [*rows, ("K9", "hb,9.5", ""), ("K9", "crp,41", "")]))
    )
    assert main(["diagnose", "long.csv", "--algorithm", "prototypical"]) == 0
    assert "[--mend long_table]" in capsys.readouterr().err
    assert main(["diagnose", "long.csv", "--algorithm", "prototypical", "--mend", "long_table", "--json"]) == 0
    assert [one["patient"] for one in json.loads(capsys.readouterr().out)["patients"]] == ["K9"]
    assert main(["diagnose", "long.csv", "--mend", "leek"]) == 2
    assert "no finding “leek” with a remedy: choose one of long_table" in capsys.readouterr().err
