"""Adaptation with knowledge: it equals its closed forms at the ends, whatever the learner, and changes nothing where nothing is known."""

from __future__ import annotations

import pytest
import torch

from metamed_core.data import class_means
from metamed_core.diagnosis import answers, answers_csv, answers_json, start
from metamed_core.estimator import FewShotClassifier
from metamed_core.knowledge import Knowledge, informed_task, known_rows, labeled_name, row_reports, with_knowledge
from metamed_core.learners import LEARNERS, Initialization, load_weights
from metamed_core.learners.inner_loop import HEAD_WEIGHT
from metamed_core.words import UserError, Words
from tests.helpers.knowing import RIGHT, ROWS, SWAPPED, features, knowledge, patients, shuffled, task

FURTHER = "infection,fever,always,hallmark,\ninfection,mcv,80-100,,\n"


def proba(name: str, known: Knowledge, n_labeled: int = 6, fixed: int | None = None, further: tuple[str, ...] = ()) -> torch.Tensor:
    learner = LEARNERS[name]()
    known_task, initialization = with_knowledge(
        task(n_labeled, further), known, features(), load_weights("universal", learner), fixed=fixed
    )
    *_, last = initialization.adapt(learner, known_task.support, known_task.n_way)
    return last.predict_proba(known_task.query.x)


@pytest.mark.parametrize("name", LEARNERS)
def test_an_empty_table_and_rows_that_count_as_nobody_change_no_digit(name: str) -> None:
    learner, plain = LEARNERS[name](), task()
    *_, last = load_weights("universal", learner).adapt(learner, plain.support, plain.n_way)
    expected = last.predict_proba(plain.query.x)
    assert torch.equal(proba(name, Knowledge()), expected)
    assert torch.equal(proba(name, knowledge("sepsis,mcv,low,,\niron,ferritin,low,,\n")), expected)
    assert torch.equal(proba(name, knowledge(RIGHT), fixed=0), expected)


@pytest.mark.parametrize("name", LEARNERS)
def test_without_any_patient_the_rows_answer(name: str) -> None:
    learner, both = LEARNERS[name](), ("iron", "vitamin")
    known = proba(name, knowledge(RIGHT), n_labeled=0, further=both)
    nobody = task(0, both)
    alone = known_rows(knowledge(RIGHT), nobody.encoder, features(), both).patients([1, 1], torch.float64)
    *_, last = load_weights("universal", learner).adapt(learner, alone, 2)
    assert torch.equal(known, last.predict_proba(nobody.query.x))
    assert known[1].argmax() == 0
    assert known[2].argmax() == 1


@pytest.mark.parametrize("name", LEARNERS)
def test_right_rows_are_kept_wrong_ones_are_not_and_their_order_means_nothing(name: str) -> None:
    plain, right, wrong = (proba(name, known) for known in (Knowledge(), knowledge(RIGHT), knowledge(SWAPPED)))
    assert float((plain - wrong).abs().max()) < 0.1
    assert torch.allclose(proba(name, shuffled(knowledge(RIGHT))), right, atol=1e-9)
    believed = proba(name, knowledge(SWAPPED), fixed=5)
    assert float(believed[1, 0]) < float(wrong[1, 0])


def test_prototypes_mix_in_what_is_known_cell_by_cell() -> None:
    learner, m, rows_of = LEARNERS["prototypical"](), 3, knowledge("iron,mcv,low,,\niron,hb,low,2,\n")
    known_task, initialization = with_knowledge(task(), rows_of, features(), load_weights("universal", learner), fixed=m)
    *_, last = initialization.adapt(learner, known_task.support, 2)
    raw, support = last.raw, known_task.support
    told = known_rows(rows_of, known_task.encoder, features(), known_task.classes)
    embedded = raw.embed(support.x)
    means = class_means(embedded, support.y, 2)
    width = embedded.shape[1] // support.x.shape[1]
    both, one = told.patients([1, 0], torch.float64).x
    expected = means.clone()
    mcv, hb = slice(width, 2 * width), slice(0, width)
    row, further = raw.embed(both.unsqueeze(0))[0], raw.embed(one.unsqueeze(0))[0]
    expected[0, mcv] = (3 * means[0, mcv] + m * row[mcv]) / (3 + m)
    expected[0, hb] = (3 * means[0, hb] + m * (row[hb] + further[hb])) / (3 + 2 * m)
    assert torch.allclose(raw.prototypes(), expected)
    head = next(iter(initialization.adapt(LEARNERS["maml"](), support, 2))).raw.weights[HEAD_WEIGHT]
    assert head.shape == expected.shape


