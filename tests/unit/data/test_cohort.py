"""A cohort: who shares a group is never both labeled and predicted, whatever shape the groups have; fingerprints; small tables."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from metamed_core.data.cohort import Cohort
from metamed_core.data.records import Column, PatientRecords, Role
from metamed_core.evaluation import LEAVE_ONE_OUT, Plan, compare, methods, n_left_out, plan_for, shots_allowed
from metamed_core.evaluation.episode_draws import draw, eligible
from metamed_core.words import UserError
from tests.helpers.comparing import cohort as comparable

QUICK = methods(("nearest_centroid",))


def cohort(shape: Sequence[tuple[str, str | None]]) -> Cohort:
    """Patients of (diagnosis, group) each; the one column tells the diagnosis."""
    labels = [label for label, _ in shape]
    features = pd.DataFrame({"x": [float(sorted(set(labels)).index(label)) for label in labels]})
    return Cohort.of_table(features, labels, [group for _, group in shape])


def papers(n_diagnoses: int = 4, n_papers: int = 5, size: int = 2) -> Cohort:
    """Every group is of one diagnosis."""
    return cohort([(f"d{i}", f"d{i} paper {j}") for i in range(n_diagnoses) for j in range(n_papers) for _ in range(size)])


def hospitals(n_diagnoses: int = 4, n_hospitals: int = 3, size: int = 3) -> Cohort:
    """Every group has all diagnoses."""
    return cohort([(f"d{i}", f"hospital {j}") for i in range(n_diagnoses) for j in range(n_hospitals) for _ in range(size)])


def persons() -> Cohort:
    """Some patients were seen twice, the others stand alone."""
    return cohort([(f"d{i}", f"person {i} {j // 2}" if j < 6 else None) for i in range(3) for j in range(10)])


SHAPES = {"papers": papers(), "hospitals": hospitals(), "persons": persons(), "one large paper": cohort(
    [("a", "big")] * 9 + [("a", f"a{i}") for i in range(4)] + [("b", f"b{i}") for i in range(8)]
)}  # fmt: skip
each_shape = pytest.mark.parametrize("table", SHAPES.values(), ids=SHAPES)


# -- apart -----------------------------------------------------------------------------------------------------------


@each_shape
def test_no_group_is_on_both_sides(table: Cohort) -> None:
    names = sorted(table.counts)[:3]
    for k_shot, seed in itertools.product((1, 3), range(15)):
        support, query = table.apart(names, k_shot, np.random.default_rng(seed))
        assert not set(table.group_numbers[np.concatenate(support)]) & set(table.group_numbers[np.concatenate(query)])
        for name, labeled, asked in zip(names, support, query, strict=True):
            assert len(labeled) == len(set(labeled.tolist())) == k_shot
            assert len(asked)
            assert {table.labels[row] for row in (*labeled, *asked)} == {name}


def test_all_patients_of_groups_that_were_not_labeled_from_may_be_asked_about() -> None:
    support, query = papers(n_papers=5, size=2).apart(["d0", "d1"], 2, np.random.default_rng(0))
    assert [len(rows) for rows in query] == [8, 8], "one paper of two patients was labeled from"
    assert [len(rows) for rows in support] == [2, 2]


@pytest.mark.parametrize(
    ("shape", "k_shot"),
    [
        ([("a", "h1"), ("a", "h1"), ("b", "h1"), ("b", "h2")], 1),
        ([("a", "h1"), ("a", "h2"), ("b", "h1"), ("b", "h2")], 2),
        # Each alone would do; together h1 must be labeled from for both.
        ([("a", "h1"), ("a", "h2"), ("a", "h2"), ("b", "h2"), ("b", "h1"), ("b", "h1")], 2),
    ],
)
def test_what_the_groups_do_not_allow_is_a_sentence(shape: list[tuple[str, str]], k_shot: int) -> None:
    with pytest.raises(UserError) as error:
        cohort(shape).apart(["a", "b"], k_shot, np.random.default_rng(0))
    assert str(error.value) == (
        f"The groups do not allow {k_shot} labeled patient{'' if k_shot == 1 else 's'} of each of a, b with others left from another group: choose fewer labeled "
        "patients, or no column of groups."
    )
    assert error.value.words.zh.endswith("。")


def test_without_groups_nothing_has_changed() -> None:
    """The draw that shipped results were made with: a permutation of each diagnosis's patients, the first are labeled."""
    table = comparable()
    support, query = table.apart(["a", "c"], 3, np.random.default_rng(7))
    rng = np.random.default_rng(7)
    for name, labeled, asked in zip(("a", "c"), support, query, strict=True):
        np.testing.assert_array_equal(rng.permutation(table.members[name]), [*labeled, *asked])


# -- what it is made of ----------------------------------------------------------------------------------------------


def test_only_some_diagnoses() -> None:
    table, kept = hospitals(), hospitals().only({"d1", "d3"})
    assert kept.counts == {"d1": 9, "d3": 9}
    places = [i for i, label in enumerate(table.labels) if label in {"d1", "d3"}]
    assert kept.groups == tuple(table.groups[i] for i in places)
    assert kept.rows == tuple(places)
    assert len(kept.features) == 18
    assert comparable(n_undiagnosed=5).only({"a"}).undiagnosed.size == 0
    assert comparable().only({"a"}).groups == ()


