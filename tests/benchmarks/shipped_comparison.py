"""The comparison that the Compare page opens on, made anew: `python -m tests.benchmarks.shipped_comparison`, a minute; needed whenever weights have changed."""

from __future__ import annotations

import gzip
import json
import platform
from pathlib import Path

import torch

from metamed_core.evaluation import Comparison, Plan, compare, plan_for
from metamed_core.meta_training import Library
from pages.parts.common.bundled_cohorts import cohort_of
from pages.parts.common.comparison_methods import fingerprints_of, methods_of
from pages.parts.common.comparison_request import default_request
from pages.parts.common.patients_state import bundled
from pages.parts.common.preload import N_THREADS
from pages.parts.compare.shared_comparisons import SHIPPED


def plan() -> Plan:
    """What the page asks when nobody has asked anything else."""
    request = default_request()
    cohort = cohort_of(bundled(request.source))
    return plan_for(cohort, methods_of(request.method_keys, Library()), request.shots, request.n_episodes, request.seed)[0]


def made_on() -> dict[str, str]:
    """Where numbers are the same to the last digit; elsewhere the last digits may differ."""
    model = [line.split(":")[1].strip() for line in _cpu() if line.startswith("model name")]
    return {"processor": model[0] if model else platform.machine(), "torch": torch.__version__}


def _cpu() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8").splitlines() if path.exists() else []


def main() -> None:
    """Run the plan and write the file."""
    torch.set_num_threads(N_THREADS)
    asked = plan()
    comparison = Comparison.of(asked).plus(compare(asked))
    content = {"starts": fingerprints_of(asked), "made_on": made_on(), "comparison": comparison.to_json()}
    # Without the time in the header, so that the same results give the same file.
    SHIPPED.write_bytes(gzip.compress(json.dumps(content).encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
