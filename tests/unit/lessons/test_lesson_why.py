"""The numbers of the first lesson against the same learners asked one patient at a time, and its claims against the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from metamed_core.learners.baselines import BASELINES
from metamed_core.meta_training.outer_loop import Budget, meta_train
from pages.lessons.l01_why import computation as why
from pages.lessons.l01_why.computation import WhyState
from pages.lessons.l01_why.story import LESSON


def patients(part: object) -> tuple[np.ndarray, np.ndarray]:
    return part.x[..., 0].double().numpy(), part.y.numpy()


@pytest.mark.parametrize(("seed", "shots"), [(7, 3), (2, 5)])
def test_ordinary_learning_is_scikit_learns(seed: int, shots: int) -> None:
    tasks, seen, new = why.new_tasks(seed, shots), [], []
    plain = BASELINES["logistic_regression"]()
    for i in range(why.N_TASKS):
        task = why.one_task(tasks, i)
        X, y = patients(task.support)
        model = plain.fit(X, y)
        model = model if isinstance(model, LogisticRegression) else getattr(model, "model", model)
        asked, truth = patients(task.query)
        seen.append(np.mean(model.predict_proba(X).argmax(1) == y))
        new.append(np.mean(model.predict_proba(asked).argmax(1) == truth))
    assert why.ordinary_accuracy(seed, shots) == pytest.approx((np.mean(seen), np.mean(new)))
    told = LESSON.screens[0].formula(WhyState(seed=seed, shots=shots)).numbers
    assert told == rf"<labeled>: {100 * np.mean(seen):.0f}\,\% \qquad <new>: {100 * np.mean(new):.0f}\,\%"


def test_practice_is_the_librarys_meta_training_run_in_one_go() -> None:
    plan = Budget(why.PLAN.meta_steps, why.PLAN.meta_batch, why.PLAN.meta_lr, seed=7)
    tasks = why.Diseases(why.axes(7), 3)
    states = {state.step: state for state in meta_train(why.Prototypical(), why.network(), tasks, plan) if state.step <= 30}
    for step in (0, 10, 30):
        mine = why.meta_trained(7, 0.0, step)
        assert mine.step == step
        for name, weight in states[step].weights.items():
            np.testing.assert_array_equal(mine.weights[name], weight)


def test_all_tasks_at_once_are_judged_as_one_by_one() -> None:
    tasks, start = why.new_tasks(7, 3), why.meta_trained(7, 0.0, 20)
    each = [why.one_task(tasks, i) for i in range(why.N_TASKS)]
    one_by_one = np.mean([why.share_correct(why.from_start(task, start), task.query) for task in each])
    assert why.meta_trained_accuracy(7, 3, 0.0, 20) == pytest.approx(one_by_one, abs=1e-12)


def test_the_meta_trained_network_decides_by_the_nearest_prototype() -> None:
    state = WhyState(practice=50)
    start, tasks, each = why.meta_trained(7, 0.0, 50), why.new_tasks(7, 3), []
    for i in range(why.N_TASKS):
        task = why.one_task(tasks, i)
        known, asked = (why.network().embed(start.weights, part.x) for part in (task.support, task.query))
        centers = [known[task.support.y == k].mean(0) for k in range(2)]
        said = [int((row - centers[1]).square().sum() < (row - centers[0]).square().sum()) for row in asked]
        each.append(np.mean(np.array(said) == task.query.y.numpy()))
    ours, plain = why.gain(state)
    assert ours == pytest.approx(np.mean(each))
    assert plain == why.ordinary_accuracy(7, 3)[1]
    told = LESSON.screens[3].formula(state).numbers
    assert rf"{100 * ours:.0f}\,\% \qquad <ordinary>: {100 * plain:.0f}\,\%" in told


@pytest.mark.parametrize("seed", [7, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3, 4))])
def test_what_the_lesson_says_holds_for_any_class(seed: int) -> None:
    """What the explanations say, whatever seed a teacher chooses; the answers are in `test_predictions`."""
    seen, new = why.ordinary_accuracy(seed, 3)
    assert seen == 1.0
    assert new < 0.72, "little more than a coin"
    assert why.ordinary_accuracy(seed, 10)[1] < 0.9 < why.ordinary_accuracy(seed, 50)[1], "20 patients or more for 90%"
    assert why.meta_trained_accuracy(seed, 3, 0.0, 50) > why.ordinary_accuracy(seed, 20)[1] - 0.05, "like many times the patients"
    assert why.meta_trained_accuracy(seed, 3, 1.0, 50) < new, "training on other organs does harm"


def test_unanimous_patients_are_counted() -> None:
    truth, said = why.clinics(7, 3)
    agreed = sum(all(one[i] == said[0][i] for one in said) for i in range(len(truth)))
    assert why.n_unanimous(7, 3) == agreed
    assert rf"{agreed} / 10" in LESSON.screens[2].formula(WhyState()).numbers
