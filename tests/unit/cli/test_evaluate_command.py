"""`evaluate`: the comparison of the page as a sweep; who computes it, and how it is parcelled, changes no number."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import joblib
import numpy as np
import pytest
import torch
from joblib.externals.loky import reusable_executor

from metamed_core.__main__ import COMMANDS, main
from metamed_core.cli import evaluate
from metamed_core.cli.tables import add_table_options, cohort_of
from metamed_core.evaluation import (
    LEAVE_ONE_OUT,
    Comparison,
    EpisodeResult,
    Method,
    Plan,
    compare,
    leaderboard,
    leaderboard_text,
    methods,
    plan_for,
    sweep,
    workers,
)
from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import SHIPPED, read_card
from metamed_core.meta_training import library
from metamed_core.words import UserError
from pages.parts.common import bundled_cohorts
from pages.parts.common.comparison_methods import methods_of
from pages.parts.common.workbench import bundled
from tests.helpers.comparing import cohort
from tests.unit.meta_training.test_run import table

ROOT = Path(__file__).parents[3]
DATA = ROOT / "sample_data"
QUICK = ["--methods", "prototypical,nearest_centroid", "--shots", "1", "--episodes", "3"]
BLOOD = [
    str(DATA / "blood_panel.csv"),
    "--columns",
    str(DATA / "blood_panel.columns.csv"),
    "--truth",
    str(DATA / "blood_panel.truth.csv"),
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    n_threads = torch.get_num_threads()
    monkeypatch.setenv(library.HOME, str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    table().to_csv(tmp_path / "patients.csv", index=False)
    yield
    torch.set_num_threads(n_threads)


def plan() -> Plan:
    """Cheap methods, one of them drawn anew in each episode, one with weights of a file; leave-one-out beside drawn episodes."""
    who = (
        *methods(("prototypical", "maml-none", "nearest_centroid")),
        Method(LEARNERS["maml"](), str(SHIPPED / "maml.safetensors")),
    )
    return Plan(cohort({"a": 6, "b": 5, "c": 2}), who, (1, 2, LEAVE_ONE_OUT), 2, seed=4)


def same(one: Iterable[EpisodeResult], other: Iterable[EpisodeResult]) -> bool:
    """Equal in order and to the last bit, but for the seconds."""
    names = [name for name in EpisodeResult.__dataclass_fields__ if not name.endswith("_seconds")]
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for a, b in zip(one, other, strict=True) for name in names)


# -- a sweep ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def expected() -> list[EpisodeResult]:
    return list(compare(plan()))


@pytest.mark.parametrize(
    ("backend", "jobs", "parcel"),
    [("loky", 1, 4), ("loky", 2, 1), ("loky", 2, 100), ("threading", 2, 3), ("sequential", 1, 1)],
)
def test_a_sweep_gives_what_compare_gives(backend: str, jobs: int, parcel: int, expected: list[EpisodeResult]) -> None:
    threads = torch.get_num_threads()
    with joblib.parallel_config(backend, n_jobs=jobs):
        assert same(sweep(plan(), parcel=parcel), expected)
    assert torch.get_num_threads() == threads


def test_a_backend_that_gives_only_lists_is_asked_for_a_few_at_a_time(expected: list[EpisodeResult]) -> None:
    """As Ray's does, which is built on this one."""
    with joblib.parallel_config("multiprocessing", n_jobs=2):
        assert same(sweep(plan(), parcel=6), expected)


def test_results_come_as_they_are_measured_and_a_sweep_may_be_stopped(expected: list[EpisodeResult]) -> None:
    results = sweep(plan(), jobs=2, parcel=1)
    assert same([next(results) for _ in range(5)], expected[:5])
    results.close()  # type: ignore[attr-defined]  # a generator


def test_weights_that_cannot_be_read_are_a_sentence_from_here_and_from_a_worker(tmp_path: Path) -> None:
    mine = tmp_path / "mine.safetensors"
    asked = Plan(cohort(), (Method(LEARNERS["prototypical"](), str(mine)),), (1,), 4)
    with pytest.raises(UserError, match="cannot be read"):
        next(sweep(asked, jobs=2))
    for ending in (".safetensors", ".json"):
        mine.with_suffix(ending).write_bytes((SHIPPED / f"prototypical{ending}").read_bytes())
    results = sweep(asked, jobs=2, parcel=1)
    asked.methods[0].begin(0)
    mine.unlink()  # read here, gone before the workers look
    with pytest.raises(UserError) as error:
        list(results)
    assert "无法读取文件" in error.value.words.zh


def test_a_worker_that_is_ended_from_outside_is_a_sentence() -> None:
    results = sweep(plan(), jobs=2, parcel=1)
    next(results)
    # Looked up, not asked for: asking from here, with other settings, ends the workers at work and waits for them.
    for pid in list(reusable_executor._executor._processes):
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(UserError, match=r"^A worker was ended from outside, most often because memory ran out"):
        list(results)


