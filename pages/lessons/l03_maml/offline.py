"""What the script of this lesson's offline file (`offline.js`) is given: the patients, the constants, and the texts in which it fills in numbers."""

from __future__ import annotations

from typing import Any

from metamed_core.data import LabeledSet
from pages.lessons import plane_of_weights as plane
from pages.lessons.l03_maml import answers, formulas, pictures
from pages.lessons.l03_maml.computation import MamlState
from pages.lessons.lesson import Offline
from pages.lessons.plane_of_weights_pictures import START_AT


def offline(seed: int) -> Offline[MamlState]:
    """The three tasks of this seed, and every text of the lesson that has a number in it, by its name in the script."""
    texts = {
        "start": START_AT,
        "task": pictures.TASK_TITLE.format(name=plane.PAIRS[0].name, losses="{losses}"),
        "inner": pictures.INNER_TITLE,
        "loops": pictures.LOOPS_TITLE,
        "outer": pictures.OUTER_TITLE,
        "rules": pictures.RULES_TITLE,
        **{rule: pictures.RULE_END.format(name=name, loss="{loss}") for rule, name in plane.RULES.items()},
        "why_lowest": answers.WHY_LOWEST,
        "why_there": answers.WHY_THERE,
        "why_one_model": answers.WHY_ONE_MODEL,
        "before_and_after": formulas.BEFORE_AND_AFTER,
        "first_and_present": formulas.FIRST_AND_PRESENT,
    }
    tasks = [{"support": _rows(task.support), "query": _rows(task.query)} for task in plane.tasks(seed)]
    constants = {"rates": {rule: plane.outer_step_size(rule) for rule in plane.RULES}, "levels": plane.CONTOUR_LEVELS}
    limits = {"reach": plane.REACH, "most": plane.MAX_OUTER, "same": answers.SAME_PLACE}
    return Offline({"texts": texts, "tasks": tasks, **constants, **limits}, MamlState(seed=seed, inner=1, outer=1))


def _rows(patients: LabeledSet) -> list[list[Any]]:
    """Ferritin, MCV and diagnosis (0 or 1) of each patient."""
    return [[*x, y] for x, y in zip(patients.x.tolist(), patients.y.tolist(), strict=True)]
