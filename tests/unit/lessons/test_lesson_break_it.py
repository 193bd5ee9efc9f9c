"""The numbers of the lesson on breaking it against counts by hand, that what the app says is the app's own, and its claims for several seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from metamed_core.data.episode import LabeledSet
from metamed_core.diagnosis import answers, reliability_notes
from metamed_core.drawing import Label, Line
from metamed_core.learners.prototypical import Prototypical
from metamed_core.words import Words
from pages.lessons.l09_break_it import computation as world
from pages.lessons.l09_break_it import pictures
from pages.lessons.l09_break_it.computation import MOST_CURED, N_LABELED, N_NEW, BreakItState
from pages.lessons.l09_break_it.story import LESSON

SEEDS = [7, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3, 4))]


def kinds(found: world.AppResult) -> list[str]:
    return [finding.kind for finding in found.records.findings]


def words_of(found: world.AppResult) -> str:
    return "\n".join(f"{row[1].en}\n{row[1].zh}" for row in pictures.said(found).rows)


@pytest.mark.parametrize("fault", ["none", "labels", "prior"])
def test_held_out_accuracy_is_that_of_runs_without_each_patient(fault: str) -> None:
    found = world.app_result(7, fault)
    support, right, plain = found.trace.task.support, 0, 0
    backbone, weights = found.trace.initialization.backbone, found.trace.initialization.weights
    for i in range(len(support)):
        rest = [j for j in range(len(support)) if j != i]
        *_, last = Prototypical().adapt(backbone, weights, LabeledSet(support.x[rest], support.y[rest]), 3)
        right += int(last.predict_proba(support.x[[i]]).argmax()) == int(support.y[i])
        means = [support.x[[j for j in rest if support.y[j] == d], :, 0].mean(0) for d in range(3)]
        plain += min(range(3), key=lambda d: float((support.x[i, :, 0] - means[d]).square().sum())) == int(support.y[i])
    n = 3 * N_LABELED
    assert found.held_out == pytest.approx(right / n)
    assert found.trace.baseline_held_out == pytest.approx(plain / n)
    told = LESSON.screens[1].formula(BreakItState(fault=fault)).numbers
    assert rf"\frac{{{right}}}{{{n}}} = {100 * right / n:.0f}\,\%" in told
    assert f"<baseline>: {100 * plain / n:.0f}" in told
    drawn = pictures.bars(found, Words("", ""), revealed=True).marks
    (line,) = (mark.points[0][1] for mark in drawn if isinstance(mark, Line) and mark.width > 3)
    assert not [mark for mark in drawn if isinstance(mark, Label) and mark.at[0] == 2 and 0 <= line - mark.at[1] < 0.08], "under the line"


def test_one_patient_each_cannot_be_left_out_and_the_app_says_so() -> None:
    found = world.app_result(7, "one", 1)
    assert math.isnan(found.held_out)
    assert kinds(found) == ["single_patient_class"]
    assert reliability_notes.SINGLE.en in words_of(found)
    assert found.records.findings[0].message.en in words_of(found)
    assert "<unknown>" in LESSON.screens[0].formula(BreakItState()).numbers
    assert kinds(world.app_result(7, "one", 2)) == []


def test_the_leak_is_found_by_the_upload_check_and_dropped_by_its_remedy() -> None:
    found, mended = (world.app_result(7, "leak", cured=n) for n in (0, 1))
    assert kinds(found) == ["leak"]
    assert found.records.findings[0].message.en in words_of(found)
    assert kinds(mended) == []
    assert "treatment given" not in mended.records.features.columns
    np.testing.assert_allclose(mended.trace.steps[-1].proba, world.app_result(7, "none").trace.steps[-1].proba)
    assert world.told_by_treatment(7) == (3 * N_LABELED, 3 * N_LABELED)
    assert rf"\frac{{{3 * N_LABELED}}}{{{3 * N_LABELED}}} = 100\,\%" in LESSON.screens[2].formula(BreakItState()).numbers


def test_hospitals_apart_are_the_library_s_and_one_alone_is_refused() -> None:
    share, refused = world.apart(7, 0)
    assert math.isnan(share)
    assert refused is not None
    assert "two or more groups" in refused.en, "Compare's own sentence"
    for n in (1, MOST_CURED):
        share, refused = world.apart(7, n)
        assert refused is None
        assert 0 <= share <= 1
    labeled = world.file_of(7, "hospital", cured=2)
    labeled = labeled[labeled["diagnosis"].notna()]
    assert labeled.groupby("diagnosis")["hospital"].value_counts().to_dict() == {
        (d, h): n for d in world.DIAGNOSES for h, n in (("A", N_LABELED - 2), ("B", 2))
    }


def test_distances_and_the_card_of_a_new_disease() -> None:
    found = world.app_result(7, "missing")
    classifier, trace = found.trace.steps[-1].classifier, found.trace
    asked, known = classifier.embed(trace.task.query.x), classifier.embed(trace.task.support.x)
    nearest = torch.stack([(one - known).square().sum(-1).min().sqrt() for one in asked])
    mask = torch.tensor(found.new)
    assert int(mask.sum()) == N_NEW
    assert found.nearest(new=True) == pytest.approx(float(np.median(nearest[mask])), rel=1e-6)
    assert found.nearest(new=False) == pytest.approx(float(np.median(nearest[~mask])), rel=1e-6)
    surest = int(np.argmax(np.where(found.new, trace.steps[-1].proba.max(1), 0)))
    message = pictures.card(found)[1]
    assert f"{trace.steps[-1].proba[surest].max():.0%}" in message.en
    assert f"{float(nearest[surest]):.2f}" in message.zh


def test_three_clinics_say_what_the_app_would_say() -> None:
    one = world.clinics_say(BreakItState(k=3))[0]
    assert list(one) == world.app_result(7, "one", 3).named, "the first clinic is the one whose words are shown"
    said = world.clinics_say(BreakItState())
    assert world.n_disagree(BreakItState()) == (sum(len({each[i] for each in said}) > 1 for i in range(36)), 36)


def test_a_cure_leaves_the_other_patients_as_they_were() -> None:
    for fault in ("hospital", "missing"):
        before, after = (world.file_of(7, fault, cured=n) for n in (0, 2))
        new = [one[one["diagnosis"].isna()].reset_index(drop=True) for one in (before, after)]
        assert new[0].equals(new[1])


@pytest.mark.parametrize(("fault", "cured"), [("one", 0), ("leak", 0), ("missing", 1)])
def test_a_chinese_sentence_names_diagnoses_and_columns_in_chinese(fault: str, cured: int) -> None:
    found = world.app_result(7, fault, 1 if fault == "one" else N_LABELED, cured=cured)
    (finding,), told = found.records.findings, pictures.said(found).rows[0][1]
    assert told.en == finding.message.en
    between = [f"“{name}”" for name in pictures.WRITTEN if f"“{name}”" in finding.message.zh]
    assert between, "names of the file stand in the app's own sentence"
    for name in between:
        assert name not in told.zh
        assert pictures.WRITTEN[name[1:-1]].zh in told.zh


def _unlike(found: world.AppResult, position: int) -> bool:
    """Whether the card of a patient says so, as Diagnose shows it."""
    reason = answers(found.trace, -1, [position])[0].abstention_reason
    return reason is not None and "Unlike every labeled patient" in reason.en


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_lesson_says_holds_for_any_class(seed: int) -> None:
    """What the explanations say, whatever seed a teacher chooses; the answers are in `test_predictions`."""
    fine, labels, prior = (world.app_result(seed, fault) for fault in ("none", "labels", "prior"))
    assert kinds(fine) == kinds(labels) == kinds(prior) == []
    assert labels.held_out < 0.45, "near guessing"
    assert labels.trace.baseline_held_out < 0.45, "in both bars"
    assert prior.held_out < prior.trace.baseline_held_out - 0.1, "clearly below plain means"
    assert reliability_notes.held_out_warning(prior.held_out, prior.trace.baseline_held_out) is not None
    assert reliability_notes.ONLY_HELD_OUT.en in words_of(prior)
    assert fine.held_out > max(labels.held_out, prior.held_out) + 0.15
    assert max(labels.sure, prior.sure) < fine.sure, "the held-out patients lower the confidence"
    leak = world.app_result(seed, "leak")
    assert leak.held_out > 0.9
    assert leak.n_right < fine.n_right - 4
    home, away, mended = fine.n_right, *(world.app_result(seed, "hospital", cured=n) for n in (0, MOST_CURED))
    assert away.n_right < home
    assert away.held_out > away.n_right / len(away.truth) + 0.1, "nothing shows when left out"
    assert kinds(away) == []
    assert mended.n_right > away.n_right
    missing, two = (world.app_result(seed, "missing", cured=n) for n in (0, 2))
    assert sum(a == b for a, b, new in zip(missing.named, missing.truth, missing.new, strict=True) if new) == 0
    assert missing.nearest(new=True) > 1.15 * missing.nearest(new=False)
    assert missing.held_out == pytest.approx(fine.held_out, abs=0.2), "nothing on the curve"
    message = pictures.warned(missing)[1].en
    assert f"{sum(_unlike(missing, i) for i in range(len(missing.truth)) if missing.new[i])} of 12" in message
    assert two.n_right > missing.n_right + 4
    assert len(missing.records.diagnosed) == 3 * N_LABELED
