"""A small file of weights for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from metamed_core.learners.weight_files import save_weights
from tests.helpers.weight_files import BACKBONE, LEARNER, fresh


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "ours.safetensors"
    save_weights(path, LEARNER, BACKBONE, fresh(), {"command": "a test", "seed": 0})
    return path
