"""Votes, the answer without a labeled patient, what if, what next, pretest probabilities and second opinions, on tables small enough to check."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from metamed_core.data.records import Column, Role
from metamed_core.data.records.packed_records import packed_records, unpacked_records
from metamed_core.data.task import Task
from metamed_core.diagnosis import diagnose
from metamed_core.diagnosis.case import Case
from metamed_core.diagnosis.cases_html import cases_html
from metamed_core.diagnosis.evidence import evidence
from metamed_core.diagnosis.next_test import NextTest, by_worth, next_tests, what_to_do
from metamed_core.diagnosis.pretest import with_pretest
from metamed_core.diagnosis.reasons import Reasons, reasons
from metamed_core.diagnosis.second_opinion import second_opinions
from metamed_core.diagnosis.side_by_side import side_by_side
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.diagnosis.votes import deciding_patients, votes, without_each
from metamed_core.diagnosis.what_if import smallest_change
from metamed_core.learners import LEARNERS
from metamed_core.learners.score_parts import Voting
from tests.unit.diagnosis.test_evidence import case_of, planted


def test_votes_sum_to_one_and_to_the_probabilities() -> None:
    case = case_of("matching", 0)
    found = votes(case)
    assert len(found) == len(case.trace.task.support)
    assert sum(vote.share for vote in found) == pytest.approx(1, abs=1e-6)
    uncalibrated = case.classifier.raw.predict_proba(case.x)[0]
    for name, p in zip(case.classes, uncalibrated.tolist(), strict=True):
        assert sum(vote.share for vote in found if vote.diagnosis == name) == pytest.approx(p, abs=1e-9)


def test_votes_of_an_early_step_are_of_the_patients_seen_so_far() -> None:
    last = case_of("matching", 0)
    early = Case.of(last.trace, 1, 0, last.records)
    assert isinstance(early.classifier.raw, Voting)
    task = last.trace.task
    of_class = [[name for name, y in zip(task.support_names, task.support.y.tolist(), strict=True) if y == k] for k in (0, 1)]
    assert {vote.name for vote in votes(early)} == {name for names in of_class for name in names[:2]}


@pytest.mark.parametrize("name", list(LEARNERS))
def test_the_answer_without_a_patient_is_that_of_an_adaptation_without_them(name: str) -> None:
    case = case_of(name, 0)
    at = deciding_patients(case)[0]
    (found,) = without_each(case, [at])
    row = case.trace.task.support_rows[at]
    kept = [k for k in range(len(case.trace.task.support)) if k != at]
    last = list(case.trace.initialization.adapt(case.trace.learner, case.trace.task.support.take(kept), 2))[-1]
    with torch.no_grad():
        after = last.raw.log_proba(case.x)[0]
        before = case.classifier.raw.log_proba(case.x)[0]
    assert (found.row, found.first) == (row, case.classes[int(after.argmax())])
    first, second = (case.classes.index(diagnosis) for diagnosis, _ in case.ranked[:2])
    moved = float(before[first] - before[second] - after[first] + after[second])
    assert np.sign(found.shift) == np.sign(moved)


def test_the_only_patient_of_a_diagnosis_cannot_be_left_out() -> None:
    whole = planted(0)
    one = whole.labels[whole.labels == "a"].index
    records = whole.without(one[1:])
    trace = AdaptationTrace(
        LEARNERS["prototypical"](), case_of("prototypical", 0).trace.initialization, Task.of_records(records), held_out=False
    )
    case = Case.of(trace.run(), trace.total_steps, 0, records)
    alone = [found for found in without_each(case, deciding_patients(case)) if found.first is None]
    assert [found.row for found in alone] == [one[0]]


def test_what_if_moves_this_patient_and_nothing_else() -> None:
    """A value as in another patient's row gives that patient's answer; the table, and the patient as measured, stay."""
    case, records = case_of("maml", 0), planted(0)
    before = records.sha256
    other = Case.of(case.trace, case.step_index, 1, records)
    became = case.with_values({name: other.value(name) for name in case.cells_of})
    np.testing.assert_array_equal(became.proba, other.proba)
    assert set(became.changed) == set(case.cells_of)
    assert became.with_values({name: case.value(name) for name in case.cells_of}).changed == ()
    assert case.with_values({"decides": None}).missing == ("decides",)
    assert records.sha256 == before
    np.testing.assert_allclose(case.proba, case.trace.steps[-1].proba[0], rtol=1e-9)


@pytest.mark.parametrize("name", list(LEARNERS))
def test_of_two_patients_the_column_that_decides_stands_out(name: str) -> None:
    """Patients of two diagnoses differ in it first; the parts are those of the evidence; beside themselves nobody differs."""
    one = case_of(name, 0)
    other = next(case for case in (case_of(name, 0, at) for at in range(1, 4)) if case.ranked[0][0] != one.ranked[0][0])
    told = side_by_side(one, other)
    assert (told.first, told.second) == (one.ranked[0][0], other.ranked[0][0])
    first = told.findings[0]
    assert (first.column.name, first.differs) == ("decides", True)
    assert first.values == (one.value("decides"), other.value("decides"))
    assert first.contributions[0] > 0 > first.contributions[1]
    for place, case in enumerate((one, other)):
        parts = {each.column.name: each.contribution for each in evidence(case, told.first, told.second).columns}
        assert {each.column.name: each.contributions[place] for each in told.findings} == pytest.approx(parts, abs=1e-9)
    assert side_by_side(one, one).n_different == 0


def test_two_values_differ_by_their_place_in_the_range_by_a_standard_deviation_or_where_one_is_missing() -> None:
    records = planted(0)
    ranged = records.with_columns([replace(one, low=0.0, high=60.0) if one.name == "noise 0" else one for one in records.columns])
    case = Case.of(case_of("prototypical", 0).trace, case_of("prototypical", 0).step_index, 0, ranged)
    table = [("noise 0", 59.9, 60.1, True), ("noise 0", 60.1, 61.0, False), ("noise 1", 50.0, 51.0, False), ("noise 1", 40.0, 60.0, True)]
    table += [("noise 2", 50.0, None, True), ("noise 2", None, None, False)]
    for name, here, there, differs in table:
        told = side_by_side(case.with_values({name: here}), case.with_values({name: there}))
        assert next(one.differs for one in told.findings if one.column.name == name) is differs, (name, here, there)


@pytest.mark.parametrize("name", ["prototypical", "prior_fitted"])
def test_the_smallest_change_is_in_the_column_that_decides_and_turns_the_answer(name: str) -> None:
    case = case_of(name, 0)
    change = smallest_change(case)
    assert change is not None
    assert change.column.name == "decides"
    assert case.with_values({"decides": change.after}).ranked[0][0] == change.first != case.ranked[0][0]
    assert isinstance(change.before, float)
    assert isinstance(change.after, float)
    less = change.before + 0.75 * (change.after - change.before)
    assert case.with_values({"decides": less}).ranked[0][0] == case.ranked[0][0], "no much smaller one turns it"


def test_the_missing_column_that_decides_is_recommended() -> None:
    case = case_of("prototypical", 0).with_values({"decides": None, "noise 1": None})
    best, worst = next_tests(case)
    assert (best.column.name, worst.column.name) == ("decides", "noise 1")
    assert best.gain > worst.gain
    assert "decides" in what_to_do(case, (best, worst)).en


def test_the_gain_is_that_of_a_naive_loop() -> None:
    """For one column: every value of a labeled patient in turn, weighted by the probability of the diagnosis, shared by its patients."""
    case = case_of("prototypical", 1).with_values({"noise 0": None})
    (test,) = next_tests(case)
    expected = 0.0
    task = case.trace.task
    for row, y in zip(task.support_rows, task.support.y.tolist(), strict=True):
        then = case.with_values({"noise 0": float(case.records.features.at[row, "noise 0"])})
        expected += case.proba[y] / 5 * (float(np.log2(then.proba[y])) - float(np.log2(case.proba[y])))
    assert test.gain == pytest.approx(expected, abs=1e-9)


def test_costs_decide_among_the_missing_values_and_the_sentence_says_so() -> None:
    """By hand: 0.4 bits for 8, 0.3 for 2, 0.1 for nothing, 0.9 at an unknown cost. Without costs the gain alone decides."""
    case = case_of("prototypical", 0)
    asked = {"dear": (0.4, 8.0), "cheap": (0.3, 2.0), "free": (0.1, 0.0), "unpriced": (0.9, None), "idle": (-0.1, 0.0)}
    tests = [NextTest(Column(name, Role.NUMBER, cost=cost), gain, 0.3) for name, (gain, cost) in asked.items()]
    assert [one.column.name for one in by_worth(tests)] == ["free", "cheap", "dear", "idle", "unpriced"]
    assert [one.gain_per_cost for one in tests] == pytest.approx([0.05, 0.15, float("inf"), None, float("-inf")])
    said = what_to_do(case, by_worth(tests))
    assert said.en.startswith("Measure free next")
    assert said.en.endswith("It was chosen by the expected gain for its cost; 1 missing value without a cost comes last.")
    assert said.zh.endswith("另有 1 项缺失值未注明费用，排在最后。")
    plain = [replace(one, column=replace(one.column, cost=None)) for one in tests]
    assert [one.column.name for one in by_worth(plain)] == ["unpriced", "dear", "cheap", "free", "idle"]
    assert "cost" not in what_to_do(case, by_worth(plain)).en


def test_the_costs_of_columns_reach_the_recommendation() -> None:
    whole = case_of("prototypical", 0)
    priced = [replace(one, cost=50.0 if one.name == "decides" else 0.01) for one in whole.records.columns]
    records = whole.records.with_columns(priced)
    assert unpacked_records(packed_records(records)).columns == records.columns, "saved work keeps them"
    assert records.sha256 == whole.records.sha256, "they change no answer"
    case = Case.of(whole.trace, whole.step_index, 0, records).with_values(dict.fromkeys(whole.cells_of))
    order = [one.column.name for one in next_tests(case)]
    assert order != [one.column.name for one in next_tests(whole.with_values(dict.fromkeys(whole.cells_of)))]
    gains = [one.gain_per_cost for one in next_tests(case)]
    assert gains == sorted(gains, reverse=True)


def test_the_sentence_says_when_to_stop() -> None:
    case = case_of("prototypical", 0)
    column = case.records.column("noise 0")
    assert what_to_do(case, ()).en.startswith("No value is missing")
    assert what_to_do(case, (), held_back=True).en.startswith("No missing value of this table is likely to settle it")
    assert what_to_do(case, (NextTest(column, 0.2, 0.3),), held_back=True).en.startswith("Measure noise 0 next")
    assert what_to_do(case, (NextTest(column, 0.2, 0.01),)).en.startswith("Stop measuring: no missing value is likely")
    assert what_to_do(case, (NextTest(column, 0.2, 0.3),)).en.startswith("Measure noise 0 next")


def test_pretest_probabilities_follow_bayes_rule() -> None:
    """By hand: likelihoods 0.6 : 0.3 : 0.1 from equal pretests, with pretests 1% : 9% : 90%."""
    proba, pretest = np.array([0.6, 0.3, 0.1]), {"a": 1.0, "b": 9.0, "c": 90.0}
    total = 0.6 * 0.01 + 0.3 * 0.09 + 0.1 * 0.9
    expected = np.array([0.6 * 0.01, 0.3 * 0.09, 0.1 * 0.9]) / total
    np.testing.assert_allclose(with_pretest("abc", proba, pretest), expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(with_pretest("abc", proba, dict.fromkeys("abc", 7.0)), proba, rtol=0, atol=1e-9)
    assert with_pretest("abc", proba, {"a": 1.0, "b": 1.0})[2] == 0.0
    for wrong in ({"a": -1.0, "b": 2.0}, {"a": float("nan")}, {"c": 0.0}):
        with pytest.raises(ValueError, match="pretest"):
            with_pretest("abc", proba, wrong)


def test_second_opinions_are_those_of_the_other_algorithms() -> None:
    case = case_of("maml", 0)
    found = list(second_opinions(case.records, "maml"))
    assert [one.learner.name for one in found] == [name for name in LEARNERS if name != "maml"]
    for one in found:
        same = case_of(one.learner.name, 0)
        assert dict(one.about(case)) == pytest.approx(dict(diagnose(same.trace, same.step_index, [0])[0].ranked), rel=1e-9)


def test_the_report_of_a_patient_gives_reasons_and_marks_what_was_tried() -> None:
    case = case_of("prototypical", 0)
    tried = case.with_values({"decides": 104.0})
    report = cases_html([Reasons.of(case)], "clinic.csv", "en", pretest={"a": 1.0, "b": 3.0}, tried=tried).decode()
    assert "Tried, not measured: with decides" in report
    assert "The second figure is with these pretest probabilities: b 75.0%, a 25.0%" in report
    assert f"What speaks for {case.ranked[0][0]}, and what for {case.ranked[1][0]}?" in report
    assert "The smallest single change that would change the answer: decides from" in report
    both = cases_html(list(reasons(case.trace, case.step_index, case.records, (0, 1))), "clinic.csv", "zh").decode()
    assert both.count('<section class="case">') == 2
    assert "Tried" not in both
    assert "仅为尝试" not in both