def test_many_patients_a_row_are_the_row() -> None:
    known = knowledge(
        "iron,mcv,low,,\niron,hb,low,,\niron,fever,occasional,,\niron,sex,f,,\n"
        + RIGHT.split("\n", 2)[2]
        + "vitamin,fever,occasional,,\nvitamin,sex,f,,\n"
    )
    nobody, everybody = (proba("prototypical", known, n, fixed, ("iron", "vitamin")) for n, fixed in ((0, None), (6, 2000)))
    assert torch.allclose(nobody.argmax(1), everybody.argmax(1))
    learner = LEARNERS["prototypical"]()
    known_task, initialization = with_knowledge(task(), known, features(), load_weights("universal", learner), fixed=4000)
    *_, last = initialization.adapt(learner, known_task.support, 2)
    alone = known_rows(known, known_task.encoder, features(), known_task.classes).patients([1, 1], torch.float64)
    assert torch.allclose(last.prototypes(), last.embed(alone.x), atol=5e-3)


def test_a_row_is_trusted_as_far_as_the_patients_bear_it_out_and_conflicts_are_named() -> None:
    learner = LEARNERS["prior_fitted"]()
    told = {}
    for name, lines in (("right", RIGHT), ("swapped", SWAPPED + FURTHER)):
        known_task, initialization = informed_task(patients(), knowledge(lines), load_weights("universal", learner))
        told[name] = row_reports(known_task, initialization, learner)
    assert [one.in_conflict for one in told["right"]] == [False, False]
    assert all(one.counts_as > 0.8 for one in told["right"])
    assert [str(one.sentence) for one in told["right"]] == ["Your row counts as 1.0 patient."] * 2
    infection, iron, vitamin = told["swapped"]
    assert str(infection.sentence) == "No labeled patient: the answer rests on the row alone."
    assert [one.in_conflict for one in (iron, vitamin)] == [True, True]
    assert str(iron.sentence) == "Your row counts as 0.0 patients; conflict: mcv."
    assert vitamin.sentence.zh == "这一行知识相当于 0.0 位患者；冲突：mcv。"
    assert iron.conflicts[0].patients == (0, 1, 2)


def test_the_watched_adaptation_knows_and_says_so() -> None:
    trace = start(patients(), LEARNERS["prototypical"](), knowledge=knowledge(RIGHT + FURTHER)).run()
    assert trace.task.classes == ("infection", "iron", "vitamin")
    assert trace.task.support_names[-2:] == ("knowledge: infection", "knowledge: infection")
    assert labeled_name("knowledge: infection", "infection", "感染") == Words("knowledge: 感染", "知识：感染")
    assert labeled_name("P-1", "infection") == Words("P-1", "P-1")
    assert len(trace.steps) == trace.total_steps + 1 == 4 - 1
    assert {trace.task.support_names[at] for at in trace.steps[-1].held_out.position} == {f"p{i}" for i in range(6)}
    found = answers(trace, len(trace.steps) - 1)
    assert found[3].diagnosis.top == "infection"
    assert b'"knowledge": [{"diagnosis": "infection", "counts_as": 1.0, "patients": 0' in answers_json(trace, len(trace.steps) - 1, "t.csv")
    assert b"6 statements, SHA-256 " in answers_csv(trace, len(trace.steps) - 1, "t.csv")


@pytest.mark.parametrize("name", LEARNERS)
def test_a_table_without_a_diagnosis_is_answered_step_by_step(name: str) -> None:
    trace = start(patients(diagnosed=False), LEARNERS[name](), knowledge=knowledge(RIGHT)).run()
    assert [one.diagnosis.top for one in answers(trace, len(trace.steps) - 1)][:6] == ["iron"] * 3 + ["vitamin"] * 3


def test_one_diagnosis_alone_is_refused() -> None:
    with pytest.raises(
        UserError, match="together have 1 diagnosis that can be told by the columns of this table, and at least 2 are needed"
    ):
        start(patients(diagnosed=False), LEARNERS["prototypical"](), knowledge=knowledge("iron,mcv,low,,\nsepsis,lactate,high,,\n"))


def test_the_estimator_knows() -> None:
    x, y = features(), [row[4] for row in ROWS[:6]]
    told = FewShotClassifier("prototypical", knowledge=knowledge(RIGHT + FURTHER)).fit(x[:6], y, undiagnosed=x[6:])
    assert told.classes_.tolist() == ["infection", "iron", "vitamin"]
    assert told.predict(x[6:]).tolist()[1:] == ["iron", "vitamin", "infection"]
    assert [one.n_patients for one in told.knowledge_reports_] == [0, 3, 3]
    assert told.prototypes_.index.tolist() == ["infection", "iron", "vitamin"]
    nobody = FewShotClassifier("prototypical", knowledge=knowledge(RIGHT)).fit(x[:0], [], undiagnosed=x)
    assert nobody.predict(x[:6]).tolist() == y
    with pytest.raises(UserError, match=r"The labels are numbers, and the knowledge names “infection”"):
        FewShotClassifier(knowledge=knowledge(FURTHER)).fit(x[:6], [0, 0, 0, 1, 1, 1])
    with pytest.raises(UserError, match=r"The knowledge file nowhere\.csv cannot be read"):
        FewShotClassifier(knowledge="nowhere.csv").fit(x[:6], y)


def test_an_initialization_stays_one() -> None:
    assert isinstance(informed_task(patients(), knowledge(RIGHT), load_weights("universal", LEARNERS["maml"]()))[1], Initialization)
