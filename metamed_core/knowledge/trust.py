"""How far the labeled patients bear out what is said of their diagnosis, read off the table: one probability for each row.

The rows alone, without any patient, are asked for the diagnoses of the labeled patients. A row that is right finds its own patients; the
row of another diagnosis finds others'. So each row has three explanations, whose likelihoods are compared: it is as told; it says nothing;
it is another diagnosis's. Before that the whole table is either kept with care or its rows are exchanged, with even odds, so that rows that
fail together are doubted together.

Diagnoses without a row take part by their labeled patients, and diagnoses without a patient are believed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

CARELESS = 0.5
"""Prior probability that no row of the table can be relied on."""
WRONG_ROW = 0.2
"""Prior probability that a single row is wrong in a table that can be relied on."""
SURE = 0.9
"""How far the answers of the rows are believed: a patient may be unusual."""
DOUBT = 0.5
"""A row that is less probably right than this is in conflict with the labeled patients."""


@dataclass(frozen=True, eq=False, slots=True)
class Trust:
    """How far each row is trusted.

    Parameters
    ----------
    right
        Probability that the row of each class is as told, 0..1, `(n_way,)`; NaN for a class without a row.
    fixed
        How many patients each row counts as, where the user has fixed it.
    """

    right: Tensor
    fixed: int | None = None

    @property
    def counts_as(self) -> Tensor:
        """How many patients the row of each class counts as, `(n_way,)`: one, times the probability that it is right; NaN without a row."""
        return self.right if self.fixed is None else torch.where(self.right.isnan(), torch.nan, float(self.fixed))

    @property
    def in_conflict(self) -> tuple[int, ...]:
        """Numbers of the classes whose row the labeled patients contradict."""
        return tuple(k for k, p in enumerate(self.right.tolist()) if p < DOUBT)

    def shares(self) -> dict[int, Tensor]:
        """The share of the answer with each count of patients a row in the answer for each class, `(n_way,)`; they sum to 1."""
        if self.fixed is not None:
            return {self.fixed: torch.ones_like(self.right)}
        # For a class without a row the others decide, as far as they are right on the mean.
        right = torch.where(self.right.isnan(), self.right.nanmean(), self.right)
        return {0: 1 - right, 1: right}


def probably_right(log_proba: Tensor, y: Tensor, rows: Sequence[int]) -> Tensor:
    """The probability that each row is as told.

    Parameters
    ----------
    log_proba
        What the rows alone answer to the labeled patients: log-probabilities `(n, n_way)`.
    y
        Their diagnoses, `(n,)`.
    rows
        Numbers of the classes that have a row and patients.

    Returns
    -------
    Tensor
        `(n_rows,)`, 0..1.

    References
    ----------
    Schmidli et al. 2014, https://doi.org/10.1111/biom.12242 (a mixture of an informative and a vague prior adapts to the data);
    Yang et al. 2023, https://doi.org/10.1111/biom.13927 (by the likelihood ratio of agreement and conflict)
    """
    n_way = log_proba.shape[1]
    # Against guessing: log of n_way times the probability, with a floor, so that one patient cannot refute a row alone.
    against_chance = ((1 - SURE) + SURE * n_way * log_proba.double().exp()).log()
    told, otherwise = [], []
    for k in rows:
        evidence = against_chance[y == k].sum(0)
        exchanged = evidence[torch.arange(n_way) != k].logsumexp(0) - math.log(n_way - 1)
        told.append(evidence[k])
        otherwise.append(torch.logaddexp(exchanged, torch.zeros_like(exchanged)) - math.log(2))
    as_told, not_so = torch.stack(told), torch.stack(otherwise)
    one_by_one = torch.logaddexp(as_told + math.log1p(-WRONG_ROW), not_so + math.log(WRONG_ROW))
    careful = (one_by_one.sum() - not_so.sum() + math.log((1 - CARELESS) / CARELESS)).sigmoid()
    return careful * (as_told - not_so + math.log((1 - WRONG_ROW) / WRONG_ROW)).sigmoid()
