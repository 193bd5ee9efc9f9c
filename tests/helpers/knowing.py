"""Knowledge tables and a small table of patients that the tests of knowledge share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metamed_core.data import PatientRecords, Task, open_upload
from metamed_core.knowledge import Knowledge, Statement, read_knowledge

HEADER = "diagnosis,column,statement,weight,source\n"
RIGHT = "iron,mcv,low,,\niron,hb,low,,\nvitamin,mcv,high,,\nvitamin,hb,low,,\n"
SWAPPED = "vitamin,mcv,low,,\niron,mcv,high,,\n"
ROWS = (
    (9.0, 70.0, 0, "f", "iron"), (10.0, 68.0, 0, "f", "iron"), (9.5, 72.0, 1, "m", "iron"),
    (9.0, 110.0, 0, "m", "vitamin"), (8.0, 115.0, 1, "f", "vitamin"), (8.5, 112.0, 0, "f", "vitamin"),
    (14.0, 90.0, 0, "m", ""), (9.5, 66.0, 0, "f", ""), (8.5, 118.0, 0, "f", ""), (13.0, 88.0, 1, "m", ""),
)  # fmt: skip


def knowledge(lines: str) -> Knowledge:
    return read_knowledge("known.csv", (HEADER + lines).encode())


def features() -> pd.DataFrame:
    return pd.DataFrame([row[:4] for row in ROWS], columns=["hb", "mcv", "fever", "sex"])


def patients(diagnosed: bool = True) -> PatientRecords:
    lines = [
        f"p{i},{hb},{mcv},{'yes' if fever else 'no'},{sex},{name if diagnosed else ''}"
        for i, (hb, mcv, fever, sex, name) in enumerate(ROWS)
    ]
    return open_upload("t.csv", "\n".join(["patient,hb,mcv,fever,sex,diagnosis", *lines]).encode())[1]


def task(n_labeled: int = 6, further: tuple[str, ...] = ()) -> Task:
    everyone = np.arange(len(ROWS))
    return Task.of(features(), [row[4] or None for row in ROWS], everyone[:n_labeled], everyone[6:], further=further)


def shuffled(known: Knowledge, seed: int = 0) -> Knowledge:
    order = np.random.default_rng(seed).permutation(len(known.statements))
    return Knowledge(tuple(known.statements[i] for i in order))


def statement(text: str, column: str = "mcv", diagnosis: str = "iron", weight: float = 1.0) -> Statement:
    return Statement(diagnosis, column, text, weight)
