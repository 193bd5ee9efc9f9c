"""The shipped weights: small, truly meta-trained, each with a filled card."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.weight_files import SHIPPED, read_card
from metamed_core.meta_training.tasks.clinical_prior import prior as clinical_prior
from tests.helpers.weight_files import LEARNER, planned


def test_the_shipped_weights_are_small_and_nothing_else_lies_there() -> None:
    files = [path.name for path in SHIPPED.iterdir()]
    assert sorted(files) == sorted(f"{name}.{end}" for name in LEARNERS for end in ("json", "safetensors"))
    assert sum((SHIPPED / name).stat().st_size for name in files) < 20_000_000


def steps(card: dict[str, Any]) -> int:
    return int(planned(card)["meta_steps"])


@pytest.mark.parametrize("name", list(LEARNERS))
def test_each_learner_is_shipped_with_a_filled_card(name: str) -> None:
    load_weights("universal", LEARNERS[name]())
    card = read_card(SHIPPED / f"{name}.safetensors")
    start = (
        rf"(python|torchrun --nproc-per-node \d+) -m metamed_core meta-train --learner {name} (--start none )?--meta-steps {steps(card)} "
    )
    assert re.match(start, card["command"])
    fields = LEARNERS[name].recipe.prior
    assert card.get("run", card)["prior"] == {"name": "clinical_prior", "version": clinical_prior.VERSION, **fields}
    assert re.fullmatch("[0-9a-f]{40}", card["commit"])
    assert re.fullmatch("[0-9a-f]{64}", card["sha256"])
    assert "torch" in card["hardware"]
    assert card["seconds"] > 0


@pytest.mark.parametrize("name", list(LEARNERS))
def test_each_learner_is_shipped_truly_meta_trained(name: str) -> None:
    card = read_card(SHIPPED / f"{name}.safetensors")
    assert steps(card) >= 500
    first, last = card["validation"][0], card["validation"][-1]
    assert (first["step"], last["step"]) == (0, steps(card)), "meta-training was stopped early"
    assert last["log_loss"] < first["log_loss"]
    assert last["accuracy"] > first["accuracy"]


def test_shipped_weights_may_be_copied_and_used_from_anywhere(tmp_path: Path) -> None:
    for end in ("json", "safetensors"):
        shutil.copy(SHIPPED / f"prototypical.{end}", tmp_path / f"mine.{end}")
    shipped, copied = (load_weights(which, LEARNER).weights for which in ("universal", str(tmp_path / "mine.safetensors")))
    assert all(torch.equal(shipped[name], copied[name]) for name in shipped)
