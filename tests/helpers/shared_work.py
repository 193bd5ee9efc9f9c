"""What the processes of tests/unit/meta_training/test_devices_and_processes.py do; started by torchrun: `torchrun --nproc-per-node 2 -m tests.helpers.shared_work FOLDER`.

Each process writes what it holds after the first gradient and after some steps of each learner, for the test to compare.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from metamed_core.learners import LEARNERS
from metamed_core.learners.learner import Learner
from metamed_core.meta_training.devices_and_processes import ALONE, Compute, joined
from metamed_core.meta_training.outer_loop import Budget, meta_train
from metamed_core.meta_training.tasks.clinical_prior.prior import ClinicalPrior
from tests.helpers.meta_training import gradient_of_step
from tests.helpers.tasks import small_backbone

PRIOR = ClinicalPrior(max_way=3, max_shot=4, max_columns=8, n_query=12)
GRADIENT = Budget(meta_batch=8, groups=4)
STEPS = Budget(meta_steps=4, meta_batch=4, groups=2, hidden_lr=1e-2)
"""Two groups: of more, processes sum in another order, and AdamW's first steps make a step of any rounding of a zero gradient."""


def quick(name: str) -> Learner:
    """The learner, with few inner steps where it has any."""
    return LEARNERS[name](**{"inner_steps": 2} if name in {"maml", "reptile"} else {})


def work(compute: Compute = ALONE) -> dict[str, Tensor]:
    """Loss, first gradient and last weights of every learner, by name."""
    held: dict[str, Tensor] = {}
    for name in LEARNERS:
        learner, backbone = quick(name), small_backbone(name)
        weights = learner.init(backbone, torch.Generator().manual_seed(0))
        held[f"{name} loss"], gradient = gradient_of_step(learner, backbone, weights, PRIOR, GRADIENT, 1, compute)
        *_, last = meta_train(learner, backbone, PRIOR, STEPS, compute=compute)
        held |= {f"{name} gradient {key}": value.contiguous() for key, value in gradient.items()}
        held |= {f"{name} weights {key}": value for key, value in last.weights.items()}
    return held


def main() -> None:
    """Work with the others; write what this process holds."""
    torch.set_num_threads(1)
    with joined("cpu") as compute:
        save_file(work(compute), Path(sys.argv[1]) / f"rank{compute.rank}.safetensors")
        word = compute.from_main(b"read by the first" if compute.is_main_process else b"not this")
        none, empty = (
            compute.from_main(None if compute.is_main_process else b"x"),
            compute.from_main(b"" if compute.is_main_process else b"x"),
        )
        (Path(sys.argv[1]) / f"rank{compute.rank}.txt").write_text(f"{word!r} {none!r} {empty!r} {compute.hardware()}")


if __name__ == "__main__":
    main()
