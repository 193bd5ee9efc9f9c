"""How far a row is trusted, by hand."""

from __future__ import annotations

import math

import pytest
import torch

from metamed_core.knowledge import Trust
from metamed_core.knowledge.trust import CARELESS, SURE, WRONG_ROW, probably_right


def by_hand(proba: list[list[float]], y: list[int]) -> list[float]:
    """The same with plain numbers: three explanations of each row, and a careful or careless table."""
    n = len(proba[0])
    told, otherwise = [], []
    for k in range(n):
        likelihood = [math.prod((1 - SURE) + SURE * n * p[j] for p, c in zip(proba, y, strict=True) if c == k) for j in range(n)]
        told.append(likelihood[k])
        otherwise.append(0.5 + 0.5 * sum(likelihood[j] for j in range(n) if j != k) / (n - 1))
    careful = (1 - CARELESS) * math.prod((1 - WRONG_ROW) * t + WRONG_ROW * o for t, o in zip(told, otherwise, strict=True))
    careless = CARELESS * math.prod(otherwise)
    return [
        careful / (careful + careless) * (1 - WRONG_ROW) * t / ((1 - WRONG_ROW) * t + WRONG_ROW * o)
        for t, o in zip(told, otherwise, strict=True)
    ]


@pytest.mark.parametrize("proba", [
    [[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.3, 0.5, 0.2]],
    [[0.05, 0.9, 0.05], [0.8, 0.1, 0.1], [0.2, 0.2, 0.6], [0.5, 0.3, 0.2]],
])  # fmt: skip
def test_it_is_bayes_rule(proba: list[list[float]]) -> None:
    y = [0, 1, 2, 1]
    told = probably_right(torch.tensor(proba).log(), torch.tensor(y), [0, 1, 2])
    assert told.tolist() == pytest.approx(by_hand(proba, y), rel=1e-6)


def test_agreement_is_trusted_and_more_patients_decide() -> None:
    right, wrong = torch.tensor([[0.9, 0.1], [0.1, 0.9]]).log(), torch.tensor([[0.1, 0.9], [0.9, 0.1]]).log()
    y = torch.arange(2)
    last = None
    for k in (1, 3, 10):
        agree, contradict = (probably_right(part.repeat(k, 1), y.repeat(k), [0, 1]) for part in (right, wrong))
        assert float(agree.min()) > 0.5 > float(contradict.max())
        assert last is None or (float(agree.min()) > last[0] and float(contradict.max()) < last[1])
        last = float(agree.min()), float(contradict.max())
    assert last is not None
    assert last[0] > 0.99
    assert last[1] < 0.01


def test_shares_and_counts_follow_from_it() -> None:
    trust = Trust(torch.tensor([0.75, 0.25, math.nan]))
    assert trust.counts_as.tolist()[:2] == [0.75, 0.25]
    assert trust.in_conflict == (1,)
    assert {m: share.tolist() for m, share in trust.shares().items()} == {0: [0.25, 0.75, 0.5], 1: [0.75, 0.25, 0.5]}
    fixed = Trust(torch.tensor([0.75, math.nan]), fixed=3)
    assert fixed.counts_as.tolist()[0] == 3.0
    assert fixed.shares()[3].tolist() == [1.0, 1.0]
