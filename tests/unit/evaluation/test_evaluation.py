"""A comparison: the same episodes for all, evenly growing, the same numbers each time, and honest with small tables."""

from __future__ import annotations

import dataclasses
import itertools
import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from metamed_core.data import Cohort
from metamed_core.data.encoding import PatientEncoder
from metamed_core.estimator import FewShotClassifier
from metamed_core.evaluation import (
    DEFAULTS,
    LEAVE_ONE_OUT,
    Method,
    Plan,
    all_methods,
    compare,
    methods,
    n_left_out,
    plan_for,
    runner,
)
from metamed_core.evaluation.episode_draws import EpisodeIndices, draw, task_of
from metamed_core.learners import LEARNERS
from metamed_core.learners.baselines import BASELINES
from metamed_core.learners.weight_files import SHIPPED
from metamed_core.words import UserError
from tests.helpers.comparing import cohort
from tests.helpers.quick_methods import QUICK, same

# -- episodes --------------------------------------------------------------------------------------------------------


def test_episodes_are_drawn_by_the_rules() -> None:
    patients = cohort({"a": 40, "b": 12, "c": 5, "d": 20, "e": 20, "f": 20, "g": 30})
    for k_shot, index in itertools.product((1, 3, 5), range(8)):
        episode = draw(patients, k_shot, index)
        assert len(episode.classes) == 5
        assert episode.classes == tuple(sorted(episode.classes))
        assert not set(episode.support) & set(episode.query)
        asked = pd.Series([patients.labels[row] for row in episode.query]).value_counts()
        given = pd.Series([patients.labels[row] for row in episode.support]).value_counts()
        assert set(given.index) == set(asked.index) == set(episode.classes)
        assert (given == k_shot).all()
        assert all(asked[name] == min(15, patients.counts[name] - k_shot) for name in episode.classes)
        assert "c" not in episode.classes or k_shot == 1


def test_an_episode_is_the_same_whatever_else_was_asked_for() -> None:
    patients = cohort()
    few = {(j.k_shot, j.episode, j.method): j for j in compare(Plan(patients, QUICK[:1], (3,), 2))}
    many = {(j.k_shot, j.episode, j.method): j for j in compare(Plan(patients, QUICK, (1, 3), 4))}
    assert few
    assert all(same(one, many[place], but=("adapt_seconds", "predict_seconds", "right_by_step")) for place, one in few.items())


def test_the_same_plan_gives_the_same_numbers_and_another_seed_others() -> None:
    one, again, other = (list(compare(Plan(cohort(), QUICK, (1, 3), 2, seed))) for seed in (0, 0, 1))
    assert all(same(a, b) for a, b in zip(one, again, strict=True))
    assert not any(a.rows == b.rows for a, b in zip(one, other, strict=True))


def test_a_stopped_run_goes_on_where_it_was() -> None:
    plan = Plan(cohort(), QUICK, (1, 3), 2)
    whole = list(compare(plan))
    assert len(whole) == plan.n_results == 12
    for done in (0, 1, 3, 7, 11, 12):
        rest = list(compare(plan, done))
        assert all(same(a, b) for a, b in zip(whole[done:], rest, strict=True))


def test_shots_and_methods_grow_evenly() -> None:
    order = [(j.episode, j.k_shot, j.method) for j in compare(Plan(cohort(), QUICK, (1, 3), 2))]
    assert order == list(itertools.product(range(2), (1, 3), [one.key for one in QUICK]))


def test_nothing_of_a_label_or_of_other_patients_reaches_an_episode() -> None:
    """Other labels of the patients asked, and other values of labeled patients who are not in it, change no cell."""
    patients = cohort()
    episode = draw(patients, 3, 0)
    outside = sorted(set(range(len(patients.labels))) - {*episode.support, *episode.query, *patients.undiagnosed})
    changed = patients.features.copy()
    changed.loc[outside, "crp"] = 1e6
    cells = task_of(dataclasses.replace(patients, features=changed), episode)
    np.testing.assert_array_equal(cells.support.x, task_of(patients, episode).support.x)
    np.testing.assert_array_equal(cells.query.x, task_of(patients, episode).query.x)
    at_hand = [*episode.support, *episode.query, *patients.undiagnosed]
    expected = PatientEncoder.fit(patients.features.iloc[at_hand]).encode(patients.features.iloc[episode.query])
    np.testing.assert_array_equal(cells.query.x, expected)


def test_ours_say_what_the_estimator_says() -> None:
    patients = cohort(n_undiagnosed=0)
    for key in ("prototypical", "maml", "prior_fitted"):
        (judged,) = compare(Plan(patients, methods((key,)), (3,), 1))
        episode = draw(patients, 3, 0)
        X, y = patients.features, np.array(patients.labels, dtype=object)
        model = FewShotClassifier(key).fit(X.iloc[episode.support], y[episode.support], undiagnosed=X.iloc[episode.query])
        # The estimator also asks the undiagnosed patients how sure it may be, which a comparison does not.
        unsharpened = softmax(np.log(model.predict_proba(X.iloc[episode.query])) / model._classifier.sharpness, axis=1)
        np.testing.assert_allclose(judged.proba, unsharpened, rtol=1e-5, atol=1e-8)
        assert judged.classes == tuple(model.classes_)
        assert judged.rows == tuple(int(row) for row in episode.query)
        assert [judged.classes[c] for c in judged.y] == y[episode.query].tolist()


