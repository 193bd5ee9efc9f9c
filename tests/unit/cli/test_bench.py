"""The benchmark of meta-training: both sides do the same work, it counts what it says, and it tells what its clock says."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from metamed_core.__main__ import main
from metamed_core.cli import engine_benchmark as bench
from metamed_core.networks import perceptron_gradients

KEYS = ["maml_second_order", "maml_first_order", "reptile", "prototypical"]
on_each = pytest.mark.parametrize("key", KEYS)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """As the command does."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def contest(key: str) -> bench.Contest:
    return {each.key: each for each in bench.contenders()}[key]


@on_each
def test_both_sides_do_the_same_work(key: str) -> None:
    """One gradient from the same weights on the same tasks, then one step of Adam from it."""
    ours, plain = contest(key).ours, contest(key).plain
    assert isinstance(ours, bench.OurStep)
    assert isinstance(plain, bench.PlainStep)
    before = {name: weight.clone() for name, weight in ours.weights.items()}
    ours()
    plain()
    theirs = {name.replace("inner.", "in.").replace("outer.", "out."): weight for name, weight in plain.net.named_parameters()}
    gradients = [(weight.grad, theirs[name].grad) for name, weight in ours.weights.items()]
    largest = max(float(one.abs().max()) for one, _ in gradients)
    assert largest > 1e-4
    for one, other in gradients:
        torch.testing.assert_close(one, other, rtol=0, atol=1e-4 * largest)
    # The bias of the embedding shifts all distances alike: its gradient is rounding, and so is its step.
    for name in ("in.weight", "in.bias", "out.weight"):
        moved = float((ours.weights[name] - before[name]).abs().max())
        assert moved == pytest.approx(bench.META_LR, rel=0.01), "Adam's first step is its step size"


def test_the_reference_work_is_what_it_says() -> None:
    tasks = bench.reference_tasks()
    assert tasks.support.x.shape == (32, 25, 30, 1)
    assert tasks.query.x.shape == (32, 75, 30, 1)
    assert tasks.support.x.dtype == torch.float32
    for known, n_each in ((tasks.support, 5), (tasks.query, 15)):
        assert all(torch.bincount(y).tolist() == [n_each] * 5 for y in known.y)


def test_the_products_counted_layer_by_layer_are_those_of_the_plain_loop() -> None:
    """torch counts them. Autograd's second order also differentiates what it does not need, so it does no fewer, and not many more."""
    plain = contest("maml_second_order").plain
    with FlopCounterMode(display=False) as counter:
        plain()
    per_task = counter.get_total_flops() / bench.N_TASKS
    assert 1 <= per_task / bench.layer_by_layer_flops() < 1.3


def test_the_products_counted_by_hand_are_those_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """torch counts those that make a new tensor, the test those that add to one in place."""
    in_place = 0
    add = torch.Tensor.baddbmm_

    def counted(own: torch.Tensor, left: torch.Tensor, right: torch.Tensor, **options: float) -> torch.Tensor:
        nonlocal in_place
        in_place += 2 * left.shape[0] * left.shape[1] * left.shape[2] * right.shape[2]
        return add(own, left, right, **options)

    monkeypatch.setattr(torch.Tensor, "baddbmm_", counted)
    ours = contest("maml_second_order").ours
    with FlopCounterMode(display=False) as counter:
        ours()
    assert (counter.get_total_flops() + in_place) / bench.N_TASKS == pytest.approx(bench.by_hand_flops(), rel=0.02)
    assert bench.by_hand_flops() < bench.layer_by_layer_flops() / 2


def test_a_round_divides_what_it_says() -> None:
    one = bench.Round({"maml_second_order": 3000.0}, {"maml_second_order": 300.0}, 100.0, 1.0)
    assert one.ratio("maml_second_order") == 10
    assert one.share(10_000_000) == pytest.approx(3000 * 10e6 / 100e9)


def by_a_clock_of_our_own(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each act is done once and said to take: ours 1 ms, a plain loop 8 ms, all else 2 ms. Returns whose turn it was, in order."""
    turns: list[str] = []

    def seconds_of(act: bench.Act, least: float = 0.0) -> float:
        act()
        whose = {bench.OurStep: "ours", bench.PlainStep: "plain"}.get(type(act), "else")
        turns.append(whose)
        return {"ours": 0.001, "plain": 0.008, "else": 0.002}[whose]

    monkeypatch.setattr(bench, "seconds_of", seconds_of)
    return turns


def test_the_command_ends_with_the_medians(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    by_a_clock_of_our_own(monkeypatch)
    assert main(["bench", "--json", "--seconds", "0"]) == 0
    out, err = capsys.readouterr()
    *table, last = out.splitlines()
    found = json.loads(last)
    assert list(found) == [*KEYS, "matmul_limit_share", "matmul_limit_share_executed", "matmul_gflops", "adapt_and_predict_ms"]
    assert [found[key] for key in KEYS] == [8, 8, 8, 8]
    assert found["matmul_limit_share_executed"] / found["matmul_limit_share"] == pytest.approx(
        bench.by_hand_flops() / bench.layer_by_layer_flops(), rel=1e-3
    )
    assert found["matmul_gflops"] == pytest.approx(2 * max(bench.SIDES) ** 3 / 0.002 / 1e9, rel=1e-3)
    assert found["adapt_and_predict_ms"] == 2
    assert all(any(line.startswith(each.title) for line in table) for each in bench.contenders())
    assert "one thread" in err


def test_the_bars_are_those_of_the_design() -> None:
    assert {each.key: each.bar for each in bench.contenders()} == dict(zip(KEYS, (6, 6, 10, 6), strict=True))


def test_whoever_was_second_goes_first_in_the_next_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what else the computer does, and a place in the round, meet both sides alike."""
    turns = by_a_clock_of_our_own(monkeypatch)
    rounds = list(bench.bench([contest("maml_first_order")], 0))
    assert len(rounds) == bench.FEWEST_ROUNDS
    assert [whose for whose in turns if whose != "else"] == ["plain", "ours", "ours", "plain"] * 2


def test_the_blocks_hold_a_whole_reference_batch() -> None:
    assert perceptron_gradients.BLOCK >= bench.N_TASKS
