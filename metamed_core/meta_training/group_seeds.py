"""Where the randomness of each group of tasks comes from."""

from __future__ import annotations

import numpy as np
import torch


def group_rng(seed: int, step: int, group: int) -> torch.Generator:
    """The generator of one group of tasks of one outer step, counted from 1; independent streams (numpy's SeedSequence)."""
    # Words of fixed places: a seed of more than 32 bits must not run into the step.
    words = [seed % 2**32, step - 1, group, seed >> 32]
    return torch.Generator().manual_seed(int(np.random.SeedSequence(words).generate_state(1, np.uint64)[0]) % 2**62)