@pytest.mark.parametrize("key", list(BASELINES))
def test_every_plain_one_takes_part_at_every_number_of_shots(key: str) -> None:
    results = list(compare(Plan(cohort({"a": 6, "b": 6}), methods((key,)), (1, 3, LEAVE_ONE_OUT), 1)))
    assert {one.k_shot for one in results} == {0, 1, 3}
    for one in results:
        assert one.proba.dtype == np.float64
        assert np.isfinite(one.proba).all()
        np.testing.assert_allclose(one.proba.sum(1), 1)


# -- methods -----------------------------------------------------------------------------------------------------


def test_everyone_can_be_chosen_by_key() -> None:
    known = all_methods()
    assert {one.learner.name for one in known.values()} == {*LEARNERS, *BASELINES}
    assert all(key == one.key for key, one in known.items())
    assert len({one.title.en for one in known.values()}) == len({one.title.zh for one in known.values()}) == len(known)
    chosen = methods()
    assert len(chosen) == len(DEFAULTS) == 8
    assert any(one.is_baseline for one in chosen)
    assert Plan(cohort(), chosen, (1,)).twins == {"maml", "maml-none"}
    with pytest.raises(UserError, match="There is no method “gpt”: choose from prior_fitted, "):
        methods(("maml", "gpt"))


def test_titles_and_keys_tell_starts_and_settings_apart() -> None:
    path = str(SHIPPED / "maml.safetensors")
    own, other = Method(LEARNERS["maml"](), path), Method(LEARNERS["maml"](inner_steps=20), "none")  # type: ignore[call-arg]
    assert (own.key, own.title.en) == ("maml-maml", "MAML (maml)")
    assert other.key == "maml-none-inner_steps=20"
    assert other.title.en == "MAML (random start, inner_steps=20)"
    assert other.title.zh == "MAML（模型无关元学习，随机起点，inner_steps=20）"


def test_a_plan_travels_without_the_weights_it_has_read() -> None:
    plan = Plan(cohort(), methods(("maml", "maml-none", "naive_bayes")), (1,), 1)
    here = list(compare(plan))
    packed = pickle.dumps(plan)
    assert len(packed) < 20_000, "weights have megabytes"
    there = pickle.loads(packed)  # noqa: S301 - packed a line above
    assert there.methods == plan.methods
    assert all(same(one, again) for one, again in zip(here, compare(there), strict=True))


def test_a_random_start_is_another_one_in_each_episode() -> None:
    twin = methods(("maml-none",))[0]
    first, second = (twin.initialization(seed).weights["cell.weight"] for seed in (0, 1))
    assert not np.array_equal(first, second)


def test_steps_are_kept_for_twins_only_and_end_in_the_answer() -> None:
    for one in compare(Plan(cohort(), methods(("maml", "maml-none", "prototypical")), (3,), 1)):
        if one.method == "prototypical":
            assert one.right_by_step.shape == (0, len(one.y))
        else:
            assert one.right_by_step.shape == (LEARNERS["maml"]().inner_steps + 1, len(one.y))  # type: ignore[attr-defined]
            np.testing.assert_array_equal(one.right_by_step[-1], one.proba.argmax(1) == one.y)


def test_leave_one_out_judges_each_patient_once_from_all_others() -> None:
    patients = cohort({"a": 3, "b": 2, "c": 1})
    episodes = [draw(patients, LEAVE_ONE_OUT, i) for i in range(n_left_out(patients))]
    asked = [int(episode.query[0]) for episode in episodes]
    assert sorted(asked) == sorted([*patients.members["a"], *patients.members["b"]])
    assert [patients.labels[row] for row in asked] == ["a", "b", "a", "b", "a"]
    for episode in episodes:
        assert {*episode.support, *episode.query} == {row for row, label in enumerate(patients.labels) if label}
        assert episode.classes == ("a", "b", "c")


def test_a_small_table_is_judged_as_it_allows() -> None:
    plan, said = plan_for(cohort({"a": 8, "b": 7}), QUICK)
    assert plan.shots == (1, 3)
    assert said is not None
    assert said.en == "Too few patients for 5, 10 labeled per diagnosis; the methods are compared with 1, 3 instead."
    assert "每种诊断 5、10 位" in said.zh
    assert "The rarest diagnosis has 7 patients" in plan.remarks[-1].en
    plan, said = plan_for(cohort({"a": 3, "b": 2}), QUICK)
    assert plan.shots == (LEAVE_ONE_OUT,)
    assert said is not None
    assert "leave-one-out is used instead" in said.en
    assert plan.n_results == 15
    assert "each of 5 patients is left out once" in plan.remarks[0].en
    assert plan_for(cohort({"a": 40, "b": 40}), QUICK)[1] is None


def test_patients_have_names_of_their_own() -> None:
    table = pd.DataFrame({"x": [1.0, 2, 3]}, index=["p", "p", "q"])
    assert Cohort.of_table(table, ["a", "b", None]).rows == (0, 1, 2)
    assert Cohort.of_table(table.set_axis([7, 8, 9]), ["a", "b", None]).rows == (7, 8, 9)


def test_the_first_result_waits_for_one_episode_and_one_method_only(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    draw = runner.draw
    monkeypatch.setattr(runner, "draw", lambda *of: drawn.append(1) or draw(*of))
    results = compare(Plan(cohort(), methods(), (1,), 30))
    first = next(results)
    assert (len(drawn), first.episode, first.method) == (1, 0, methods()[0].key)


def test_draw_is_a_value() -> None:
    assert [field.name for field in dataclasses.fields(EpisodeIndices)] == ["classes", "support", "query"]
