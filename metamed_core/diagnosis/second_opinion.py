"""What the other algorithms say about the same patient, adapted to the same labeled patients."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from metamed_core.data import PatientRecords, Task
from metamed_core.diagnosis.case import Case
from metamed_core.diagnosis.ranked_answers import ranked
from metamed_core.knowledge import Knowledge, informed_task
from metamed_core.learners import LEARNERS, UNIVERSAL, Calibrated, Learner, load_weights


@dataclass(frozen=True, eq=False, slots=True)
class SecondOpinion:
    """Another algorithm after its last step, with its default settings and the shipped weights.

    Parameters
    ----------
    learner
        The algorithm.
    task, classifier
        What it adapted to, and its last classifier, calibrated on synthetic tasks; no patients of the table were held out.
    """

    learner: Learner
    task: Task
    classifier: Calibrated

    def about(self, case: Case) -> tuple[tuple[str, float], ...]:
        """Pairs (diagnosis, probability) for a patient, most probable first."""
        proba = self.classifier.predict_proba(self.task.encoder.encode(case.features))[0].double().numpy()
        return ranked(self.task.classes, proba)


def second_opinions(
    records: PatientRecords, but: str, knowledge: Knowledge | None = None, counts_as: int | None = None
) -> Iterator[SecondOpinion]:
    """Adapt every algorithm to the diagnosed patients of a table and what is known, except the one named `but`; one after the other."""
    task = Task.of_records(records)
    for name, kind in LEARNERS.items():
        if name != but:
            learner = kind()
            initialization = load_weights(UNIVERSAL, learner)
            if knowledge is not None and knowledge.statements:
                task, initialization = informed_task(records, knowledge, initialization, counts_as)
            (last,) = deque(initialization.adapt(learner, task.support, task.n_way), maxlen=1)
            yield SecondOpinion(learner, task, last)
