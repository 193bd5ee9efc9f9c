"""How long the questions to one patient take: `python -m tests.benchmarks.one_patient`. 10 diagnoses x 5 labeled patients x 30 columns, warm.

The median of several runs, in wall and in processor time; the latter tells what a busy computer would hide. "On the page" is a whole run of Diagnose
after another value was typed, without a browser: more than what the page does, which draws only the list and the patient anew.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from metamed_core.data import PatientRecords
from metamed_core.diagnosis import Case, evidence, next_tests, side_by_side, smallest_change, start
from metamed_core.learners import LEARNERS
from tests.helpers.diagnose_page import finish, held, opened, uploaded

N_WAY, K_SHOT, N_COLUMNS, N_UNDIAGNOSED = 10, 5, 30, 20
N_RUNS = 7
WIDTH = 24


def table() -> pd.DataFrame:
    """Invented patients as text; the last ones are undiagnosed, and each of them lacks three values."""
    rng = np.random.default_rng(0)
    truth = np.concatenate([np.repeat(np.arange(N_WAY), K_SHOT), rng.integers(0, N_WAY, N_UNDIAGNOSED)])
    values = rng.normal(size=(len(truth), N_COLUMNS)) + rng.normal(size=(N_WAY, N_COLUMNS))[truth]
    raw = pd.DataFrame(values, columns=[f"analyte {n}" for n in range(N_COLUMNS)]).round(3).astype(str).astype(object)
    raw.iloc[N_WAY * K_SHOT :, :3] = None
    labels = [f"disease {n}" if at < N_WAY * K_SHOT else None for at, n in enumerate(truth)]
    return raw.assign(diagnosis=pd.Series(labels, dtype=object))


def say(what: str, act: Callable[[], object]) -> None:
    """Print the median times of an act, after one that is not counted."""
    act()
    wall, processor = [], []
    for _ in range(N_RUNS):
        begin = time.perf_counter(), time.process_time()
        act()
        wall.append(time.perf_counter() - begin[0])
        processor.append(time.process_time() - begin[1])
    sys.stdout.write(f"{what:<{WIDTH}}{statistics.median(wall):8.3f} s{statistics.median(processor):8.3f} s of processor\n")
    sys.stdout.flush()


def core(name: str) -> None:
    """The computations alone."""
    records = PatientRecords.from_table(table())
    trace = start(records, LEARNERS[name]()).run()
    case, other = (Case.of(trace, len(trace.steps) - 1, at, records) for at in (0, 1))
    say("what if", lambda: case.with_values({"analyte 5": 1.25}).ranked)
    say("evidence", lambda: evidence(case))
    say("smallest change", lambda: smallest_change(case))
    say("next tests", lambda: next_tests(case))
    say("two patients", lambda: side_by_side(case, other))


def page(name: str) -> None:
    """A what-if as the page answers it: another value is typed, and everything that was drawn stands again."""
    app = uploaded(opened(algorithm=name), table().to_csv(index=False))
    held(app).view["further"] = "what_if"
    finish(app.run())
    fields = [one for one in app.text_input if one.key and one.key.startswith("try_")]
    names = iter(range(10_000))

    def type_another() -> None:
        field = next(one for one in app.text_input if one.key and one.key.startswith(fields[0].key or ""))
        field.set_value(f"{next(names) / 100:.2f}").run()

    say("what if on the page", type_another)


def main() -> None:
    """Print the times of one learner."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--algorithm", choices=list(LEARNERS), default="prior_fitted")
    asked = parser.parse_args()
    core(asked.algorithm)
    page(asked.algorithm)


if __name__ == "__main__":
    main()
