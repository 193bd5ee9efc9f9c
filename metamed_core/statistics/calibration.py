"""Calibration learned on prior tasks: how much to soften or sharpen probabilities so that answers given 0.70 are right 70 times in 100.

Temperature scaling (Guo, Pleiss, Sun and Weinberger 2017, https://arxiv.org/abs/1706.04599, sec. 4.2) with a temperature that
depends on the size of the task. A clinic's few patients cannot tell it; thousands of synthetic tasks can.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

SHOTS = (1.0, 2.0, 3.0, 5.0, 10.0)
"""Labeled patients per diagnosis that have a temperature of their own; others lie between."""
FEW_WAYS, FEW_COLUMNS = 3.0, 10.0
"""The task that the temperatures are written for: other numbers of diagnoses and columns multiply them by a power."""
HARDEST = 20.0
"""Temperatures lie between 1/20 and 20: tasks that are all named rightly would otherwise ask for none at all."""
SMOOTH = 1e-5
"""A pull between neighboring temperatures, so slight that only a number of shots without any task follows it."""
ABSENT = -1e6
"""Stands for the log-probability of a class that a task does not have."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Temperatures by the size of a task: log T is linear in log(shots) between `shots`, in log(n_way) and in log(n_columns).

    Parameters
    ----------
    shots, temperature
        Labeled patients per diagnosis (their mean where diagnoses differ) and the temperature for each of these numbers.
    way_exponent, column_exponent
        The powers of n_way and n_columns that multiply the temperature.
    n_way, n_columns
        The ranges of the tasks that were fitted on; beyond them and beyond `shots` the temperature stays as it is at the edge.
    settings
        The settings of the learner that it was fitted with, None if it was not fitted.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger 2017, On calibration of modern neural networks, https://arxiv.org/abs/1706.04599, sec. 4.2
    """

    shots: tuple[float, ...] = (1.0,)
    temperature: tuple[float, ...] = (1.0,)
    way_exponent: float = 0.0
    column_exponent: float = 0.0
    n_way: tuple[float, float] = (FEW_WAYS, FEW_WAYS)
    n_columns: tuple[float, float] = (FEW_COLUMNS, FEW_COLUMNS)
    settings: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if len(self.shots) != len(self.temperature) or not self.shots or sorted(set(self.shots)) != list(self.shots) or self.shots[0] <= 0:
            raise ValueError("shots must be positive and rising, with one temperature each")
        positive = (*self.temperature, *self.n_way, *self.n_columns)
        if len(self.n_way) != 2 or len(self.n_columns) != 2 or not all(0 < value < math.inf for value in positive):
            raise ValueError("temperatures and ranges must be positive numbers")
        if not all(math.isfinite(value) for value in (self.way_exponent, self.column_exponent)):
            raise ValueError("exponents must be finite")
        if not (self.settings is None or isinstance(self.settings, Mapping)):
            raise TypeError("settings must be a mapping")

    @classmethod
    def none(cls) -> Calibration:
        """Temperature 1 everywhere: probabilities as the learner gives them."""
        return cls()

    def fitted_with(self, settings: Mapping[str, Any]) -> bool:
        """Whether it was learned, and for a learner with these settings; an option that is off counts as absent from the card."""
        return self.settings is not None and _chosen(self.settings) == _chosen(settings)

    def temperature_of(self, n_support: int, n_way: int, n_columns: int) -> float:
        """The temperature for a task of this size; above 1 softens, below 1 sharpens."""
        shots, ways, columns = (torch.tensor([float(each)], dtype=torch.float64) for each in (n_support / n_way, n_way, n_columns))
        return float(self.temperatures_of(shots, ways, columns))

    def temperatures_of(self, shots: Tensor, n_way: Tensor, n_columns: Tensor) -> Tensor:
        """The temperatures for many tasks, `(n,)` each -> `(n,)`."""
        log_t = [math.log(t) for t in self.temperature]
        slopes = torch.tensor([*log_t, self.way_exponent, self.column_exponent], dtype=torch.float64)
        return _log_temperature(slopes, _features(shots, n_way, n_columns, self.shots, self.n_way, self.n_columns)).exp()

    def apply(self, log_proba: Tensor, n_support: int, n_way: int, n_columns: int) -> Tensor:
        """Calibrated log-probabilities, `(n, n_way)` -> `(n, n_way)`, in the same order: T is positive and the same for all classes."""
        return (log_proba / self.temperature_of(n_support, n_way, n_columns)).log_softmax(-1)


def _chosen(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Without the options that are off: a card written before an option came still speaks of the same learner."""
    return {name: value for name, value in settings.items() if value is not False}


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a learner over many tasks to patients whose diagnosis is known; one row a patient.

    Parameters
    ----------
    log_proba
        Log-probabilities, `(n, most ways)`; `ABSENT` beyond the classes of the own task.
    y
        The right class, `(n,)`.
    shots, n_way, n_columns
        Of the task of each patient, `(n,)`.
    weight
        The patients of a task together weigh as much as those of any other task, `(n,)`.
    """

    log_proba: Tensor
    y: Tensor
    shots: Tensor
    n_way: Tensor
    n_columns: Tensor
    weight: Tensor

    @classmethod
    def of_task(cls, log_proba: Tensor, y: Tensor, n_support: int, n_columns: int) -> Answers:
        """One task, `(n_query, n_way)` and `(n_query,)`."""
        n, n_way = log_proba.shape
        shots, ways, columns, weight = (torch.full((n,), v, dtype=torch.float64) for v in (n_support / n_way, n_way, n_columns, 1 / n))
        return cls(log_proba.double(), y, shots, ways, columns, weight)

    @classmethod
    def joined(cls, tasks: Sequence[Answers]) -> Answers:
        """All tasks one below the other."""
        most = max(task.log_proba.shape[1] for task in tasks)
        wide = [torch.nn.functional.pad(task.log_proba, (0, most - task.log_proba.shape[1]), value=ABSENT) for task in tasks]
        rest = [[getattr(task, name) for task in tasks] for name in ("y", "shots", "n_way", "n_columns", "weight")]
        return cls(torch.cat(wide), *(torch.cat(each) for each in rest))

    def take(self, rows: Tensor) -> Answers:
        """The patients at these positions, or where True."""
        return Answers(*(getattr(self, name)[rows] for name in ("log_proba", "y", "shots", "n_way", "n_columns", "weight")))

    def y_and_proba(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """The right classes `(n,)` and the probabilities `(n, most ways)`, as the metrics take them."""
        return self.y.numpy(), self.log_proba.exp().numpy()

    def calibrated(self, calibration: Calibration) -> Answers:
        """The same patients, their probabilities calibrated each for their own task."""
        temperature = calibration.temperatures_of(self.shots, self.n_way, self.n_columns)
        tempered = (self.log_proba / temperature.unsqueeze(1)).log_softmax(-1)
        return Answers(tempered, self.y, self.shots, self.n_way, self.n_columns, self.weight)


def _features(
    shots: Tensor, n_way: Tensor, n_columns: Tensor, knots: Sequence[float], ways: Sequence[float], columns: Sequence[float]
) -> Tensor:
    """What log T is linear in, `(n,)` -> `(n, len(knots) + 2)`: the place between two knots, log ways, log columns, held at the edges."""
    at, log_knots = shots.log(), torch.tensor(knots, dtype=torch.float64).log()
    at = at.clamp(log_knots[0], log_knots[-1]).unsqueeze(1)
    # A tent over each knot: 1 there, 0 at its neighbors and beyond.
    below = torch.cat([log_knots[:1] - 1, log_knots[:-1]])
    above = torch.cat([log_knots[1:], log_knots[-1:] + 1])
    tents = torch.minimum((at - below) / (log_knots - below), (above - at) / (above - log_knots)).clamp_min(0.0)
    return torch.cat(
        [tents, (n_way.clamp(*ways) / FEW_WAYS).log().unsqueeze(1), (n_columns.clamp(*columns) / FEW_COLUMNS).log().unsqueeze(1)], 1
    )


def _log_temperature(slopes: Tensor, features: Tensor) -> Tensor:
    return (features @ slopes).clamp(-math.log(HARDEST), math.log(HARDEST))


def fit_calibration(answers: Answers, settings: Mapping[str, float], shots: Sequence[float] = SHOTS) -> Calibration:
    """The calibration with the least log-loss on these answers, every task weighing the same.

    For one size of task the loss is convex in 1/T, so nothing but the optimum can be found.

    Parameters
    ----------
    answers
        The answers to fit on, of tasks that are not used to judge the calibration.
    settings
        The settings of the learner that gave them; kept with the calibration.
    shots
        Labeled patients per diagnosis that get a temperature of their own.

    References
    ----------
    Guo et al. 2017, https://arxiv.org/abs/1706.04599, appendix
    """
    ways, columns = _range(answers.n_way), _range(answers.n_columns)
    features = _features(answers.shots, answers.n_way, answers.n_columns, shots, ways, columns)
    slopes = torch.zeros(features.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([slopes], max_iter=200, tolerance_grad=1e-9, tolerance_change=1e-13, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        log_proba = (answers.log_proba / _log_temperature(slopes, features).exp().unsqueeze(1)).log_softmax(-1)
        apart = slopes[: len(shots)].diff().square().sum()
        loss = _task_log_loss(log_proba, answers) + SMOOTH * apart
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    with torch.enable_grad():
        optimizer.step(closure)  # type: ignore[no-untyped-call]
    *log_t, way_exponent, column_exponent = slopes.detach().clamp(-math.log(HARDEST), math.log(HARDEST)).tolist()
    temperature = tuple(math.exp(each) for each in log_t)
    return Calibration(tuple(shots), temperature, way_exponent, column_exponent, ways, columns, dict(settings))


def recalibrated(base: Calibration, answers: Answers, settings: Mapping[str, Any]) -> Calibration:
    """Fit anew on the few patients of one table, by whom the weights were chosen among others.

    They tell one factor for each number of shots, and only softening ones are taken: on patients who had a say in the choice, answers look
    surer than they will be on others. How the temperature changes with diagnoses and columns stays as it was.

    Parameters
    ----------
    base
        What was learned for the weights that these were moved on from; if nothing was, the fit stands alone.
    answers, settings
        The answers without any calibration, and the settings of the learner that gave them.
    """
    left, shots = answers.calibrated(base), tuple(sorted(set(answers.shots.tolist())))
    # Said to be of one size, so that nothing but the shots can explain the factor.
    same = replace(left, n_way=torch.full_like(left.n_way, FEW_WAYS), n_columns=torch.full_like(left.n_columns, FEW_COLUMNS))
    factor = fit_calibration(same, settings, shots)
    if base.settings is None:
        return factor
    knots, temperature = (torch.tensor(each, dtype=torch.float64) for each in (base.shots, base.temperature))
    factors = factor.temperatures_of(knots, torch.full_like(knots, FEW_WAYS), torch.full_like(knots, FEW_COLUMNS)).clamp_min(1.0)
    return replace(base, temperature=tuple((temperature * factors).tolist()), settings=dict(settings))


def _range(values: Tensor) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _task_log_loss(log_proba: Tensor, answers: Answers) -> Tensor:
    own = log_proba.gather(1, answers.y.unsqueeze(1)).squeeze(1)
    return -(own * answers.weight).sum() / answers.weight.sum()


def task_log_loss(answers: Answers) -> float:
    """Mean over tasks of their patients' mean of -log p(own class), natural logarithm, without a floor on p."""
    return float(_task_log_loss(answers.log_proba, answers))


def nearest_shots(answers: Answers, shots: Sequence[float] = SHOTS) -> Tensor:
    """Position in `shots` of the nearest on the logarithmic scale, `(n,)`: to report tasks of like size together."""
    return (answers.shots.log().unsqueeze(1) - torch.tensor(shots, dtype=torch.float64).log()).abs().argmin(1)
