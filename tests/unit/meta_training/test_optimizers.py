"""One step of the outer loop: AdamW and Muon as their formulas say, the step size, precision and device."""

from __future__ import annotations

import itertools
import re

import pytest
import torch

from metamed_core.meta_training.devices_and_processes import Compute
from metamed_core.meta_training.group_seeds import group_rng
from metamed_core.meta_training.outer_loop import PRECISIONS, Budget, meta_train
from tests.helpers.meta_training import BACKBONE, PRIOR, gradient_of_step, on_each, quick, states
from tests.helpers.tasks import small_backbone

pytestmark = pytest.mark.usefixtures("one_thread")


def test_the_first_step_is_adamws_on_the_clipped_meta_gradient() -> None:
    """Loshchilov and Hutter 2019, alg. 2: at step 1 the corrected moments are g and g^2; the rate is the plan's."""
    learner, plan = quick("prototypical"), Budget(meta_steps=50, meta_batch=2, meta_lr=0.05, weight_decay=0.1, seed=5)
    start, first = states("prototypical", plan, 2)
    rng = group_rng(5, step=1, group=0)
    loss, gradient = learner.meta_gradient(BACKBONE, start.weights, PRIOR.sample_batch(2, rng), rng)
    assert first.loss == pytest.approx(float(loss), rel=1e-6)
    length = torch.stack([g.square().sum() for g in gradient.values()]).sum().sqrt()
    lr = plan.meta_lr * plan.rate(1)
    for name, weight in start.weights.items():
        g = gradient[name] * min(1.0, 1 / (float(length) + 1e-6))
        expected = weight * (1 - lr * plan.weight_decay) - lr * g / (g.abs() + 1e-8)
        torch.testing.assert_close(first.weights[name], expected, rtol=1e-5, atol=1e-6)


def test_the_step_size_rises_in_a_line_and_falls_along_a_cosine() -> None:
    plan = Budget(meta_steps=1000, warm_up=0.03)
    rates = [plan.rate(step) for step in range(1, 1001)]
    assert rates[:3] == pytest.approx([1 / 50, 2 / 50, 3 / 50], rel=1e-4)
    assert rates.index(max(rates)) == 49, "30 steps of warm-up and 20 more"
    assert max(rates) > 0.99
    assert rates[500] == pytest.approx(0.5, abs=1e-9)
    assert all(one >= other for one, other in itertools.pairwise(rates[49:]))
    assert rates[-1] == 0.01


EXCHANGE = re.compile(r"\d\.(collect|share|ask|answer|up|down)")


@pytest.mark.parametrize(("which", "pattern"), [("prior_fitted", re.compile(".*hidden.*")), ("prototypical", EXCHANGE)])
def test_muon_moves_the_hidden_matrices_and_adamw_the_others(which: str, pattern: re.Pattern[str]) -> None:
    """Against torch's own optimizers, told by hand which weights are theirs."""
    learner, network, plan = quick(which), small_backbone(which), Budget(3, 2, 0.02, seed=5, hidden_lr=0.01)
    start, *_, last = meta_train(learner, network, PRIOR, plan)
    weights = {name: weight.clone() for name, weight in start.weights.items()}
    hidden = {name for name in weights if pattern.fullmatch(name)}
    assert hidden == network.hidden_matrices(weights)
    assert all(weights[name].dim() == 2 for name in hidden)
    muon = torch.optim.Muon([weights[n] for n in weights if n in hidden], 0.01, 0.01, 0.95, adjust_lr_fn="match_rms_adamw")
    adam = torch.optim.AdamW([weights[n] for n in weights if n not in hidden], 0.02, (0.9, 0.98), weight_decay=plan.weight_decay)
    for step in range(1, 4):
        _, gradient = gradient_of_step(learner, network, weights, PRIOR, plan, step)
        for name, weight in weights.items():
            weight.grad = gradient[name]
        torch.nn.utils.clip_grad_norm_(list(weights.values()), 1.0)
        for optimizer, lr in ((muon, 0.01), (adam, 0.02)):
            optimizer.param_groups[0]["lr"] = lr * plan.rate(step)
            optimizer.step()
    for name, weight in weights.items():
        torch.testing.assert_close(last.weights[name], weight.detach(), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ["prototypical", "matching", "reptile"])
def test_in_bfloat16_the_gradient_points_the_same_way_and_weights_stay_float32(name: str) -> None:
    learner = quick(name)
    weights = learner.init(BACKBONE, torch.Generator().manual_seed(0))
    plain, half = (
        torch.cat(
            [part.flatten() for part in gradient_of_step(learner, BACKBONE, weights, PRIOR, Budget(precision=precision), 1)[1].values()]
        )
        for precision in PRECISIONS
    )
    assert not torch.equal(plain, half)
    assert float(torch.cosine_similarity(plain, half, dim=0)) > 0.99
    *_, last = states(name, Budget(meta_steps=2, meta_batch=2, precision="bfloat16"))
    assert {tensor.dtype for part in (last.weights, last.mean, last.square) for tensor in part.values()} == {torch.float32}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU on this computer")
@on_each
def test_on_a_gpu_it_walks_as_on_the_processor(name: str) -> None:
    plan = Budget(meta_steps=3, meta_batch=4, groups=2)
    here, there = (
        list(meta_train(quick(name), small_backbone(name), PRIOR, plan, compute=Compute(torch.device(device))))[-1]
        for device in ("cpu", "cuda")
    )
    for key, weight in here.weights.items():
        torch.testing.assert_close(there.weights[key].cpu(), weight, rtol=1e-3, atol=1e-4)
