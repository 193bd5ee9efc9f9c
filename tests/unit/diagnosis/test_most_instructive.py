"""Whose confirmed diagnosis would tell most about the others: a constructed case, and the figure by a plain loop."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
import torch

from metamed_core.data.episode import LabeledSet
from metamed_core.data.records import PatientRecords
from metamed_core.diagnosis import AdaptationTrace, Instructive, most_instructive, start, whom_to_confirm
from metamed_core.diagnosis.most_instructive import candidates
from metamed_core.learners import LEARNERS


@cache
def trace_of(name: str) -> AdaptationTrace:
    """Two diagnoses far apart in x. Halfway between them wait a group of six, alike in z, and one alone; two more are as good as diagnosed."""
    labeled = [(0, 0, "a"), (1, 1, "a"), (0, 2, "a"), (20, 0, "b"), (21, 1, "b"), (20, 2, "b")]
    waiting = [(10.2 + 0.1 * k, 12 + 0.1 * k, None) for k in range(6)] + [(10.5, -12, None), (0, 1, None), (21, 2, None)]
    names = [f"L{k}" for k in range(6)] + [f"G{k}" for k in range(6)] + ["alone", "sure a", "sure b"]
    table = [(patient, *map(str, cells), diagnosis) for patient, (*cells, diagnosis) in zip(names, labeled + waiting, strict=True)]
    return start(
        PatientRecords.from_table(pd.DataFrame(table, columns=["patient", "x", "z", "diagnosis"], dtype=object)), LEARNERS[name]()
    ).run()


def found(trace: AdaptationTrace) -> list[Instructive]:
    return sorted((one for one in most_instructive(trace) if one is not None), key=lambda one: -one.gain)


@pytest.mark.parametrize("name", list(LEARNERS))
def test_one_of_a_group_in_doubt_tells_more_than_one_alone_or_one_who_is_as_good_as_diagnosed(name: str) -> None:
    trace = trace_of(name)
    ranked = found(trace)
    assert ranked[0].name.startswith("G")
    assert ranked[0].gain > 2 * max(one.gain for one in ranked if not one.name.startswith("G"))
    assert f"Confirm the diagnosis of {ranked[0].name} first" in whom_to_confirm(ranked[0]).en


def test_the_gain_is_that_of_a_plain_loop_and_nobody_left_out_would_tell_more() -> None:
    trace = trace_of("prototypical")
    task, last = trace.task, trace.steps[-1]
    told = {}
    for at, name in enumerate(task.query_names):
        others = [k for k in range(len(task.query)) if k != at]
        joint = np.zeros((2, len(others), 2))  # own diagnosis, other patient, their diagnosis
        for y in range(2):
            x = torch.cat([task.support.x, task.query.x[[at]]])
            *_, then = trace.initialization.adapt(trace.learner, LabeledSet(x, torch.cat([task.support.y, torch.tensor([y])])), 2)
            joint[y] = last.proba[at, y] * then.sharpened(last.classifier.sharpness).predict_proba(task.query.x[others]).numpy()
        bits = [
            sum(
                joint[y, j, k] * math.log2(joint[y, j, k] / (joint[y, j].sum() * joint[:, j, k].sum()))
                for y in range(2)
                for k in range(2)
                if joint[y, j, k] > 0
            )
            for j in range(len(others))
        ]
        told[name] = np.mean(bits)
    ranked = found(trace)
    for one in ranked[:6]:
        assert one.gain == pytest.approx(told[one.name], rel=1e-3, abs=1e-6)
    assert max(told, key=lambda name: told[name]) == ranked[0].name
    assert {task.query_names[at] for at in candidates(trace)} >= {one.name for one in ranked}


def test_nobody_else_waits() -> None:
    raw = pd.DataFrame({"x": ["1", "2", "9", "8", "5"], "dx": ["a", "a", "b", "b", None]}, dtype=object)
    assert found(start(PatientRecords.from_table(raw), LEARNERS["prototypical"]()).run()) == []
