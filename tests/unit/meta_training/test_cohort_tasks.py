"""Tasks from a table of many diagnoses: no diagnosis in two parts, no patient on both sides, the scale of the task's own patients."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import torch

from metamed_core.data.cohort import Cohort
from metamed_core.data.encoding import CHANNELS, PatientEncoder
from metamed_core.meta_training.tasks.cohort_tasks import FOLDS, CohortTasks, DiseaseSplit, split_by_disease
from metamed_core.words import UserError

COUNTS = {f"disease {n:02}": n for n in range(1, 16)}


def cohort(counts: dict[str, int], *, groups: bool = False) -> Cohort:
    """Patient number i has i in column `number`, so that a cell tells who it is; every diagnosis has a mean of its own."""
    labels = [name for name, n in counts.items() for _ in range(n)]
    rng = np.random.default_rng(0)
    features = pd.DataFrame(
        {
            "number": np.arange(len(labels), dtype=float),
            "analyte": rng.normal(size=len(labels)),
            "stage": rng.choice(["I", "II", "III"], len(labels)),
        }
    )
    return Cohort.of_table(features, labels, [f"paper {i // 2}" for i in range(len(labels))] if groups else ())


def test_each_disease_is_novel_in_one_fold_and_never_in_two_parts() -> None:
    splits = [split_by_disease(COUNTS, fold) for fold in range(FOLDS)]
    for split in splits:
        assert not any(set(a) & set(b) for a, b in combinations((split.base, split.validation, split.novel), 2))
        assert set(split.base) | set(split.validation) | set(split.novel) == {name for name, n in COUNTS.items() if n >= 4}
        assert min(map(len, (split.base, split.validation, split.novel))) >= 2
    assert sorted(name for split in splits for name in split.novel) == sorted(name for name, n in COUNTS.items() if n >= 4)


def test_the_seed_decides_the_split() -> None:
    assert split_by_disease(COUNTS, 0, seed=3) == split_by_disease(COUNTS, 0, seed=3) != split_by_disease(COUNTS, 0, seed=4)


def test_too_few_diagnoses_and_one_in_two_parts_are_refused() -> None:
    with pytest.raises(UserError, match=r"^5 diagnoses with 4 or more patients are too few to split: two are needed"):
        split_by_disease({f"d{i}": 9 for i in range(5)} | {"rare": 3})
    with pytest.raises(UserError, match=r"^“b” stands in two parts of the split: a diagnosis that was meta-trained on cannot judge it"):
        DiseaseSplit(("a", "b"), ("c", "d"), ("b", "e"))


@pytest.mark.parametrize("groups", [False, True])
def test_support_and_query_share_no_patient_and_no_group(groups: bool) -> None:
    table = cohort({f"d{i}": 8 for i in range(6)}, groups=groups)
    tasks, rng = CohortTasks(table, n_way=3, shots=(1, 2), n_query=4), np.random.default_rng(0)
    for _ in range(20):
        rows = tasks._task(sorted(table.counts), 3, 2, rng)
        support, query = rows[:6], rows[6:]
        assert [table.labels[i] for i in support] == [table.labels[i] for i in support[::2] for _ in range(2)], "class by class"
        assert len({table.labels[i] for i in support}) == 3
        assert not set(support) & set(query)
        if groups:
            assert not set(table.group_numbers[support]) & set(table.group_numbers[query])


def test_a_batch_has_the_promised_shape_and_follows_from_its_seed() -> None:
    tasks = CohortTasks(cohort({f"d{i}": 9 for i in range(4)}), n_way=5, shots=(2,), n_query=3)
    one, same, other = (tasks.sample_batch(6, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert one.support.x.shape == (6, 4 * 2, 2 + 3, len(CHANNELS))
    assert one.query.x.shape == (6, 4 * 3, 2 + 3, len(CHANNELS))
    assert one.n_way == 4, "no more ways than diagnoses"
    assert torch.equal(one.support.x, same.support.x)
    assert not torch.equal(one.support.x, other.support.x)


def test_the_cells_are_those_of_the_encoder_on_the_same_patients() -> None:
    """Naive: the encoder that is used in Diagnose and Compare, fitted on the patients of one task."""
    table = cohort({f"d{i}": 9 for i in range(4)})
    table = Cohort(table.features, table.labels, table.rows, {"analyte": (-1.0, 1.0)})
    tasks = CohortTasks(table, n_way=2, shots=(2,), n_query=3)
    drawing = np.random.default_rng(int(torch.randint(2**62, (1,), generator=torch.Generator().manual_seed(5))))
    drawing.integers(1)
    rows = tasks._task(sorted(table.counts), 2, 2, drawing)
    drawn = tasks.sample_batch(1, torch.Generator().manual_seed(5))
    expected = PatientEncoder.fit(table.features.iloc[rows], table.ranges, tasks.panel).encode(table.features.iloc[rows])
    torch.testing.assert_close(torch.cat([drawn.support.x[0], drawn.query.x[0]]), expected.float(), rtol=1e-4, atol=1e-5)


def test_a_diagnosis_with_few_patients_is_asked_again_and_one_without_any_left_is_not_drawn() -> None:
    tasks = CohortTasks(cohort({"a": 3, "b": 3, "c": 2}), n_way=3, shots=(2,), n_query=5)
    assert tasks.allowed == {2: ["a", "b"]}
    assert tasks.sample_batch(2, torch.Generator().manual_seed(0)).query.y.shape == (2, 10)


def test_nothing_to_draw_is_a_sentence() -> None:
    with pytest.raises(UserError, match="are too few to split"):
        CohortTasks(cohort({"a": 1, "b": 1}), shots=(3,)).sample_batch(1, torch.Generator())


def test_diagnoses_whose_groups_do_not_go_together_are_not_drawn_together() -> None:
    table = cohort({f"d{i}": 8 for i in range(3)})
    groups = ["one hospital"] * 8 + ["A"] * 4 + ["B"] * 4 + ["A"] * 4 + ["B"] * 4
    tasks = CohortTasks(Cohort.of_table(table.features, table.labels, groups), n_way=2, shots=(2,), n_query=3)
    assert tasks.allowed == {2: ["d1", "d2"]}, "a diagnosis of one hospital alone cannot be asked about elsewhere"
    assert tasks.sample_batch(5, torch.Generator().manual_seed(0)).n_way == 2


def test_groups_that_allow_no_task_are_a_sentence() -> None:
    table = cohort({"a": 2, "b": 2})
    tasks = CohortTasks(Cohort.of_table(table.features, table.labels, ["A", "B", "B", "C"]), n_way=2, shots=(2,), n_query=3)
    with pytest.raises(UserError, match=r"^2 diagnoses with 4 or more patients are too few to split|^The groups do not allow"):
        tasks.sample_batch(1, torch.Generator().manual_seed(0))
