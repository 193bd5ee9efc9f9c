"""`evaluate`: the comparison of the page as a sweep; who computes it, and how it is parcelled, changes no number."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from metamed_core.__main__ import main
from metamed_core.cli import evaluate
from metamed_core.cli.option_tables import add_table_options, cohort_of
from metamed_core.evaluation import (
    Comparison,
    EpisodeResult,
    Plan,
    compare,
    leaderboard,
    leaderboard_text,
    plan_for,
)
from metamed_core.learners.weight_files import SHIPPED, read_card
from metamed_core.meta_training import weights_library
from metamed_core.words import UserError
from pages.parts.common import bundled_cohorts
from pages.parts.common.comparison_methods import methods_of
from pages.parts.common.patients_state import bundled
from tests.helpers.evaluate_command import QUICK, ROOT, same
from tests.helpers.many_diagnoses import table

DATA = ROOT / "sample_data"
BLOOD = [
    str(DATA / "blood_panel.csv"),
    "--columns",
    str(DATA / "blood_panel.columns.csv"),
    "--truth",
    str(DATA / "blood_panel.truth.csv"),
]


pytestmark = pytest.mark.usefixtures("home_with_patients")


def test_it_gives_what_the_compare_page_gives_to_the_bit(capsys: pytest.CaptureFixture[str]) -> None:
    keys = ("prototypical", "logistic_regression", "nearest_centroid")
    command = ["evaluate", *BLOOD, "--shots", "1,3", "--episodes", "2", "--seed", "5", "--methods", ",".join(keys), "--jobs", "2"]
    assert main([*command, "--out", "result.json"]) == 0
    theirs = plan_for(bundled_cohorts.cohort_of(bundled("blood_panel")), methods_of(keys, weights_library.Library()), (1, 3), 2, 5)[0]
    page, here = Comparison.of(theirs).plus(compare(theirs)), Comparison.from_json(Path("result.json").read_bytes())
    assert (here.cohort, here.entries, here.shots, here.counts) == (page.cohort, page.entries, page.shots, page.counts)
    assert same(here.results, page.results)
    assert capsys.readouterr().out == "".join(leaderboard_text(leaderboard(page, k)) + "\n\n" for k in (1, 3))


def test_it_tells_its_progress_and_writes_three_kinds_of_file(capsys: pytest.CaptureFixture[str]) -> None:
    for out in ("one.json", "one.csv", "one.html"):
        assert main(["evaluate", "patients.csv", *QUICK, "--out", out]) == 0
    said = capsys.readouterr()
    assert "balanced accuracy with 1 labeled patient per diagnosis; 3 episodes" in said.out
    assert "episode 0 of 3, -:--:-- left\n" in said.err
    assert "episode 3 of 3, 0:00:00 left\n" in said.err
    assert len(Comparison.from_json(Path("one.json").read_bytes()).results) == 6
    assert Path("one.csv").read_bytes().startswith(b"\xef\xbb\xbfmethod,")
    page = Path("one.html").read_text("utf-8")
    assert "<!doctype html>" in page
    assert read_card(SHIPPED / "prototypical.safetensors")["sha256"] in page


def test_one_json_object_and_only_the_chosen_diagnoses(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "patients.csv", *QUICK, "--json", "--diagnoses", "disease 1,disease 2, disease 4"]) == 0
    told = json.loads(capsys.readouterr().out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert set(told["counts"]) == {"disease 1", "disease 2", "disease 4"}
    assert (told["seed"], told["episodes"], told["file"]) == (0, 3, "patients.csv")
    first, second = told["shots"]["1"]
    assert {first["method"], second["method"]} == {"prototypical", "nearest_centroid"}
    assert first["behind"] is None
    assert set(second["behind"]) == {"mean", "low", "high", "p"}
    assert told["weights_sha256"] == {"prototypical": read_card(SHIPPED / "prototypical.safetensors")["sha256"]}
    assert told["verdicts"]["1"]
    assert told["version"]


def test_one_episode_has_no_interval_and_still_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "patients.csv", "--methods", "nearest_centroid", "--shots", "1", "--episodes", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert told["shots"]["1"][0]["low"] is None


def test_a_comma_may_stand_in_the_name_of_a_diagnosis() -> None:
    known = ("anaemia", "anaemia, chronic", "flu", "x,y")
    assert evaluate._named("anaemia, chronic,flu", known) == ["anaemia, chronic", "flu"]
    assert evaluate._named("anaemia,flu,x,y", known) == ["anaemia", "flu", "x,y"]
    with pytest.raises(UserError, match="The table has no diagnosis “chronic”"):
        evaluate._named("flu,chronic", known)


def test_weights_of_a_file_and_of_the_library_take_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for ending in (".safetensors", ".json"):
        (tmp_path / f"mine{ending}").write_bytes((SHIPPED / f"prototypical{ending}").read_bytes())
    weights_library.Library().save(SHIPPED / "maml.safetensors", "kept one")
    further = ["--weights", "mine.safetensors", "--weights", "kept one"]
    assert main(["evaluate", "patients.csv", "--methods", "nearest_centroid", *QUICK[2:], *further, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {one["method"] for one in told["shots"]["1"]} == {"prototypical-mine", "maml-kept_one", "nearest_centroid"}
    assert set(told["weights_sha256"]) == {"prototypical-mine", "maml-kept_one"}


def test_groups_and_leave_one_out(capsys: pytest.CaptureFixture[str]) -> None:
    rows = table()
    rows["site"] = [f"site {i % 3}" for i in range(len(rows))]
    rows.to_csv("grouped.csv", index=False)
    command = ["evaluate", "grouped.csv", "--group", "site", "--shots", "loo,1", "--episodes", "1", "--methods", "nearest_centroid"]
    assert main(command) == 0
    said = capsys.readouterr()
    assert "with all patients of the same group" in said.err
    assert "never both labeled and predicted" in said.err
    assert "with one patient left out at a time" in said.out


def test_all_methods_take_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    planned: list[Plan] = []
    monkeypatch.setattr(evaluate, "sweep", lambda plan: iter(planned.append(plan) or ()))
    assert main(["evaluate", "patients.csv", "--methods", "all", "--shots", "1"]) == 0
    assert len(planned[0].methods) > 15


def test_ctrl_c_tells_what_was_measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(plan: Plan) -> Iterator[EpisodeResult]:
        results = compare(plan)
        yield from (next(results) for _ in range(5))
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluate, "sweep", stopped)
    assert main(["evaluate", "patients.csv", *QUICK, "--out", "part.json"]) == 130
    said = capsys.readouterr()
    assert "; 2 episodes" in said.out
    assert said.err.endswith("Stopped: this is what was measured until now.\nStopped.\n")
    assert len(Comparison.from_json(Path("part.json").read_bytes()).results) == 5


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["nowhere.csv"], "The file nowhere.csv cannot be read: check the path and that you may read it."),
        (["patients.csv", "--methods", "gpt"], "There is no method “gpt”: choose from"),
        (["patients.csv", "--diagnoses", "flu"], "The table has no diagnosis “flu”: choose from disease 0"),
        (["patients.csv", "--diagnoses", "disease 1"], "labeled patients nothing can be compared"),
        (["patients.csv", "--out", "one.docx"], "one.docx cannot be written: its name must end in .json, .csv, .parquet or .html."),
        (["patients.csv", "--out", "nowhere/one.csv"], "There is no folder nowhere: make it, or write elsewhere."),
        (["patients.csv", "--weights", "none.safetensors"], "none.json cannot be read"),
        (["patients.csv", "--weights", "nothing"], "There are no weights “nothing”: give universal, none, a file"),
        (["patients.csv", "--group", "ward"], "The table has no column “ward”"),
        (["patients.csv", "--scheduler", "tcp://x:1"], "The backend loky computes on this computer and takes no scheduler"),
        (["patients.csv", "--label", "x", "--language", "zh"], "表中没有列“x”"),
    ],
)
def test_what_cannot_be_is_one_sentence(more: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", *more]) == 2
    said = capsys.readouterr()
    assert sentence in said.err.splitlines()[-1]
    assert not said.out


@pytest.mark.parametrize("more", [["--jobs", "0"], ["--shots", "1,1"], ["--shots=-1"], ["--episodes", "0"], ["--backend", "abacus"]])
def test_bad_numbers_are_refused_with_what_would_be_right(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", "patients.csv", *more])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith(f"{more[0].split('=')[0]}: ")


def test_the_bundled_table_is_read_with_its_columns_and_truth() -> None:
    parser = argparse.ArgumentParser()
    add_table_options(parser)
    found = cohort_of(Path(BLOOD[0]), parser.parse_args(BLOOD[1:]))
    assert (found.n_labeled, len(found.counts)) == (124, 14)
    assert "ferritin (µg/L)" in found.ranges
