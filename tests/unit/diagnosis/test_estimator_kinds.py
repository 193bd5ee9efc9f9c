"""FewShotClassifier and the kinds of cells that databases and other libraries give: read as what they mean, or refused by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metamed_core.estimator import FewShotClassifier
from metamed_core.words import UserError

pa = pytest.importorskip("pyarrow")

N = 16
Y = np.array(["gout", "lupus"])[np.arange(N) % 2]
HB = (14 - 3 * (Y == "lupus") + np.random.default_rng(1).normal(0, 0.8, N)).round(2)
GAP = np.where(np.arange(N) == 3, np.nan, HB)
DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=9 * i + 100 * (i % 2)) for i in range(N)]
NUMBERS = pd.DataFrame({"hb": HB, "age": 30.0 + np.arange(N)})
GAPPY = NUMBERS.assign(hb=GAP)
DATED = NUMBERS.assign(hb=pd.to_datetime(DAYS))
WORDY = NUMBERS.assign(hb=["m", "f", "f", "m"] * (N // 4))
YES = NUMBERS.assign(hb=pd.array([None, *[i % 3 == 0 for i in range(1, N)]], dtype="boolean"))


def probabilities(table: Any, later: Any = None) -> np.ndarray:
    return FewShotClassifier("prototypical").fit(table, Y).predict_proba(table if later is None else later)


def cells(kind: Callable[[float], Any], plain: pd.DataFrame = NUMBERS) -> pd.DataFrame:
    return plain.assign(hb=pd.Series([None if np.isnan(value) else kind(value) for value in plain["hb"]], dtype=object))


def masked() -> Any:
    spoilt = np.where(np.isnan(GAPPY), -999.0, GAPPY)
    return np.ma.masked_array(spoilt, mask=np.isnan(GAPPY))


ALIKE: dict[str, tuple[Any, pd.DataFrame]] = {
    "fractions": (cells(Fraction), NUMBERS),
    "decimals of Arrow": (NUMBERS.assign(hb=pd.Series([Decimal(str(v)) for v in HB], dtype=pd.ArrowDtype(pa.decimal128(9, 2)))), NUMBERS),
    "decimals with NaN": (cells(lambda v: Decimal(str(v)), GAPPY).fillna({"hb": Decimal("NaN")}), GAPPY),
    "texts with a decimal comma": (cells(lambda v: f"{v:.2f}".replace(".", ",")), NUMBERS),
    "texts with a gap": (cells(str, GAPPY).fillna({"hb": " n/a"}), GAPPY),
    "texts among numbers": (NUMBERS.assign(hb=[str(v) if i % 2 else v for i, v in enumerate(HB)]), NUMBERS),
    "an array of texts": (GAPPY.astype(str).to_numpy(), GAPPY),
    "a structured array": (np.array(list(zip(HB, NUMBERS["age"], strict=True)), dtype=[("hb", float), ("age", float)]), NUMBERS),
    "records": (NUMBERS.to_records(index=False), NUMBERS),
    "a masked array": (masked(), GAPPY),
    "a table of Arrow": (pa.table({"hb": HB, "age": NUMBERS["age"]}), NUMBERS),
    "an index with repeats": (NUMBERS.set_axis([7] * N), NUMBERS),
    "names of several levels": (NUMBERS.set_axis(pd.MultiIndex.from_tuples([("a", "hb"), ("a", "age")]), axis=1), NUMBERS),
    "truth values as objects": (YES.assign(hb=YES["hb"].astype(object)), YES),
    "truth values of Arrow": (YES.assign(hb=YES["hb"].astype("bool[pyarrow]")), YES),
    "unused levels": (WORDY.assign(hb=pd.Categorical(WORDY["hb"], categories=["a", "m", "z", "f"])), WORDY),
    "words of Arrow": (WORDY.assign(hb=WORDY["hb"].astype(pd.ArrowDtype(pa.string()))), WORDY),
    "words with blanks": (WORDY.assign(hb=WORDY["hb"] + " "), WORDY),
    "dates of several types": (DATED.assign(hb=pd.Series([*DAYS[:5], *DATED["hb"][5:]], dtype=object)), DATED),
    "texts of dates": (DATED.assign(hb=list(map(str, DAYS))), DATED),
    "dates with a zone": (DATED.assign(hb=DATED["hb"].dt.tz_localize("Asia/Shanghai")), DATED),
    "lengths of time": (NUMBERS.assign(hb=[dt.timedelta(days=v) for v in HB]), NUMBERS),
}


@pytest.mark.parametrize("case", list(ALIKE))
def test_what_means_the_same_is_answered_alike(case: str) -> None:
    given, plain = ALIKE[case]
    np.testing.assert_allclose(probabilities(given), probabilities(plain), atol=1e-9)


REFUSED: dict[str, tuple[Any, Any, str]] = {
    "numbers, then a date": (NUMBERS, DATED, "The column “hb” holds numbers in X and “2024-01-01 00:00:00” now: give numbers, or leave cells empty."),
    "dates, then numbers": (DATED, NUMBERS, "The column “hb” holds dates in X and “14.28” now: give dates, or leave cells empty."),
    "words, then truth values": (WORDY, YES, "The column “hb” holds words in X and “False” now: give words, or leave cells empty."),
    "lengths of time, then numbers": (ALIKE["lengths of time"][0], NUMBERS, "The column “hb” holds lengths of time in X and “14.28” now"),
    "numbers, then an unclear comma": (NUMBERS, NUMBERS.assign(hb="1,240"), "The column “hb” holds numbers in X and “1,240” now"),
    "numbers and a word": (
        cells(str).replace({"hb": {str(HB[2]): "clotted"}}),
        None,
        "The column “hb” mixes numbers with “clotted”: write all cells alike and leave unknown ones empty, or give names of groups the dtype category.",
    ),
    "two numbers in a cell": (NUMBERS.assign(hb=[f"{110 + i}/70" for i in range(N)]), None, "The column “hb” mixes numbers with “110/70”"),
    "thousands or decimals": (NUMBERS.assign(hb=[f"1,2{i:02}" for i in range(N)]), None, "The column “hb” holds texts such as “1,200”, whose comma"),
    "dates and numbers": (NUMBERS.assign(hb=[*DAYS[:4], *HB[4:]]), None, "The column “hb” mixes dates with “"),
    "lists": (NUMBERS.assign(hb=[[1, 2]] * N), None, "The column “hb” holds cells of the type list: give numbers, dates or words, one in each cell."),
    "another order of numbered columns": (NUMBERS.set_axis([0, 1], axis=1), NUMBERS.set_axis([0, 1], axis=1)[[1, 0]], "The columns stand in another order"),
    "names that differ by their type": (NUMBERS.set_axis([1, "1"], axis=1), None, "Two columns are named “1”"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(REFUSED))
def test_what_may_mean_two_things_is_refused_by_name(case: str) -> None:
    table, later, sentence = REFUSED[case]
    with pytest.raises(UserError) as caught:
        probabilities(table, later)
    assert str(caught.value).startswith(sentence)


def test_groups_named_by_numbers_are_groups_if_their_dtype_says_so() -> None:
    groups = NUMBERS.assign(hb=pd.Categorical([f"{i % 4}0-{i % 4}9" for i in range(N)]))
    np.testing.assert_allclose(probabilities(groups), probabilities(groups.astype({"hb": str})), atol=1e-9)
    codes = NUMBERS.assign(hb=pd.Categorical(np.arange(N) % 3))
    np.testing.assert_allclose(probabilities(codes, codes.astype({"hb": int})), probabilities(codes), atol=1e-9)


def test_a_row_is_read_without_its_neighbors() -> None:
    texts = cells(lambda v: f"{v:.3f}".replace(".", ","))
    unclear = texts.iloc[:1].assign(hb="10,250")  # alone, its comma could stand between thousands
    model = FewShotClassifier("prototypical").fit(texts.assign(hb=["14,5", *texts["hb"][1:]]), Y)
    np.testing.assert_allclose(model.predict_proba(unclear), model.predict_proba(unclear.assign(hb=10.25)))


LABELS: dict[str, tuple[Any, list[Any]]] = {
    "Int64": (pd.array([1, 2] * (N // 2), dtype="Int64"), [1, 2]),
    "truth values of Arrow": (pd.Series([True, False] * (N // 2), dtype="bool[pyarrow]"), [False, True]),
    "words of Arrow": (pa.array(Y.tolist()), ["gout", "lupus"]),
    "categories with an unused one": (pd.Categorical(Y, categories=["flu", "gout", "lupus"]), ["gout", "lupus"]),
    "categories of whole numbers": (pd.Series([4, 7] * (N // 2), dtype="category"), [4, 7]),
    "whole decimals": ([Decimal(4), Decimal(7)] * (N // 2), [4, 7]),
}


@pytest.mark.parametrize("case", list(LABELS))
def test_labels_keep_their_kind(case: str) -> None:
    labels, classes = LABELS[case]
    model = FewShotClassifier("prototypical").fit(NUMBERS, labels)
    assert model.classes_.tolist() == classes
    assert [type(one) for one in model.predict(NUMBERS).tolist()[:1]] == [type(classes[0])]


@pytest.mark.parametrize(
    "labels", [np.array(["gout", np.nan] * (N // 2)), ["gout", ""] * (N // 2), pd.array([1, None] * (N // 2), dtype="Int64")]
)
def test_a_gap_among_labels_is_no_class(labels: Any) -> None:
    with pytest.raises(UserError, match="Patient 2 of y has no diagnosis \\(8 in all\\)"):
        FewShotClassifier().fit(NUMBERS, labels)


def test_a_column_that_is_empty_at_fit_tells_nothing_later() -> None:
    model = FewShotClassifier("prototypical").fit(NUMBERS.assign(note=None), Y)
    for later in ("tired", 3.0, dt.date(2024, 1, 1)):
        np.testing.assert_array_equal(model.predict_proba(NUMBERS.assign(note=later)), model.predict_proba(NUMBERS.assign(note=np.nan)))
    others = NUMBERS.assign(note=np.arange(N))
    scaled = FewShotClassifier("prototypical").fit(NUMBERS.assign(note=None), Y, undiagnosed=others)
    assert not np.allclose(scaled.predict_proba(others), scaled.predict_proba(others.assign(note=None)))
