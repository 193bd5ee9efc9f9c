"""None of these: distances against naive computations, the share of false alarms, and patients whom no learner should be sure of."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch

from metamed_core.data import PatientRecords, Task, open_upload
from metamed_core.diagnosis import AdaptationTrace, Likeness, answers, can_only_choose, columns_beyond, start
from metamed_core.diagnosis.healthy_names import means_healthy
from metamed_core.diagnosis.unlike import beyond
from metamed_core.learners import LEARNERS, load_weights
from pages.parts.common import cohorts
from tests.helpers.tasks import small_episode, task_of_cells


def embedded(n_way: int, k_shot: int, n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Labeled and other patients around class means, and others around a mean that no labeled patient has."""
    rng = torch.Generator().manual_seed(seed)
    means = 2 * torch.randn(n_way + 1, 6, generator=rng, dtype=torch.float64)
    y = torch.arange(n_way).repeat_interleave(k_shot)
    drawn = lambda at: means[at] + torch.randn(len(at), 6, generator=rng, dtype=torch.float64)  # noqa: E731
    return drawn(y), y, drawn(torch.arange(n) % n_way), drawn(torch.full((n,), n_way))


def answered(query: torch.Tensor, support: torch.Tensor, y: torch.Tensor, n_way: int) -> torch.Tensor:
    """Log-probabilities of a prototypical network without any network."""
    means = torch.stack([support[y == c].mean(0) for c in range(n_way)])
    return (-torch.cdist(query, means).square()).log_softmax(-1)


def test_the_distance_is_as_its_definition_says() -> None:
    support, y, query, _ = embedded(2, 4, 3, 1)
    means = [support[y == c].mean(0) for c in range(2)]
    within = sum((support[y == c] - means[c]).square().sum(0) for c in range(2))
    variance = (within + 4 * 0.5 * support.var(0, correction=0)) / (8 - 2 + 4)
    log_proba = answered(query, support, y, 2) / 9
    for at, distance in enumerate(Likeness.fit(support, y, 2).distance(query, log_proba).tolist()):
        counts = [float(log_proba[at, c].exp()) ** 0.5 for c in range(2)]
        to_mean = [float(((query[at] - mean).square() / variance).mean()) for mean in means]
        nearest = [min(float((query[at] - one).square().sum()) for one in support[y == c]) / float(variance.sum()) for c in range(2)]
        own_mean, own_nearest = (sum(w * d for w, d in zip(counts, each, strict=True)) / sum(counts) for each in (to_mean, nearest))
        assert distance == pytest.approx(math.log(own_mean / (sum(to_mean) / 2)) + math.log(own_nearest) / 2, abs=1e-4)


def test_a_diagnosis_without_a_labeled_patient_changes_nothing() -> None:
    support, y, query, _ = embedded(3, 4, 5, 2)
    log_proba = answered(query, support, y, 3) / 9
    further = torch.cat([log_proba, torch.full((5, 1), -1.0, dtype=torch.float64)], 1).log_softmax(-1)
    with_it = Likeness.fit(support, y, 4)
    without = Likeness(with_it.support[:3], with_it.variance)
    torch.testing.assert_close(with_it.distance(query, further), without.distance(query, log_proba))


@pytest.mark.parametrize("k_shot", [2, 4, 10])
def test_one_in_ten_is_a_false_alarm_and_others_are_caught(k_shot: int) -> None:
    alarms, caught = [], []
    for seed in range(120):
        support, y, query, other = embedded(3, k_shot, 30, seed)
        rest = [torch.arange(len(y)) != i for i in range(len(y))]
        told = lambda x, of, c: Likeness.fit(of, c, 3).distance(x, answered(x, of, c, 3))  # noqa: E731
        limit = beyond(torch.cat([told(support[~each], support[each], y[each]) for each in rest]), 0.1)
        alarms.append((told(query, support, y) > limit).double().mean())
        caught.append((told(other, support, y) > limit).double().mean())
    assert 0.02 < float(torch.stack(alarms).mean()) < 0.13
    assert float(torch.stack(caught).mean()) > (0.4 if k_shot > 2 else 0.2)