def test_a_fingerprint_knows_groups_and_is_what_it_was_without_them() -> None:
    table, shape = comparable(), [("a", "g"), ("b", None)]
    was = [table.features.to_csv(), list(table.labels), list(table.rows), []]
    assert table.sha256 == hashlib.sha256(repr(was).encode()).hexdigest()
    assert cohort(shape).sha256 == cohort(shape).sha256 != cohort([("a", "h"), ("b", None)]).sha256
    assert cohort(shape).sha256 != Cohort.of_table(cohort(shape).features, ["a", "b"]).sha256


def test_records_tell_the_groups() -> None:
    raw = pd.DataFrame({"crp": ["1", "2", "3"], "site": ["A", None, "A"], "dx": ["x", "y", None]}, dtype=object)
    columns = [Column("crp", Role.NUMBER), Column("site", Role.GROUP), Column("dx", Role.LABEL)]
    made = Cohort.of_records(PatientRecords.from_table(raw, columns))
    assert made.groups == ("A", None, "A")
    assert list(made.features) == ["crp"], "a group is no finding"
    assert made.group_numbers[0] == made.group_numbers[2] != made.group_numbers[1]
    ignored = [columns[0], Column("site", Role.IGNORE), columns[2]]
    assert Cohort.of_records(PatientRecords.from_table(raw, ignored)).groups == ()


# -- episodes --------------------------------------------------------------------------------------------------------


@each_shape
def test_episodes_keep_groups_apart(table: Cohort) -> None:
    for k_shot, index in itertools.product(shots_allowed(table), range(6)):
        episode = draw(table, k_shot, index)
        assert not set(table.group_numbers[episode.support]) & set(table.group_numbers[episode.query])
        assert {table.labels[row] for row in episode.support} == {table.labels[row] for row in episode.query} == set(episode.classes)


def test_a_diagnosis_of_one_group_is_not_drawn() -> None:
    table = cohort([("a", "h1")] * 9 + [(name, f"{name}{i}") for name in "bc" for i in range(9)])
    assert eligible(table, 1) == ("b", "c")
    assert all(draw(table, 1, index).classes == ("b", "c") for index in range(5))


def test_diagnoses_that_do_not_go_together_are_not_drawn_together() -> None:
    """a and b can each be judged with c, never with each other: h1 has all but one of a's patients, h2 all but one of b's."""
    shape = [("a", "h1")] * 4 + [("a", "h2")] + [("b", "h1")] + [("b", "h2")] * 4 + [("c", f"c{i}") for i in range(9)]
    table = cohort(shape)
    assert eligible(table, 2) == ("a", "b", "c")
    drawn = {draw(table, 2, index).classes for index in range(12)}
    assert drawn == {("a", "c"), ("b", "c")}


def test_leave_one_out_leaves_out_the_whole_group() -> None:
    for table in (papers(3, 2, 2), hospitals(3, 2, 2), persons()):
        n = n_left_out(table)
        assert n == table.n_labeled
        asked = []
        for index in range(n):
            episode = draw(table, LEAVE_ONE_OUT, index)
            (row,) = episode.query
            asked.append(int(row))
            rest = [i for i in range(n) if table.group_numbers[i] != table.group_numbers[row]]
            assert episode.support.tolist() == rest
            assert table.labels[row] in episode.classes
            assert episode.classes == tuple(sorted({str(table.labels[i]) for i in rest}))
        assert sorted(asked) == list(range(n))


def test_who_cannot_be_named_without_the_own_group_is_not_asked_about() -> None:
    table = cohort([("a", "h1"), ("a", "h1"), ("b", "x"), ("b", "y"), ("c", "h1"), ("c", "z"), ("c", "z")])
    asked = {int(draw(table, LEAVE_ONE_OUT, index).query[0]) for index in range(n_left_out(table))}
    assert asked == {2, 3, 4, 5, 6}, "all of a are of h1"


def test_small_tables_get_a_sentence() -> None:
    plan, said = plan_for(hospitals(2, 2, 2), QUICK, (1, 3))
    assert plan.shots == (1,)
    assert said is not None
    assert said.en == "Too few patients for 3 labeled per diagnosis; the methods are compared with 1 instead."
    assert "never both labeled and predicted" in plan.remarks[0].en
    plan, said = plan_for(papers(2, 2, 1), QUICK)
    assert plan.shots == (LEAVE_ONE_OUT,)
    assert said is not None
    assert "(two diagnoses would need 4 labeled patients each, not all of one group): leave-one-out is used" in said.en
    assert "with all patients of the same group" in plan.remarks[0].en
    assert len(list(compare(plan))) == 4


def test_one_group_for_everybody_allows_nothing() -> None:
    table = cohort([(name, "the clinic") for name in "ab" for _ in range(20)])
    with pytest.raises(
        UserError, match=r"^With 40 labeled patients nothing can be compared: at least two diagnoses need labeled patients of two"
    ):
        plan_for(table, QUICK)
    with pytest.raises(UserError, match="nothing can be compared"):
        Plan(table, QUICK, (1,))
