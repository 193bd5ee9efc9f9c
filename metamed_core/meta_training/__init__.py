"""The outer loop: where tasks come from, how initial weights are moved, stopped, resumed and kept."""

from __future__ import annotations

from metamed_core.meta_training import calibrate
from metamed_core.meta_training.compute import ALONE, DEVICES, Compute, joined, speaks
from metamed_core.meta_training.job import Job, Progress, train
from metamed_core.meta_training.library import SUFFIX, Library, StoredWeights, export_zip, is_single_user, new_owner
from metamed_core.meta_training.measured_accuracy import record_measurement
from metamed_core.meta_training.outer_loop import PRECISIONS, MetaState, MetaTraining, meta_train
from metamed_core.meta_training.recipes import recipe
from metamed_core.meta_training.run import ANY_TABLE, NETWORKS, ONE_PANEL, RIVALS, MetaRun, suggested
from metamed_core.meta_training.stored_runs import Lease, StoredRun, clear_old_runs, find, new_token, remove, stopped_runs

__all__ = [
    "ALONE",
    "ANY_TABLE",
    "DEVICES",
    "NETWORKS",
    "ONE_PANEL",
    "PRECISIONS",
    "RIVALS",
    "SUFFIX",
    "Compute",
    "Job",
    "Lease",
    "Library",
    "MetaRun",
    "MetaState",
    "MetaTraining",
    "Progress",
    "StoredRun",
    "StoredWeights",
    "calibrate",
    "clear_old_runs",
    "export_zip",
    "find",
    "is_single_user",
    "joined",
    "meta_train",
    "new_owner",
    "new_token",
    "recipe",
    "record_measurement",
    "remove",
    "speaks",
    "stopped_runs",
    "suggested",
    "train",
]
