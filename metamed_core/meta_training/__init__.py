"""The outer loop: where tasks come from, how initial weights are moved, stopped, resumed and kept."""

from __future__ import annotations

from metamed_core.meta_training import calibrate, library
from metamed_core.meta_training.compute import ALONE, DEVICES, Compute, joined, speaks
from metamed_core.meta_training.job import Job, Progress, train
from metamed_core.meta_training.library import StoredWeights
from metamed_core.meta_training.measured_accuracy import record_measurement
from metamed_core.meta_training.outer_loop import PRECISIONS, MetaState, MetaTraining, meta_train
from metamed_core.meta_training.recipes import recipe
from metamed_core.meta_training.run import ANY_TABLE, NETWORKS, ONE_PANEL, RANDOM, RIVALS, UNIVERSAL, MetaRun, suggested
from metamed_core.meta_training.stored_runs import Lease, StoredRun, find, new_token, remove, stopped_runs, weights_of

__all__ = [
    "ALONE",
    "ANY_TABLE",
    "DEVICES",
    "NETWORKS",
    "ONE_PANEL",
    "PRECISIONS",
    "RANDOM",
    "RIVALS",
    "UNIVERSAL",
    "Compute",
    "Job",
    "Lease",
    "MetaRun",
    "MetaState",
    "MetaTraining",
    "Progress",
    "StoredRun",
    "StoredWeights",
    "calibrate",
    "find",
    "joined",
    "library",
    "meta_train",
    "new_token",
    "recipe",
    "record_measurement",
    "remove",
    "speaks",
    "stopped_runs",
    "suggested",
    "train",
    "weights_of",
]
