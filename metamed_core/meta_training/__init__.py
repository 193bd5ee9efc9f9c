"""The outer loop: how initial weights are learned, saved and resumed.

`meta_train` yields a state after every outer step; `train` does a whole job with validation and checkpoints. Finished weights and stopped
runs stand in a `Library` that belongs to one owner.

- `ALONE`: this process without others.
- `ANY_TABLE`: the network that reads any table.
- `DEVICES`: cpu, cuda and the like.
- `NETWORKS`: the networks that can be meta-trained, in words.
- `ONE_PANEL`: a network for the columns of one table.
- `PRECISIONS`: the number formats of meta-training.
- `RIVALS`: the baselines that a meta-training is compared with.
- `SUFFIX`: the ending of files of weights.
- `Compute`: one process: its device and its rank.
- `Job`: everything that one meta-training needs.
- `Lease`: one tab's claim to a run.
- `Library`: the saved weights and stopped runs of one owner.
- `MetaRun`: what was chosen for a meta-training, without any patient.
- `MetaState`: where meta-training stands: weights, step, loss.
- `MetaTraining`: the budget: outer steps, tasks per step, step sizes.
- `Progress`: how far a job is.
- `StoredRun`: a stopped run on disk.
- `StoredWeights`: saved weights and what their card says.
- `calibrate`: the file that fits temperatures on simulated tasks.
- `clear_old_runs`: clears away runs that nobody has touched for long.
- `export_zip`: weights and card as one file to download.
- `find`: a stopped run by its token.
- `is_single_user`: whether the server was started for one person.
- `joined`: this process among those that torchrun started.
- `meta_train`: the outer loop as a generator of states.
- `new_owner`: a token for a new visitor.
- `new_token`: a token for a new run.
- `recipe`: how a learner's shipped weights are made.
- `record_measurement`: writes a measured accuracy into a card.
- `remove`: clears a run away.
- `speaks`: whether this process reports errors.
- `stopped_runs`: the runs with steps left.
- `suggested`: a sensible budget for a table.
- `train`: does a job, as a generator of its progress.
"""

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