def test_the_threshold_by_hand() -> None:
    nine = torch.tensor([3.0, 1, 2, 9, 5, 6, 7, 8, 4])
    assert beyond(nine, 0.1) == 9, "the next of ten is the largest with a probability of 1 in 10"
    assert beyond(torch.arange(19.0), 0.1) == 17
    five = torch.tensor([1.0, 2, 3, 4, 5])
    assert beyond(five, 0.1) == pytest.approx(3 + 1.533206 * math.sqrt(2.5) * math.sqrt(1.2), rel=1e-5), "Student, 4 degrees of freedom"
    assert math.isnan(beyond(five[:4], 0.1))


def untested(records: PatientRecords, name: str) -> AdaptationTrace:
    """An adaptation to its end without held-out patients, who take most of the time."""
    learner = LEARNERS[name]()
    return AdaptationTrace(learner, load_weights("universal", learner), Task.of_records(records), held_out=False).run()


def with_two_more(records: PatientRecords, *, controls: bool) -> PatientRecords:
    """An undiagnosed patient of the iron deficiency with a ferritin of 900, and one with ten healthy values."""
    raw, ranges = records.raw.copy(), records.reference_ranges
    typical = next(row for row, truth in cohorts.truth_of("blood_panel").items() if truth == "iron deficiency anaemia")
    raw.loc["ferritin"] = raw.loc[typical]
    raw.loc["ferritin", "ferritin (µg/L)"] = "900"
    raw.loc["healthy"] = raw.loc[typical]
    for place, column in enumerate(ranges):
        raw.loc["healthy", column] = f"{sum(ranges[column]) / 2:.3g}" if place < 10 else ""
    if not controls:
        raw = raw[raw["diagnosis"] != "no disease found"]
    return dataclasses.replace(records, raw=raw)


@pytest.mark.parametrize("controls", [False, True])
@pytest.mark.parametrize("name", list(LEARNERS))
def test_ten_healthy_values_are_never_a_sure_disease(name: str, controls: bool) -> None:
    """Where nobody is healthy in the table it is said; where some are, it is said or they are the answer."""
    records = with_two_more(cohorts.records_of("blood_panel"), controls=controls)
    trace = untested(records.without(row for row in records.undiagnosed if row != "healthy"), name)
    (one,) = answers(trace, len(trace.steps) - 1)
    if controls and one.diagnosis.top == "no disease found":
        return
    assert one.abstention_reason is not None
    assert one.abstention_reason.en.startswith("Not sick by these values: each of the 10 values with a reference range lies within it")


LIVER = """patient,diagnosis,ALT (U/L),AFP (µg/L),albumin (g/L),bilirubin (µmol/L),ALP (U/L)
P-1,hepatitis B,436,11.2,37,9,54
P-2,hepatitis B,468,23.0,38,7,47
P-3,hepatitis B,348,12.3,28,8,47
P-4,hepatitis B,337,9.1,34,11,74
P-5,hepatitis B,404,23.8,33,10,72
P-6,alcoholic cirrhosis,57,6.2,25,100,99
P-7,alcoholic cirrhosis,41,8.1,28,149,99
P-8,alcoholic cirrhosis,61,6.5,28,164,128
P-9,alcoholic cirrhosis,38,19.2,32,164,100
P-10,alcoholic cirrhosis,50,18.7,34,247,124
P-11,fatty liver,78,2.2,44,23,62
P-12,fatty liver,79,5.0,46,11,70
P-13,fatty liver,61,2.2,49,15,85
P-14,fatty liver,65,8.8,48,23,51
P-15,fatty liver,71,5.6,47,14,115
Q-1,,37,"3,202",31,122,99
Q-2,,58,14.6,27,78,74
"""


@pytest.mark.parametrize("name", list(LEARNERS))
def test_an_afp_of_3202_is_unlike_whatever_its_other_values_say(name: str) -> None:
    """All five are sure of cirrhosis by the other values; hepatocellular carcinoma is not in the table."""
    records = open_upload("liver.csv", LIVER.encode())[1]
    assert records.features["AFP (µg/L)"].iloc[-2] == 3202, "a comma for the thousands"
    trace = untested(records, name)
    first, second = answers(trace, len(trace.steps) - 1)
    assert first.abstention_reason is not None
    assert first.abstention_reason.en == (
        "Unlike every labeled patient of this table: AFP (µg/L) lies far beyond what any of them shows. Check the value and the unit; if it is right, "
        "the patient may have none of the table's diagnoses."
    )
    assert second.abstention_reason is None


