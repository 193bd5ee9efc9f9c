"""The outer loop: how initial weights are learned, saved and resumed.

`MetaTraining` says what is asked for, `make_job` adds tasks and files, `train` does the job with validation and checkpoints, the same
for the page and for the command line. Below it, `meta_train` yields a state after every outer step. Finished weights and stopped runs
stand in a `Library` that belongs to one owner.

- `ALONE`: this process without others.
- `ANY_TABLE`: the network that reads any table.
- `COMPARED_WITH`: the baselines that a meta-training is compared with.
- `DEVICES`: cpu, cuda and the like.
- `NETWORKS`: the networks that can be meta-trained, in words.
- `N_VALIDATIONS`: how often the weights are validated unless told otherwise.
- `ONE_PANEL`: a network for the columns of one table.
- `PRECISIONS`: the number formats of meta-training.
- `SAVE_EVERY`: seconds between two checkpoints unless told otherwise.
- `PRACTICE_SHARE`: the share of such tasks unless told otherwise.
- `SUFFIX`: the ending of files of weights.
- `Budget`: outer steps, tasks per step, step sizes, seed.
- `Compute`: one process: its device and its rank.
- `DamagedWeights`: a file of a library that is left out, and why.
- `Job`: a meta-training with its tasks, network and files.
- `Lease`: one tab's claim to a run.
- `Library`: the saved weights and stopped runs of one owner.
- `MetaState`: where the outer loop stands: step, weights, moments.
- `MetaTraining`: everything that decides the weights, but for the patients themselves.
- `Practice`: which tasks are of patients simulated from what is known.
- `Progress`: how far a job is.
- `StoredRun`: a run on disk.
- `StoredWeights`: saved weights and what their card says.
- `learn_temperatures`: the file that fits temperatures on simulated tasks.
- `clear_old_runs`: clears away runs that nobody has touched for long.
- `described`: what validation tasks are like.
- `export_zip`: weights and card as one file to download.
- `find_weights`: the file of weights that are named as a person would.
- `find`: a run on disk by its token.
- `is_single_user`: whether the server was started for one person.
- `joined`: this process among those that torchrun started.
- `load_named_weights`: reads weights, by a name in the library too.
- `make_job`: the job of a meta-training.
- `meta_train`: the outer loop as a generator of states.
- `new_owner`: a token for a new visitor.
- `new_token`: a token for a new run.
- `record_measurement`: writes a measured accuracy into a card.
- `remove`: clears a run away.
- `reports_errors`: whether this process reports errors.
- `simulated_diagnoses`: the diagnoses of which patients may be simulated from what is known.
- `stopped_runs`: the runs with steps left.
- `suggested_budget`: the budget unless told otherwise.
- `train`: does a job, as a generator of its progress.
"""

from __future__ import annotations

from metamed_core.meta_training import learn_temperatures
from metamed_core.meta_training.devices_and_processes import ALONE, DEVICES, Compute, joined, reports_errors
from metamed_core.meta_training.job import COMPARED_WITH, N_VALIDATIONS, SAVE_EVERY, Job, make_job
from metamed_core.meta_training.measured_accuracy import record_measurement
from metamed_core.meta_training.outer_loop import PRECISIONS, Budget, MetaState, meta_train
from metamed_core.meta_training.practice import SHARE as PRACTICE_SHARE
from metamed_core.meta_training.practice import Practice, simulated_diagnoses
from metamed_core.meta_training.progress import Progress
from metamed_core.meta_training.run_job import train
from metamed_core.meta_training.stored_runs import Lease, StoredRun, clear_old_runs, find, new_token, remove, stopped_runs
from metamed_core.meta_training.training import ANY_TABLE, NETWORKS, ONE_PANEL, MetaTraining, suggested_budget
from metamed_core.meta_training.validation import described
from metamed_core.meta_training.weights_by_name import find_weights, load_named_weights
from metamed_core.meta_training.weights_library import DamagedWeights, Library, StoredWeights, is_single_user, new_owner
from metamed_core.meta_training.weights_zip import SUFFIX, export_zip

__all__ = [
    "ALONE",
    "ANY_TABLE",
    "COMPARED_WITH",
    "DEVICES",
    "NETWORKS",
    "N_VALIDATIONS",
    "ONE_PANEL",
    "PRACTICE_SHARE",
    "PRECISIONS",
    "SAVE_EVERY",
    "SUFFIX",
    "Budget",
    "Compute",
    "DamagedWeights",
    "Job",
    "Lease",
    "Library",
    "MetaState",
    "MetaTraining",
    "Practice",
    "Progress",
    "StoredRun",
    "StoredWeights",
    "clear_old_runs",
    "described",
    "export_zip",
    "find",
    "find_weights",
    "is_single_user",
    "joined",
    "learn_temperatures",
    "load_named_weights",
    "make_job",
    "meta_train",
    "new_owner",
    "new_token",
    "record_measurement",
    "remove",
    "reports_errors",
    "simulated_diagnoses",
    "stopped_runs",
    "suggested_budget",
    "train",
]
