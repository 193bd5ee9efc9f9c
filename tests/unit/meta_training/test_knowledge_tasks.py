"""Tasks simulated from a knowledge table: right and wrong rows at their rates, no held-out diagnosis, and nothing at all with share 0."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from metamed_core.data import CHANNELS, Cohort, Episode
from metamed_core.knowledge import DescribedPatients
from metamed_core.learners import LEARNERS
from metamed_core.meta_training import MetaTraining, Practice, simulated_diagnoses
from metamed_core.meta_training.practice import PRIOR_SHARE, practiced
from metamed_core.meta_training.tasks import CohortTasks, DiseaseSplit, KnowledgeTasks, MixedTasks
from metamed_core.meta_training.tasks.knowledge_tasks import TWO_EXCHANGED, WRONG_TASKS, correlated, told_of
from metamed_core.words import UserError
from tests.helpers.knowing import knowledge

STATED, VALUE = CHANNELS.index("stated"), CHANNELS.index("value")
SPLIT = DiseaseSplit(("a", "b", "c"), ("d", "e"), ("f", "g"))
# What is said of held-out diagnoses would be seen at once: no patient lies there.
KNOWN = knowledge(
    "".join(f"{name},x,{text},,\n" for name, text in zip("abcdFgh", ("low", "high", "normal", "900", "900", "900", "-3"), strict=True))
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def cohort() -> Cohort:
    """Ten patients of each of seven diagnoses, and three of `rare`, which is in no part of the split."""
    labels = [name for name in "abcdefg" for _ in range(10)] + ["rare"] * 3
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.normal(size=len(labels)), "y": rng.normal(size=len(labels)), "finding": rng.integers(0, 2, len(labels))})
    return replace(Cohort.of_table(table, labels), ranges={"x": (-1.96, 1.96)})


def tasks(*, shows_rows: bool = False, shots: tuple[int, ...] = (2,)) -> KnowledgeTasks:
    table = cohort().only(SPLIT.base)
    return KnowledgeTasks(DescribedPatients.of(KNOWN.only(set("abc")), table.features, table.ranges), table.ranges, 3, shots, 4, shows_rows)


def test_rows_are_wrong_at_the_stated_rates() -> None:
    n, right = 20_000, torch.arange(4)
    told = told_of(n, 4, seeded())
    assert torch.equal(told.sort(-1).values, right.expand(n, -1)), "rows are exchanged, none is lost"
    n_wrong = (told != right).sum(-1)
    for count, share in ((4, WRONG_TASKS), (2, TWO_EXCHANGED), (0, 1 - WRONG_TASKS - TWO_EXCHANGED)):
        found = float((n_wrong == count).double().mean())
        assert found == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / n))


def test_people_s_numbers_are_standard_normal_and_go_together() -> None:
    numbers = torch.stack([correlated(1, 400, 6, seeded(seed))[0] for seed in range(60)])
    assert float(numbers.mean()) == pytest.approx(0, abs=0.05)
    assert float(numbers.std(1).mean()) == pytest.approx(1, abs=0.03)
    apart = [torch.corrcoef(one.T).abs().triu(1).max() for one in numbers]
    assert float(torch.stack(apart).mean()) > 0.2


def test_the_patients_of_a_task_are_those_that_were_described() -> None:
    """On the mean over tasks and classes: in some tasks the textbook is not exact."""
    drawn = KnowledgeTasks(tasks().described, {"x": (-1.96, 1.96)}, 3, (2,), 100)
    values = drawn._patients(torch.tensor([[0, 1, 2]]).expand(300, -1), torch.arange(3).repeat(40).expand(300, -1), seeded())
    x = values[..., 0]
    for k, mean in enumerate((-1.5, 1.5, 0.0)):
        assert float(x[:, k::3].mean()) == pytest.approx(mean, abs=4 * 0.6 / math.sqrt(300))
    share = float(cohort().only(SPLIT.base).features["finding"].mean())
    assert float(values[..., 2].mean()) == pytest.approx(share, abs=0.06), "nothing is said of it"


def test_a_batch_follows_from_its_seed_and_has_rows_only_where_they_are_read() -> None:
    one, same, other = (tasks(shows_rows=True).sample_batch(5, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.support.x, same.support.x)
    assert torch.equal(one.support.y, same.support.y)
    assert one.support.x.shape != other.support.x.shape or not torch.equal(one.support.x, other.support.x)
    assert one.support.x.shape[1] == 2 * 3 + 3
    assert bool((one.support.x[:, 6:, 0, STATED] == 1).all())
    assert not bool(one.support.x[:, :6, :, STATED].any())
    assert not bool(one.query.x[..., STATED].any())
    without = tasks().sample_batch(5, seeded(1))
    assert (without.support.x.shape, without.query.x.shape) == ((5, 6, 3, len(CHANNELS)), (5, 12, 3, len(CHANNELS)))
    assert not bool(without.support.x[..., STATED].any())
    shots = {tasks(shows_rows=True).sample_batch(1, seeded(seed)).support.y.shape[1] for seed in range(40)}
    assert shots == {3, 9}, "now and then no patient, and rows alone"


def test_held_out_diagnoses_are_never_simulated() -> None:
    assert simulated_diagnoses(KNOWN, tuple(cohort().counts), SPLIT) == ("a", "b", "c", "h"), "however a held-out one is spelled"
    assert simulated_diagnoses(knowledge("rare,x,low,,\nh,x,low,,\n"), tuple(cohort().counts), SPLIT) == ("h",)
    practice = Practice.of(KNOWN, 1.0)
    assert practice is not None
    own = CohortTasks(cohort().only(SPLIT.base), 3, (2,), 4)
    mixed, names = practiced(practice, KNOWN, cohort(), SPLIT, own, LEARNERS["prior_fitted"]())
    assert names == ("a", "b", "c", "h")
    for seed in range(20):
        drawn = mixed.sample_batch(4, seeded(seed))
        assert float(torch.cat([drawn.support.x, drawn.query.x], 1)[..., 0, VALUE].max()) < math.asinh(100), "900 was said of others"


def test_shares_of_the_sources_are_those_that_are_told() -> None:
    class Stub:
        def __init__(self, name: str) -> None:
            self.name = name

        def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
            found.append(self.name)
            return drawn

    drawn = tasks().sample_batch(1, seeded())
    found: list[str] = []
    rng = seeded()
    for _ in range(300):
        MixedTasks(((Stub("known"), 0.4), (Stub("prior"), 0.2), (Stub("own"), 0.4))).sample_batch(1, rng)
    for name, share in (("known", 0.4), ("prior", 0.2), ("own", 0.4)):
        assert found.count(name) / 300 == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 300))


def test_with_share_0_it_is_the_same_meta_training() -> None:
    plain = MetaTraining.suggest("prototypical", cohort(), split=SPLIT)
    assert MetaTraining.suggest("prototypical", cohort(), split=SPLIT, practice=Practice.of(KNOWN, 0.0)).card() == plain.card()
    assert "practice" not in plain.card(), "cards are as they were"
    asked = replace(plain, practice=Practice.of(KNOWN))
    assert asked.card()["practice"] == {"sha256": KNOWN.sha256, "share": 0.4, "prior_share": PRIOR_SHARE}
    assert MetaTraining.of_card(asked.card()) == asked
    assert MetaTraining.of_card(plain.card()) == plain


def test_what_cannot_be_practiced_is_a_sentence() -> None:
    own = CohortTasks(cohort().only(SPLIT.base), 3, (2,), 4)
    learner, practice = LEARNERS["prototypical"](), Practice.of(KNOWN)
    assert practice is not None
    few = knowledge("a,x,low,,\nf,x,low,,\n")
    for known, told, sentence in (
        (few, practice, "This meta-training practices with other knowledge than is given here"),
        (few, Practice.of(few), "The knowledge says something of 1 diagnosis that is trained on or that no patient has"),
        (
            wrong := knowledge("a,x,often,,\nb,x,low,,\n"),
            Practice.of(wrong),
            "Line 2 of the knowledge table says “often” of the number “x”",
        ),
    ):
        assert told is not None
        with pytest.raises(UserError, match=f"^{sentence}"):
            practiced(told, known, cohort(), SPLIT, own, learner)
    with pytest.raises(UserError, match=r"^The share of tasks simulated from what is known is 1.5: choose"):
        Practice.of(KNOWN, 1.5)
    with pytest.raises(UserError, match=r"^Patients are simulated from what is known beside those of a table: give the table too"):
        MetaTraining.suggest("prototypical", practice=practice)