def test_a_ferritin_of_900_is_named_as_a_reason() -> None:
    trace = start(with_two_more(cohorts.records_of("blood_panel"), controls=True), LEARNERS["prototypical"]()).run()
    at = trace.task.query_rows.index("ferritin")
    iron = trace.task.classes.index("iron deficiency anaemia")
    assert columns_beyond(trace.task, at, iron)[0] == "ferritin (µg/L)"
    assert "ferritin (µg/L)" not in columns_beyond(trace.task, at, trace.task.classes.index("anaemia of inflammation"))


def test_controls_are_suggested_where_none_are() -> None:
    assert can_only_choose(("flu", "cold")).en.endswith(
        "No healthy controls are among the labeled patients: add some, and “healthy” becomes one of the answers."
    )
    assert (
        can_only_choose(("flu", "no disease found")).en
        == "The algorithm can only choose among the 2 diagnoses of the table: a patient may have none of them."
    )


@pytest.mark.parametrize("name", ["prototypical", "prior_fitted"])
def test_the_trace_tells_it_after_the_last_step(name: str) -> None:
    learner, task = LEARNERS[name](), small_episode(seed=2)
    origin = load_weights("universal", learner)
    trace = AdaptationTrace(learner, origin, task_of_cells(task.support, task.query.x)).run()
    assert all(np.isnan(step.unlikeness).all() for step in trace.steps[:-1])
    classifier, told = trace.steps[-1].classifier, []
    for i in range(9):
        rest = torch.arange(9) != i
        *_, without = origin.adapt(learner.lighter(), task.support.take(rest), 3)
        told.append(Likeness.of(without).distance(*without.embed_and_log_proba(task.support.x[i : i + 1])))
    told_before = classifier.sharpened(1.0).embed_and_log_proba(task.query.x)
    expected = Likeness.of(classifier).distance(*told_before) - beyond(torch.cat(told), 0.1)
    np.testing.assert_allclose(trace.steps[-1].unlikeness, expected.numpy(), atol=1e-3)


HEALTHY = """Healthy; healthy_control; normal; NORMAL; controls; Control 1; none; none of these; benign; age- and sex-matched controls; cognitively normal; Normal (control); class 0: normal
    normal thyroid function; no disease found; no heart disease; no evidence of disease; without disease; non-diseased; disease-free; No pathological findings; healthy volunteers
    正常; 健康对照; 未见异常; 正常对照组; 无病; 未发现疾病; healthy 健康; 健康（healthy）"""
SICK = """abnormal; not normal; unhealthy; uncontrolled diabetes; poor glycaemic control; disease control; abnormal control; nonerosive; normal pressure hydrocephalus
    Normal-tension glaucoma; normal anion gap acidosis; normocytic anaemia; normal weight obesity; benign prostatic hyperplasia; benign essential tremor; no-reflow phenomenon
    benign paroxysmal positional vertigo; heart; disease; 不正常; 亚健康; 非正常; 疾病对照; 正常压力脑积水; 正常眼压性青光眼; 正常细胞性贫血; 良性前列腺增生; 未见好转; 正常 glaucoma"""


@pytest.mark.parametrize(("names", "healthy"), [(HEALTHY, True), (SICK, False)])
def test_only_a_name_of_which_every_word_says_so_means_healthy(names: str, healthy: bool) -> None:
    told = {name.strip(): means_healthy(name) for line in names.splitlines() for name in line.split(";")}
    assert {name for name, said in told.items() if said is not healthy} == set()


def test_a_patient_with_normal_values_and_a_disease_of_that_name_is_warned_of() -> None:
    """A first diagnosis of “normal pressure hydrocephalus” is no reason to be silent."""
    records = with_two_more(cohorts.records_of("blood_panel"), controls=False)
    renamed = records.raw["diagnosis"].replace("primary hyperparathyroidism", "normal pressure hydrocephalus")
    records = dataclasses.replace(records, raw=records.raw.assign(diagnosis=renamed))
    trace = untested(records.without(row for row in records.undiagnosed if row != "healthy"), "prototypical")
    (one,) = answers(trace, len(trace.steps) - 1)
    assert one.diagnosis.top == "normal pressure hydrocephalus"
    assert str(one.abstention_reason).startswith("Not sick by these values")
