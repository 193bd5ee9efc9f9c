"""`diagnose` where something is wrong: what the upload check finds, and one sentence for what cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from metamed_core.__main__ import main
from metamed_core.learners.weight_files import SHIPPED
from tests.helpers.diagnose_command import BLOOD, PROTOTYPICAL, SMALL, records
from tests.helpers.odd_files import ODD_FILES, OddFile

pytestmark = pytest.mark.usefixtures("home")


def test_findings_of_the_upload_check_are_told_the_gravest_first(capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"{1000 + i},{'ab'[i % 2]},{i},7,jane{i}@example.org\n" for i in range(8))
    table = records("MRN,diagnosis,x,y,e-mail\n" + rows + "2000,,3,7,joe@example.org\n")
    assert main(["diagnose", "mine.csv", "--algorithm", "prototypical", "--out", "told.json"]) == 0
    said = [line.removeprefix("- ") for line in capsys.readouterr().err.splitlines() if line.startswith("- ")]
    assert said == [finding.message.en + f" [--mend {finding.kind}]" * (finding.remedy is not None) for finding in table.findings]
    assert "e-mail" in said[0] + said[1]
    assert main(["diagnose", "mine.csv", "--algorithm", "prototypical", "--drop", "y"]) == 0
    assert len([line for line in capsys.readouterr().err.splitlines() if line.startswith("- ")]) < len(said)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.csv"], "The file nowhere.csv cannot be read: check the path and that you may read it."),
        (["."], "The file . cannot be read: check the path and that you may read it."),
        ([*PROTOTYPICAL, "--weights", "nothing"], "There are no weights “nothing”: give universal, none, a file"),
        ([*PROTOTYPICAL, "--weights", "no.safetensors"], "cannot be read: check the path, or choose the shipped weights."),
        ([*PROTOTYPICAL, "--weights", str(SHIPPED / "maml.safetensors")], "belong to “maml”, not to “prototypical”"),
        ([*PROTOTYPICAL, "--set", "inner_steps=3"], "“inner_steps=3” is not a setting of prototypical: give NAME=VALUE with a number; NAME is one of scaled_metric."),
        ([*BLOOD, "--algorithm", "maml", "--set", "inner_steps=many"], "“inner_steps=many” is not a setting of maml: give NAME=VALUE"),
        ([*BLOOD, "--algorithm", "maml", "--set", "inner_lr=nan"], "must lie between"),
        ([*BLOOD, "--algorithm", "maml", "--set", "inner_steps=900"], "Steps is 900; it must lie between 0 and 200"),
        ([*PROTOTYPICAL, "--label", "nobody"], "The table has no column “nobody”"),
        ([*PROTOTYPICAL, "--label", "age (years)"], "The column “age (years)” has"),
        ([*PROTOTYPICAL, "--out", "answers.docx"], "answers.docx cannot be written: its name must end in .csv, .json or .html."),
        ([*PROTOTYPICAL, "--out", "nowhere/answers.csv"], "There is no folder nowhere: make it, or write elsewhere."),
        (["all.csv"], "has a diagnosis: leave it empty for those to be diagnosed."),
        ([*BLOOD[:1], "--columns", BLOOD[0]], "blood_panel.csv does not describe columns"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_sentence(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("all.csv").write_text(SMALL.split("P-005", maxsplit=1)[0], "utf-8")
    assert main(["diagnose", *arguments]) == 2
    said = capsys.readouterr()
    assert sentence in said.err.splitlines()[-1]
    assert not said.out


REFUSED = [odd for odd in ODD_FILES if odd.expected != "works"]


@pytest.mark.parametrize("odd", REFUSED, ids=str)
def test_odd_files_are_refused_in_one_sentence(odd: OddFile, capsys: pytest.CaptureFixture[str]) -> None:
    np.random.default_rng(0)
    Path(odd.name).write_bytes(odd.build())
    assert main(["diagnose", odd.name, "--algorithm", "prototypical"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith(".")
