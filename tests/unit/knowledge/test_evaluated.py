"""A comparison with knowledge: each learner without and with it on the same episodes, also without any labeled patient."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metamed_core.__main__ import main
from metamed_core.data import Cohort
from metamed_core.evaluation import (
    LEAVE_ONE_OUT,
    NO_PATIENT,
    About,
    Comparison,
    comparison_csv,
    comparison_html,
    difference,
    evaluate,
    knowledge_gains,
    knowledge_text,
    knowledge_verdict,
    methods,
    plan_for,
    with_twins,
)
from metamed_core.evaluation.knowledge_gains import KnowledgeGain
from metamed_core.learners.baselines import BASELINES
from metamed_core.statistics import Interval
from metamed_core.words import UserError, Words
from tests.helpers.knowing import HEADER, knowledge

LINES = "iron,mcv,low,,\nvitamin,mcv,high,,\n"


def cohort(n: int = 12) -> Cohort:
    rng = np.random.default_rng(0)
    names = np.array(["iron", "vitamin", "other"])[np.arange(3 * n) % 3]
    mcv = np.select([names == "iron", names == "vitamin"], [70.0, 112.0], 90.0) + rng.normal(0, 3, 3 * n)
    return Cohort.of_table(pd.DataFrame({"mcv": mcv, "noise": rng.normal(0, 1, 3 * n)}), names.tolist())


def test_each_learner_takes_part_without_and_with_knowledge() -> None:
    found = evaluate(cohort(), ("prototypical", "nearest_centroid"), (NO_PATIENT, 1), 2, knowledge=knowledge(LINES))
    assert found.keys == ("prototypical", "prototypical-knowledge", "nearest_centroid")
    assert found.entry("prototypical-knowledge").title.zh.endswith("（有知识）")
    for episode in found.complete_episodes[NO_PATIENT]:
        without, knowing, baseline = episode
        assert without.classes == ("iron", "vitamin")
        assert (without.proba == 0.5).all()
        assert (baseline.proba == 0.5).all()
        assert (knowing.proba.argmax(1) == knowing.y).all()
        assert len(without.y) == 24
    assert {len(one.classes) for one in found.answers("prototypical", 1)} == {3}
    gain = difference(found, "prototypical-knowledge", "prototypical", NO_PATIENT)
    assert gain is not None
    assert gain.mean == 0.5
    assert Comparison.from_json(found.to_json()).complete_episodes[NO_PATIENT]


def test_what_knowledge_adds_stands_in_text_report_and_csv_in_both_languages() -> None:
    known = knowledge(LINES)
    found = evaluate(cohort(), ("prototypical", "nearest_centroid"), (NO_PATIENT, 1), 2, knowledge=known)
    assert found.twin_of == {"prototypical-knowledge": "prototypical"}
    gains = knowledge_gains(found)
    assert [(one.entry.key, one.k_shot) for one in gains] == [("prototypical", NO_PATIENT), ("prototypical", 1)]
    assert gains[0].gain == difference(found, "prototypical-knowledge", "prototypical", NO_PATIENT)
    assert gains[0].helps
    assert "without any labeled patient: ▲ +50.0 [" in knowledge_text(found)
    assert "没有任何已确诊患者时 1 种方法中有 1 种" in knowledge_text(found, "zh")
    assert not found.is_alike, "most methods guess where there is no labeled patient"
    report = comparison_html(found, About(Words("t", "t")), "en").decode()
    assert "<h2>What knowledge adds</h2>" in report
    assert known.sha256 in report
    assert (
        "What knowledge adds"
        not in comparison_html(evaluate(cohort(), ("nearest_centroid",), (1,), 1), About(Words("t", "t")), "en").decode()
    )
    table = pd.read_csv(io.BytesIO(comparison_csv(found)), keep_default_na=False)
    assert dict(zip(table["method"], table["knowledge"], strict=True)) == {
        "prototypical": "",
        "prototypical-knowledge": known.sha256,
        "nearest_centroid": "",
    }


def test_where_knowledge_hurts_is_said_by_name() -> None:
    entry = evaluate(cohort(), ("prototypical",), (1,), 1).entries[0]
    gains = (KnowledgeGain(entry, 1, Interval(-0.05, -0.08, -0.02)), KnowledgeGain(entry, 3, Interval(0.01, -0.01, 0.03)))
    first, second = knowledge_verdict(gains)
    assert (
        first.en
        == "Clearly better with knowledge: with 1 labeled patient per diagnosis 0 of 1 method, with 3 labeled patients per diagnosis 0 of 1 method."
    )
    assert second.en == f"Clearly worse with it: {entry.title.en} with 1 labeled patient per diagnosis (-5.0 [-8.0, -2.0])."
    assert knowledge_verdict(gains[1:])[1].en == "With it no method is clearly worse."
    assert knowledge_verdict(()) == ()


def test_without_knowledge_the_episodes_and_answers_are_the_same() -> None:
    patients = cohort()
    plain = evaluate(patients, ("prototypical",), (1, LEAVE_ONE_OUT), 1)
    both = evaluate(patients, ("prototypical",), (1, LEAVE_ONE_OUT), 1, knowledge=knowledge(LINES))
    for k in (1, LEAVE_ONE_OUT):
        for one, other in zip(plain.answers("prototypical", k), both.answers("prototypical", k), strict=True):
            assert np.array_equal(one.proba, other.proba)


@pytest.mark.parametrize("lines", [None, "iron,mcv,low,,\n", "iron,ferritin,low,,\nvitamin,ferritin,low,,\n"])
def test_no_patient_and_nothing_known_is_refused(lines: str | None) -> None:
    who = methods(("prototypical",)) if lines is None else with_twins(methods(("prototypical",)), knowledge(lines))
    with pytest.raises(
        UserError, match="only knowledge can answer: give a knowledge table that speaks of at least two diagnoses of this table"
    ):
        plan_for(cohort(), who, (NO_PATIENT, 1))


def test_a_baseline_has_no_twin() -> None:
    assert [one.key for one in with_twins(methods(tuple(BASELINES)), knowledge(LINES))] == list(BASELINES)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    patients, file, known = cohort(), tmp_path / "t.csv", tmp_path / "k.csv"
    patients.features.assign(diagnosis=patients.labels).to_csv(file, index=False)
    known.write_text(HEADER + LINES, "utf-8")
    command = ["evaluate", str(file), "--label", "diagnosis", "--contestants", "prototypical", "--episodes", "1", "--json"]
    assert main([*command, "--shots", "0,1,loo", "--knowledge", str(known)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told["shots"]) == ["0", "1", "loo"]
    assert {one["method"] for one in told["shots"]["1"]} == {"prototypical", "prototypical-knowledge"}
    assert told["knowledge"]["0"]["prototypical"]["mean"] == 0.5
    assert main([*command[:-1], "--shots", "1", "--knowledge", str(known)]) == 0
    assert "What knowledge adds to the balanced accuracy, percentage points" in capsys.readouterr().out
    assert main([*command, "--shots", "0,1"]) == 2
    assert "To leave one patient out at a time, ask for loo." in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*command, "--shots", "some"])
    assert "0 is no labeled patient at all, loo leaves one patient out" in capsys.readouterr().err
