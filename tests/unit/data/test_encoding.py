"""From a table to cells: every channel against scipy, numpy or a formula written out; and what must never happen silently."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import kurtosis, rankdata, skew

from metamed_core.data.encoding import CHANNELS, ColumnScale, PatientEncoder
from metamed_core.data.panel import MAX_LEVELS
from metamed_core.words import UserError

VALUE, RANK, MISSING = (CHANNELS.index(name) for name in ("value", "rank", "missing"))
BIMODALITY, AGREEMENT, RESOLUTION, REFERENCED = (CHANNELS.index(name) for name in ("bimodality", "agreement", "resolution", "referenced"))


def table(n: int = 30, n_columns: int = 4, seed: int = 0) -> torch.Tensor:
    """Rounded values, so that there are ties, with a fifth missing."""
    rng = np.random.default_rng(seed)
    values = rng.normal(50, 20, size=(n, n_columns)).round(-1)
    values[rng.random(values.shape) < 0.2] = np.nan
    return torch.from_numpy(values)


def cells_of(values: torch.Tensor) -> torch.Tensor:
    return ColumnScale.fit(values).cells(values)


def test_value_is_asinh_of_the_standardized_value() -> None:
    values = table().numpy()
    expected = np.arcsinh((values - np.nanmean(values, 0)) / np.nanstd(values, 0))
    np.testing.assert_allclose(cells_of(table())[..., VALUE].numpy(), np.nan_to_num(expected), rtol=1e-12, atol=1e-14)


def test_rank_is_the_mid_rank_as_a_uniform_variable_of_unit_variance() -> None:
    values, ranks = table().numpy(), cells_of(table())[..., RANK].numpy()
    for column, got in zip(values.T, ranks.T, strict=True):
        known = ~np.isnan(column)
        mid = (rankdata(column[known], method="average") - 0.5) / known.sum()
        np.testing.assert_allclose(got[known], (mid - 0.5) * np.sqrt(12), rtol=1e-12)
        assert (got[~known] == 0).all()


def test_a_new_value_is_ranked_among_those_known_at_fit() -> None:
    scale = ColumnScale.fit(torch.tensor([[1.0], [2.0], [2.0], [torch.nan]], dtype=torch.float64))
    asked = torch.tensor([[0.0], [1.5], [2.0], [9.0]], dtype=torch.float64)
    # By hand: nothing below; one of three below; one below and three not above; all three below.
    expected = (np.array([0, 1 / 3, 2 / 3, 1]) - 0.5) * np.sqrt(12)
    np.testing.assert_allclose(scale.cells(asked)[:, 0, RANK].numpy(), expected, rtol=1e-12, atol=1e-15)


def test_missing_is_told_apart_from_the_mean() -> None:
    cells = cells_of(torch.tensor([[1.0], [2.0], [3.0], [torch.nan]], dtype=torch.float64))
    assert cells[:, 0, MISSING].tolist() == [0, 0, 0, 1]
    torch.testing.assert_close(cells[3, 0, [VALUE, RANK]], cells[1, 0, [VALUE, RANK]])
    assert bool(cells_of(table()).isfinite().all())


def test_with_a_reference_range_the_scale_of_the_patients_at_hand_is_shown_beside_it() -> None:
    own, stated, scale = CHANNELS.index("own"), CHANNELS.index("stated"), ColumnScale.fit(table())
    plain = scale.cells(table())
    torch.testing.assert_close(plain[..., own], plain[..., VALUE], rtol=0, atol=0)
    shifted = scale.with_reference(scale.center + 40, scale.spread / 2, torch.ones_like(scale.center, dtype=torch.bool)).cells(table())
    torch.testing.assert_close(shifted[..., own], plain[..., own], rtol=0, atol=0)
    assert not torch.allclose(shifted[..., VALUE], plain[..., VALUE])
    assert not shifted[..., stated].any(), "no cell of a patient is a statement"


def test_descriptions_equal_their_formulas() -> None:
    values = table().numpy()
    cells = cells_of(table()).numpy()
    scaled = np.nan_to_num((values - np.nanmean(values, 0)) / np.nanstd(values, 0))
    for j, column in enumerate(values.T):
        known = column[~np.isnan(column)]
        sarle = (skew(known) ** 2 + 1) / kurtosis(known, fisher=False)
        others = [np.mean(scaled[:, j] * scaled[:, k]) for k in range(values.shape[1]) if k != j]
        expected = {
            BIMODALITY: sarle,
            AGREEMENT: np.sqrt(np.mean(np.square(others))),
            RESOLUTION: len(set(known)) / len(known),
            REFERENCED: 0,
        }
        for channel, number in expected.items():
            np.testing.assert_allclose(cells[:, j, channel], number, rtol=1e-10, err_msg=CHANNELS[channel])


def test_a_stack_of_tables_equals_a_loop_over_them() -> None:
    stack = torch.stack([table(seed=seed) for seed in range(3)])
    torch.testing.assert_close(cells_of(stack), torch.stack([cells_of(each) for each in stack]), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("unit", [1e-13, 1.0, 1e9])
def test_the_unit_does_not_matter(unit: float) -> None:
    torch.testing.assert_close(cells_of(table() * unit), cells_of(table()), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9])
def test_a_constant_column_says_nothing(constant: float) -> None:
    cells = cells_of(torch.full((7, 1), constant, dtype=torch.float64))
    torch.testing.assert_close(cells[..., [VALUE, RANK, MISSING]], torch.zeros(7, 1, 3, dtype=torch.float64), rtol=0, atol=1e-6)


def test_a_column_without_any_known_value_stays_missing_whatever_is_asked() -> None:
    encoder = PatientEncoder.fit(pd.DataFrame({"a": [1.0, 2.0], "b": [np.nan, np.nan]}))
    cells = encoder.encode(pd.DataFrame({"a": [1.0, 1.0], "b": [np.nan, 3000.0]}))
    torch.testing.assert_close(cells[0], cells[1])
    assert cells[:, 1, MISSING].tolist() == [1, 1]


def test_infinite_values_count_as_missing_and_huge_ones_stay_finite() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, np.inf, -np.inf], "b": [1e308, 1.5e308, 1e308, 0.0]})
    cells = PatientEncoder.fit(frame).encode(frame)
    assert cells[:, 0, MISSING].tolist() == [0, 0, 1, 1]
    assert bool(cells.isfinite().all())


def test_a_reference_range_sets_the_scale_of_its_column_only() -> None:
    frame = pd.DataFrame({"sex": ["f", "m", "x"], "na": [150.0, 155.0, np.nan], "k": [4.0, 5.0, 6.0]})
    plain, ranged = (PatientEncoder.fit(frame, ranges).encode(frame) for ranges in (None, {"na": (135.0, 145.0), "sex": (0.0, 1.0)}))
    na = 3  # the three levels of sex stand before it
    expected = np.arcsinh((np.array([150, 155, 140]) - 140) / (10 / 3.92))
    np.testing.assert_allclose(ranged[:, na, VALUE].numpy(), expected, rtol=1e-12)
    assert ranged[:, na, REFERENCED].tolist() == [1, 1, 1]
    torch.testing.assert_close(ranged[:, na, RANK], plain[:, na, RANK])
    others = [0, 1, 2, 4]
    assert torch.equal(ranged[:, others], plain[:, others])


@pytest.mark.parametrize("bad", [(1.0, 1.0), (2.0, 1.0), (np.nan, 1.0), (0.0, np.inf)])
def test_an_impossible_reference_range_is_left_out(bad: tuple[float, float]) -> None:
    frame = pd.DataFrame({"k": [4.0, 5.0, 6.0]})
    assert torch.equal(PatientEncoder.fit(frame, {"k": bad}).encode(frame), PatientEncoder.fit(frame).encode(frame))


def test_two_levels_are_one_yes_no_cell_and_more_are_one_each() -> None:
    frame = pd.DataFrame({"two": ["u", "u", "v", None], "three": ["a", "b", "c", "c"]})
    encoder = PatientEncoder.fit(frame)
    assert encoder.n_cells == 1 + 3
    as_number = pd.DataFrame({"two": [1.0, 1.0, 0.0, np.nan]} | {level: (frame["three"] == level) * 1.0 for level in "cab"})
    torch.testing.assert_close(encoder.encode(frame), PatientEncoder.fit(as_number).encode(as_number))


def test_only_the_most_frequent_levels_get_a_cell_and_an_unknown_level_is_no_to_all() -> None:
    words = [f"w{i:02d}" for i in range(MAX_LEVELS + 3)]
    encoder = PatientEncoder.fit(pd.DataFrame({"word": words + words[:5]}))
    assert encoder.n_cells == MAX_LEVELS
    known, rare, never, missing = encoder.encode(pd.DataFrame({"word": ["w00", words[-1], "never seen", None]}))
    assert int((known[:, VALUE] > 0).sum()) == 1
    assert not bool((rare[:, VALUE] > 0).any())
    assert torch.equal(rare, never)
    assert bool((missing[:, MISSING] == 1).all())


@pytest.mark.parametrize(
    "column",
    [
        pd.array([1, 0, None], dtype="Int64"),
        pd.array([True, False, None], dtype="boolean"),
        pd.array([1, 0, np.nan], dtype="float32"),
    ],
    ids=str,
)
def test_numbers_of_any_kind_are_one_cell(column: pd.api.extensions.ExtensionArray) -> None:
    plain = pd.DataFrame({"a": [1.0, 0.0, np.nan]})
    frame = pd.DataFrame({"a": column})
    torch.testing.assert_close(PatientEncoder.fit(frame).encode(frame), PatientEncoder.fit(plain).encode(plain))


def test_a_patients_cells_do_not_depend_on_who_else_is_asked() -> None:
    frame = pd.DataFrame({"a": table(20, 1)[:, 0].numpy(), "b": list("uvwx") * 5, "c": [True, False] * 10})
    encoder = PatientEncoder.fit(frame)
    together = encoder.encode(frame)
    assert together.dtype == torch.float64
    for i in range(len(frame)):
        assert torch.equal(encoder.encode(frame.iloc[[i]])[0], together[i])
    assert encoder.encode(frame.iloc[:0]).shape == (0, encoder.n_cells, len(CHANNELS))


def test_words_in_a_column_of_numbers_are_refused_in_both_languages() -> None:
    encoder = PatientEncoder.fit(pd.DataFrame({"mcv": [80.0, 90.0]}))
    with pytest.raises(UserError, match=r"The column “mcv” held numbers .* holds words now: give numbers") as caught:
        encoder.encode(pd.DataFrame({"mcv": ["high"]}))
    assert "列“mcv”" in caught.value.words.zh


def test_a_word_never_seen_is_missing_in_a_column_of_two_and_none_of_three() -> None:
    two = PatientEncoder.fit(pd.DataFrame({"sex": ["male", "female", "female"]}))
    cells = two.encode(pd.DataFrame({"sex": ["male", "female", "Male", None]}))[:, 0]
    missing = CHANNELS.index("missing")
    assert cells[:, missing].tolist() == [0.0, 0.0, 1.0, 1.0]
    assert cells[0, 0] != cells[1, 0]
    three = PatientEncoder.fit(pd.DataFrame({"stage": ["I", "II", "III"]}))
    assert three.encode(pd.DataFrame({"stage": ["IV"]}))[0, :, missing].tolist() == [0.0, 0.0, 0.0]


def test_whole_levels_are_the_same_when_gaps_made_them_decimal() -> None:
    encoder = PatientEncoder.fit(pd.DataFrame({"grade": pd.Categorical([1, 2, 3])}))
    before = encoder.encode(pd.DataFrame({"grade": pd.Categorical([1, 2, 3])}))
    after = encoder.encode(pd.DataFrame({"grade": pd.Series([1.0, 2.0, 3.0], dtype="category")}))
    assert torch.equal(before, after)
