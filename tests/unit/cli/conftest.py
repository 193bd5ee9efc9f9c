"""A library and a working folder of their own for the tests of a command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from metamed_core.meta_training import weights_library
from tests.helpers.many_diagnoses import table


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to work in, with a library beside it; threads are put back, for a command sets them."""
    n_threads = torch.get_num_threads()
    monkeypatch.setenv(weights_library.HOME, str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    torch.set_num_threads(n_threads)


@pytest.fixture
def home_with_patients(home: Path) -> Path:
    """The same with `patients.csv`, a table of many diagnoses."""
    table().to_csv(home / "patients.csv", index=False)
    return home