DASK = """
import warnings

from metamed_core.evaluation import compare, sweep, workers
from tests.unit.cli.test_evaluate_command import plan, same

if __name__ == "__main__":
    from dask.distributed import get_client

    warnings.simplefilter("error")
    with workers("dask", 2):
        assert len(get_client().scheduler_info()["workers"]) == 2
        found = list(sweep(plan(), parcel=1))
    assert same(found, compare(plan()))
    print("the same to the bit")
"""


def test_two_dask_workers_give_the_same_to_the_bit(tmp_path: Path) -> None:
    """In a Python of its own, as on a cluster: its workers begin from nothing."""
    pytest.importorskip("dask.distributed", reason="Dask is an optional extra: pip install metamed[cluster]")
    script = tmp_path / "on_dask.py"
    script.write_text(DASK)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(script)], cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout == "the same to the bit\n"


@pytest.mark.parametrize(("backend", "package"), [("dask", "metamed[cluster]"), ("ray", "ray")])
def test_a_cluster_that_is_not_installed_is_one_sentence(
    backend: str, package: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "dask.distributed" if backend == "dask" else backend, None)
    assert main(["evaluate", "patients.csv", *QUICK, "--backend", backend]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == f"{backend.capitalize()} is not installed: run “pip install {package}”, or leave out --backend."


def test_a_cluster_that_does_not_answer_and_an_address_for_nobody_are_sentences() -> None:
    pytest.importorskip("dask.distributed", reason="Dask is an optional extra: pip install metamed[cluster]")
    with pytest.raises(UserError, match=r"^No Dask cluster answers at nonsense: check the address"), workers("dask", 1, "nonsense"):
        pass
    with (
        pytest.raises(UserError, match=r"^The backend loky computes on this computer and takes no scheduler"),
        workers(scheduler="tcp://x:1"),
    ):
        pass


# -- the command -----------------------------------------------------------------------------------------------------


def test_it_gives_what_the_compare_page_gives_to_the_bit(capsys: pytest.CaptureFixture[str]) -> None:
    keys = ("prototypical", "logistic_regression", "nearest_centroid")
    command = ["evaluate", *BLOOD, "--shots", "1,3", "--episodes", "2", "--seed", "5", "--methods", ",".join(keys), "--jobs", "2"]
    assert main([*command, "--out", "result.json"]) == 0
    theirs = plan_for(bundled_cohorts.cohort_of(bundled("blood_panel")), methods_of(keys), (1, 3), 2, 5)[0]
    page, here = Comparison.of(theirs).plus(compare(theirs)), Comparison.from_json(Path("result.json").read_bytes())
    assert (here.cohort, here.entries, here.shots, here.counts) == (page.cohort, page.entries, page.shots, page.counts)
    assert same(here.results, page.results)
    assert capsys.readouterr().out == "".join(leaderboard_text(leaderboard(page, k)) + "\n\n" for k in (1, 3))


def test_it_tells_its_progress_and_writes_three_kinds_of_file(capsys: pytest.CaptureFixture[str]) -> None:
    for out in ("one.json", "one.csv", "one.html"):
        assert main(["evaluate", "patients.csv", *QUICK, "--out", out]) == 0
    said = capsys.readouterr()
    assert "balanced accuracy at 1 shot; 3 episodes" in said.out
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
    library.save(SHIPPED / "maml.safetensors", "kept one")
    further = ["--weights", "mine.safetensors", "--weights", "kept one"]
    assert main(["evaluate", "patients.csv", "--methods", "nearest_centroid", *QUICK[2:], *further, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {one["method"] for one in told["shots"]["1"]} == {"prototypical-mine", "maml-kept_one", "nearest_centroid"}
    assert set(told["weights_sha256"]) == {"prototypical-mine", "maml-kept_one"}


def test_groups_and_leave_one_out(capsys: pytest.CaptureFixture[str]) -> None:
    rows = table()
    rows["site"] = [f"site {i % 3}" for i in range(len(rows))]
    rows.to_csv("grouped.csv", index=False)
    command = ["evaluate", "grouped.csv", "--group", "site", "--shots", "0,1", "--episodes", "1", "--methods", "nearest_centroid"]
    assert main(command) == 0
    said = capsys.readouterr()
    assert "with all patients of the same group" in said.err
    assert "never both labelled and asked about" in said.err
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
        (["patients.csv", "--diagnoses", "disease 1"], "labelled patients nothing can be compared"),
        (["patients.csv", "--out", "one.docx"], "one.docx would be no result: its name must end in .json, .csv or .html."),
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
    assert "error: argument" in capsys.readouterr().err


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_has_help_with_an_example_at_the_end(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    examples = capsys.readouterr().out.partition("\nexample")[2].splitlines()[1:]
    assert examples
    assert all(f"-m metamed_core {command} " in line for line in examples)


def test_the_help_lists_every_command_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert all(f"\n    {name}" in said for name in COMMANDS)
    assert "python -m metamed_core diagnose patients.csv" in said.partition("\nexample")[2]


def test_the_bundled_table_is_read_with_its_columns_and_truth() -> None:
    parser = argparse.ArgumentParser()
    add_table_options(parser)
    found = cohort_of(Path(BLOOD[0]), parser.parse_args(BLOOD[1:]))
    assert (found.n_labelled, len(found.counts)) == (124, 14)
    assert "ferritin (µg/L)" in found.ranges
